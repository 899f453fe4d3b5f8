// Package reading reads the sources of a run into its intake: log windows, the
// lines around errors of which a filter showed only a part, and Sentry's issues.
// It returns what it read and what people should know about it, and leaves to
// its caller what follows from that.
//
// It may import source, intake, logtext and event.
package reading

import (
	"context"
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
	Known   map[string]bool // keys that each name one known error
	Now     time.Time       // of the run
	// Lateness is how late an event may be delivered.
	Lateness time.Duration
}

// leadIn is read before a window and dropped: a trace logged line by line across
// its beginning would otherwise look like a separate error.
const leadIn = time.Minute

// Plan announces to the integrations what will be read, in this order.
func Plan(all []source.Integration, planned []source.Planned) {
	early := slices.Clone(planned)
	for i := range early {
		early[i].From = early[i].From.Add(-leadIn)
	}
	for _, i := range all {
		if i.Plan != nil {
			i.Plan(early)
		}
	}
}

// Read reads a source from a time on. The progress in its result is when the source would
// have to be read whole to be as far as it is now.
func (l *Logs) Read(ctx context.Context, s source.Source, in source.Request) source.Health {
	from, before := in.From, l.Intake.Events
	var end time.Time // of the events that count; zero if there is none
	windowed, _ := s.(source.Windowed)
	partial := partials{Logs: l}
	framer := l.Intake.Framer(func(e event.Event) {
		if !e.Time.IsZero() && (e.Time.Before(from) || !end.IsZero() && !e.Time.Before(end)) {
			return
		}
		l.Intake.Parse(&e)
		if e.Decision.Keep && (windowed == nil || !partial.hold(e)) {
			l.Intake.Count(e)
		}
	})
	in.From = from.Add(-leadIn)
	result, err := s.Read(ctx, in, framer.Add)
	complete := result.Complete
	if complete.After(l.Now) {
		complete = l.Now
	}
	now, progress := l.Now, complete
	if err != nil && !complete.IsZero() {
		// The reading broke off, maybe in the middle of a trace: the newest events are
		// left to the next run, which reads them whole.
		now, end = complete, complete.Add(-logtext.Settle)
		complete = end
		// What is older than lateness has arrived, however long ago the run that reads it
		// should have been.
		progress = earliest(l.Now, end.Add(l.Lateness))
	}
	unfinished := earliest(framer.Flush(now), partial.count(ctx, windowed), retried(result.Cut, from))
	// A trace that is still being written is read again from its first line.
	if last := unfinished.Add(l.Lateness); !unfinished.IsZero() && progress.After(last) {
		progress = last
	}
	return source.Health{
		Name: s.Key(), From: from, Complete: complete, Progress: progress, Events: l.Intake.Events - before, Err: err,
		Large: result.Large, Reader: result.Reader, Warning: result.Warning,
	}
}

// retriedOnce is how far after a window's beginning a time can be from which the run
// before was read again: plan.Settled leaves 5 minutes and a started one.
const retriedOnce = 10 * time.Minute

// retried returns from where a source is read again because records may be missing. They are given
// up if the window begins there because of them already: otherwise no run would get further.
func retried(cut, from time.Time) time.Time {
	if cut = cut.Truncate(time.Minute); cut.Sub(from) > retriedOnce {
		return cut
	}
	return time.Time{}
}

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
// began before it. An event that begins like one already counted, by index, is another
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
	return strings.Contains("\n"+whole.Text+"\n", "\n"+first+"\n")
}

func sameFirstLine(a, b event.Event) bool {
	first, _, _ := strings.Cut(a.Text, "\n")
	head, _, _ := strings.Cut(b.Text, "\n")
	return first == head
}
