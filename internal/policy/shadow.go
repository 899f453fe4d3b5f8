package policy

import (
	"slices"

	"github.com/org/errmon-action/internal/event"
)

// Shadowed returns the line of an earlier rule that ignores every event for which the
// last rule holds, as far as their texts show it; 0 if there is none.
func Shadowed(rules []Rule) int {
	last := &rules[len(rules)-1]
	for i := range rules[:len(rules)-1] {
		if r := &rules[i]; r.Ignore != "" && r.Match.covers(&last.Match) {
			return r.Line
		}
	}
	return 0
}

// covers reports whether m surely holds wherever other does.
func (m *Match) covers(other *Match) bool {
	for level := event.Unknown; level <= event.Fatal; level++ {
		if other.Level.accepts(level) && !m.Level.accepts(level) {
			return false
		}
	}
	for a := range attributes {
		if p := m.patterns(a); p != nil && !p.cover(other.patterns(a)) {
			return false
		}
	}
	return true
}

// cover reports whether p surely matches all that other matches.
func (p Patterns) cover(other Patterns) bool {
	wanted := slices.ContainsFunc(p, func(q Pattern) bool { return !q.Not })
	if wanted && !slices.ContainsFunc(other, func(q Pattern) bool { return !q.Not }) {
		return false
	}
	for i := range other {
		o := &other[i]
		if wanted && !o.Not && !slices.ContainsFunc(p, func(q Pattern) bool {
			return !q.Not && (q.Text == o.Text || o.match == nil && q.matches(o.Text))
		}) {
			return false
		}
	}
	for _, q := range p {
		if q.Not && !slices.ContainsFunc(other, func(o Pattern) bool { return o.Not && o.Text == q.Text }) {
			return false
		}
	}
	return true
}
