// Package source defines what a service must offer to be read: logs are a Source, and a service that groups
// events into its own issues, as Sentry does, is a Tracker. An Integration is such a service, connected.
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
	Name     string                                  // such as "Sentry", in the counts of requests
	Unusable error                                   // why it cannot be read, so that the others are read and the run fails; nil if it can
	Open     func(context.Context) ([]Source, error) // see Open; nil if the service keeps no logs
	Tracker  Tracker                                 // nil if the service keeps no issues
	Check    func(context.Context) []finding.Finding
	Requests func() map[string]int // sent so far, by kind
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
	// Read emits the records from a time on, without an end, because clocks run
	// ahead. The result counts even with an error, which is why it stopped.
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
	Complete time.Time // up to when the records are complete; zero if not at all
	Large    bool      // too large to be read whole: only what a filter matches was emitted
	Reader   string    // how it was read, and why
	Cut      time.Time // from where records may be missing; zero if none are
	Warning  string    // about records that are missing; empty otherwise
}

// Windowed is a source that can return one stream unfiltered.
type Windowed interface {
	Source
	// Window returns the records of the stream between two times, and how many requests it took, at most
	// maxRequests. An error that may be gone later has a method Temporary() bool that returns true.
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
	// Event returns an event of an issue by its id, or the Newest; the zero Event if there is none any more.
	Event(ctx context.Context, issue event.SentryIssue, id string) (event.Event, error)
	// Resolve marks an issue as resolved. Resolving it again does nothing.
	Resolve(ctx context.Context, id string) error
}

// Health is how reading one source went.
type Health struct {
	Result
	Name     string
	From     time.Time // start of the reading
	Progress time.Time // of the source; after Complete if everything read was delivered long ago
	Events   int64     // that the policy kept
	Last     time.Time // progress before; zero if there was none
	Left     bool      // left to the next run, for lack of time
	Err      error

	Tracker bool // read whole rather than from a time on
	Issues  int  // of a tracker
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
		warnings = append(warnings, fmt.Sprintf("%s is falling behind: this run read %s of it, but the last run was %s ago; see examples/scale.md",
			h.Name, covered.Round(time.Second), passed.Round(time.Second)))
	}
	return warnings
}

// Followed is what the repository stores about a tracker's issue.
type Followed struct {
	Filed  bool  // it has an issue here
	Open   bool  // which is open
	Waits  bool  // it has a row on the dashboard
	Due    bool  // its row waits only for room, and gets its issue in this run
	Wanted bool  // its state matters even if it is no longer selected
	DueAt  int64 // the total from which its row gets an issue; 0 if that depends on room
	Total  int64 // events counted so far
}
