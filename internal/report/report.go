// Package report shows what a run did: in the terminal, in the step summary, as outputs for later
// steps, and as annotations for failures and warnings.
//
// It may import count, plan, safe and source. Foreign text (titles, source names, service
// messages) passes through safe for the sink it goes to.
package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/source"
)

// Run holds the results of a run.
type Run struct {
	Ended    time.Time
	DryRun   bool
	Lines    []plan.Result
	Sources  []source.Health
	Events   int64          // events that the policy kept, from all sources
	Errors   int            // distinct errors among them
	Requests map[string]int // requests sent, by service and kind
	Notices  []string       // behaviour that is correct but may surprise
	Unread   string         // notice about events that may be errors in an unsupported format; empty for none
	Shapes   []string       // shapes of those events; foreign text
	Warnings []string
	Failures []error
}

// Add adds the results of another run that followed this one.
func (r *Run) Add(later Run) {
	r.Ended, r.Events, r.Errors = later.Ended, r.Events+later.Events, r.Errors+later.Errors
	r.Lines, r.Sources = append(r.Lines, later.Lines...), append(r.Sources, later.Sources...)
	r.Notices, r.Warnings = append(r.Notices, later.Notices...), append(r.Warnings, later.Warnings...)
	r.Failures = append(r.Failures, later.Failures...)
	if later.Unread != "" {
		r.Unread, r.Shapes = later.Unread, later.Shapes
	}
	for kind, n := range later.Requests {
		r.Requests[kind] = max(r.Requests[kind], n) // both runs share the clients, which keep counting
	}
}

// Count returns the number of lines of one kind that did not fail.
func (r Run) Count(kind plan.Kind) int {
	return len(slices.DeleteFunc(slices.Clone(r.Lines), func(l plan.Result) bool { return l.Err != nil || l.Action.Kind != kind }))
}

// Problems returns each distinct failure once: first those of the run, then those of its lines.
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

// Output is one output of the action. Values contain no line break, so none can forge another output.
type Output struct{ Name, Value string }

// maxOutput keeps the list of issues well under GitHub's limit on a job's outputs: one megabyte in UTF-16.
const maxOutput = 400_000

type outputIssue struct {
	Number      int    `json:"number"`
	URL         string `json:"url"`
	Action      string `json:"action"`
	Reason      string `json:"reason"`
	Title       string `json:"title"`
	Fingerprint string `json:"fingerprint"`
	Count       int64  `json:"count"`

	// These are set only if this run looked them up.
	Release   string   `json:"release"`
	Permalink string   `json:"permalink"` // link to the topmost frame that has one
	Owners    []string `json:"owners"`    // names as written in CODEOWNERS
	Suspects  []string `json:"suspects"`  // commit SHAs
}

// Outputs returns the action's outputs, even for a failed run.
func Outputs(r *safe.Redactor, run Run) []Output {
	r = r.Section()
	var items []string
	size := 0
	for _, l := range run.Lines {
		if !l.Done() {
			continue
		}
		item, _ := json.Marshal(output(r, l)) // cannot fail: it holds only strings and numbers
		if size += len(item); size > maxOutput {
			break
		}
		items = append(items, string(item))
	}
	var outputs []Output
	for _, kind := range []plan.Kind{plan.Create, plan.Update, plan.Reopen, plan.Close} {
		outputs = append(outputs, Output{string(kind), fmt.Sprint(run.Count(kind))})
	}
	return append(outputs, Output{"events", fmt.Sprint(run.Events)}, Output{"errors", fmt.Sprint(run.Errors)},
		Output{"issues", "[" + strings.Join(items, ",") + "]"})
}

func output(r *safe.Redactor, l plan.Result) outputIssue {
	a := l.Action
	e, _ := a.Sample()
	o := outputIssue{
		Number: l.Number, URL: l.URL, Action: string(a.Kind), Reason: string(a.Reason), Title: r.Title(a.Title, 256).String(),
		Fingerprint: a.Next.Key(), Count: a.Count(), Release: r.Title(e.Release, 100).String(), Owners: []string{}, Suspects: []string{},
	}
	s := a.Evidence.Code
	if s == nil || len(s.Links) == 0 {
		return o
	}
	url, _ := r.Permalink(s.Page, s.Commit.SHA, s.Links[0].Path, s.Links[0].Line)
	o.Permalink = url.String()
	for _, name := range s.Owners.Names {
		o.Owners = append(o.Owners, r.Redact(name))
	}
	for _, suspect := range s.Suspects {
		o.Suspects = append(o.Suspects, suspect.SHA)
	}
	return o
}

// maxAnnotations is how many annotations of each type GitHub shows per step.
const maxAnnotations = 10

// Annotations returns the run's problems and warnings as messages for annotations, at most
// maxAnnotations of each.
func Annotations(r *safe.Redactor, run Run) (errors, warnings []string) {
	cut := func(messages []string) (shown []string) {
		for i, m := range messages {
			if i == maxAnnotations-1 && len(messages) > maxAnnotations {
				return append(shown, fmt.Sprintf("and %d more: see the summary", len(messages)-i))
			}
			shown = append(shown, r.Command(m).String())
		}
		return shown
	}
	return cut(run.Problems()), cut(run.Warnings)
}
