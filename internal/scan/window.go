package scan

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/marker"
)

// This file reads the lines around errors of which the source's filter brought
// only a part.

// Windowed is a source that can show one stream unfiltered.
type Windowed interface {
	Source
	// Window returns the records of the stream between two times and the number
	// of requests, at most maxRequests, that it took. An error that may be gone
	// later has a method Temporary() bool that returns true.
	Window(ctx context.Context, stream string, from, to time.Time, maxRequests int) ([]event.Record, int, error)
}

// What is read around an error, and how much of that in a run: at 2 requests a
// second the budget takes 15 seconds.
const (
	windowBefore      = 2 * time.Second
	windowAfter       = 5 * time.Second
	maxWindowRequests = 30
	maxRequestsEach   = 3
)

// window is a stretch of one stream.
type window struct {
	stream   string
	from, to time.Time
}

// around returns the window of an event.
func around(e event.Event) window {
	return window{e.Stream, e.Time.Add(-windowBefore), e.Time.Add(windowAfter)}
}

func (w window) holds(e event.Event) bool {
	return e.Stream == w.stream && !e.Time.Before(w.from) && e.Time.Before(w.to)
}

// merged returns the windows of the events, those that touch made one, the
// earliest first.
func merged(events []event.Event) []window {
	var all []window
	for _, e := range events {
		all = append(all, around(e))
	}
	slices.SortFunc(all, func(a, b window) int {
		if c := strings.Compare(a.stream, b.stream); c != 0 {
			return c
		}
		return a.from.Compare(b.from)
	})
	var out []window
	for _, w := range all {
		if last := len(out) - 1; last >= 0 && out[last].stream == w.stream && !w.from.After(out[last].to) {
			out[last].to = w.to
			continue
		}
		out = append(out, w)
	}
	slices.SortStableFunc(out, func(a, b window) int { return a.from.Compare(b.from) })
	return out
}

// completeHeld counts the events that were held while a source was read. Around
// those that lack their frames and are of no known error, all lines are read, and
// what they tell replaces the events there. What exceeds the budget is left to
// the next run: the time returned is that of the first such event.
func (s *Scan) completeHeld(ctx context.Context, p *Pipeline, source Windowed) (waiting time.Time) {
	held := p.held
	p.held, p.holding = nil, false
	if source == nil {
		return time.Time{}
	}
	var suspects []event.Event
	for _, e := range held {
		if e.Partial && !e.Time.IsZero() && !s.owned[p.Set.Key(e)] {
			suspects = append(suspects, e)
		}
	}
	for _, w := range merged(suspects) {
		inside, outside := part(held, w)
		held = outside
		records, ok := s.readWindow(ctx, source, w)
		if !ok {
			waiting = earliest(waiting, inside[0].Time)
			continue
		}
		for _, e := range s.replace(records, inside) {
			if p.Policy.Keep(e) {
				p.Parse(&e)
				p.count(e)
			}
		}
	}
	for _, e := range held {
		p.count(e)
	}
	return waiting
}

func part(events []event.Event, w window) (inside, outside []event.Event) {
	for _, e := range events {
		if w.holds(e) {
			inside = append(inside, e)
		} else {
			outside = append(outside, e)
		}
	}
	return inside, outside
}

// replace returns, for the events of a window, those that all its lines make:
// several may turn out to be parts of one.
func (s *Scan) replace(records []event.Record, inside []event.Event) []event.Event {
	whole := frameWindow(records, s.Fields)
	var out []event.Event
	taken := map[int]bool{}
	for _, e := range inside {
		i := wholeOf(e, whole, taken)
		if i < 0 {
			out = append(out, e)
			continue
		}
		if !taken[i] {
			taken[i] = true
			out = append(out, completed(e, whole[i]))
		}
	}
	return out
}

// wholeOf returns the place of the event that e is a part of: the one that began
// last before it. What begins as one that was taken already is another failure of
// the same words. It returns -1 if there is none.
func wholeOf(e event.Event, whole []event.Event, taken map[int]bool) int {
	found := -1
	for i, f := range slices.Backward(whole) {
		switch {
		case !isPart(e, f):
		case !taken[i] || !begins(e, f):
			return i
		case found < 0:
			found = i
		}
	}
	return found
}

// readWindow reports false where a later run may get what this one did not: the
// budget is used up, or the service failed. Where the lines are refused for good
// an error is what its known part says.
func (s *Scan) readWindow(ctx context.Context, source Windowed, w window) (records []event.Record, ok bool) {
	if s.refused {
		return nil, true
	}
	if s.windows >= maxWindowRequests {
		return nil, false
	}
	records, requests, err := source.Window(ctx, w.stream, w.from, w.to, min(maxRequestsEach, maxWindowRequests-s.windows))
	s.windows += requests
	if err == nil {
		return records, true
	}
	s.warn("%v", err)
	var failure interface{ Temporary() bool }
	if errors.As(err, &failure) && failure.Temporary() {
		s.windows = maxWindowRequests
		return nil, false
	}
	s.refused = true // what was refused once is not asked for again
	return nil, true
}

// frameWindow joins the records of a window into events.
func frameWindow(records []event.Record, fields map[string][]string) []event.Event {
	var events []event.Event
	framer := logtext.NewFramer(func(e event.Event) { events = append(events, e) })
	framer.UseKeys(fields)
	for _, r := range records {
		framer.Add(r)
	}
	framer.Flush(settled(records))
	return events
}

// settled is a time at which no record's trace waits for more.
func settled(records []event.Record) time.Time {
	if len(records) == 0 {
		return time.Time{}
	}
	return records[len(records)-1].Time.Add(logtext.Settle)
}

// isPart tells whether the first line of e is a line of the whole event, which
// began with it or a little before.
func isPart(e, whole event.Event) bool {
	first, _, _ := strings.Cut(e.Text, "\n")
	if e.Time.Before(whole.Time) || e.Time.Sub(whole.Time) > windowAfter {
		return false
	}
	return begins(e, whole) || strings.Contains(whole.Text, "\n"+first+"\n") || strings.HasSuffix(whole.Text, "\n"+first)
}

// begins tells whether the first lines of two events are the same.
func begins(e, whole event.Event) bool {
	first, _, _ := strings.Cut(e.Text, "\n")
	head, _, _ := strings.Cut(whole.Text, "\n")
	return first == head
}

// completed is the whole event in the place of its part, which alone has an id
// and an address.
func completed(e, whole event.Event) event.Event {
	whole.ID, whole.URL, whole.Source, whole.Service = e.ID, e.URL, e.Source, e.Service
	return whole
}

// earliest returns the earlier of two times, of which zero is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// keys returns the keys and aliases that each name one known error. An alias of
// several does not: which of them it is, the lines around it must tell each time,
// or an event that is read twice would count for two errors.
func (k known) keys() map[string]bool {
	var markers []marker.Marker
	for _, issue := range k.issues {
		if issue.Marker.DupOf == 0 {
			markers = append(markers, issue.Marker)
		}
	}
	for _, row := range k.dashboard.Waiting {
		markers = append(markers, row.Marker)
	}
	keys, times := map[string]bool{}, map[string]int{}
	for _, m := range markers {
		for _, key := range m.Keys {
			keys[key] = true
		}
		for _, alias := range m.Aliases {
			times[alias]++
		}
	}
	for alias, n := range times {
		keys[alias] = keys[alias] || n == 1
	}
	return keys
}
