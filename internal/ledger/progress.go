package ledger

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/render"
	"github.com/org/errmon-action/internal/source"
)

// Window decides where reading starts.
type Window struct {
	Now      time.Time
	Lookback time.Duration
	Since    time.Time // read from here instead; zero otherwise
	Rules    plan.Rules
}

// maxAhead is how far in the future a stored time is still trusted: the clocks of overlapping runs differ.
const maxAhead = time.Minute

// Start returns where reading a source begins: at the minute after the last one that an earlier run settled,
// or without one, at the look-back. Since overrides both. gap reports that it skips time that no run has read
// yet, so the source's progress stays where it is.
func (k Known) Start(key string, w Window) (from time.Time, gap bool) {
	last, ok := k.Dashboard.Read[key]
	ok = ok && !last.Time().After(w.Now.Add(maxAhead)) // else stored by a run whose clock was wrong
	settled := plan.Settled(last.Time(), w.Rules.Lateness)
	switch {
	case !w.Since.IsZero():
		from = w.Since.Truncate(time.Minute)
		return from, ok && count.MinuteOf(from)-1 > settled
	case !ok:
		return w.Now.Add(-w.Lookback).Truncate(time.Minute), false
	}
	from = (settled + 1).Start()
	for _, i := range k.due(w.Rules, w.Now) { // to be filed with its trace, so its newest event is read again
		if newest := k.Dashboard.Waiting[i].Marker.Sources[key].Newest.Time(); !newest.IsZero() && newest.Before(from) {
			from = newest.Truncate(time.Minute)
		}
	}
	return from, false
}

// Read is what a run read.
type Read struct {
	Now       time.Time // of the run
	Lateness  time.Duration
	Sources   []source.Health
	Completed map[string]time.Time // up to when a source was read without a gap
	Requests  int                  // sent so far
	Version   string               // of errmon
}

// Save writes the dashboard after a run that wrote the results of what it read, and closes its duplicates. It
// must be the last write, so that everything the dashboard calls read is in the issues already.
func (l *Ledger) Save(ctx context.Context, k Known, results []plan.Result, read Read) error {
	after := k.after(results, read)
	switch {
	case k.home.Number == 0 && len(read.Completed)+len(after.Waiting)+len(after.Filed) == 0:
		return nil // nothing worked yet, probably due to wrong settings
	case k.home.Number == 0:
		return l.create(ctx, after)
	}
	err := l.GitHub.Rewrite(ctx, k.home.Number, func(current github.Issue) (github.Edit, error) {
		if now, err := marker.ReadDashboard(current.Body); err == nil { // a dispatch run may have added rows
			after.Waiting = mergeRows(after.Waiting, newDeliveries(k.Dashboard.Waiting, now.Waiting))
		}
		edit := github.Edit{Body: l.Render.Dashboard(after, current.Body)}
		if k.afresh { // the next loss of the label stops a run again
			edit.State = "open"
		}
		return edit, nil
	})
	if errors.Is(err, github.ErrGone) {
		err = l.create(ctx, after)
	}
	for _, duplicate := range k.duplicates {
		if err == nil {
			err = l.GitHub.Edit(ctx, duplicate.Number, github.Edit{State: "closed", StateReason: "duplicate"})
		}
	}
	return err
}

func (k Known) after(results []plan.Result, read Read) render.Board {
	before, now := k.Dashboard, count.At(read.Now)
	runs := append(slices.DeleteFunc(slices.Clone(before.Runs), func(at count.Millis) bool { return at >= now }), now)
	late := slices.DeleteFunc(slices.Clone(results), func(r plan.Result) bool { return !postponed(r) })
	written := func(row marker.Row) bool { // otherwise it stays, as the log lines behind it may be gone
		return !slices.ContainsFunc(late, func(r plan.Result) bool { return slices.ContainsFunc(row.Marker.Keys, r.Action.Next.Owns) })
	}
	after := marker.Dashboard{
		Read: map[string]count.Millis{}, Large: map[string]count.Millis{}, Health: map[string]marker.Health{},
		Waiting: slices.DeleteFunc(slices.Clone(before.Waiting), written), Muted: map[int]marker.Mute{},
		Runs: runs[max(0, len(runs)-marker.MaxRuns):], Requests: read.Requests, Version: read.Version,
	}
	maps.Copy(after.Read, before.Read)
	for name, h := range before.Health {
		if read.Now.Sub(max(h.Tried, h.Success).Time()) < forgetAfter {
			after.Health[name] = h
		}
	}
	for _, s := range read.Sources {
		k.note(&after, s, late, read)
	}
	for _, r := range results {
		if mute, ok := before.Muted[r.Number]; ok && r.Err != nil { // stays until the write succeeds
			after.Muted[r.Number] = mute
		}
		if r.Action.Kind == plan.Mute && !r.Action.Issue.Newer {
			after.Muted[r.Number] = r.Action.Mute
		}
		if r.Action.Reason == plan.Leaving || r.Action.Reason == plan.Archived { // forgotten before it leaves the list
			continue
		}
		row, waits := waits(r)
		if waits {
			after.Waiting = append(after.Waiting, row)
		}
		if r.Number != 0 && (waits || r.Action.Reason != plan.Gone && r.Action.Next.DupOf == 0) {
			after.Filed = append(after.Filed, r.Number)
		}
	}
	slices.Sort(after.Filed)
	rank := map[bool]int{true: -1} // ticked rows come first, so that no other takes their place
	slices.SortStableFunc(after.Waiting, func(a, b marker.Row) int {
		return cmp.Or(rank[ticked(k.Ticked, a)]-rank[ticked(k.Ticked, b)], plan.BySeverity(a.Marker, b.Marker))
	})
	return board(after, results, read.Now)
}

// note records how reading a source went, and how far. A source with postponed events stays where it was,
// so the next run reads them again; one that never got anywhere remembers where its first reading began.
func (k Known) note(after *marker.Dashboard, s source.Health, late []plan.Result, read Read) {
	now := count.At(read.Now)
	switch before := k.Large(s.Name, read.Now); {
	case before && (s.Large || s.Left):
		after.Large[s.Name] = k.Dashboard.Large[s.Name]
	case s.Large:
		after.Large[s.Name] = now
	}
	if h := after.Health[s.Name]; !s.Left { // otherwise its turn comes in a later run
		h.Events, h.Tried = s.Events, now
		if h.Failures++; s.Err == nil {
			h.Failures, h.Success = 0, now
		}
		after.Health[s.Name] = h
	}
	_, known := after.Read[s.Name]
	at, done := read.Completed[s.Name]
	switch {
	case done && !slices.ContainsFunc(late, func(r plan.Result) bool {
		_, ok := r.Action.Next.Sources[s.Name]
		return ok || s.Tracker && len(r.Action.Next.Sentry) > 0
	}):
		after.Read[s.Name] = max(after.Read[s.Name], count.At(at))
	case !known && !s.Tracker:
		after.Read[s.Name] = count.At(plan.ReadBefore(s.From, read.Lateness))
	}
}

// postponed reports whether a result leaves its events to the next run: the write failed, or the issue is
// gone or locked. An error whose issue has no room or is refused waits on the dashboard, since that may last.
func postponed(r plan.Result) bool {
	return r.Err != nil && !r.Refused && !errors.Is(r.Err, render.ErrNoRoom) || r.Left()
}

const (
	forgetAfter = 14 * 24 * time.Hour // without a read, until a source leaves the dashboard: it is probably no longer in the settings
	largeFor    = 24 * time.Hour      // that a source too large to be read in full is filtered before a retry
)

// Large reports whether a source was recently found too large to be read in full.
func (k Known) Large(key string, now time.Time) bool {
	at, ok := k.Dashboard.Large[key]
	return ok && now.Sub(at.Time()) < largeFor
}

// LongestAgo returns the sources read longest ago first. Of those read in the same run, failed ones come
// last, so that a source too large for a run gets the time that the others leave.
func LongestAgo(d marker.Dashboard, sources []source.Source) []source.Source {
	return slices.SortedStableFunc(slices.Values(sources), func(a, b source.Source) int {
		x, y := d.Health[a.Key()], d.Health[b.Key()]
		return cmp.Or(cmp.Compare(x.Tried, y.Tried), cmp.Compare(y.Success, x.Success))
	})
}
