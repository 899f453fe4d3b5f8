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
