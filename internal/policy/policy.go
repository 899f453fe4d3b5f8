// Package policy decides which events matter, and says so in a Decision that
// travels with the event: nobody asks a second time.
//
// It is pure and may import event.
package policy

import "github.com/org/errmon-action/internal/event"

// Policy is what a team wants to see.
type Policy struct {
	MinLevel event.Level
}

// Decide decides on an event that is parsed and redacted. A Sentry issue is
// decided on by the event that it describes.
func (p Policy) Decide(e event.Event) event.Decision {
	return event.Decision{Keep: e.Level >= p.MinLevel}
}

// MayKeep reports whether Decide can keep an event of this level. The others, in
// most logs the vast majority, need not be parsed and redacted first.
func (p Policy) MayKeep(level event.Level) bool { return level >= p.MinLevel }
