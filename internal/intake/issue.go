package intake

import (
	"cmp"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
)

// Issue returns the event that a Sentry issue itself describes, parsed and decided
// on like any other.
func (in *Intake) Issue(t event.SentryIssue) event.Event {
	e := t.Event()
	in.Parse(&e)
	return e
}

// AddIssue adds a Sentry issue with so many new events. The event is its
// newest; the zero Event if that was not read.
func (in *Intake) AddIssue(t event.SentryIssue, e event.Event, fresh int64) {
	t.Title, t.Name, t.Project = in.names.redactor.Skeleton(t.Title, grouping.Wildcard), in.names.name(t.Name), in.names.name(t.Project)
	t.URL = in.names.url(t.URL)
	if fresh > 0 {
		in.grown[grouping.SentryKey(t.ID)] = true
	}
	in.Events += fresh
	if e.ID == "" {
		in.Set.AddSentry(t, nil)
		return
	}
	in.parse(&e) // whatever its level: the decision was on the issue
	e.Decision.Keep = true
	in.Set.AddSentry(t, &e)
}

// WorstFirst orders Sentry issues by level, then by number of events.
func WorstFirst(a, b event.SentryIssue) int {
	return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Total, a.Total), a.First.Compare(b.First), cmp.Compare(a.ID, b.ID))
}
