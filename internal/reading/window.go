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
	Warnings []string // about windows that could not be read

	requests int
	refused  bool // a refusal is final: nothing more is asked for
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
	slices.SortFunc(events, func(a, b event.Event) int { return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.Stream, b.Stream)) })
	var all []window
	last := map[string]int{} // window by stream
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

// Exhausted reports whether the budget is used up.
func (ws *Windows) Exhausted() bool { return ws.requests >= maxWindowRequests }

// Around returns the records around an event; none if they cannot be read.
func (ws *Windows) Around(ctx context.Context, s source.Windowed, e event.Event) []event.Record {
	records, _ := ws.read(ctx, s, windowOf(e))
	return records
}

// read returns false if a later run may succeed: the budget is used up, or the service failed. If
// the lines are refused for good it returns true, and the event counts as it came.
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
