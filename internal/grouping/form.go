package grouping

import (
	"slices"
	"strings"
)

// form is a template as tokens.
type form struct {
	tokens []uint32 // numbers in the dictionary
	hash   uint64   // of the tokens in their places
	shape  uint64   // of the signs in their places
	consts int      // constant words that are not fillers
}

// dictionary numbers the tokens of one mining.
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
func (d *dictionary) form(template string) form {
	f := form{tokens: make([]uint32, 0, 16+len(template)/8)}
	for i := 0; i < len(template); {
		end := tokenEnd(template, i)
		f.tokens = append(f.tokens, d.number(template[i:end]))
		i = end
	}
	d.measure(&f)
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

// weight makes a token's hash depend on its place, so that the hash of a form with a
// hole can be computed from the form's hash.
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

// widest returns the narrowest template that covers all of the forms, which have the
// same signs in the same places.
func (d *dictionary) widest(forms []form, members []int) form {
	wide := form{tokens: slices.Clone(forms[members[0]].tokens)}
	for _, i := range members[1:] {
		for place, t := range forms[i].tokens {
			if wide.tokens[place] != t {
				wide.tokens[place] = wildNumber
			}
		}
	}
	d.measure(&wide)
	return wide
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
