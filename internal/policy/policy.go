// Package policy holds the rules a team sets about its errors. They decide
// once, before grouping; what comes later only reads the decision.
//
// It is pure and may import event alone.
package policy

import "github.com/org/errmon-action/internal/event"

// Policy is the rules of one run.
type Policy struct {
	// MinLevel is the lowest level that counts as an error.
	MinLevel event.Level
}

// Keep decides whether e counts. An event whose level nobody could tell is
// not an error: the logs are full of lines that only mention one.
func (p Policy) Keep(e event.Event) bool { return e.Level >= p.MinLevel && e.Level != event.Unknown }
