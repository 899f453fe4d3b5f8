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

// Window holds what determines where reading starts.
type Window struct {
	Now      time.Time
	Lookback time.Duration
	Since    time.Time // start here instead; zero if unset
	Rules    plan.Rules
}

// maxAhead is how far in the future a stored time may be and still be trusted: runs' clocks differ.
const maxAhead = time.Minute

// believable reports whether a stored time was stored by a run whose clock was right.
func believable(at count.Millis, now time.Time) bool { return !at.Time().After(now.Add(maxAhead)) }

// Start returns the time from which to read a source: the minute after the last settled one, or Lookback ago
// if it has no believable progress. Since overrides both; gap reports that it skips unsettled time, so the
// progress must not advance. Without Since, Start may go back to read the newest event of a due row again.
func (k Known) Start(key string, w Window) (from time.Time, gap bool) {
	last, ok := k.Dashboard.Read[key]
	ok = ok && believable(last, w.Now)
	settled := plan.Settled(last.Time(), w.Rules.Lateness)
	switch {
	case !w.Since.IsZero():
		from = w.Since.Truncate(time.Minute)
		return from, ok && count.MinuteOf(from)-1 > settled
	case !ok:
		return w.Now.Add(-w.Lookback).Truncate(time.Minute), false
	}
	from = (settled + 1).Start()
	for _, i := range k.due(w.Rules, w.Now) { // the new issue shows the trace, so its newest event is read again
		if newest := k.Dashboard.Waiting[i].Marker.Sources[key].Newest.Time(); !newest.IsZero() && newest.Before(from) {
			from = newest.Truncate(time.Minute)
		}
	}
	return from, false
}

// Read describes what a run read.
type Read struct {
	Now       time.Time // start of the run
	Lateness  time.Duration
	Sources   []source.Health
	Completed map[string]time.Time // up to when each source was read without a gap; other sources are missing
	Requests  int                  // requests sent so far
	Version   string               // version of errmon
}

// Save writes the dashboard at the end of a scan and closes duplicate dashboards. It must come after all
// writes to issues, because later runs do not read again what the dashboard records as read.
func (l *Ledger) Save(ctx context.Context, k Known, results []plan.Result, read Read) error {
	after := k.after(results, read)
	switch {
	case k.home.Number == 0 && len(read.Completed)+len(after.Waiting)+len(after.Filed) == 0:
		return nil // nothing worked yet, probably due to wrong settings
	case k.home.Number == 0:
		return l.create(ctx, after)
	}
	err := l.GitHub.Rewrite(ctx, k.home.Number, func(current github.Issue) (github.Edit, error) {
		if now, err := marker.ReadDashboard(current.Body); err == nil { // a dispatch may have added rows
			after.Waiting = mergeRows(after.Waiting, newDeliveries(k.Dashboard.Waiting, now.Waiting))
		}
		edit := github.Edit{Body: l.Render.Dashboard(after, current.Body)}
		if k.afresh { // so that the next loss of the label stops a run again
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
	written := func(row marker.Row) bool { // a postponed row stays, as its log lines may be gone by the next run
		return !slices.ContainsFunc(late, func(r plan.Result) bool { return slices.ContainsFunc(row.Marker.Keys, r.Action.Next.Owns) })
	}
	after := marker.Dashboard{
		Read: map[string]count.Millis{}, Large: map[string]count.Millis{}, Health: map[string]marker.Health{},
		Waiting: slices.DeleteFunc(slices.Clone(before.Waiting), written), Muted: map[int]marker.Mute{},
		Runs: runs[max(0, len(runs)-marker.MaxRuns):], Requests: read.Requests, Version: read.Version,
	}
	maps.Copy(after.Read, before.Read)
	maps.DeleteFunc(after.Read, func(_ string, at count.Millis) bool { return !believable(at, read.Now) })
	for name, h := range before.Health {
		if read.Now.Sub(max(h.Tried, h.Success).Time()) < forgetAfter {
			after.Health[name] = h
		}
	}
	for _, s := range read.Sources {
		k.note(&after, s, late, read)
	}
	for _, r := range results {
		if mute, ok := before.Muted[r.Number]; ok && r.Err != nil { // keep its counts until the write succeeds
			after.Muted[r.Number] = mute
		}
		if r.Action.Kind == plan.Mute && !r.Action.Issue.Newer {
			after.Muted[r.Number] = r.Action.Mute
		}
		if r.Action.Reason == plan.Leaving || r.Action.Reason == plan.Archived { // drop its number before it leaves the list
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
	rank := map[bool]int{true: -1} // ticked rows first, since the last rows are dropped if there are too many
	slices.SortStableFunc(after.Waiting, func(a, b marker.Row) int {
		return cmp.Or(rank[ticked(k.Ticked, a)]-rank[ticked(k.Ticked, b)], plan.BySeverity(a.Marker, b.Marker))
	})
	return board(after, results, read.Now)
}

// note records how a source was read, and how far. If some of its events were postponed, its progress stays,
// so the next run reads them again. Until a read is complete, a log source records where its first one began.
func (k Known) note(after *marker.Dashboard, s source.Health, late []plan.Result, read Read) {
	now := count.At(read.Now)
	switch before := k.Large(s.Name, read.Now); {
	case before && (s.Large || s.Left):
		after.Large[s.Name] = k.Dashboard.Large[s.Name]
	case s.Large:
		after.Large[s.Name] = now
	}
	if h := after.Health[s.Name]; !s.Left { // otherwise a later run reads it
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

// postponed reports whether the next run must read a result's events again: the write failed, or the issue is
// gone or locked. If GitHub refused it or it has no room, that may last, so the dashboard keeps its counts.
func postponed(r plan.Result) bool {
	return r.Err != nil && !r.Refused && !errors.Is(r.Err, render.ErrNoRoom) || r.Left()
}

const (
	forgetAfter = 14 * 24 * time.Hour // a source not tried for this long leaves Dashboard.Health: it was probably removed from the settings
	largeFor    = 24 * time.Hour      // a source too large to be read in full is read with a filter for this long
)

// Large reports whether a source was recently found too large to be read in full.
func (k Known) Large(key string, now time.Time) bool {
	at, ok := k.Dashboard.Large[key]
	return ok && now.Sub(at.Time()) < largeFor
}

// LongestAgo sorts the sources: those read longest ago come first. Among sources last read in the same run,
// failed ones come last, so a source too large for one run gets only the time that the others leave.
func LongestAgo(d marker.Dashboard, sources []source.Source) []source.Source {
	return slices.SortedStableFunc(slices.Values(sources), func(a, b source.Source) int {
		x, y := d.Health[a.Key()], d.Health[b.Key()]
		return cmp.Or(cmp.Compare(x.Tried, y.Tried), cmp.Compare(y.Success, x.Success))
	})
}
