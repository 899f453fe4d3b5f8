package reading

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/source"
)

// maxHeld bounds the events held until the lines around them are read. Above it
// events are counted as they came.
const maxHeld = 2000

// partials holds events that may be parts of failures.
type partials struct {
	*Logs
	held []event.Event
}

// hold keeps an event if it may be a part of a failure and there is room.
func (p *partials) hold(e event.Event) bool {
	if len(p.held) >= maxHeld || !e.Partial && !e.Headless && (!e.Split || e.Stack != "") {
		return false
	}
	p.held = append(p.held, e)
	return true
}

// count counts the held events. Around those that lack their frames or their head and belong to no
// known error, all lines are read, and the events found there replace the held ones. Events above
// the budget are left to the next run: the time returned is that of the first such event.
func (p *partials) count(ctx context.Context, s source.Windowed) (postponed time.Time) {
	var suspects []event.Event
	for _, e := range p.held {
		if (e.Partial || e.Headless) && !e.Time.IsZero() && !p.Known[p.Intake.Set.Key(e)] {
			suspects = append(suspects, e)
		}
	}
	held := p.held
	for _, w := range windowsOf(suspects) {
		var inside []event.Event
		held = slices.DeleteFunc(held, func(e event.Event) bool {
			if w.contains(e) {
				inside = append(inside, e)
			}
			return w.contains(e)
		})
		records, ok := p.Windows.read(ctx, s, w)
		if !ok {
			postponed = earliest(postponed, inside[0].Time)
			continue
		}
		p.countWhole(inside, p.Intake.Frame(records...))
	}
	for _, e := range held {
		p.Intake.Count(e)
	}
	return postponed
}

// countWhole counts the events of a window, each as the whole event that it is a
// part of. Several may turn out to be parts of one.
func (p *partials) countWhole(inside, whole []event.Event) {
	counted := map[int]bool{}
	for _, e := range inside {
		i := WholeOf(e, whole, counted)
		switch {
		case i < 0:
			p.Intake.Count(e)
		case !counted[i]:
			counted[i] = true
			// A part alone has an id and a URL.
			w := whole[i]
			w.ID, w.URL, w.Source, w.Service = e.ID, e.URL, e.Source, e.Service
			if p.Intake.Parse(&w); w.Decision.Keep {
				p.Intake.Count(w)
			}
		}
	}
}

// WholeOf returns the index of the event that e is a part of: the last one that
// began before it. An event that begins like one already counted is another
// failure with the same words. It returns -1 if there is none.
func WholeOf(e event.Event, whole []event.Event, counted map[int]bool) int {
	found := -1
	for i, f := range slices.Backward(whole) {
		switch {
		case !isPart(e, f):
		case !counted[i] || !sameFirstLine(e, f):
			return i
		case found < 0:
			found = i
		}
	}
	return found
}

// isPart reports whether the first line of e is a line of the whole event, which
// began with it or a little before.
func isPart(e, whole event.Event) bool {
	first, _, _ := strings.Cut(e.Text, "\n")
	if e.Time.Before(whole.Time) || e.Time.Sub(whole.Time) > windowAfter {
		return false
	}
	return sameFirstLine(e, whole) || strings.Contains(whole.Text, "\n"+first+"\n") || strings.HasSuffix(whole.Text, "\n"+first)
}

func sameFirstLine(a, b event.Event) bool {
	first, _, _ := strings.Cut(a.Text, "\n")
	head, _, _ := strings.Cut(b.Text, "\n")
	return first == head
}

// How much is read around an error, and how much of that in a run: at 2 requests
// a second the budget takes 15 seconds.
const (
	windowBefore      = 2 * time.Second
	windowAfter       = 5 * time.Second
	maxWindowRequests = 30
	maxRequestsEach   = 3
)

// Windows reads the lines around events, within one budget for the whole run.
type Windows struct {
	Warnings []string // of windows that could not be read

	requests int
	refused  bool // what was refused once is not asked for again
}

// window is a time range of one stream.
type window struct {
	stream   string
	from, to time.Time
}

func windowOf(e event.Event) window {
	return window{e.Stream, e.Time.Add(-windowBefore), e.Time.Add(windowAfter)}
}

func (w window) contains(e event.Event) bool {
	return e.Stream == w.stream && !e.Time.Before(w.from) && e.Time.Before(w.to)
}

// windowsOf returns the windows of the events, the earliest first. Windows of one
// stream that overlap become one.
func windowsOf(events []event.Event) []window {
	var all []window
	for _, e := range events {
		all = append(all, windowOf(e))
	}
	slices.SortFunc(all, func(a, b window) int {
		return cmp.Or(strings.Compare(a.stream, b.stream), a.from.Compare(b.from))
	})
	var merged []window
	for _, w := range all {
		if last := len(merged) - 1; last >= 0 && merged[last].stream == w.stream && !w.from.After(merged[last].to) {
			merged[last].to = w.to
			continue
		}
		merged = append(merged, w)
	}
	slices.SortStableFunc(merged, func(a, b window) int { return a.from.Compare(b.from) })
	return merged
}

// Exhausted reports whether the budget is used up.
func (ws *Windows) Exhausted() bool { return ws.requests >= maxWindowRequests }

// Around returns the records around an event. It returns none if they cannot be had.
func (ws *Windows) Around(ctx context.Context, s source.Windowed, e event.Event) []event.Record {
	records, _ := ws.read(ctx, s, windowOf(e))
	return records
}

// read returns false if a later run may get what this one did not: the budget is
// used up, or the service failed. If the lines are refused for good it returns
// true, and the event counts as it came.
func (ws *Windows) read(ctx context.Context, s source.Windowed, w window) (records []event.Record, ok bool) {
	if ws.refused {
		return nil, true
	}
	if ws.Exhausted() {
		return nil, false
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
