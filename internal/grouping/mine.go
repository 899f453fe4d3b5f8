package grouping

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

const (
	minConsts = 2 // constant words that mining leaves in a template: with fewer, it would cover unrelated messages
	maxRounds = 6 // each builds on the wildcards of the previous one; two or three are usual
)

// miner finds the places in templates that vary but were not masked. The order of templates does not matter.
type miner struct {
	*dictionary
	forms []*form // sorted by text in the first round
}

// mine returns, for each template, the widened one that it belongs to. A template that a known one covers
// belongs to that one. The rest are mined together with the known ones, which may become wider.
func mine(templates, known []string) map[string]string {
	matching := newMatcher(known)
	owned := map[string][]string{} // by known or new template, including itself
	for _, t := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(templates, known)))) {
		owner, ok := matching.match(t)
		if !ok {
			owner = t
		}
		owned[owner] = append(owned[owner], t)
	}
	m := &miner{dictionary: matching.dictionary}
	for _, owner := range slices.Sorted(maps.Keys(owned)) {
		f := m.form(owner)
		f.from = owned[owner]
		m.forms = append(m.forms, f)
		for _, t := range f.from {
			if t != owner {
				m.learn(m.form(t), f)
			}
		}
	}
	for range maxRounds {
		if !m.round() {
			break
		}
	}
	widest := make(map[string]string, len(owned))
	for _, f := range m.forms {
		text := m.text(f)
		for _, t := range f.from {
			widest[t] = text
		}
	}
	return widest
}

// learn marks the words of narrow as names where wide, which covers it, has a wildcard: "login of <*> failed"
// makes the alice of "login of alice failed" a name, in "alice has no licence" too.
func (d *dictionary) learn(narrow, wide *form) {
	for place, number := range wide.tokens {
		if number == wildNumber {
			d.name(narrow.tokens[place])
		}
	}
}

// round joins the forms that the evidence so far shows to be one template, and reports whether it joined any.
func (m *miner) round() bool {
	for i, f := range m.forms {
		f.at, f.root = i, f
	}
	m.uniteNames()
	m.uniteHoles()
	m.uniteCovered()
	members := make([][]*form, len(m.forms))
	for _, f := range m.forms {
		at := find(f).at
		members[at] = append(members[at], f)
	}
	before := len(m.forms)
	m.forms = nil
	for _, list := range members {
		m.forms = append(m.forms, m.joined(list)...)
	}
	return len(m.forms) < before
}

// joined returns the narrowest template that covers all of the forms, which have the same signs in the same
// places. It returns the forms unchanged if no constant word would be left, or if the template's text, which
// is all that a later run has, splits into other tokens: "queue:<*>" is one token, "queue:orders" is three.
func (m *miner) joined(forms []*form) []*form {
	if len(forms) < 2 {
		return forms
	}
	wide := &form{tokens: slices.Clone(forms[0].tokens)}
	for _, f := range forms {
		for place, t := range f.tokens {
			if wide.tokens[place] != t {
				wide.tokens[place] = wildNumber
			}
		}
		wide.from = append(wide.from, f.from...)
	}
	m.measure(wide)
	if wide.consts == 0 || !slices.Equal(m.form(m.text(wide)).tokens, wide.tokens) {
		return forms
	}
	return []*form{wide}
}

// find and unite are a union-find: the forms of one template are a tree with the first form as its root.
func find(f *form) *form {
	for f.root != f {
		f.root = f.root.root
		f = f.root
	}
	return f
}

func unite(a, b *form) {
	a, b = find(a), find(b)
	if a.at < b.at {
		b.root = a
	} else {
		a.root = b
	}
}

// namelike reports whether the word at place may be a name, judging by its look, its use elsewhere or the
// word before it: "no route to com.example.Cart", "queue orders is full". The first word of a message
// is a name only if it is one elsewhere.
func (d *dictionary) namelike(f *form, place int) bool {
	t := d.at(f, place)
	switch {
	case t.is(isWild):
		return true
	case !t.is(isText) || t.is(isFault) || d.isKey(f, place):
		return false
	case t.is(isLearned):
		return !d.behindCause(f, place)
	case place == 0:
		return false
	case t.is(isName):
		return true
	}
	return !t.is(isGrammar|isInflected|isDevice|isCapital|isRole) && d.before(f, place).is(isRole)
}

// before returns the word before the one at place, or none if there is no such word.
func (d *dictionary) before(f *form, place int) *token {
	if place >= 2 && d.at(f, place-1).text == " " && d.at(f, place-2).is(isText) {
		return d.at(f, place-2)
	}
	return none
}

// none is the result of before if there is no word.
var none = new(token)

// proper reports whether the word is capitalized and the one before it is not: "tunnel Lima is down".
func (d *dictionary) proper(f *form, place int) bool {
	before := d.before(f, place)
	return before != none && isTitle(d.at(f, place).text) && !isUpper(before.text[0])
}

// isKey reports whether "=" follows the word at place: "retries=3" and "workers=3" are two settings.
func (d *dictionary) isKey(f *form, place int) bool {
	return place+1 < len(f.tokens) && d.at(f, place+1).text == "="
}

// behindCause reports whether the word at place is a cause: "timeout" in "upload failed: timeout".
func (d *dictionary) behindCause(f *form, place int) bool {
	for place--; place >= 0; place-- {
		switch t := d.at(f, place); {
		case t.text == "by":
			return place > 1 && d.at(f, place-2).text == "caused"
		case t.text == "for" || t.text == "from" || t.text == "at" || t.text == "in" || t.text == "on":
			return false
		case t.text == " " || t.text == ":" || t.text == "-" || t.is(isFiller):
		default:
			return causes[strings.ToLower(t.text)]
		}
	}
	return false
}

// labelled reports whether the word at place follows the label of a state: "EventType: ORDER_PAID",
// "state: OPEN". After other words and a colon, it may be the reason of a failure: "dial: ECONNREFUSED".
func (d *dictionary) labelled(f *form, place int) bool {
	return place > 2 && d.at(f, place-1).text == " " && d.at(f, place-2).text == ":" &&
		label.MatchString(d.at(f, place-3).text)
}

var label = regexp.MustCompile(`(?i)(?:type|state|status|kind|phase|mode)$`)

// doing reports whether the message is only a word in "-ing" and the word at place: "removing chargen".
func (d *dictionary) doing(f *form, place int) bool {
	return place == 2 && len(f.tokens) == 3 && d.before(f, place) != none && strings.HasSuffix(d.at(f, 0).text, "ing")
}

// name marks a word as a name, unless it describes what happened.
func (d *dictionary) name(number uint32) {
	if t := &d.tokens[number]; !t.is(isGrammar | isInflected | isDevice | isRole | isFault | isCapital) {
		t.traits |= isLearned
	}
}
