// Package scan owns the sequence of the main job: list what GitHub knows, read
// the sources, group, plan, apply, and remember how far it came. It is the one
// room that sees all others; none of them sees it but cli and preview.
//
// The order is what makes a run safe to die anywhere: nothing is written
// before the listing is whole, and the dashboard, which says how far the
// sources were read, is written last.
package scan

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/apply"
	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/render"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/slack"
	"github.com/org/errmon-action/internal/stacktrace"
)

// Options are what a run is told.
type Options struct {
	Clock    clock.Clock
	GitHub   *github.Client
	Redactor *safe.Redactor
	// Open returns the sources to read. It may return some of them together
	// with an error that says which are missing.
	Open func(context.Context) ([]Source, error)
	// Tracker is the service that keeps issues of its own; nil if there is none.
	Tracker Tracker
	// Slack is told what people should look at; nil if nobody is.
	Slack      *slack.Client
	Repository string // as OWNER/REPO, for Slack's message
	// Requests returns, by service, how many requests of each kind were sent.
	Requests map[string]func() map[string]int
	Policy   policy.Policy
	InApp    stacktrace.Rules    // the team's own
	Fields   map[string][]string // the team's own keys of structured records
	Rules    plan.Rules

	Label          string   // of error issues; the dashboard's and the ignore label derive from it
	Trusted        []string // logins, beside the token's own, whose markers count
	Lookback       time.Duration
	Since          time.Time     // read from here instead; zero otherwise
	MaxDuration    time.Duration // of the run; reading gets two thirds of it
	PublishSamples bool          // show events in a public repository
	DryRun         bool
	WriteInterval  time.Duration // between two writes of the GitHub client
}

// Scan is one run.
type Scan struct {
	Options
	now        time.Time // one time for the whole run
	sources    []Source
	completed  map[string]time.Time // up to when each source was read without a gap
	login      string               // the token's own, once it was asked for
	repository *github.Repository   // once it was asked for
	out        report.Run
	states     map[string]event.State // of the tracker's issues; nil if it was not read

	owned   map[string]bool // keys and aliases of the errors that are known
	windows int             // requests for the lines around errors so far
	refused bool            // such requests are refused

	created []int           // issues that this run filed, see dispatch.go
	carried map[int]carried // by issue
}

// Run scans once. What it returns is complete even when parts failed; its
// Failures say which.
func Run(ctx context.Context, o Options) report.Run {
	s := begin(o)
	if err := s.run(ctx); err != nil {
		s.fail(err)
	}
	return s.end(ctx)
}

func begin(o Options) *Scan {
	s := &Scan{Options: o, now: o.Clock.Now(), completed: map[string]time.Time{}}
	s.out.Started, s.out.DryRun = s.now, o.DryRun
	return s
}

func (s *Scan) end(ctx context.Context) report.Run {
	s.notify(ctx)
	s.out.Ended = s.Clock.Now()
	s.countRequests()
	return s.out
}

func (s *Scan) run(ctx context.Context) error {
	known, err := s.list(ctx)
	if err != nil {
		return err
	}
	pipeline := s.pipeline(known)
	s.owned = known.keys()
	s.readAll(ctx, pipeline, known)
	in := s.input(known, pipeline)
	actions := plan.Plan(in)
	if s.DryRun {
		s.tell(planned(actions))
		return nil
	}
	if err := s.lookAround(ctx, actions); err != nil {
		return err
	}
	s.addContext(ctx, actions)
	results := s.write(ctx, s.applier(in), actions)
	s.tell(results)
	if ctx.Err() != nil {
		return nil // a signal: the next run repeats what is not remembered
	}
	if err := s.save(ctx, known, s.remember(known.dashboard, results)); err != nil {
		return fmt.Errorf("save the dashboard: %w", err)
	}
	return nil
}

// pipeline is an empty one that knows what is known.
func (s *Scan) pipeline(k known) *Pipeline {
	p := NewPipeline(s.Policy, s.Redactor)
	p.InApp, p.Fields = s.InApp, s.Fields
	p.Set.Know(plan.Known(k.issues, k.dashboard.Waiting))
	return p
}

// input is what there is to decide from, once everything was added to the pipeline.
func (s *Scan) input(k known, p *Pipeline) plan.Input {
	in := plan.Input{
		Now:     s.now,
		Run:     rand.Text(),
		Rules:   s.Rules,
		Issues:  k.issues,
		Waiting: k.dashboard.Waiting,
		Groups:  p.Groups(),
		Read:    s.completed,
		Tracks:  s.Tracker != nil,
		States:  s.states,
	}
	s.out.Events, s.out.Errors = p.Events, p.distinct(in.Groups)
	return in
}

// readAll reads the sources within their share of the time.
func (s *Scan) readAll(ctx context.Context, p *Pipeline, k known) {
	ctx, cancel := s.Clock.WithTimeout(ctx, s.MaxDuration*2/3, errReadTime)
	defer cancel()
	var err error
	s.sources, err = s.Open(ctx)
	if err != nil {
		s.fail(err)
	}
	s.readTracker(ctx, p, k)
	s.read(ctx, p, k.dashboard)
}

// errReadTime is what stops a long read, so that there is time left to write.
var errReadTime = errors.New("reading took two thirds of max-duration: the next run goes on from here; raise max-duration or run more often")

func (s *Scan) applier(in plan.Input) apply.Applier {
	a := apply.Applier{GitHub: s.GitHub, Render: s.renderer(), Label: s.Label, Input: in, Now: s.Clock.Now}
	if s.Tracker != nil {
		a.Resolve = s.Tracker.Resolve
	}
	return a
}

// write carries the actions out, and leaves the last tenth of the time to
// saving how far the run came.
func (s *Scan) write(ctx context.Context, applier apply.Applier, actions []plan.Action) []apply.Result {
	left := s.MaxDuration*9/10 - s.Clock.Now().Sub(s.now)
	ctx, cancel := s.Clock.WithTimeout(ctx, left, errWriteTime)
	defer cancel()
	return applier.Do(ctx, actions)
}

// errWriteTime is what stops a long series of writes.
var errWriteTime = errors.New("nine tenths of max-duration are over: raise max-duration or run more often")

// lookAround learns before the first write whether the repository is public.
func (s *Scan) lookAround(ctx context.Context, actions []plan.Action) error {
	for _, a := range actions {
		if a.Writes() && s.repository == nil && !s.PublishSamples {
			repository, err := s.GitHub.Repository(ctx)
			if err != nil {
				return err
			}
			s.repository = &repository
		}
	}
	if s.renderer().HoldBack && slices.ContainsFunc(actions, plan.Action.Writes) {
		s.notice(heldBack)
	}
	return nil
}

// heldBack is told in every run that writes to a public repository.
const heldBack = "This repository is public, so its issues show of each error the template, the exception and the in-app frames, " +
	"and hold the events themselves back. Set publish-samples to true to publish those too, redacted."

func (s *Scan) renderer() render.Renderer {
	public := s.repository != nil && !s.repository.Private
	return render.Renderer{Redactor: s.Redactor, Label: s.Label, HoldBack: public && !s.PublishSamples}
}

// planned turns actions into results of a dry run.
func planned(actions []plan.Action) []apply.Result {
	var results []apply.Result
	for _, a := range actions {
		results = append(results, apply.Result{Action: a, Number: a.Issue.Number, URL: a.Issue.URL})
	}
	return results
}

func (s *Scan) tell(results []apply.Result) {
	for _, r := range results {
		s.out.Lines = append(s.out.Lines, report.Line{Action: r.Action, Number: r.Number, URL: r.URL, Err: r.Err})
	}
}

func (s *Scan) fail(err error) { s.out.Failures = append(s.out.Failures, err) }

func (s *Scan) warn(format string, args ...any) {
	s.out.Warnings = append(s.out.Warnings, fmt.Sprintf(format, args...))
}

func (s *Scan) countRequests() {
	s.out.Requests = map[string]int{}
	for service, sent := range s.Requests {
		for kind, n := range sent() {
			s.out.Requests[service+" "+kind] += n
		}
	}
}
