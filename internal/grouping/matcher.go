package grouping

import "slices"

// matcher finds the known template that covers another one.
type matcher struct {
	*dictionary
	known []string
	forms []form // of known
	wide  *coverIndex
}

func newMatcher(known []string) *matcher {
	m := &matcher{dictionary: newDictionary()}
	m.wide = newCoverIndex(m.dictionary)
	m.known = slices.Clone(known)
	slices.Sort(m.known)
	m.known = slices.Compact(m.known)
	for i, k := range m.known {
		m.forms = append(m.forms, m.form(k))
		m.wide.add(&m.forms[i], i)
	}
	return m
}

// match returns the known template that covers template: itself if it is known, else
// the most specific one.
func (m *matcher) match(template string) (string, bool) {
	if len(m.known) == 0 {
		return "", false
	}
	if _, ok := slices.BinarySearch(m.known, template); ok {
		return template, true
	}
	f := m.form(template)
	best := -1
	for i := range m.wide.of(&f) {
		if m.covers(&m.forms[i], &f) && (best < 0 || m.forms[i].consts > m.forms[best].consts) {
			best = i
		}
	}
	if best < 0 {
		return "", false
	}
	return m.known[best], true
}

// learn marks words of narrow as names where wide, which covers it, has a wildcard:
// once "login of <*> failed" is known, the alice in "login of alice failed" is a name
// in "alice has no licence" too.
func (m *matcher) learn(narrow, wide string) {
	n, w := m.form(narrow), m.form(wide)
	for place, number := range w.tokens {
		if number == wildNumber {
			m.name(n.tokens[place])
		}
	}
}
