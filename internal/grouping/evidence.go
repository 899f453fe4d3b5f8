package grouping

import (
	"cmp"
	"slices"
	"strings"
)

// seen is a form under a hash of what it shares with others.
type seen struct {
	hash  uint64
	form  int
	place int
}

// families sorts what was seen and calls do with each list of one hash.
func families(all []seen, do func([]seen)) {
	slices.SortFunc(all, func(a, b seen) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.form, b.form), cmp.Compare(a.place, b.place))
	})
	for begin := 0; begin < len(all); {
		end := begin + 1
		for end < len(all) && all[end].hash == all[begin].hash {
			end++
		}
		if end > begin+1 {
			do(all[begin:end])
		}
		begin = end
	}
}

// hole stands in hashes for a place that may vary.
const hole = 0x51ED270B9F2A6C35

// without returns the hash of f with a hole at place added to h.
func (m *miner) without(h uint64, f *form, place int) uint64 {
	return h + (hole-m.at(f, place).hash)*weight(place)
}

// namelike reports whether the word at place may be a name by its own look, by
// what it is elsewhere, or by the word in front of it: "no route to
// com.example.Cart", "queue orders is full". The word that a message begins
// with is what it speaks of.
func (d *dictionary) namelike(f *form, place int) bool {
	t := d.at(f, place)
	switch {
	case t.is(isWild):
		return true
	case place == 0 || !t.is(isText) || t.is(isFault):
		return false
	case t.is(isName | isLearned):
		return true
	}
	return !t.is(isGrammar|isInflected|isCapital|isRole) && d.behindRole(f, place)
}

// behindRole reports whether the word in front says that a name follows.
func (d *dictionary) behindRole(f *form, place int) bool {
	return place >= 2 && d.at(f, place-1).text == " " && d.at(f, place-2).is(isRole)
}

// isProperty reports whether the word at place has a value: "system property
// os.name=<*>" and "system property os.arch=<*>" print one list.
func (d *dictionary) isProperty(f *form, place int) bool {
	return place+1 < len(f.tokens) && d.at(f, place+1).text == "="
}

// uniteNames unites templates that differ in names only, however many: "class
// com.example.Cart replaces com.example.Basket". The less they share, the more
// of them it takes.
func (m *miner) uniteNames() {
	var all []seen
	for i := range m.forms {
		f := &m.forms[i]
		h, names, consts, sure := f.hash, 0, f.consts, true
		for place := range f.tokens {
			if m.namelike(f, place) {
				h = m.without(h, f, place)
				names++
				if t := m.at(f, place); t.counts() {
					consts--
					sure = sure && t.is(isName|isJoined|isLearned) && (m.behindRole(f, place) || m.isProperty(f, place))
				}
			}
		}
		need := 2
		if consts == minConsts && !sure {
			need = 3
		}
		if names > 0 && consts >= minConsts {
			all = append(all, seen{h, i, need})
		}
	}
	families(all, func(family []seen) {
		if need := slices.MaxFunc(family, func(a, b seen) int { return a.place - b.place }).place; len(family) < need {
			return
		}
		first := &m.forms[family[0].form]
		for _, s := range family[1:] {
			f := &m.forms[s.form]
			if equal(first, f, func(place int) bool { return m.namelike(first, place) && m.namelike(f, place) }) {
				m.unite(family[0].form, s.form)
			}
		}
	})
}

// uniteHoles unites templates that differ in one word, where the words at that
// place are values: "cannot parse feed of acme while loading prices", "… of
// globex …", and three more.
func (m *miner) uniteHoles() {
	var all []seen
	for i := range m.forms {
		f := &m.forms[i]
		for place := range f.tokens {
			if f.consts > minConsts && m.at(f, place).isConst() && !m.at(f, place).is(isFiller) {
				all = append(all, seen{m.without(f.hash, f, place), i, place})
			}
		}
	}
	var learned []uint32
	families(all, func(family []seen) {
		first := family[0]
		family = slices.DeleteFunc(family, func(s seen) bool {
			return s.place != first.place || !equal(&m.forms[first.form], &m.forms[s.form], func(p int) bool { return p == s.place })
		})
		if len(family) < 2 || !m.varies(family) {
			return
		}
		for _, s := range family {
			m.unite(first.form, s.form)
			if len(family) >= manyValues {
				learned = append(learned, m.forms[s.form].tokens[s.place])
			}
		}
	})
	// The names of one system turn up in all its messages: what is a value
	// here may be one elsewhere, from the next round on.
	for _, number := range learned {
		m.name(number)
	}
}

// name marks a word as a name, unless it says what happened.
func (d *dictionary) name(number uint32) {
	if t := &d.tokens[number]; !t.is(isGrammar | isInflected | isRole | isFault | isCapital) {
		t.traits |= isLearned
	}
}

// How many different words at one place prove that they are values, and how
// many other words that count the message must have for it. Words of the
// message itself alternate too ("lock taken", "lock released"), and services
// that say little name what they speak of ("the eu store lost order <*>"): where
// nothing but numbers speaks for a name, the message must say a lot.
const (
	manyValues  = 5
	manyStates  = 8  // in capitals: states and types of a machine
	manyStarts  = 10 // at the beginning: what the message speaks of
	manyNames   = 3  // joined words: "search-api"
	fewConsts   = 3
	someConsts  = 4
	manyConsts  = 5
	verbsPerAll = 4 // one verb among four words: they say what happened
)

// varies decides whether the words of a family, which differ at one place
// only, are values.
func (m *miner) varies(family []seen) bool {
	place, f := family[0].place, &m.forms[family[0].form]
	n, consts := len(family), f.consts
	if m.at(f, place).counts() {
		consts--
	}
	var faults, capitals, verbs, joined int
	for _, s := range family {
		switch t := m.at(&m.forms[s.form], place); {
		case t.is(isFault):
			faults++ // "call ended with TimeoutError": another error
		case t.is(isCapital):
			capitals++
		case t.is(isGrammar | isInflected):
			verbs++
		case t.is(isJoined):
			joined++
		}
	}
	switch {
	case faults > 0, verbs*verbsPerAll > n:
		return false
	case m.isProperty(f, place):
		return false // "retries=3" and "workers=3" are two settings
	case place == 0:
		return consts >= manyConsts && n >= manyStarts
	case capitals == n && m.labelled(f, place) && consts >= someConsts:
		return true
	case capitals*2 > n:
		return consts >= fewConsts && n >= manyStates
	case joined*2 > n:
		return consts >= fewConsts && n >= manyNames
	case m.given(f, place) && consts >= fewConsts && verbs == 0:
		return true
	}
	return consts >= manyConsts && n >= manyValues
}

// given reports whether the word in front is one that gives a name.
func (d *dictionary) given(f *form, place int) bool {
	return place >= 2 && d.at(f, place-1).text == " " && givers[d.at(f, place-2).text]
}

// labelled reports whether the word at place is behind the label of a state.
func (m *miner) labelled(f *form, place int) bool {
	if place < 3 || m.at(f, place-1).text != " " || m.at(f, place-2).text != ":" {
		return false
	}
	label := strings.ToLower(m.at(f, place-3).text)
	return slices.ContainsFunc(labels, func(end string) bool { return strings.HasSuffix(label, end) })
}

// uniteRare unites templates that differ in several words at once, each of
// which stands at its place in that template alone: "user alice logged in at
// office", "user bob logged in at home".
func (m *miner) uniteRare() {
	counts := map[uint64]int{}
	spot := func(f *form, place int) uint64 { return f.shape ^ m.at(f, place).hash*weight(place) }
	for i := range m.forms {
		f := &m.forms[i]
		for place := range f.tokens {
			if m.at(f, place).isConst() {
				counts[spot(f, place)]++
			}
		}
	}
	rare := func(f *form, place int) bool {
		t := m.at(f, place)
		return place > 0 && t.isConst() && !t.is(isGrammar|isInflected|isFault|isCapital|isRole) && counts[spot(f, place)] == 1
	}
	var all []seen
	for i := range m.forms {
		f := &m.forms[i]
		h, holes := f.hash, 0
		for place := range f.tokens {
			if rare(f, place) {
				h = m.without(h, f, place)
				holes++
			}
		}
		if consts := f.consts - holes; holes > 1 && consts >= someConsts && consts >= 2*holes {
			all = append(all, seen{hash: h, form: i})
		}
	}
	families(all, func(family []seen) {
		if len(family) < manyValues {
			return
		}
		first := &m.forms[family[0].form]
		for _, s := range family[1:] {
			f := &m.forms[s.form]
			if equal(first, f, func(place int) bool { return rare(first, place) && rare(f, place) }) {
				m.unite(family[0].form, s.form)
			}
		}
	})
}

// uniteCovered unites a template with a wider one that covers it: once "login
// of <*> failed at gateway" is known, "login of trent failed at gateway" needs
// no further proof.
func (m *miner) uniteCovered() {
	wide := map[uint64][]int{}
	for i := range m.forms {
		if f := &m.forms[i]; f.consts >= minConsts && slices.Contains(f.tokens, wildNumber) {
			wide[f.shape] = append(wide[f.shape], i)
		}
	}
	for i := range m.forms {
		for _, j := range wide[m.forms[i].shape] {
			if i != j && m.covers(&m.forms[j], &m.forms[i]) {
				m.unite(i, j)
			}
		}
	}
}
