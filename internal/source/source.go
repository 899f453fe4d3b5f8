// Package source defines what errmon reads from a service: a Source delivers logs, and a Tracker is a service
// with issues of its own, such as Sentry. An Integration is one configured service.
//
// It is pure and may import event and finding.
package source

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/finding"
)

// Integration is one configured service.
type Integration struct {
	Name     string                                  // such as "Sentry"; shown with the counts of requests
	Unusable error                                   // why it cannot be read, which fails the run; nil if it can
	Open     func(context.Context) ([]Source, error) // opens the logs; nil if the service keeps none
	Tracker  Tracker                                 // nil if the service keeps no issues
	Check    func(context.Context) []finding.Finding
	Requests func() map[string]int // requests sent so far, by kind
	Costs    func() string         // what the service charged for so far; empty if nothing; may be nil
}

// Open opens the logs of all integrations. It may return some together with an error about the missing ones.
func Open(ctx context.Context, all []Integration) ([]Source, error) {
	var opened []Source
	var failures []error
	for _, i := range all {
		if i.Open != nil {
			sources, err := i.Open(ctx)
			opened, failures = append(opened, sources...), append(failures, err)
		}
	}
	return opened, errors.Join(failures...)
}

// TrackerOf returns the first tracker of the integrations; nil if there is none.
func TrackerOf(all []Integration) Tracker {
	for _, i := range all {
		if i.Tracker != nil {
			return i.Tracker
		}
	}
	return nil
}

// Source delivers log records, oldest first within each stream.
type Source interface {
	// Key names the source in markers; it never changes.
	Key() string
	// Read emits the records from r.From on. There is no end, because clocks may run ahead.
	// The result is valid even with an error; the error is then why reading stopped.
	Read(ctx context.Context, r Request, emit func(event.Record)) (Result, error)
}

// Request is what to read from a source.
type Request struct {
	From  time.Time
	Large bool // the source was recently too large to be read whole: filter at once
}

// Planner is a source that reads faster if it knows the plan.
type Planner interface {
	// Plan announces what will be read from the source, and which sources will be read after it.
	Plan(r Request, after []Source)
}

// Result is what was read from a source.
type Result struct {
	Complete time.Time // all records up to this time were read; zero if none are known to be complete
	Large    bool      // too large to be read whole, so only records that match a filter were emitted
	Reader   string    // how it was read, and why
	Cut      time.Time // from this time on records may be missing; zero if none are
	Warning  string    // for people: about missing records or a change of reader; may be empty
}

// Windowed is a source that can return one stream unfiltered.
type Windowed interface {
	Source
	// Window returns the records of the stream between two times, and how many requests it took, at most
	// maxRequests. An error that a later run may not meet has a method Temporary() bool that returns true.
	Window(ctx context.Context, stream string, from, to time.Time, maxRequests int) ([]event.Record, int, error)
}

// Linker is a source whose service has further pages about an event.
type Linker interface {
	Links(e event.Event) []event.Link
}

// Newest stands for the id of an issue's newest event.
const Newest = "latest" // as Sentry calls it

// Tracker is a service that keeps its own issues, each with its lifetime total and a state.
type Tracker interface {
	// Key names the source on the dashboard; it never changes.
	Key() string
	// Issues returns all issues that the settings select, or an error.
	Issues(ctx context.Context) ([]event.SentryIssue, error)
	// Issue returns one issue in any state: event.Deleted if it is gone.
	Issue(ctx context.Context, id string) (event.SentryIssue, error)
	// Event returns an issue's event by its id, which may be Newest; the zero Event if it no longer exists.
	Event(ctx context.Context, issue event.SentryIssue, id string) (event.Event, error)
	// Resolve marks an issue as resolved. Resolving it again does nothing.
	Resolve(ctx context.Context, id string) error
}

// Health is the outcome of reading one source.
type Health struct {
	Result
	Name     string
	From     time.Time // start of the window; zero for a tracker
	Progress time.Time // the source counts as read up to here; may be after Complete, see reading.Logs
	Events   int64     // events that the policy kept
	Last     time.Time // the progress that earlier runs stored; zero if there is none
	Left     bool      // not read, because time ran out or the run was stopped: left to the next run
	Err      error

	Tracker bool // the source is a tracker, so it is read whole rather than from a time on
	Issues  int  // issues read; only of a tracker
}

// Warnings returns what people should know about reading the source. passed is the time
// since the previous run began.
func (h Health) Warnings(passed time.Duration) []string {
	var warnings []string
	if h.Warning != "" {
		warnings = append(warnings, h.Warning)
	}
	covered := max(0, h.Progress.Sub(h.Last))
	if h.Err != nil && !h.Complete.IsZero() && !h.Last.IsZero() && covered < passed {
		warnings = append(warnings, fmt.Sprintf("%s is falling behind: this run read %s of it, but the last run was %s ago; "+
			"see examples/scale.md", h.Name, covered.Round(time.Second), passed.Round(time.Second)))
	}
	return warnings
}

// Followed is what the repository stores about a tracker's issue.
type Followed struct {
	Filed  bool  // it has an issue here
	Open   bool  // that issue is open
	Waits  bool  // it has a row on the dashboard
	Due    bool  // its row may get an issue in this run: it is ticked, or only a limit or a failure held it back
	Wanted bool  // its state matters even if it is no longer selected
	DueAt  int64 // the total at which its row gets an issue; 0 unless the row waits for min-events
	Total  int64 // events counted so far
}
