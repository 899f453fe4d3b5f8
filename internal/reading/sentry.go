package reading

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/source"
)

// Sentry reads the issues of a tracker.
type Sentry struct {
	Tracker   source.Tracker
	Intake    *intake.Intake
	Followed  map[string]source.Followed // the Sentry issues of known errors, by id
	MaxEvents int                        // limit on the new issues whose event is read

	listed []event.SentryIssue
	states map[string]event.State
	events map[string]event.Event // newest event by issue id
}

// Issues is the result of reading a tracker.
type Issues struct {
	Health  source.Health
	States  map[string]event.State // by issue id; nil if the list could not be read
	Notices []string
}

// Read reads all selected issues of the tracker, and others whose state matters here. If that fails, it adds
// nothing: with half a list, the other half would look resolved. An issue that is not filed yet and whose
// event cannot be read is left to the next run.
func (s *Sentry) Read(ctx context.Context) Issues {
	s.states, s.events = map[string]event.State{}, map[string]event.Event{}
	before := s.Intake.Events
	out := Issues{Health: source.Health{Name: s.Tracker.Key(), Tracker: true}}
	if out.Health.Err = s.list(ctx); out.Health.Err != nil {
		return out
	}
	left, err := s.readEvents(ctx)
	if left > 0 {
		out.Notices = append(out.Notices, fmt.Sprintf("%d more unresolved issues in Sentry wait for later runs: "+
			"narrow sentry-query or raise max-new-issues", left))
	}
	for _, i := range s.listed {
		f := s.Followed[i.ID]
		e, read := s.events[i.ID]
		_, stated := s.states[i.ID]
		// A new issue whose event was not read may be an error that another source has shown.
		if s.keeps(i) && stated && (f.Filed || (f.Waits || read) && i.State == event.Unresolved) {
			s.Intake.AddIssue(i, e, max(0, i.Total-f.Total))
		}
	}
	out.States, out.Health.Err = s.states, err
	out.Health.Issues, out.Health.Events = len(s.listed), s.Intake.Events-before
	return out
}

// list reads the selected issues, and those still wanted here that are no longer selected. Others need no
// state: an issue that is closed here will be selected once it is unresolved again.
func (s *Sentry) list(ctx context.Context) error {
	var err error
	if s.listed, err = s.Tracker.Issues(ctx); err != nil {
		return err
	}
	for _, i := range s.listed {
		s.states[i.ID] = i.State
	}
	for _, id := range slices.Sorted(maps.Keys(s.Followed)) {
		f := s.Followed[id]
		if _, selected := s.states[id]; selected || !f.Wanted {
			continue
		}
		i, err := s.Tracker.Issue(ctx, id)
		if err != nil {
			return err
		}
		s.states[id] = i.State
		if f.Filed && i.State != event.Deleted {
			s.listed = append(s.listed, i)
		}
	}
	return nil
}

// keeps reports whether the policy keeps an issue. One that is filed or on the dashboard was kept before.
func (s *Sentry) keeps(i event.SentryIssue) bool {
	f := s.Followed[i.ID]
	return f.Filed || f.Waits || s.Intake.Issue(i).Decision.Keep
}

// readEvents reads the newest event of issues that may be filed: new ones, those whose issue here may be
// reopened, and those that leave the dashboard. Of the new ones it reads the worst MaxEvents and leaves the
// others to later runs. It returns the number of those left, and the first error.
func (s *Sentry) readEvents(ctx context.Context) (left int, first error) {
	room, missed := s.MaxEvents, 0
	worst := slices.SortedFunc(slices.Values(s.listed), func(a, b event.SentryIssue) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Total, a.Total), a.First.Compare(b.First), cmp.Compare(a.ID, b.ID))
	})
	for _, i := range worst {
		f := s.Followed[i.ID]
		isNew := !f.Filed && !f.Waits
		switch {
		case !s.keeps(i) || i.State != event.Unresolved, f.Filed && (f.Open || i.Total <= f.Total),
			!f.Filed && f.Waits && !f.Due && (f.DueAt <= 0 || i.Total < f.DueAt):
			continue
		case isNew && room <= 0:
			left++
			continue
		case isNew:
			room--
		}
		e, err := event.Event{}, errors.New("left to the next run")
		if missed < 3 { // failures in a row; each took several requests
			e, err = s.Tracker.Event(ctx, i, source.Newest)
		}
		if err == nil {
			s.events[i.ID], missed = e, 0
			continue
		}
		missed++
		first = cmp.Or(first, err)
		if !f.Filed {
			delete(s.states, i.ID) // nothing is known about it in this run
		}
	}
	return left, first
}

// Complete asks the tracker for what a webhook leaves out: the whole event, and how often it happened. With
// an error, the delivery that it returns is only partly completed.
func Complete(ctx context.Context, tracker source.Tracker, d intake.Delivery) (intake.Delivery, error) {
	d.Events, d.Issues, d.Newest = slices.Clone(d.Events), slices.Clone(d.Issues), map[string]event.Event{}
	withEvent := map[string]bool{}
	for i, part := range d.Events {
		if part.Issue == "" {
			continue
		}
		withEvent[part.Issue] = true
		issue := event.SentryIssue{ID: part.Issue, URL: part.URL, Project: part.Service, Level: part.Level}
		whole, err := tracker.Event(ctx, issue, part.ID)
		if err != nil {
			return d, err
		}
		if whole.ID != "" {
			whole.Deliveries, whole.Source, whole.Stream, whole.Issue = part.Deliveries, part.Source, part.Stream, part.Issue
			whole.Level, whole.URL = cmp.Or(whole.Level, part.Level), cmp.Or(part.URL, whole.URL)
			d.Events[i] = whole
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
		if d.Issues[i] = whole; t.State == "" { // an event alone does not mean that the state changed
			d.Issues[i].State = ""
		}
		if t.State == event.Unresolved && !withEvent[t.ID] {
			if d.Newest[t.ID], err = tracker.Event(ctx, whole, source.Newest); err != nil {
				return d, err
			}
		}
	}
	return d, nil
}
