package scan

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/apply"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/report"
)

// This file is the run that files what was delivered to it. It reads no source
// and moves no source's progress. Such runs overlap all the time, and a delivery that
// another run overwrote is nowhere to be read again: so each run waits, reads
// back, and writes again until nothing is left to write.

const (
	// settleWait is longer than a writer takes between reading an issue and writing
	// it, unless GitHub fails the write several times; the pause before a write comes
	// on top, twice.
	settleWait = 8 * time.Second
	// settleJitter, at most, keeps runs that began together from going on so.
	settleJitter = 8 * time.Second
	// maxRounds is how often a run writes. Of n runs at once each overwrites the
	// others at most once a round, so it takes about as many rounds as runs.
	maxRounds = 12
)

// errUnsettled says that other runs overwrote this one's deliveries all the time.
var errUnsettled = fmt.Errorf("other runs went on overwriting what was delivered, %d times: it may be missing from its issue; run this job again", maxRounds)

// Delivery is what was delivered to a run.
type Delivery struct {
	Events []event.Event
	// Issues are a tracker's, each with the state that it was brought into, or
	// without one where an event belongs to it.
	Issues []event.Tracked
}

// Dispatch files what was delivered. What it returns is complete even when parts
// failed; its Failures say which.
func Dispatch(ctx context.Context, o Options, d Delivery) report.Run {
	s := begin(o)
	if len(d.Events)+len(d.Issues) > 0 {
		if err := s.dispatch(ctx, d); err != nil {
			s.fail(err)
		}
	}
	return s.end(ctx)
}

func (s *Scan) dispatch(ctx context.Context, d Delivery) error {
	s.Rules.CloseAfter = 0 // nothing is read, so nothing is known to be quiet
	for i := range d.Events {
		if d.Events[i].Time.IsZero() {
			d.Events[i].Time = s.now
		}
	}
	p := parcel{Delivery: d, newest: map[string]event.Event{}}
	s.enrich(ctx, &p)
	s.states = p.states()
	for range maxRounds {
		wrote, err := s.round(ctx, p)
		// Where runs overlap, two lists that one of them compares are soon not of one
		// moment, and the list may lack what was just filed.
		unsure := errors.Is(err, github.ErrPartialListing)
		if err != nil && !unsure || !wrote && !unsure || s.DryRun || ctx.Err() != nil {
			return err
		}
		pause := settleWait + 2*s.WriteInterval + rand.N(settleJitter)
		if err := s.Clock.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("wait to read back what was delivered: %w", err)
		}
	}
	return errUnsettled
}

// round lists, plans and writes once, and reports whether anything was written.
func (s *Scan) round(ctx context.Context, p parcel) (bool, error) {
	known, err := s.list(ctx)
	if err != nil {
		return false, err
	}
	pipeline := s.pipeline(known)
	p.add(pipeline, known)
	for _, t := range p.unknown(known) {
		s.notice(fmt.Sprintf("Skipped: %s is %s in Sentry, and has no issue here.", t.Name, t.State))
	}
	in := s.input(known, pipeline)
	actions := s.withCarried(deliverable(plan.Plan(in)), in)
	if s.DryRun {
		s.tell(planned(actions))
		return false, nil
	}
	if err := s.lookAround(ctx, actions); err != nil {
		return false, err
	}
	applier := s.applier(in)
	results := s.write(ctx, applier, actions)
	s.tellOnce(results)
	wrote := s.carry(results)
	if failed(results) || ctx.Err() != nil {
		return false, nil // told by their lines
	}
	waiting, err := s.keepWaiting(ctx, known, results)
	if err != nil {
		err = fmt.Errorf("save what waits on the dashboard: %w", err)
	}
	return wrote || waiting, err
}

// notice tells something once.
func (s *Scan) notice(text string) {
	if !slices.Contains(s.out.Notices, text) {
		s.out.Notices = append(s.out.Notices, text)
	}
}

// deliverable leaves out what waits with the events of a source: it gets its issue
// from a run that reads these events again.
func deliverable(actions []plan.Action) []plan.Action {
	return slices.DeleteFunc(actions, func(a plan.Action) bool {
		return a.Kind == plan.Create && len(a.Groups) == 0 && len(a.Next.Sources)+len(a.Next.Sentry) > 0
	})
}

// withCarried adds what earlier rounds merged: the issues that it came from are
// closed as duplicates by now, and another run may have overwritten it.
func (s *Scan) withCarried(actions []plan.Action, in plan.Input) []plan.Action {
	for i, a := range actions {
		if c, ok := s.carried[a.Issue.Number]; ok && a.Reason != plan.Duplicate {
			a.Merge, a.Join = append(a.Merge, c.merge...), append(a.Join, c.join...)
			actions[i] = plan.Decide(a, in)
		}
	}
	return actions
}

// carried is what an earlier round merged into an issue.
type carried struct{ merge, join []marker.Marker }

// carry remembers what was merged and created, and reports whether anything was
// written.
func (s *Scan) carry(results []apply.Result) bool {
	wrote := false
	for _, r := range results {
		if r.Err != nil || !r.Action.Writes() {
			continue
		}
		wrote = true
		if r.Action.Kind == plan.Create && !slices.Contains(s.created, r.Number) {
			s.created = append(s.created, r.Number)
		}
		if s.carried == nil {
			s.carried = map[int]carried{}
		}
		s.carried[r.Number] = carried{r.Action.Merge, r.Action.Join}
	}
	return wrote
}

func failed(results []apply.Result) bool {
	return slices.ContainsFunc(results, func(r apply.Result) bool { return r.Err != nil })
}

// tellOnce tells of what was delivered and done, once for each kind of action on an
// issue: a later round does again what was overwritten.
func (s *Scan) tellOnce(results []apply.Result) {
	for _, r := range results {
		if r.Action.Reason == plan.Duplicate && r.Err == nil { // another run was first
			s.out.Lines = slices.DeleteFunc(s.out.Lines, func(l report.Line) bool { return l.Number == r.Number && l.Action.Kind == plan.Create })
		}
	}
	results = slices.DeleteFunc(slices.Clone(results), func(r apply.Result) bool {
		if len(r.Action.Groups) == 0 && !r.Action.Writes() {
			return true
		}
		return slices.ContainsFunc(s.out.Lines, func(l report.Line) bool {
			again := r.Action.Kind == plan.Update && l.Done() || l.Action.Kind == r.Action.Kind || r.Action.Kind == plan.Keep
			return l.Number == r.Number && l.Action.Title == r.Action.Title && again && r.Err == nil
		})
	})
	s.tell(results)
}

// keepWaiting stores on the dashboard what was delivered and gets no issue yet, and
// takes off it what has one by now. It reports whether that was to be done. All
// else on the dashboard stays as it is.
func (s *Scan) keepWaiting(ctx context.Context, k known, results []apply.Result) (bool, error) {
	var rows []marker.Row
	for _, r := range results {
		if r.Action.Kind == plan.Wait && len(r.Action.Groups) > 0 {
			rows = append(rows, row(r.Action, r.Action.Reason))
		}
	}
	before := k.stored
	if len(delivered(before, rows)) == 0 && len(withoutFiled(before, k.issues)) == len(before) {
		return false, nil
	}
	if k.home.Number == 0 {
		return true, s.createHome(ctx, marker.Dashboard{Waiting: rows, Tracked: numbers(k.issues)})
	}
	return true, s.GitHub.Rewrite(ctx, k.home.Number, func(current github.Issue) (github.Edit, error) {
		d, err := marker.ReadDashboard(current.Body)
		if err != nil {
			return github.Edit{}, err
		}
		d.Waiting = withRows(withoutFiled(d.Waiting, k.issues), rows)
		body, err := s.renderer().Dashboard(d, current.Body)
		return github.Edit{Body: body}, err
	})
}

// withoutFiled leaves out the rows of which an issue has counted every delivery.
// Those that hold events of a source are left to the runs that read it.
func withoutFiled(rows []marker.Row, issues []plan.Issue) []marker.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(row marker.Row) bool {
		return len(row.Marker.Sources)+len(row.Marker.Sentry) == 0 && slices.ContainsFunc(issues, func(i plan.Issue) bool {
			return slices.ContainsFunc(row.Marker.Keys, i.Marker.Owns) && knowsAll(i.Marker, row.Marker)
		})
	})
}

// knowsAll reports whether m has counted every delivery of other.
func knowsAll(m, other marker.Marker) bool {
	for kind, inbox := range other.Deliveries {
		if slices.ContainsFunc(inbox.IDs, func(id string) bool { return !m.Deliveries[kind].Knows(id) }) {
			return false
		}
	}
	return true
}

func numbers(issues []plan.Issue) []int {
	var all []int
	for _, i := range issues {
		all = append(all, i.Number)
	}
	return all
}

// withRows adds rows to those that wait; what both have is merged.
func withRows(waiting, more []marker.Row) []marker.Row {
	waiting = slices.Clone(waiting)
	for _, row := range more {
		if i := rowOf(waiting, row); i >= 0 {
			waiting[i].Marker = marker.Merge(waiting[i].Marker, row.Marker)
			continue
		}
		waiting = append(waiting, row)
	}
	return waiting
}

func rowOf(rows []marker.Row, row marker.Row) int {
	return slices.IndexFunc(rows, func(r marker.Row) bool { return slices.ContainsFunc(row.Marker.Keys, r.Marker.Owns) })
}

// delivered returns the rows of now that hold deliveries which before does not.
func delivered(before, now []marker.Row) []marker.Row {
	var news []marker.Row
	for _, row := range now {
		var known marker.Marker
		if i := rowOf(before, row); i >= 0 {
			known = before[i].Marker
		}
		if !knowsAll(known, row.Marker) {
			news = append(news, row)
		}
	}
	return news
}
