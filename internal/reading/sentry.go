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
	MaxEvents int                        // of new issues whose event is read

	listed []event.SentryIssue
	states map[string]event.State
	events map[string]event.Event // newest, by issue, of those that were asked for
}

// Issues is what was read of a tracker.
type Issues struct {
	Health  source.Health
	States  map[string]event.State // by issue id; nil if the list could not be read
	Notices []string
}

// Read reads all issues of the tracker and the states of those that are followed
// here. If that fails it adds nothing: half a list looks as if the other half
// was resolved. An issue whose event cannot be read is left to the next run.
func (s *Sentry) Read(ctx context.Context) Issues {
	s.states, s.events = map[string]event.State{}, map[string]event.Event{}
	before := s.Intake.Events
	out := Issues{Health: source.Health{Name: s.Tracker.Key(), Tracker: true}}
	if out.Health.Err = s.list(ctx); out.Health.Err != nil {
		return out
	}
	wanted, left := s.wanted()
	if left > 0 {
		out.Notices = append(out.Notices, fmt.Sprintf("%d more unresolved issues in Sentry wait for later runs: narrow sentry-query or raise max-new-issues", left))
	}
	out.Health.Err = s.readEvents(ctx, wanted)
	s.add()
	out.States, out.Health.Issues, out.Health.Events = s.states, len(s.listed), s.Intake.Events-before
	return out
}

func (s *Sentry) list(ctx context.Context) error {
	selected, err := s.Tracker.Issues(ctx)
	if err != nil {
		return err
	}
	for _, i := range selected {
		s.states[i.ID] = i.State
	}
	if err := s.readUnselected(ctx); err != nil {
		return err
	}
	s.listed = append(s.listed, selected...)
	return nil
}

// readUnselected reads the followed issues that are not selected any more. The
// others without a state may stay without: an issue whose own here is closed
// will be selected once it is unresolved again.
func (s *Sentry) readUnselected(ctx context.Context) error {
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

// wanted returns the issues whose newest event is to be read: new ones, those whose issue here may
// be reopened, and those that leave the dashboard. Of the new ones it returns the worst MaxEvents,
// and the number of the others, which are left to later runs.
func (s *Sentry) wanted() (issues []event.SentryIssue, left int) {
	room := s.MaxEvents
	for _, i := range slices.SortedFunc(slices.Values(s.listed), intake.WorstFirst) {
		f := s.Followed[i.ID]
		switch {
		case !s.keeps(i) || i.State != event.Unresolved:
		case f.Filed:
			if !f.Open && i.Total > f.Total {
				issues = append(issues, i)
			}
		case f.Waits:
			if f.Due || f.DueAt > 0 && i.Total >= f.DueAt {
				issues = append(issues, i)
			}
		case room > 0:
			issues, room = append(issues, i), room-1
		default:
			left++
		}
	}
	return issues, left
}

// keeps reports whether the policy keeps an issue. A followed one was kept once.
func (s *Sentry) keeps(i event.SentryIssue) bool {
	f := s.Followed[i.ID]
	return f.Filed || f.Waits || s.Intake.Issue(i).Decision.Keep
}

// maxMissed is how many events in a row may be unreadable until the rest is left
// to the next run: each took several requests already.
const maxMissed = 3

// errMissed stands for the events that were not even asked for.
var errMissed = errors.New("left to the next run")

// readEvents reads the newest events of issues, and returns the first error.
func (s *Sentry) readEvents(ctx context.Context, issues []event.SentryIssue) error {
	var first error
	missed := 0
	for _, i := range issues {
		var e event.Event
		err := errMissed
		if missed < maxMissed {
			e, err = s.Tracker.LatestEvent(ctx, i)
		}
		if err == nil {
			s.events[i.ID], missed = e, 0
			continue
		}
		missed++
		first = cmp.Or(first, err)
		if !s.Followed[i.ID].Filed {
			delete(s.states, i.ID) // nothing is known about it in this run
		}
	}
	return first
}

// add adds what was read to the intake. A new issue whose event was not read is
// left out: it may be an error that another source has shown.
func (s *Sentry) add() {
	for _, i := range s.listed {
		f := s.Followed[i.ID]
		e, read := s.events[i.ID]
		_, stated := s.states[i.ID]
		if !s.keeps(i) || !stated || !f.Filed && (!f.Waits && !read || i.State != event.Unresolved) {
			continue
		}
		s.Intake.AddIssue(i, e, max(0, i.Total-f.Total))
	}
}

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
