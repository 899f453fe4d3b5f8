// Package policy applies a team's rules: which events matter, which of them are one
// error, and what an error's issue looks like.
//
// Matching is per event: a Decider compiles the rules once and notes in the event's
// Decision which of them match. Effects are per issue: Effects returns what the rules that
// matched an error's events make of its issue. Rules see only redacted text.
//
// It is pure and may import event.
package policy

import (
	"slices"

	"github.com/org/errmon-action/internal/event"
)

// Policy is what a team wants to see.
type Policy struct {
	MinLevel event.Level
	Rules    []Rule // in the order of the file
}

// Decider decides on events. It reuses a buffer, so it is not safe for concurrent use.
type Decider struct {
	Policy
	index *index
	keeps [event.Fatal + 1]bool // see MayKeep
}

// New returns a Decider.
func New(p Policy) *Decider {
	d := &Decider{Policy: p, index: newIndex(p.Rules)}
	for level := range d.keeps {
		level := event.Level(level)
		d.keeps[level] = level >= p.MinLevel || slices.ContainsFunc(p.Rules, func(r Rule) bool {
			return r.Level != event.Unknown && r.accepts(level)
		})
	}
	return d
}

// Decide sets the Decision of an event that is parsed and redacted, and its Level where
// a rule sets another. Rules apply in order, so a later one sees the level that an
// earlier one set. A Sentry issue is judged by the event that it describes.
func (d *Decider) Decide(e *event.Event) {
	e.Decision = event.Decision{}
	ignored := 0
	for _, at := range d.index.candidates(e) {
		rule := &d.Rules[at]
		if !rule.Match.holds(e) {
			continue
		}
		e.Decision.Rules = append(e.Decision.Rules, at)
		if rule.Level != event.Unknown {
			e.Level = rule.Level
		}
		if e.Decision.Group == "" {
			e.Decision.Group = rule.Group
		}
		if rule.Ignore != "" {
			ignored = rule.Line
		}
	}
	if e.Decision.Keep = e.Level >= d.MinLevel; e.Decision.Keep && ignored != 0 {
		e.Decision.Keep, e.Decision.IgnoredBy = false, ignored
	}
}

// accepts reports whether a rule may match at a level.
func (r *Rule) accepts(level event.Level) bool {
	return r.Match.Level == nil || r.Match.Level.match([]string{level.String()})
}

// MayKeep reports whether Decide can keep an event of this level. All others, the vast
// majority in most logs, need not be parsed and redacted.
func (d *Decider) MayKeep(level event.Level) bool { return d.keeps[level] }

// Groups returns the names that rules give to errors, and whether all errors of a name are
// one: not if one of its rules tests something that differs between the events of one error.
func (p Policy) Groups() map[string]bool {
	names := map[string]bool{}
	for _, r := range p.Rules {
		if r.Group != "" {
			differs := len(r.Match.Environment)+len(r.Match.Release)+len(r.Match.Level)+len(r.Match.Source) > 0
			before, known := names[r.Group]
			names[r.Group] = !differs && (before || !known)
		}
	}
	return names
}

// Shadowed returns the line of an earlier rule that ignores every event that the last rule
// matches, as far as the patterns show; 0 if there is none.
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

// cover reports whether p certainly matches everything that other matches: p has or matches
// each pattern of other, and other also excludes whatever p excludes.
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
