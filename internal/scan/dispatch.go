package scan

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/reading"
	"github.com/org/errmon-action/internal/report"
)

// This file contains the run that files delivered events. It reads no source and changes no source's
// progress. Such runs often overlap, and if another run overwrites a delivery, it cannot be read from
// anywhere again. So each run waits, reads back, and writes again until nothing is left to write.

const (
	// settleWait is longer than a run takes between reading an issue and writing it, unless GitHub
	// fails the write several times. Twice Times.WriteInterval is added to it.
	settleWait = 8 * time.Second
	// settleJitter is the maximum random delay added, so that runs that began together get out of step.
	settleJitter = 8 * time.Second
	// maxRounds is the maximum number of times that a run writes. Each of n concurrent runs overwrites the
	// others at most once a round, so it takes about as many rounds as runs.
	maxRounds = 12
)

// Dispatch files what was delivered. The report is complete even if parts failed; its Failures list them.
func Dispatch(ctx context.Context, o Options, d intake.Delivery) report.Run {
	o.Rules.CloseAfter, o.Rules.CloseAuto = -1, false // no source is read, so no error can be considered quiet
	r := begin(o)
	r.delivered = deliveries{Delivery: d, merged: map[int]plan.Action{}}
	if len(d.Events)+len(d.Issues) > 0 {
		r.delivered.Date(r.input.Now)
		complete(ctx, r)
		r.fail(rounds(ctx, r))
	}
	return r.end(ctx)
}

func rounds(ctx context.Context, r *run) error {
	for range maxRounds {
		r.delivered.wrote = false
		err := r.through(ctx, list, deliver, gather, decide, keepMerged, addEvidence, write, recordOnce, saveDeliveries)
		// If runs overlap, a run may compare two lists from different moments, and one of them
		// may lack an issue that was just filed.
		unsure := errors.Is(err, github.ErrPartialListing)
		if err != nil && !unsure || !r.delivered.wrote && !unsure || r.DryRun || ctx.Err() != nil {
			return err
		}
		if err := r.Clock.Sleep(ctx, settleWait+2*r.Times.WriteInterval+rand.N(settleJitter)); err != nil {
			return fmt.Errorf("wait to read back what was delivered: %w", err)
		}
	}
	return fmt.Errorf("other runs overwrote the delivered events %d times: "+
		"they may be missing from their issues; run this job again", maxRounds)
}

func complete(ctx context.Context, r *run) {
	d := &r.delivered.Delivery
	if tracker := r.tracker(); tracker != nil {
		ctx, cancel := r.Clock.WithTimeout(ctx, r.Times.MaxDuration/3, errTrackerTime)
		defer cancel()
		var err error
		if *d, err = reading.Complete(ctx, tracker, *d); err != nil {
			r.warn(fmt.Sprintf("filing the webhook as it came: %v", err))
		}
	}
	r.input.States = map[string]event.State{}
	for _, t := range d.Issues {
		if t.State != "" {
			r.input.States[t.ID] = t.State
		}
	}
}

func deliver(_ context.Context, r *run) error {
	r.notice(r.intake.Deliver(r.delivered.Delivery, r.known.Counted)...)
	for _, t := range r.delivered.Issues {
		if _, known := r.known.Counted(t.ID); !known && t.State != "" && t.State != event.Unresolved {
			r.notice(fmt.Sprintf("Skipped: %s is %s in Sentry, and has no issue here.", t.Name, t.State))
		}
	}
	return nil
}

// keepMerged adds the markers that earlier rounds merged: another run may have overwritten them, and the
// duplicates that they came from are closed by now, so they would not be merged again. It also leaves waiting
// errors that a scanned source or Sentry reported to the runs that read those.
func keepMerged(_ context.Context, r *run) error {
	r.actions = slices.DeleteFunc(r.actions, func(a plan.Action) bool {
		return a.Kind == plan.Create && len(a.Groups) == 0 && len(a.Next.Sources)+len(a.Next.Sentry) > 0
	})
	for i, a := range r.actions {
		if m, ok := r.delivered.merged[a.Issue.Number]; ok && a.Reason != plan.Duplicate {
			a.Merge, a.Join = append(a.Merge, m.Merge...), append(a.Join, m.Join...)
			r.actions[i] = plan.Decide(a, r.input)
		}
	}
	return nil
}

// saveDeliveries saves the waiting errors, and records what this round wrote. A failed write ends the rounds.
func saveDeliveries(ctx context.Context, r *run) error {
	if r.DryRun || ctx.Err() != nil {
		return nil
	}
	waiting, err := r.ledger.SaveDeliveries(ctx, r.known, r.results, r.input.Now)
	if err != nil {
		return fmt.Errorf("save what waits on the dashboard: %w", err)
	}
	wrote, failed := waiting, false
	for _, result := range r.results {
		if !result.Done() {
			wrote, failed = wrote || result.Left(), failed || result.Err != nil
			continue
		}
		wrote = true
		if result.Action.Kind == plan.Create && !slices.Contains(r.delivered.filed, result.Number) {
			r.delivered.filed = append(r.delivered.filed, result.Number)
		}
		r.delivered.merged[result.Number] = result.Action
	}
	r.delivered.wrote = wrote && !failed && ctx.Err() == nil
	return nil
}

// recordOnce adds the results to the report. Rounds repeat actions, so each kind on an issue is added once.
func recordOnce(_ context.Context, r *run) error {
	known := slices.Clone(r.report.Lines)
	for _, result := range r.results {
		kind := result.Action.Kind
		if result.Action.Reason == plan.Duplicate && result.Err == nil { // another run filed it first
			r.report.Lines = slices.DeleteFunc(r.report.Lines, func(l plan.Result) bool {
				return l.Number == result.Number && l.Action.Kind == plan.Create
			})
		}
		if len(result.Action.Groups) == 0 && !result.Action.Writes() {
			continue
		}
		repeats := func(earlier plan.Result) bool {
			same := kind == plan.Update && earlier.Done() || kind == earlier.Action.Kind || kind == plan.Keep
			return same && result.Err == nil && earlier.Number == result.Number && earlier.Action.Title == result.Action.Title
		}
		if !slices.ContainsFunc(known, repeats) {
			r.report.Lines = append(r.report.Lines, result)
		}
	}
	return nil
}
