package grouping

import "slices"

// minConsts is how many constant words a mined template keeps: with fewer, it would
// cover unrelated messages.
const minConsts = 2

// maxRounds bounds the rounds of mining. Each builds on the wildcards of the
// previous one; two or three are usual.
const maxRounds = 6

// miner finds the variable places that masks miss. It works on the set of all
// masked templates at once, so their order cannot matter.
type miner struct {
	*dictionary
	forms []form // sorted by their texts in the first round
	root  []int  // union-find over forms
}

// mine returns, for each template, the one that it belongs to. Known templates
// come first: each owns the templates it covers, and only the rest is mined together
// with the known ones, which may widen.
func mine(templates, known []string) map[string]string {
	matching := newMatcher(known)
	all := slices.Concat(templates, known)
	slices.Sort(all)
	all = slices.Compact(all)
	widest := make(map[string]string, len(all))
	var rest []string
	var covered [][2]string
	for _, t := range all {
		widest[t] = t
		if k, ok := matching.match(t); ok && k != t {
			widest[t] = k
			covered = append(covered, [2]string{t, k})
			continue
		}
		rest = append(rest, t)
	}
	for _, c := range covered {
		matching.learn(c[0], c[1])
	}
	m := &miner{dictionary: matching.dictionary}
	wide := m.widen(rest)
	for t, of := range widest {
		widest[t] = wide[of]
	}
	return widest
}

// widen mines sorted templates and returns the result for each.
func (m *miner) widen(templates []string) map[string]string {
	m.forms = make([]form, len(templates))
	at := make([]int, len(templates)) // the form that each template has become
	for i, t := range templates {
		m.forms[i], at[i] = m.form(t), i
	}
	for range maxRounds {
		to := m.round()
		if to == nil {
			break
		}
		for i := range at {
			at[i] = to[at[i]]
		}
	}
	texts := make([]string, len(m.forms))
	for i := range m.forms {
		texts[i] = m.text(&m.forms[i])
	}
	wide := make(map[string]string, len(templates))
	for i, t := range templates {
		wide[t] = texts[at[i]]
	}
	return wide
}

// round unites the forms that are one template by the evidence so far, and returns
// the new index of each; nil if nothing changed.
func (m *miner) round() []int {
	m.root = make([]int, len(m.forms))
	for i := range m.root {
		m.root[i] = i
	}
	m.uniteNames()
	m.uniteHoles()
	m.uniteRare()
	m.uniteCovered()
	members := make([][]int, len(m.forms))
	for i := range m.forms {
		root := m.find(i)
		members[root] = append(members[root], i)
	}
	return m.replace(members)
}

// replace puts one form in place of each list of members.
func (m *miner) replace(members [][]int) []int {
	var next []form
	changed := false
	to := make([]int, len(m.forms))
	for _, list := range members {
		if len(list) > 1 {
			if wide := m.widest(m.forms, list); wide.consts > 0 && m.stable(&wide) {
				next, changed = append(next, wide), true
				for _, i := range list {
					to[i] = len(next) - 1
				}
				continue
			}
		}
		for _, i := range list {
			next = append(next, m.forms[i])
			to[i] = len(next) - 1
		}
	}
	if !changed {
		return nil
	}
	m.forms = next
	return to
}

// stable reports whether a later run, which has only the text of a form, splits it
// into the same tokens: "queue:<*>" would be one, while "queue:orders" is three.
func (m *miner) stable(f *form) bool {
	again := m.form(m.text(f))
	return slices.Equal(again.tokens, f.tokens)
}

func (m *miner) find(i int) int {
	for m.root[i] != i {
		m.root[i] = m.root[m.root[i]]
		i = m.root[i]
	}
	return i
}

func (m *miner) unite(a, b int) {
	a, b = m.find(a), m.find(b)
	m.root[max(a, b)] = min(a, b)
}
