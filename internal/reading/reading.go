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
// its beginning would otherwise look like an error of its own.
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
