package grouping

import "slices"

// matcher finds the known template that covers another one.
type matcher struct {
	*dictionary
	known  []string
	forms  []form           // of known
	shapes map[uint64][]int // shape → places in known
}

func newMatcher(known []string) *matcher {
	m := &matcher{dictionary: newDictionary(), shapes: map[uint64][]int{}}
	m.known = slices.Clone(known)
	slices.Sort(m.known)
	m.known = slices.Compact(m.known)
	for i, k := range m.known {
		m.forms = append(m.forms, m.form(k))
		m.shapes[m.forms[i].shape] = append(m.shapes[m.forms[i].shape], i)
	}
	return m
}

// match returns the known template that covers template: itself if it is
// known, else of several the one that says most.
func (m *matcher) match(template string) (string, bool) {
	if len(m.known) == 0 {
		return "", false
	}
	if _, ok := slices.BinarySearch(m.known, template); ok {
		return template, true
	}
	f := m.form(template)
	best := -1
	for _, i := range m.shapes[f.shape] {
		if m.covers(&m.forms[i], &f) && (best < 0 || m.forms[i].consts > m.forms[best].consts) {
			best = i
		}
	}
	if best < 0 {
		return "", false
	}
	return m.known[best], true
}

// learn takes the words of narrow for names where wide, which covers it, has a
// wildcard: once "login of <*> failed" is known, the alice whose login failed
// is a name in "alice has no licence" too.
func (m *matcher) learn(narrow, wide string) {
	n, w := m.form(narrow), m.form(wide)
	for place, number := range w.tokens {
		if number == wildNumber {
			m.name(n.tokens[place])
		}
	}
}
