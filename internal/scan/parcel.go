package scan

import (
	"context"
	"slices"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
)

// parcel is a delivery as each round adds it to the pipeline.
type parcel struct {
	Delivery
	newest map[string]event.Event // of issues that were delivered without an event, by id
}

// enrich asks the tracker for what a webhook leaves out: the whole event, and how
// often it happened. Where that fails, what was delivered is filed as it is.
func (s *Scan) enrich(ctx context.Context, p *parcel) {
	if s.Tracker == nil {
		return
	}
	ctx, cancel := s.Clock.WithTimeout(ctx, s.MaxDuration/3, errTrackTime)
	defer cancel()
	if err := s.enriched(ctx, p); err != nil {
		s.warn("the webhook is filed as it came: %v", err)
	}
}

func (s *Scan) enriched(ctx context.Context, p *parcel) error {
	withEvent := map[string]bool{}
	for i, e := range p.Events {
		if e.Issue == "" {
			continue
		}
		withEvent[e.Issue] = true
		whole, err := s.Tracker.Event(ctx, event.Tracked{ID: e.Issue, URL: e.URL, Project: e.Service, Level: e.Level}, e.ID)
		if err != nil {
			return err
		}
		if whole.ID != "" {
			p.Events[i] = inPlaceOf(e, whole)
		}
	}
	for i, t := range p.Issues {
		whole, err := s.Tracker.Issue(ctx, t.ID)
		if err != nil {
			return err
		}
		if whole.State == event.Deleted {
			continue
		}
		if p.Issues[i] = whole; t.State == "" { // an event says nothing of a change
			p.Issues[i].State = ""
		}
		if t.State == event.Unresolved && !withEvent[t.ID] {
			if p.newest[t.ID], err = s.Tracker.LatestEvent(ctx, whole); err != nil {
				return err
			}
		}
	}
	return nil
}

// inPlaceOf is a whole event that was delivered in part.
func inPlaceOf(part, whole event.Event) event.Event {
	whole.Deliveries, whole.Source, whole.Stream, whole.Issue = part.Deliveries, part.Source, part.Stream, part.Issue
	if whole.Level == event.Unknown {
		whole.Level = part.Level
	}
	if part.URL != "" {
		whole.URL = part.URL
	}
	return whole
}

// states are what the tracker's issues were brought into.
func (p parcel) states() map[string]event.State {
	states := map[string]event.State{}
	for _, t := range p.Issues {
		if t.State != "" {
			states[t.ID] = t.State
		}
	}
	return states
}

// Add adds what was delivered to a pipeline, for who files nothing.
func (d Delivery) Add(pipeline *Pipeline) { parcel{Delivery: d}.add(pipeline, known{}) }

// add adds the delivery to the pipeline. Of the tracker's issues those alone get
// an issue here that an event was delivered of, or that are unresolved.
func (p parcel) add(pipeline *Pipeline, k known) {
	kept := map[string]bool{}
	for _, e := range p.Events {
		if pipeline.Deliver(e) && e.Issue != "" {
			kept[e.Issue] = true
		}
	}
	for _, t := range p.Issues {
		before, tracked := k.tracks(t.ID)
		fresh := max(0, t.Total-before)
		switch {
		case kept[t.ID]:
			pipeline.Track(t, event.Event{}, 0) // counted as delivered
		case tracked:
			pipeline.Track(t, p.newest[t.ID], fresh)
		case t.State == event.Unresolved && pipeline.Policy.Keep(event.Event{Level: t.Level}):
			e := p.newest[t.ID]
			if e.ID == "" {
				e = told(t)
			}
			pipeline.Track(t, e, max(1, fresh))
		}
	}
}

// unknown are the issues that were brought into a state and have none here.
func (p parcel) unknown(k known) []event.Tracked {
	return slices.DeleteFunc(slices.Clone(p.Issues), func(t event.Tracked) bool {
		_, tracked := k.tracks(t.ID)
		return tracked || t.State == "" || t.State == event.Unresolved
	})
}

// told is what an issue of a tracker says of its newest event.
func told(t event.Tracked) event.Event {
	return event.Event{
		ID: t.ID, Source: "sentry", Issue: t.ID, URL: t.URL, Time: t.Last, Level: t.Level, Message: t.Title, Text: t.Title, Service: t.Project,
	}
}

// tracks returns what was counted of a tracker's issue, and whether it is known.
func (k known) tracks(id string) (total int64, ok bool) {
	key := grouping.TrackedKey(id)
	for _, i := range k.issues {
		if n, ok := i.Marker.Sentry[id]; ok || i.Marker.Owns(key) && i.Marker.DupOf == 0 {
			return n, true
		}
	}
	for _, row := range k.dashboard.Waiting {
		if n, ok := row.Marker.Sentry[id]; ok || row.Marker.Owns(key) {
			return n, true
		}
	}
	return 0, false
}
