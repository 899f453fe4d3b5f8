package scan

import (
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/stacktrace"
)

// Pipeline is the way of a log line: framed into events, read, held against
// the policy, and added to its group. What it keeps depends on the number of
// distinct errors, not of lines.
type Pipeline struct {
	Policy policy.Policy
	Set    *grouping.Set
	Events int64 // events that the policy kept
}

// Reader returns what takes the records of one source in the order they were
// logged in each stream, and its end. Events from before the given time were
// read only because a stack trace may reach across it; they are left out, and
// so no minute is ever counted in part.
func (p *Pipeline) Reader(from time.Time) *logtext.Framer {
	return logtext.NewFramer(func(e event.Event) {
		if !e.Time.IsZero() && e.Time.Before(from) {
			return
		}
		p.add(e)
	})
}

func (p *Pipeline) add(e event.Event) {
	if !p.Policy.Keep(e) {
		return
	}
	if e.Stack != "" {
		e.Exceptions, e.Runtime = stacktrace.Parse(e.Stack)
	}
	p.Events++
	p.Set.Add(e)
}
