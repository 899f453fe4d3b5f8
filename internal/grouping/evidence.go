package grouping

import (
	"cmp"
	"slices"
	"strings"
)

// seen is a form with the hash of what it may share with others.
type seen struct {
	hash  uint64
	form  *form
	place int  // where it varies; set only by holes
	weak  bool // two forms are not enough evidence if one of them is weak; set only by uniteNames
}

// families sorts the forms and returns the families: groups of two or more with the same hash.
func families(all []seen) (found [][]seen) {
	slices.SortFunc(all, func(a, b seen) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.form.at, b.form.at), cmp.Compare(a.place, b.place))
	})
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].hash == all[0].hash {
			n++
		}
		if n > 1 {
			found = append(found, all[:n:n])
		}
		all = all[n:]
	}
	return found
}

// without returns h, a hash of f, with the word at place replaced by a hole.
func (m *miner) without(h uint64, f *form, place int) uint64 {
	const hole = 0x51ED270B9F2A6C35 // stands for any word in hashes
	return h + (hole-m.at(f, place).hash)*weight(place)
}

// uniteNames unites templates that differ only in names, at any number of places: "class com.example.Cart
// replaces com.example.Basket". If they share few words and the names may be ordinary words, three are needed.
func (m *miner) uniteNames() {
	var all []seen
	for _, f := range m.forms {
		h, consts, sure := f.hash, f.consts, true
		for place := range f.tokens {
			if !m.namelike(f, place) {
				continue
			}
			h = m.without(h, f, place)
			if t := m.at(f, place); t.counts() {
				consts--
				sure = sure && t.is(isName|isJoined|isLearned) && m.before(f, place).is(isRole)
			}
		}
		if h != f.hash && consts >= minConsts {
			all = append(all, seen{hash: h, form: f, weak: consts == minConsts && !sure})
		}
	}
	for _, family := range families(all) {
		if len(family) < 3 && (family[0].weak || family[1].weak) {
			continue
		}
		first := family[0].form
		for _, s := range family[1:] {
			if equal(first, s.form, func(place int) bool { return m.namelike(first, place) && m.namelike(s.form, place) }) {
				unite(first, s.form)
			}
		}
	}
}

// uniteHoles unites templates that differ in one word if the words at that place are values: "cannot parse
// feed of acme while loading prices", "… of globex …", and three more. Three are enough for names that vary
// in several messages: "lost heartbeat of lmond", "late heartbeat of lmond", and both for gridd and healthd.
func (m *miner) uniteHoles() {
	holes := m.holes()
	mayBeNames := func(family []seen) bool { return len(family) >= manyNames && family[0].form.consts > minConsts }
	contexts := map[uint32]int{} // word → number of families of possible names that contain it
	for _, family := range holes {
		for _, s := range family {
			if mayBeNames(family) {
				contexts[s.form.tokens[s.place]]++
			}
		}
	}
	for _, family := range holes {
		again := 0 // words that vary in other messages too, as names do
		for _, s := range family {
			if contexts[s.form.tokens[s.place]] > 1 {
				again++
			}
		}
		alternating := mayBeNames(family) && again >= manyNames && 2*again > len(family)
		if !alternating && !m.varies(family) {
			continue
		}
		for _, s := range family {
			unite(family[0].form, s.form)
			if alternating || len(family) >= manyValues {
				m.name(s.form.tokens[s.place]) // so it is a name in the system's other messages too
			}
		}
	}
}

// holes returns the families that differ at only one place, except where the words describe what happened.
func (m *miner) holes() [][]seen {
	var all []seen
	for _, f := range m.forms {
		for place := range f.tokens {
			if t := m.at(f, place); f.consts >= minConsts && t.isConst() && !t.is(isFiller) && !m.isKey(f, place) {
				all = append(all, seen{hash: m.without(f.hash, f, place), form: f, place: place})
			}
		}
	}
	var holes [][]seen
	for _, family := range families(all) {
		first := family[0]
		family = slices.DeleteFunc(family, func(s seen) bool {
			return s.place != first.place || !equal(first.form, s.form, func(place int) bool { return place == s.place })
		})
		if len(family) > 1 && !m.happened(family) {
			holes = append(holes, family)
		}
	}
	return holes
}

// happened reports whether the words of a family describe what happened: one is an exception's class or a
// cause, two are opposites, such as "stable" and "unstable", or over a quarter are verbs, states or devices.
func (m *miner) happened(family []seen) bool {
	verbs, words := 0, map[string]bool{}
	for _, s := range family {
		words[strings.ToLower(m.at(s.form, s.place).text)] = true
	}
	for _, s := range family {
		t := m.at(s.form, s.place)
		negates := slices.ContainsFunc([]string{"un", "in", "im", "ir", "il", "dis", "non", "de"}, func(prefix string) bool {
			rest, ok := strings.CutPrefix(strings.ToLower(t.text), prefix)
			return ok && words[strings.TrimPrefix(rest, "-")]
		})
		if negates || t.is(isFault) || m.behindCause(s.form, s.place) {
			return true
		} else if t.is(isGrammar | isInflected | isDevice) {
			verbs++
		}
	}
	return 4*verbs > len(family)
}

// How many different words at one place show that they are values. Messages that share few other words need
// more evidence, since the word may be the subject ("the eu store is down") or say what happened ("lock
// taken", "lock released").
const (
	manyNames  = 3 // words that look like names: "search-api", "tunnel Lima"
	manyValues = 5
	manyMore   = 8 // words in capitals, which may be states; first words; or any if the messages share only 4 others
)

// varies reports whether the words at the one place where a family differs are values.
func (m *miner) varies(family []seen) bool {
	place, f := family[0].place, family[0].form
	n, consts := len(family), f.consts
	if m.at(f, place).counts() {
		consts--
	}
	if consts < minConsts {
		return m.doing(f, place)
	}
	var capitals, names int
	for _, s := range family {
		switch t := m.at(s.form, place); {
		case t.is(isCapital):
			capitals++
		case t.is(isJoined) || m.proper(s.form, place):
			names++
		}
	}
	bracketed := place > 1 && m.at(f, place-1).text == "[" && place+1 < len(f.tokens) && m.at(f, place+1).text == "]"
	switch {
	case place == 0:
		return consts >= 5 && n >= manyMore
	case bracketed && consts >= 3, capitals == n && m.labelled(f, place) && consts >= 4:
		return true // "interrupt link [LNKD] enabled", "state: OPEN"
	case capitals*2 > n:
		return consts >= 3 && n >= manyMore
	case names*2 > n:
		return n >= manyNames
	case givers[m.before(f, place).text]:
		return consts >= 3 || n >= manyNames
	}
	return consts >= 5 && n >= manyValues || consts >= 4 && n >= manyMore
}

// uniteCovered unites a template with a wider one that covers it. With "login of <*> failed at gateway",
// "login of trent failed at gateway" needs no more evidence.
func (m *miner) uniteCovered() {
	wide := newCoverIndex(m.dictionary, m.forms)
	for _, f := range m.forms {
		for _, w := range wide.of(f) {
			if w != f && m.covers(w, f) {
				unite(f, w)
			}
		}
	}
}
