package reading

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/source"
)

// maxHeld bounds the events held until the lines around them are read. Above it
// events are counted as they came.
const maxHeld = 2000

// partials holds events that may be parts of failures.
type partials struct {
	intake  *intake.Intake
	windows *Windows
	known   map[string]bool // keys that each name one known error
	held    []event.Event
}

// hold keeps an event if it may be a part of a failure and there is room.
func (p *partials) hold(e event.Event) bool {
	if len(p.held) >= maxHeld || !e.Partial && !e.Headless && (!e.Split || e.Stack != "") {
		return false
	}
	p.held = append(p.held, e)
	return true
}

// count counts the held events. Around those that lack their frames or their head
// and belong to no known error, all lines are read, and the events found there replace the held
// ones. Events above the budget are left to the next run: the time returned is that
// of the first such event.
func (p *partials) count(ctx context.Context, s source.Windowed) (postponed time.Time) {
	var suspects []event.Event
	for _, e := range p.held {
		if (e.Partial || e.Headless) && !e.Time.IsZero() && !p.known[p.intake.Set.Key(e)] {
			suspects = append(suspects, e)
		}
	}
	held := p.held
	for _, w := range windowsOf(suspects) {
		var inside []event.Event
		inside, held = split(held, w)
		records, ok := p.windows.read(ctx, s, w)
		if !ok {
			postponed = earliest(postponed, inside[0].Time)
			continue
		}
		p.countWhole(inside, p.intake.Frame(records...))
	}
	for _, e := range held {
		p.intake.Count(e)
	}
	return postponed
}

func split(events []event.Event, w window) (inside, outside []event.Event) {
	for _, e := range events {
		if w.contains(e) {
			inside = append(inside, e)
		} else {
			outside = append(outside, e)
		}
	}
	return inside, outside
}

// countWhole counts the events of a window, each as the whole event that it is a
// part of. Several may turn out to be parts of one.
func (p *partials) countWhole(inside, whole []event.Event) {
	counted := map[int]bool{}
	for _, e := range inside {
		i := wholeOf(e, whole, counted)
		switch {
		case i < 0:
			p.intake.Count(e)
		case !counted[i]:
			counted[i] = true
			// A part alone has an id and a URL.
			w := whole[i]
			w.ID, w.URL, w.Source, w.Service = e.ID, e.URL, e.Source, e.Service
			if p.intake.Parse(&w); w.Decision.Keep {
				p.intake.Count(w)
			}
		}
	}
}

// WholeOf returns the index of the event that part is a part of; -1 if there is
// none.
func WholeOf(part event.Event, whole []event.Event) int { return wholeOf(part, whole, nil) }

// wholeOf returns the index of the event that e is a part of: the last one that
// began before it. An event that begins like one already counted is another
// failure with the same words. It returns -1 if there is none.
func wholeOf(e event.Event, whole []event.Event, counted map[int]bool) int {
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
