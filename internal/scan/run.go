package scan

import (
	"cmp"
	"context"
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
	Slack    *slack.Client // receives a message about the run; nil for none
	Services []source.Integration
	Intake   intake.Rules
	Rules    plan.Rules
	Times    Times

	Code *enrich.Repository
	Issues
	DryRun  bool
	Version string // version of errmon
}

// Issues are the settings of the error issues.
type Issues struct {
	Label          string   // label of error issues; the other labels derive from it
	Trusted        []string // logins whose markers are trusted, besides the token's own and github-actions[bot]
	PublishSamples bool     // show events in a public repository
	Assign         bool     // assign new issues to the owners of their code
}

// Times are the settings about time.
type Times struct {
	Lookback      time.Duration
	Since         time.Time     // start reading here instead; zero if unset
	MaxDuration   time.Duration // limit of the run; reading gets two thirds of it
	WriteInterval time.Duration // pause between two writes to GitHub
}

type run struct {
	Options
	ahead     github.Ahead // how far this machine's clock is ahead of GitHub's; 0 if it does not matter
	report    report.Run
	ledger    *ledger.Ledger
	known     ledger.Known    // set by list
	intake    *intake.Intake  // created by list, filled by read or deliver
	sources   []source.Source // set by read
	windows   reading.Windows
	input     plan.Input    // filled by the stages up to decide
	actions   []plan.Action // set by decide
	results   []plan.Result // set by write
	delivered deliveries    // empty in a scan
}

// deliveries holds what a dispatch files, and what its rounds did so far.
type deliveries struct {
	intake.Delivery
	wrote  bool                // this round wrote or found an issue gone or locked, and nothing failed: repeat
	filed  []int               // issues that this run filed
	merged map[int]plan.Action // the last action written, by issue number: for the markers that it merged
}

func begin(o Options) *run {
	now := o.Clock.Now()
	o.Rules.Policy = o.Intake.Policy
	o.Rules.Resolve = o.Rules.Resolve && source.TrackerOf(o.Services) != nil // webhooks may come without a token
	r := &run{Options: o, report: report.Run{DryRun: o.DryRun}}
	r.ledger = &ledger.Ledger{
		GitHub: o.GitHub, Render: render.Renderer{Redactor: o.Redactor, Label: o.Label}, Trusted: o.Trusted,
	}
	r.input = plan.Input{Now: now, Rules: o.Rules, Read: map[string]time.Time{}, ReadsSentry: r.tracker() != nil}
	return r
}

func (r *run) tracker() source.Tracker { return source.TrackerOf(r.Services) }

func (r *run) fail(err error) {
	if err != nil {
		r.report.Failures = append(r.report.Failures, err)
	}
}

func (r *run) notice(texts ...string) { r.report.Notices = appendOnce(r.report.Notices, texts) }
func (r *run) warn(texts ...string)   { r.report.Warnings = appendOnce(r.report.Warnings, texts) }

func appendOnce(list, texts []string) []string {
	for _, text := range texts {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

func (r *run) end(ctx context.Context) report.Run {
	r.notify(ctx)
	r.warn(r.windows.Warnings...)
	r.warn(r.Code.Warnings...)
	for _, what := range r.GitHub.Refused() {
		r.warn(fmt.Sprintf("GitHub refuses %s, set by a rule or CODEOWNERS: the issues are written without it", what))
	}
	r.report.Ended = r.now()
	r.report.Requests = r.requests()
	return r.report
}

func (r *run) requests() map[string]int {
	requests := map[string]int{}
	github := source.Integration{Name: "GitHub", Requests: r.GitHub.Requests}
	for _, s := range append(slices.Clone(r.Services), github) {
		for kind, n := range s.Requests() {
			requests[s.Name+" "+kind] += n
		}
		if s.Costs != nil && s.Costs() != "" {
			r.notice(s.Costs())
		}
	}
	return requests
}

// now returns the time by which events are counted: GitHub's, if this machine's clock is off by a minute or
// more. A run whose clock is ahead would otherwise record minutes as read that have not passed yet.
func (r *run) now() time.Time { return r.Clock.Now().Add(-time.Duration(r.ahead)) }

// notify posts to Slack which errors are new, reopened or worse. A failure is only a warning.
func (r *run) notify(ctx context.Context) {
	if r.Slack == nil || r.DryRun || ctx.Err() != nil {
		return
	}
	section := r.Redactor.Section()
	var found []slack.Error
	for _, l := range r.report.Lines {
		a, kind := l.Action, slack.Surged
		switch {
		case a.Surged:
		case !l.Done() || l.Number == 0 || a.Next.Shape.Silent:
			continue
		case a.Kind == plan.Create:
			kind = slack.FirstSeen
		case a.Kind == plan.Reopen:
			kind = slack.Regressed
		case a.Comment == plan.TenTimes || a.Comment == plan.HigherLevel:
			kind = slack.Escalated
		default:
			continue
		}
		place := cmp.Or(a.Next.Facts.Location, a.Next.Facts.Place, a.Next.Service)
		found = append(found, slack.Error{
			Kind: kind, Number: l.Number, URL: l.URL, Events: a.Count(),
			Title: section.Mrkdwn(a.Title, 1000), Place: section.Mrkdwn(place, 300), // a section has at most 3,000 characters
		})
	}
	if err := r.Slack.Post(ctx, r.GitHub.FullName(), found); err != nil {
		r.warn(fmt.Sprintf("the Slack message failed, but its issues are written: %v", err))
	}
}
