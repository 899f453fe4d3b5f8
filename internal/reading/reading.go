// Package reading reads the sources of a run into its intake: log windows, the lines around errors that a
// filter showed only in part, and Sentry's issues. It returns what it read, with warnings and notices for
// people; the caller decides what to do with them.
//
// It may import source, intake, logtext and event.
package reading

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/logtext"
	"github.com/org/errmon-action/internal/source"
)

// Logs reads log sources, one after the other.
type Logs struct {
	Intake  *intake.Intake
	Windows *Windows
	Known   map[string]bool // keys that each match exactly one known error
	Now     time.Time       // start of the run
	// Lateness is how late an event may be delivered.
	Lateness time.Duration
}

// leadIn is read before a window and dropped: a trace cut off at the start would look like another error.
const leadIn = time.Minute

// Plan announces to the sources what will be read from each. They are read in this order.
func Plan(sources []source.Source, requests []source.Request) {
	for i, s := range sources {
		if planner, ok := s.(source.Planner); ok {
			r := requests[i]
			r.From = r.From.Add(-leadIn)
			planner.Plan(r, sources[i+1:])
		}
	}
}

// Read reads a source from a time on. The next run begins after plan.Settled of the Progress in its result.
func (l *Logs) Read(ctx context.Context, s source.Source, in source.Request) source.Health {
	from, before := in.From, l.Intake.Events
	var end time.Time // events from here on are left to the next run; zero if none are
	var held []event.Event
	windowed, hasWindows := s.(source.Windowed)
	framer := l.Intake.Framer(func(e event.Event) {
		if !e.Time.IsZero() && (e.Time.Before(from) || !end.IsZero() && !e.Time.Before(end)) {
			return
		}
		l.Intake.Parse(&e)
		mayBePart := e.Partial || e.Headless || e.Split && e.Stack == ""
		switch {
		case !e.Decision.Keep:
		case hasWindows && mayBePart && len(held) < 2000: // beyond this, events are counted as they are
			held = append(held, e)
		default:
			l.Intake.Count(e)
		}
	})
	in.From = from.Add(-leadIn)
	result, err := s.Read(ctx, in, framer.Add)
	if result.Complete.After(l.Now) {
		result.Complete = l.Now
	}
	now, progress := l.Now, result.Complete
	if err != nil && !result.Complete.IsZero() {
		// The read stopped early, maybe in the middle of a trace: the newest events are left to the next run.
		now, end = result.Complete, result.Complete.Add(-logtext.Settle)
		result.Complete = end
		// Events older than Lateness have arrived by now, however late this run is.
		progress = earliest(l.Now, end.Add(l.Lateness))
	}
	// The next run reads again from where records may be missing. If this run already began there
	// for that reason (plan.Settled goes back 5 minutes, to a whole minute), the missing records are
	// given up: otherwise no run would get further.
	cut := result.Cut.Truncate(time.Minute)
	if cut.Sub(from) <= 10*time.Minute {
		cut = time.Time{}
	}
	unfinished := earliest(framer.Flush(now), l.countHeld(ctx, windowed, held), cut)
	// A trace that is still being written is read again from its first line.
	if last := unfinished.Add(l.Lateness); !unfinished.IsZero() && progress.After(last) {
		progress = last
	}
	return source.Health{Result: result, Name: s.Key(), From: from, Progress: progress, Events: l.Intake.Events - before, Err: err}
}

// countHeld counts events that may be parts of failures. If one lacks its frames or its head and matches no
// known error, it reads all lines around it, and the events found there replace the held ones. It returns
// the earliest time of the events left to the next run because the lines could not be read; zero if none.
func (l *Logs) countHeld(ctx context.Context, s source.Windowed, held []event.Event) (postponed time.Time) {
	var suspects []event.Event
	for _, e := range held {
		if (e.Partial || e.Headless) && !e.Time.IsZero() && !l.Known[l.Intake.Set.Key(e)] {
			suspects = append(suspects, e)
		}
	}
	for _, w := range windowsOf(suspects) {
		var inside, outside []event.Event
		for _, e := range held {
			if e.Stream == w.stream && !e.Time.Before(w.from) && e.Time.Before(w.to) {
				inside = append(inside, e)
			} else {
				outside = append(outside, e)
			}
		}
		held = outside
		if records, ok := l.Windows.read(ctx, s, w); ok {
			l.countWhole(inside, l.Intake.Frame(records...))
		} else {
			postponed = earliest(postponed, inside[0].Time)
		}
	}
	for _, e := range held {
		l.Intake.Count(e)
	}
	return postponed
}

// countWhole counts the events of a window, each as the whole event that contains it, and parts of one once.
func (l *Logs) countWhole(inside, whole []event.Event) {
	counted := map[int]bool{}
	for _, e := range inside {
		i := WholeOf(e, whole, counted)
		switch {
		case i < 0:
			l.Intake.Count(e)
		case !counted[i]:
			counted[i] = true
			w := whole[i]
			w.ID, w.URL, w.Source, w.Service = e.ID, e.URL, e.Source, e.Service // a window's records have no id and URL
			if l.Intake.Parse(&w); w.Decision.Keep {
				l.Intake.Count(w)
			}
		}
	}
}

// WholeOf returns the index in whole of the event that e is a part of; -1 if there is none. That is the last
// event that contains e's first line and began with it or a little before. If it begins with that line and
// its index is already counted, e is another failure with the same text, so an earlier match is preferred.
func WholeOf(e event.Event, whole []event.Event, counted map[int]bool) int {
	first, _, _ := strings.Cut(e.Text, "\n")
	found := -1
	for i, w := range slices.Backward(whole) {
		if e.Time.Before(w.Time) || e.Time.Sub(w.Time) > windowAfter || !strings.Contains("\n"+w.Text+"\n", "\n"+first+"\n") {
			continue
		}
		if head, _, _ := strings.Cut(w.Text, "\n"); !counted[i] || head != first {
			return i
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

// Limits for reading around an error, and in a run: at 2 requests a second, the budget takes 15 seconds.
const (
	windowBefore      = 2 * time.Second
	windowAfter       = 5 * time.Second
	maxWindowRequests = 30
	maxRequestsEach   = 3
)

// Windows reads the lines around events, within one budget for the whole run.
type Windows struct {
	Warnings []string // about windows that could not be read

	requests int
	refused  bool // a refusal is final: no more requests are sent
}

type window struct {
	stream   string
	from, to time.Time
}

func windowOf(e event.Event) window {
	return window{e.Stream, e.Time.Add(-windowBefore), e.Time.Add(windowAfter)}
}

// windowsOf returns the windows of the events, the earliest first. Overlapping ones of a stream are merged.
func windowsOf(events []event.Event) []window {
	slices.SortFunc(events, func(a, b event.Event) int { return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.Stream, b.Stream)) })
	var all []window
	last := map[string]int{} // index in all, by stream
	for _, e := range events {
		w := windowOf(e)
		if i, ok := last[w.stream]; ok && !w.from.After(all[i].to) {
			all[i].to = w.to
			continue
		}
		last[w.stream] = len(all)
		all = append(all, w)
	}
	return all
}

// Exhausted reports whether the budget is used up. A temporary failure uses it up, too.
func (ws *Windows) Exhausted() bool { return ws.requests >= maxWindowRequests }

// Around returns the records around an event; none if they cannot be read.
func (ws *Windows) Around(ctx context.Context, s source.Windowed, e event.Event) []event.Record {
	records, _ := ws.read(ctx, s, windowOf(e))
	return records
}

// read returns false if a later run may succeed: the budget is used up, or the service failed. If
// the lines are refused for good, it returns true without records, and the event counts as it is.
func (ws *Windows) read(ctx context.Context, s source.Windowed, w window) (records []event.Record, ok bool) {
	if ws.refused || ws.Exhausted() {
		return nil, ws.refused
	}
	records, requests, err := s.Window(ctx, w.stream, w.from, w.to, min(maxRequestsEach, maxWindowRequests-ws.requests))
	ws.requests += requests
	if err == nil {
		return records, true
	}
	ws.Warnings = append(ws.Warnings, err.Error())
	var failure interface{ Temporary() bool }
	if errors.As(err, &failure) && failure.Temporary() {
		ws.requests = maxWindowRequests
		return nil, false
	}
	ws.refused = true
	return nil, true
}

// earliest returns the earliest of the times that are not zero.
func earliest(times ...time.Time) time.Time {
	var first time.Time
	for _, t := range times {
		if first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	return first
}
