package reading

import (
	"context"
	"slices"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/source"
)

// Complete asks the tracker for what a webhook leaves out: the whole event, and
// how often it happened. If that fails, the delivery is complete only in part.
func Complete(ctx context.Context, tracker source.Tracker, d intake.Delivery) (intake.Delivery, error) {
	d.Events, d.Issues, d.Newest = slices.Clone(d.Events), slices.Clone(d.Issues), map[string]event.Event{}
	withEvent := map[string]bool{}
	for i, e := range d.Events {
		if e.Issue == "" {
			continue
		}
		withEvent[e.Issue] = true
		whole, err := tracker.Event(ctx, event.SentryIssue{ID: e.Issue, URL: e.URL, Project: e.Service, Level: e.Level}, e.ID)
		if err != nil {
			return d, err
		}
		if whole.ID != "" {
			d.Events[i] = asDelivered(whole, e)
		}
	}
	for i, t := range d.Issues {
		whole, err := tracker.Issue(ctx, t.ID)
		if err != nil {
			return d, err
		}
		if whole.State == event.Deleted {
			continue
		}
		if d.Issues[i] = whole; t.State == "" { // an event does not mean that the state changed
			d.Issues[i].State = ""
		}
		if t.State == event.Unresolved && !withEvent[t.ID] {
			if d.Newest[t.ID], err = tracker.LatestEvent(ctx, whole); err != nil {
				return d, err
			}
		}
	}
	return d, nil
}

// asDelivered returns the whole of an event that was delivered in part.
func asDelivered(whole, part event.Event) event.Event {
	whole.Deliveries, whole.Source, whole.Stream, whole.Issue = part.Deliveries, part.Source, part.Stream, part.Issue
	if whole.Level == event.Unknown {
		whole.Level = part.Level
	}
	if part.URL != "" {
		whole.URL = part.URL
	}
	return whole
}
