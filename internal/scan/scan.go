// Package scan runs the main job as a list of stages over one value: Run's list scans the sources, Dispatch's
// files delivered events. The stages decide, addEvidence and write call plan, enrich and apply. Slack is
// notified last, even if a stage failed. Other packages return what they found; only this one combines it,
// reports warnings and failures, and keeps the time of the run.
//
// The order of stages makes it safe for a run to die anywhere: nothing is written before the list of
// issues is complete, and the dashboard, which stores how far the sources were read, is written last.
//
// It may import apply, clock, enrich, event, github, intake, ledger, marker, plan, reading,
// render, report, safe, slack and source.
package scan

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/apply"
	"github.com/org/errmon-action/internal/enrich"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/ledger"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/reading"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/source"
)

type stage func(context.Context, *run) error

// Run scans once. The report is complete even if parts failed; its Failures list them.
func Run(ctx context.Context, o Options) report.Run {
	r := begin(o)
	r.fail(r.through(ctx, list, read, gather, decide, addEvidence, write, remember))
	return r.end(ctx)
}

// These errors end a stage that takes too long, so that the others have time left.
var (
	errReadTime    = errors.New("reading took two thirds of max-duration: the next run continues from here; raise max-duration or run more often")
	errTrackerTime = errors.New("reading Sentry took a third of max-duration: raise max-duration, or narrow sentry-query or sentry-projects")
	errCodeTime    = errors.New("reading code took a tenth of max-duration")
	errWriteTime   = errors.New("nine tenths of max-duration have passed: raise max-duration or run more often")
)

func (r *run) through(ctx context.Context, stages ...stage) error {
	for _, s := range stages {
		if err := s(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// list reads the known errors from GitHub, and creates an intake that matches events against them.
func list(ctx context.Context, r *run) error {
	var err error
	r.known, err = r.ledger.List(ctx, r.delivered.filed)
	r.warn(r.known.Warnings...)
	began := r.input.Now.Add(time.Duration(r.ahead)) // start of the run by this machine's clock
	if r.ahead = r.GitHub.Ahead(); r.ahead.Matters() {
		r.warn(fmt.Sprintf("This machine's clock is %s; events are counted by GitHub's. Sync the machine's clock with NTP.", r.ahead))
	} else {
		r.ahead = 0
	}
	r.input.Now = began.Add(-time.Duration(r.ahead))
	r.intake = intake.New(r.Intake, r.Redactor)
	r.intake.Set.Know(plan.Known(r.known.Issues, r.known.Dashboard.Waiting))
	return err
}

func read(ctx context.Context, r *run) error {
	ctx, cancel := r.Clock.WithTimeout(ctx, r.Times.MaxDuration*2/3, errReadTime)
	defer cancel()
	r.input.Filed = r.known.Dashboard.Filed
	var err error
	r.sources, err = source.Open(ctx, r.Services)
	r.fail(err)
	readTracker(ctx, r)
	logs := reading.Logs{Intake: r.intake, Windows: &r.windows, Known: r.known.Keys(), Now: r.input.Now, Lateness: r.Rules.Lateness}
	window := ledger.Window{Now: r.input.Now, Lookback: r.Times.Lookback, Since: r.Times.Since, Rules: r.Rules}
	sources := ledger.LongestAgo(r.known.Dashboard, r.sources)
	var requests []source.Request
	var gaps []bool
	for _, s := range sources {
		from, gap := r.known.Start(s.Key(), window)
		requests = append(requests, source.Request{From: from, Large: r.known.Large(s.Key(), r.input.Now)})
		gaps = append(gaps, gap)
	}
	reading.Plan(sources, requests)
	for i, s := range sources {
		if ctx.Err() != nil {
			r.addSource(source.Health{Name: s.Key(), From: requests[i].From, Left: true, Err: context.Cause(ctx)}, false)
			continue
		}
		health := logs.Read(ctx, s, requests[i])
		r.addSource(health, !health.Complete.IsZero() && !gaps[i])
	}
	return nil
}

func readTracker(ctx context.Context, r *run) {
	tracker := r.tracker()
	if tracker == nil {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, r.Times.MaxDuration/3, errTrackerTime)
	defer cancel()
	sentry := reading.Sentry{
		Tracker: tracker, Intake: r.intake, Followed: r.known.Followed(r.Rules, r.input.Now), MaxEvents: r.Rules.MaxNew + marker.MaxWaiting,
	}
	issues := sentry.Read(ctx)
	r.notice(issues.Notices...)
	if r.input.States = issues.States; issues.States != nil {
		issues.Health.Complete, issues.Health.Progress = r.input.Now, r.input.Now
	}
	r.addSource(issues.Health, issues.Health.Err == nil)
}

func (r *run) addSource(h source.Health, completed bool) {
	stored := r.known.Dashboard
	h.Last = stored.Read[h.Name].Time()
	passed := time.Duration(0)
	if n := len(stored.Runs); n > 0 {
		passed = r.input.Now.Sub(stored.Runs[n-1].Time())
	}
	r.warn(h.Warnings(passed)...)
	r.report.Sources = append(r.report.Sources, h)
	r.fail(h.Err)
	if completed {
		r.input.Read[h.Name] = h.Progress
	}
}

// gather completes the input of decide, including the fixes of closed issues that a first plan would reopen.
func gather(ctx context.Context, r *run) error {
	r.input.Run = rand.Text()
	r.input.Issues, r.input.Waiting, r.input.Groups = r.known.Issues, r.known.Dashboard.Waiting, r.intake.Groups()
	r.input.Ticked, r.input.Muted = r.known.Ticked, r.known.Dashboard.Muted
	if slices.ContainsFunc(r.input.Issues, func(i plan.Issue) bool { return !i.Open && i.Closed == "" }) {
		ctx, cancel := r.Clock.WithTimeout(ctx, r.Times.MaxDuration/codeShare, errCodeTime)
		defer cancel()
		r.input.Ancestry = r.Code.Ancestry(ctx, plan.Plan(r.input))
	}
	return nil
}

// decide plans the actions. If there are new errors, it searches the archive once for earlier issues of them.
func decide(ctx context.Context, r *run) error {
	r.report.Events, r.report.Errors = r.intake.Events, r.intake.Errors(r.input.Groups)
	r.report.Unread, r.report.Shapes = r.intake.Unread.Notice(), r.intake.Unread.Shapes()
	r.notice(r.Rules.Policy.Ignored(r.intake.Ignored)...)
	r.actions = plan.Plan(r.input)
	appears := func(a plan.Action) bool { return a.Kind == plan.Create && a.Next.After == 0 }
	archived := len(r.known.Dashboard.Runs) > 0 // only scans archive issues, and each records its run
	if r.input.Archive != nil || !archived || !slices.ContainsFunc(r.actions, appears) {
		return nil
	}
	archive, err := r.ledger.Archive(ctx)
	r.input.Archive = append([]plan.Issue{}, archive...)
	r.actions = plan.Plan(r.input)
	return err
}

// codeShare divides max-duration: each stage that looks up code gets at most a tenth of it.
const codeShare = 10

func addEvidence(ctx context.Context, r *run) error {
	if r.DryRun {
		return nil
	}
	enrich.AddContext(ctx, r.sources, &r.windows, r.intake, r.actions)
	ctx, cancel := r.Clock.WithTimeout(ctx, r.Times.MaxDuration/codeShare, errCodeTime)
	defer cancel()
	r.Code.Add(ctx, r.actions)
	return nil
}

// write carries out the actions. It leaves the last tenth of max-duration for saving how far the run got.
func write(ctx context.Context, r *run) error {
	if r.DryRun {
		for _, a := range publicTitles(r.actions) { // in a public repository, anyone can read the log
			r.report.Lines = append(r.report.Lines, plan.Result{Action: a, Number: a.Issue.Number, URL: a.Issue.URL})
		}
		return nil
	}
	renderer := r.ledger.Render
	if !r.PublishSamples && slices.ContainsFunc(r.actions, plan.Action.Writes) {
		repository, err := r.ledger.Repository(ctx)
		if err != nil {
			return err
		}
		if renderer.HoldBack = !repository.Private; renderer.HoldBack {
			r.notice(heldBack)
			r.actions = publicTitles(r.actions)
		}
	}
	a := apply.Applier{GitHub: r.GitHub, Render: renderer, Input: r.input, Now: r.now, Assign: r.Assign}
	if tracker := r.tracker(); tracker != nil {
		a.Resolve = tracker.Resolve
	}
	left := r.Times.MaxDuration*9/10 - r.now().Sub(r.input.Now)
	ctx, cancel := r.Clock.WithTimeout(ctx, left, errWriteTime)
	defer cancel()
	r.results = a.Do(ctx, r.actions)
	return nil
}

// publicTitles replaces the titles of new errors with those that are safe in a public repository.
func publicTitles(actions []plan.Action) []plan.Action {
	for i := range actions {
		actions[i].Title = cmp.Or(actions[i].Public, actions[i].Title)
	}
	return actions
}

const heldBack = "This repository is public, so its issues show the template, exception and in-app frames of each error, " +
	"but not the events themselves. Set publish-samples to true to publish those too, redacted."

// remember records the results and saves how far the run got. If the run was stopped or max-duration passed,
// nothing is saved, so the next run reads the same events again.
func remember(ctx context.Context, r *run) error {
	r.report.Lines = append(r.report.Lines, r.results...)
	if r.DryRun || ctx.Err() != nil {
		return nil
	}
	sent := 0
	for _, n := range r.requests() {
		sent += n
	}
	err := r.ledger.Save(ctx, r.known, r.results, ledger.Read{
		Now: r.input.Now, Lateness: r.Rules.Lateness, Sources: r.report.Sources, Completed: r.input.Read,
		Requests: sent, Version: r.Version,
	})
	if err != nil {
		return fmt.Errorf("save the dashboard: %w", err)
	}
	return nil
}

// Status counts the errors that the repository tracks, without changing anything.
func Status(ctx context.Context, o Options) (string, error) {
	r := begin(o)
	err := list(ctx, r)
	return r.known.Status(), err
}
