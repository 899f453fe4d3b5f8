package policy

import "slices"

// Shadowed returns the line of an earlier rule that ignores every event for which the
// last rule holds, as far as their texts show it; 0 if there is none.
func Shadowed(rules []Rule) int {
	last := rules[len(rules)-1].Match.patterns()
	for i := range rules[:len(rules)-1] {
		covers := rules[i].Ignore != ""
		for a, p := range rules[i].Match.patterns() {
			covers = covers && (p == nil || p.cover(last[a]))
		}
		if covers {
			return rules[i].Line
		}
	}
	return 0
}

// cover reports whether p surely matches all that other matches: each pattern of other
// is one of p or matched by one, and all that p excludes is excluded there too.
func (p Patterns) cover(other Patterns) bool {
	wanted := func(p Pattern) bool { return !p.Not }
	for _, q := range p {
		if q.Not && !slices.ContainsFunc(other, func(o Pattern) bool { return o.Not && o.Text == q.Text }) {
			return false
		}
	}
	if !slices.ContainsFunc(p, wanted) {
		return true
	}
	return slices.ContainsFunc(other, wanted) && !slices.ContainsFunc(other, func(o Pattern) bool {
		return wanted(o) && !slices.ContainsFunc(p, func(q Pattern) bool { return wanted(q) && (q.Text == o.Text || q.Fits(o.Text)) })
	})
}
