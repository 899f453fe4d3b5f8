package grouping

import (
	"iter"
	"slices"
)

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

// coverIndex finds the wide templates that may cover a narrow one.
type coverIndex struct {
	*dictionary
	holes map[uint64][][]int // shape → sets of places where its wide templates vary
	wide  map[uint64][]int   // hash → wide templates
}

func newCoverIndex(d *dictionary) *coverIndex {
	return &coverIndex{d, map[uint64][][]int{}, map[uint64][]int{}}
}

// add adds a template if it has a wildcard to cover others with.
func (c *coverIndex) add(f *form, at int) {
	var holes []int
	for place, number := range f.tokens {
		if number == wildNumber {
			holes = append(holes, place)
		}
	}
	if len(holes) == 0 || f.consts == 0 {
		return
	}
	if !slices.ContainsFunc(c.holes[f.shape], func(other []int) bool { return slices.Equal(other, holes) }) {
		c.holes[f.shape] = append(c.holes[f.shape], holes)
	}
	c.wide[f.hash] = append(c.wide[f.hash], at)
}

// of yields the wide templates that cover f by their hash.
func (c *coverIndex) of(f *form) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, holes := range c.holes[f.shape] {
			h := f.hash
			for _, place := range holes {
				h += (c.tokens[wildNumber].hash - c.at(f, place).hash) * weight(place)
			}
			for _, at := range c.wide[h] {
				if !yield(at) {
					return
				}
			}
		}
	}
}

// covers reports whether narrow is an instance of wide: "login of <*> from
// <*> failed" covers "login of alice from <*> failed". The fewer constant words a
// template has, the more the others must look like names.
func (d *dictionary) covers(wide, narrow *form) bool {
	return equal(wide, narrow, func(place int) bool {
		return wide.tokens[place] == wildNumber && d.fills(narrow, place, wide.consts)
	})
}

// fills reports whether the word at place is a value for a wildcard there, in a
// template with that many constant words.
func (d *dictionary) fills(f *form, place, consts int) bool {
	t := d.at(f, place)
	switch {
	case !t.is(isText) || t.is(isGrammar|isFault) || d.isKey(f, place):
		return false
	case t.is(isDevice):
		return d.behindRole(f, place)
	case consts > minConsts, d.namelike(f, place), d.behindRole(f, place), d.given(f, place), d.doing(f, place):
		return true
	}
	return consts == minConsts && d.behind(f, place) != nil && (t.is(isCapital|isJoined) || d.proper(f, place))
}
