// Package report reports what a run did: to the terminal, in the step summary,
// as outputs for later steps, and as annotations for failures.
//
// It may import count, plan, safe and source. Foreign text (titles, source names, service
// messages) passes through safe for the sink it goes to.
package report

import (
	"slices"
	"time"

	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/source"
)

// Run is the result of a run.
type Run struct {
	Started  time.Time
	Ended    time.Time
	DryRun   bool
	Lines    []plan.Result
	Sources  []source.Health
	Events   int64          // events at or above min-level, of all sources
	Errors   int            // distinct errors among them
	Requests map[string]int // requests sent, by service and kind
	Notices  []string       // correct behaviour that may surprise
	Unread   Quotes         // events that may be errors in an unsupported format
	Warnings []string
	Failures []error
}

// Quotes is a notice and the lines of foreign text that it refers to.
type Quotes struct {
	Text  string // empty if there is no notice
	Lines []string
}

// Add adds what another run did after this one.
func (r *Run) Add(later Run) {
	r.Ended, r.Events, r.Errors = later.Ended, r.Events+later.Events, r.Errors+later.Errors
	r.Lines, r.Sources = append(r.Lines, later.Lines...), append(r.Sources, later.Sources...)
	r.Notices, r.Warnings, r.Failures = append(r.Notices, later.Notices...), append(r.Warnings, later.Warnings...), append(r.Failures, later.Failures...)
	for kind, n := range later.Requests {
		if r.Requests == nil {
			r.Requests = map[string]int{}
		}
		r.Requests[kind] = max(r.Requests[kind], n) // the client counts on
	}
}

// Count returns the number of completed lines of one kind.
func (r Run) Count(kind plan.Kind) int {
	count := 0
	for _, l := range r.Lines {
		if l.Err == nil && l.Action.Kind == kind {
			count++
		}
	}
	return count
}

// Problems returns every failure once, in order: those of the run, then those
// of its lines. Twenty writes refused for the same reason are one problem.
func (r Run) Problems() []string {
	errs := slices.Clone(r.Failures)
	for _, l := range r.Lines {
		errs = append(errs, l.Err)
	}
	var problems []string
	for _, err := range errs {
		if err != nil && !slices.Contains(problems, err.Error()) {
			problems = append(problems, err.Error())
		}
	}
	return problems
}
