package intake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
)

// Delivery is what webhooks and messages delivered to a run.
type Delivery struct {
	Events []event.Event
	Issues []event.SentryIssue    // with the state each changed to; no state if only its event was delivered
	Newest map[string]event.Event // by issue id: the newest event of unresolved issues delivered without one
}

// Date sets the time of events without one.
func (d *Delivery) Date(now time.Time) {
	d.Events = slices.Clone(d.Events)
	for i := range d.Events {
		if d.Events[i].Time.IsZero() {
			d.Events[i].Time = now
		}
	}
}

// Deliver adds a delivery and returns a notice about each event whose sender stated a level below min-level.
// counted returns how many events of a Sentry issue are counted already, and whether the issue is known. An
// unknown one is added only if one of its events is kept, or if it is unresolved and the policy keeps it.
func (in *Intake) Deliver(d Delivery, counted func(id string) (int64, bool)) (notices []string) {
	kept := map[string]bool{}
	for _, e := range d.Events {
		stated := e.Level
		if in.deliverEvent(&e); e.Decision.Keep {
			kept[e.Issue] = true
		} else if stated != event.Unknown && e.Decision.IgnoredBy == 0 {
			notices = append(notices, fmt.Sprintf("Skipped: its level, %s, is below min-level.", stated))
		}
	}
	for _, t := range d.Issues {
		before, known := counted(t.ID)
		fresh := max(0, t.Total-before)
		switch {
		case kept[t.ID]:
			in.AddIssue(t, event.Event{}, 0) // its events are counted already, above
		case known:
			in.AddIssue(t, d.Newest[t.ID], fresh)
		case t.State == event.Unresolved && in.Issue(t).Decision.Keep:
			e := d.Newest[t.ID]
			if e.ID == "" {
				e = t.Event()
			}
			in.AddIssue(t, e, max(1, fresh))
		}
	}
	return notices
}

// deliverEvent adds an event if the policy keeps it. It is an error unless its sender or text states a level.
func (in *Intake) deliverEvent(e *event.Event) {
	if len(e.Exceptions) == 0 {
		in.readText(e)
	}
	e.Level = cmp.Or(e.Level, event.Error)
	e.Stream = in.names.name(e.Stream) // rules match it, so it is redacted first
	if in.Parse(e); !e.Decision.Keep {
		return
	}
	in.Count(*e)
	if e.Issue != "" {
		in.grown[grouping.SentryKey(e.Issue)] = true
	}
}

// readText reads a delivered text like a log line. Fields that the sender set win, except the message.
func (in *Intake) readText(e *event.Event) {
	text := strings.TrimSuffix(cmp.Or(e.Message, e.Text)+"\n"+e.Stack, "\n")
	events := in.Frame(event.Record{Source: e.Source, Text: text})
	if len(events) == 0 { // only frames, without a head: there is nothing to read
		return
	}
	read := events[0]
	for own, value := range map[*string]string{
		&e.Stack: read.Stack, &e.Logger: read.Logger, &e.Service: read.Service, &e.Release: read.Release,
		&e.Environment: read.Environment, &e.RequestID: read.RequestID, &e.TraceID: read.TraceID,
	} {
		*own = cmp.Or(*own, value)
	}
	e.Level, e.Message = cmp.Or(e.Level, read.Level), read.Message
}

// Issue returns the event that a Sentry issue itself describes, parsed and decided on, and not counted.
func (in *Intake) Issue(t event.SentryIssue) event.Event {
	e := t.Event()
	in.parse(&e)
	return e
}

// AddIssue adds a Sentry issue with fresh new events, unless a rule drops e, its newest (zero if unknown).
func (in *Intake) AddIssue(t event.SentryIssue, e event.Event, fresh int64) {
	t.Title, t.Name, t.Project = in.names.redactor.Skeleton(t.Title, t.Title), in.names.name(t.Name), in.names.name(t.Project)
	t.URL = in.names.url(t.URL)
	var newest *event.Event
	if e.ID != "" {
		logged := e.Level
		in.parse(&e)
		if rule := e.Decision.IgnoredBy; rule != 0 {
			in.Ignored[rule] += fresh
		}
		if !e.Decision.Keep && (e.Decision.IgnoredBy != 0 || e.Level != logged) {
			return
		}
		e.Decision.Keep = true // whatever its level: the decision was made on the issue
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
