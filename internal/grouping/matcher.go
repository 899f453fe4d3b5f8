package grouping

import (
	"slices"
	"strings"
)

// matcher finds the known template that covers another template.
type matcher struct {
	*coverIndex
	known []string // sorted
}

func newMatcher(known []string) *matcher {
	d := newDictionary()
	known = slices.Compact(slices.Sorted(slices.Values(known)))
	forms := make([]*form, len(known))
	for i, k := range known {
		forms[i] = d.form(k)
		forms[i].at = i
	}
	return &matcher{newCoverIndex(d, forms), known}
}

// match returns template itself if it is known, else the most specific known template that covers it.
func (m *matcher) match(template string) (string, bool) {
	if _, ok := slices.BinarySearch(m.known, template); ok || len(m.known) == 0 {
		return template, ok
	}
	f := m.form(template)
	wide := slices.DeleteFunc(m.of(f), func(w *form) bool { return !m.covers(w, f) })
	if len(wide) == 0 {
		return "", false
	}
	return m.known[slices.MaxFunc(wide, func(a, b *form) int { return a.consts - b.consts }).at], true
}

// coverIndex finds the wide templates, which are those with wildcards, that may cover a narrow one.
type coverIndex struct {
	*dictionary
	holes map[uint64][][]int // shape → the sets of places of wildcards in its wide templates
	wide  map[uint64][]*form // hash → wide templates
}

func newCoverIndex(d *dictionary, forms []*form) *coverIndex {
	c := &coverIndex{d, map[uint64][][]int{}, map[uint64][]*form{}}
	for _, f := range forms {
		var holes []int
		for place, number := range f.tokens {
			if number == wildNumber {
				holes = append(holes, place)
			}
		}
		if len(holes) == 0 || f.consts == 0 {
			continue
		}
		if !slices.ContainsFunc(c.holes[f.shape], func(other []int) bool { return slices.Equal(other, holes) }) {
			c.holes[f.shape] = append(c.holes[f.shape], holes)
		}
		c.wide[f.hash] = append(c.wide[f.hash], f)
	}
	return c
}

// of returns the wide templates that may cover f: their hashes match.
func (c *coverIndex) of(f *form) []*form {
	var wide []*form
	for _, holes := range c.holes[f.shape] {
		h := f.hash
		for _, place := range holes {
			h += (c.tokens[wildNumber].hash - c.at(f, place).hash) * weight(place)
		}
		wide = append(wide, c.wide[h]...)
	}
	return wide
}

// covers reports whether narrow is an instance of wide, as "login of alice from <*> failed" is of "login of
// <*> from <*> failed". If wide has few constant words, what its wildcards stand for must look like names.
func (d *dictionary) covers(wide, narrow *form) bool {
	return equal(wide, narrow, func(place int) bool {
		t, before := d.at(narrow, place), d.before(narrow, place)
		switch {
		case wide.tokens[place] != wildNumber || !t.is(isText) || t.is(isGrammar|isFault) || d.isKey(narrow, place):
			return false
		case t.is(isDevice):
			return before.is(isRole)
		case wide.consts > minConsts, before.is(isRole), givers[before.text], d.namelike(narrow, place),
			d.doing(narrow, place):
			return true
		}
		return wide.consts == minConsts && (t.is(isCapital|isJoined) && before != none || d.proper(narrow, place))
	})
}

// form is a template split into tokens.
type form struct {
	tokens []uint32 // numbers in the dictionary
	hash   uint64   // sum of each token's hash times the weight of its place
	shape  uint64   // the same of the signs only, plus the number of tokens
	consts int      // constant words that are not fillers
	at     int      // its index in the list of forms

	from []string // templates that belong to this one
	root *form    // see find
}

// dictionary numbers distinct tokens.
type dictionary struct {
	numbers map[string]uint32
	tokens  []token
}

// wildNumber is the number of the Wildcard in every dictionary.
const wildNumber = 0

func newDictionary() *dictionary {
	d := &dictionary{numbers: map[string]uint32{}}
	d.number(Wildcard)
	return d
}

func (d *dictionary) number(text string) uint32 {
	n, ok := d.numbers[text]
	if !ok {
		n = uint32(len(d.tokens))
		d.numbers[text] = n
		d.tokens = append(d.tokens, newToken(text))
	}
	return n
}

// form splits a template into tokens.
func (d *dictionary) form(template string) *form {
	f := &form{tokens: make([]uint32, 0, 16+len(template)/8)}
	for i := 0; i < len(template); {
		end := tokenEnd(template, i)
		f.tokens = append(f.tokens, d.number(template[i:end]))
		i = end
	}
	d.measure(f)
	return f
}

func (d *dictionary) at(f *form, place int) *token { return &d.tokens[f.tokens[place]] }

func (d *dictionary) measure(f *form) {
	f.hash, f.shape, f.consts = 0, 0, 0
	for place := range f.tokens {
		t := d.at(f, place)
		f.hash += t.hash * weight(place)
		switch {
		case !t.is(isText):
			f.shape += t.hash * weight(place)
		case t.counts():
			f.consts++
		}
	}
	f.shape += uint64(len(f.tokens))
}

// weight makes a token's hash depend on its place. Forms' hashes are sums, so one addition makes a hole.
func weight(place int) uint64 {
	x := uint64(place+1) * 0x9E3779B97F4A7C15
	return (x ^ x>>29) | 1
}

func (d *dictionary) text(f *form) string {
	var b strings.Builder
	for place := range f.tokens {
		b.WriteString(d.at(f, place).text)
	}
	return b.String()
}

// equal reports whether a and b have the same tokens where differ is false.
func equal(a, b *form, differ func(place int) bool) bool {
	if len(a.tokens) != len(b.tokens) || a.shape != b.shape {
		return false
	}
	for place, t := range a.tokens {
		if t != b.tokens[place] && !differ(place) {
			return false
		}
	}
	return true
}
