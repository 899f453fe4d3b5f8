package intake

import (
	"cmp"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
)

// Issue returns the event that a Sentry issue itself describes, parsed and decided
// on like any other, and not counted.
func (in *Intake) Issue(t event.SentryIssue) event.Event {
	e := t.Event()
	in.parse(&e)
	return e
}

// AddIssue adds a Sentry issue with so many new events, unless a rule leaves it out.
// The event is its newest; the zero Event if that was not read.
func (in *Intake) AddIssue(t event.SentryIssue, e event.Event, fresh int64) {
	t.Title, t.Name, t.Project = in.names.redactor.Skeleton(t.Title, grouping.Wildcard), in.names.name(t.Name), in.names.name(t.Project)
	t.URL = in.names.url(t.URL)
	var newest *event.Event
	if e.ID != "" {
		logged := e.Level
		if in.parse(&e); !e.Decision.Keep && (e.Decision.IgnoredBy != 0 || e.Level != logged) {
			in.ignore(e, fresh)
			return
		}
		e.Decision.Keep = true // whatever its level: the decision was on the issue
		newest = &e
		if e.Level != logged {
			t.Level = e.Level
		}
	}
	if fresh > 0 {
		in.grown[grouping.SentryKey(t.ID)] = true
	}
	in.Events += fresh
	in.Set.AddSentry(t, newest)
}

// WorstFirst orders Sentry issues by level, then by number of events.
func WorstFirst(a, b event.SentryIssue) int {
	return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Total, a.Total), a.First.Compare(b.First), cmp.Compare(a.ID, b.ID))
}
