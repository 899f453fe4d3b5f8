package scan

import (
	"fmt"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/enrich"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/ledger"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/reading"
	"github.com/org/errmon-action/internal/render"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/slack"
	"github.com/org/errmon-action/internal/source"
)

// Options are the settings and clients of a run.
type Options struct {
	Clock    clock.Clock
	GitHub   *github.Client
	Redactor *safe.Redactor
	Slack    *slack.Client // gets a message about what the run did; nil if there is none
	Services []source.Integration
	Intake   intake.Rules
	Rules    plan.Rules
	Times    Times

	Code *enrich.Repository
	Issues
	DryRun  bool
	Version string // of errmon
}

// Issues are the settings of the error issues.
type Issues struct {
	Label          string   // the other labels derive from it
	Trusted        []string // logins, besides the token's own, whose markers count
	PublishSamples bool     // show events in a public repository
	Assign         bool     // assign new ones to the owners of their code
}

// Times are the durations of a run.
type Times struct {
	Lookback      time.Duration
	Since         time.Time     // read from here instead; zero otherwise
	MaxDuration   time.Duration // of the run; reading gets two thirds of it
	WriteInterval time.Duration // between two writes of the GitHub client
}

// run is one run on its way through the stages.
type run struct {
	Options
	machine   machine
	report    report.Run
	ledger    *ledger.Ledger
	known     ledger.Known    // by list
	intake    *intake.Intake  // filled by read or deliver
	sources   []source.Source // by read
	windows   reading.Windows
	input     plan.Input    // filled by read and decide
	actions   []plan.Action // by decide
	results   []plan.Result // by write
	delivered deliveries    // empty in a scan
}

// deliveries are what a dispatch files, and what its earlier rounds did.
type deliveries struct {
	intake.Delivery
	wrote  bool                // in this round
	filed  []int               // issues that this run filed
	merged map[int]plan.Action // by number, the last that was written, for what it merged
}

func begin(o Options) *run {
	now := o.Clock.Now()
	o.Rules.Policy = o.Intake.Policy
	r := &run{Options: o, machine: machine{clock: o.Clock, began: now}, report: report.Run{Started: now, DryRun: o.DryRun}}
	r.ledger = &ledger.Ledger{
		GitHub: o.GitHub, Render: render.Renderer{Redactor: o.Redactor, Label: o.Label}, Trusted: o.Trusted, ReadOnly: o.DryRun,
	}
	r.input = plan.Input{Now: now, Rules: o.Rules, Read: map[string]time.Time{}, ReadsSentry: r.tracker() != nil}
	return r
}

// newIntake begins an intake that matches what is known.
func (r *run) newIntake() {
	r.intake = intake.New(r.Intake, r.Redactor)
	r.intake.Set.Know(plan.Known(r.known.Issues, r.known.Dashboard.Waiting))
}

// tracker is the service that keeps issues of its own; nil if there is none.
func (r *run) tracker() source.Tracker { return source.TrackerOf(r.Services) }

func (r *run) fail(err error) {
	if err != nil {
		r.report.Failures = append(r.report.Failures, err)
	}
}

func (r *run) notice(texts ...string) { r.report.Notices = appendOnce(r.report.Notices, texts) }
func (r *run) warn(texts ...string)   { r.report.Warnings = appendOnce(r.report.Warnings, texts) }

// appendOnce adds the texts that are not in the list yet: each round of a dispatch
// lists the issues again.
func appendOnce(list, texts []string) []string {
	for _, text := range texts {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

func (r *run) end() report.Run {
	r.warn(r.windows.Warnings...)
	r.warn(r.Code.Warnings...)
	for _, what := range r.GitHub.Refused() {
		r.warn(fmt.Sprintf("GitHub refuses %s, set by a rule or CODEOWNERS: the issues are written without it", what))
	}
	r.report.Ended = r.machine.now()
	r.report.Requests = r.requests()
	return r.report
}

// requests counts what was sent so far, by service and kind.
func (r *run) requests() map[string]int {
	requests := map[string]int{}
	count := func(service string, sent map[string]int) {
		for kind, n := range sent {
			requests[service+" "+kind] += n
		}
	}
	count("GitHub", r.GitHub.Requests())
	for _, s := range r.Services {
		count(s.Name, s.Requests())
		if s.Costs != nil && s.Costs() != "" {
			r.notice(s.Costs())
		}
	}
	return requests
}

// sent is the number of requests so far.
func (r *run) sent() int {
	sent := 0
	for _, n := range r.requests() {
		sent += n
	}
	return sent
}

// machine is the clock of the machine that runs errmon. It measures only how long
// something takes: events are counted by GitHub's time, since a run whose clock is
// ahead would call minutes read that have not passed yet.
type machine struct {
	clock clock.Clock
	began time.Time    // the run, by this clock
	ahead github.Ahead // of GitHub's clock
}

// time is GitHub's time when it is at on the machine.
func (m machine) time(at time.Time) time.Time {
	if !m.ahead.Matters() {
		return at
	}
	return at.Add(-time.Duration(m.ahead))
}

func (m machine) now() time.Time { return m.time(m.clock.Now()) }
