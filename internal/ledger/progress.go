package ledger

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
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

// maxAhead is how far in the future a stored time is still trusted: overlapping
// runs may differ by this much.
const maxAhead = time.Minute

// Start returns where reading a source begins: at the minute after the
// last one that an earlier run settled. Without an earlier run it is lookback,
// and since overrides both. gap reports that since skips time that no run has
// read yet. Reading then proves nothing about the time before, and the
// source's progress stays where it is.
func (k Known) Start(key string, w Window) (from time.Time, gap bool) {
	last, ok := k.Dashboard.Read[key]
	if last.Time().After(w.Now.Add(maxAhead)) {
		ok = false // stored by a run whose clock was wrong
	}
	settled := plan.Settled(last.Time(), w.Rules.Lateness)
	switch {
	case !w.Since.IsZero():
		from = w.Since.Truncate(time.Minute)
		return from, ok && count.MinuteOf(from)-1 > settled
	case !ok:
		return w.Now.Add(-w.Lookback).Truncate(time.Minute), false
	}
	from = (settled + 1).Start()
	// An error that waits for room is filed with its trace, so its newest event is read again.
	for _, i := range k.due(w.Rules, w.Now) {
		newest := k.Dashboard.Waiting[i].Marker.Sources[key].Newest.Time()
		if !newest.IsZero() && newest.Before(from) {
			from = newest.Truncate(time.Minute)
		}
	}
	return from, false
}

// due returns the places of the rows that people ticked, and of those that wait only for
// room or to be tried again, as many as one run may file.
func (k Known) due(rules plan.Rules, now time.Time) []int {
	var rows []int
	room := rules.Room(k.Issues, now)
	for i, row := range k.Dashboard.Waiting {
		switch {
		case ticked(k.Ticked, row):
			rows = append(rows, i)
		case row.Reason != string(plan.BelowMin) && row.Reason != string(plan.NoRoom) && room > 0:
			rows = append(rows, i)
			room--
		}
	}
	return rows
}

// After returns the dashboard after a run that wrote the results of what it read.
func (k Known) After(results []plan.Result, read Read) render.Board {
	after := marker.Dashboard{
		Read:     k.progress(results, read),
		Large:    k.large(read),
		Waiting:  unwritten(k.Dashboard.Waiting, results),
		Muted:    mutes(k.Dashboard.Muted, results),
		Runs:     runs(k.Dashboard.Runs, read.Now),
		Health:   health(k.Dashboard.Health, read),
		Requests: read.Requests,
		Version:  read.Version,
	}
	for _, r := range results {
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
	slices.SortStableFunc(after.Waiting, byInterest(k.Ticked))
	return board(after, results, read.Now)
}

// unwritten returns the rows whose errors this run failed to write. The log lines
// behind a row may be gone, so the row is all that is left of them.
func unwritten(rows []marker.Row, results []plan.Result) []marker.Row {
	var kept []marker.Row
	for _, row := range rows {
		if slices.ContainsFunc(results, func(r plan.Result) bool {
			return postponed(r) && slices.ContainsFunc(row.Marker.Keys, r.Action.Next.Owns)
		}) {
			kept = append(kept, row)
		}
	}
	return kept
}

// postponed reports whether a result leaves its events to the next run: the write
// failed, or the issue went away or was locked and the error will be filed again. An error whose
// issue has no room or is refused waits on the dashboard instead, since that may last.
func postponed(r plan.Result) bool {
	return r.Err != nil && !r.Refused && !errors.Is(r.Err, render.ErrNoRoom) || r.Left()
}

// progress returns how far each source was read. A source with postponed events stays where it was,
// so that the next run reads them again; one that never got anywhere remembers where its first
// reading began. No source goes back to before what an earlier run achieved.
func (k Known) progress(results []plan.Result, read Read) map[string]count.Millis {
	progress := map[string]count.Millis{}
	maps.Copy(progress, k.Dashboard.Read)
	for _, s := range read.Sources {
		_, known := progress[s.Name]
		at, done := read.Completed[s.Name]
		switch {
		case done && !slices.ContainsFunc(results, func(r plan.Result) bool { return postponed(r) && concerns(r, s) }):
			progress[s.Name] = max(progress[s.Name], count.At(at))
		case !known && !s.Tracker:
			progress[s.Name] = count.At(plan.ReadBefore(s.From, read.Lateness))
		}
	}
	return progress
}

// largeFor is how long a source that was too large to be read whole is filtered
// before a retry.
const largeFor = 24 * time.Hour

// Large reports whether a source was recently found too large to be read whole.
func (k Known) Large(key string, now time.Time) bool {
	at, ok := k.Dashboard.Large[key]
	return ok && now.Sub(at.Time()) < largeFor
}

// large returns when each source was found too large: in this run, if it tried.
func (k Known) large(read Read) map[string]count.Millis {
	var large map[string]count.Millis
	for _, s := range read.Sources {
		if !s.Large && !(s.Left && k.Large(s.Name, read.Now)) {
			continue
		}
		if large == nil {
			large = map[string]count.Millis{}
		}
		if large[s.Name] = k.Dashboard.Large[s.Name]; !k.Large(s.Name, read.Now) {
			large[s.Name] = count.At(read.Now)
		}
	}
	return large
}

func concerns(r plan.Result, s source.Health) bool {
	if s.Tracker {
		return len(r.Action.Next.Sentry) > 0
	}
	_, ok := r.Action.Next.Sources[s.Name]
	return ok
}

// Empty reports whether a dashboard has nothing to remember: nothing worked yet,
// most likely because the settings are wrong.
func (k Known) Empty(after render.Board, completed map[string]time.Time) bool {
	return k.home.Number == 0 && len(completed)+len(after.Waiting)+len(after.Filed) == 0
}

// LongestAgo returns the sources, those read longest ago first. Of those
// read in the same run, the ones that failed come last, so that a source too
// large for a run gets the time left over by the others.
func LongestAgo(d marker.Dashboard, sources []source.Source) []source.Source {
	return slices.SortedStableFunc(slices.Values(sources), func(a, b source.Source) int {
		x, y := d.Health[a.Key()], d.Health[b.Key()]
		return cmp.Or(cmp.Compare(x.Tried, y.Tried), cmp.Compare(y.Success, x.Success))
	})
}
