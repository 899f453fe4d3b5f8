// Package policy decides by a team's rules which events matter, which of them are one
// error, and what an error's issue looks like.
//
// Matching is per event: a Decider compiles the rules once and notes in the event's
// Decision which of them hold. Effects are per issue: Effects says what the rules that
// held for an error's events make of its issue. Rules only see text that is redacted.
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

// Decider decides on events. It remembers names that it has seen, so it is not safe
// for concurrent use.
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
// a rule says another. Rules apply in order, so a later one sees the level that an
// earlier one set. A Sentry issue is decided on by the event that it describes.
func (d *Decider) Decide(e *event.Event) {
	e.Decision = event.Decision{}
	ignored := 0
	for _, at := range d.index.candidates(e) {
		rule := &d.Rules[at]
		if !hold(d.index.tests[at], e) {
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

// accepts reports whether a rule may hold at a level.
func (r *Rule) accepts(level event.Level) bool {
	return r.Match.Level == nil || r.Match.Level.match([]string{level.String()})
}

// MayKeep reports whether Decide can keep an event of this level. The others, in
// most logs the vast majority, need not be parsed and redacted first.
func (d *Decider) MayKeep(level event.Level) bool { return d.keeps[level] }

// Groups returns the names that rules give to errors, and whether errors that all have
// the name are one: not if a rule asks what differs between the events of one error.
func (p Policy) Groups() map[string]bool {
	names := map[string]bool{}
	for _, r := range p.Rules {
		if r.Group != "" {
			m := r.Match
			differs := len(m.Environment)+len(m.Release)+len(m.Level)+len(m.Source) > 0
			before, known := names[r.Group]
			names[r.Group] = !differs && (before || !known)
		}
	}
	return names
}
