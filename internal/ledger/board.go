package ledger

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/render"
	"github.com/org/errmon-action/internal/source"
)

// This file builds what the dashboard shows besides what a run must remember.

// Read is what a run read.
type Read struct {
	Now       time.Time // of the run
	Lateness  time.Duration
	Sources   []source.Health
	Completed map[string]time.Time // up to when a source was read without a gap
	Requests  int                  // sent so far
	Version   string               // of errmon
}

// board returns the dashboard with the issues as the results left them.
func board(d marker.Dashboard, results []plan.Result, now time.Time) render.Board {
	b := render.Board{Dashboard: d, Now: now}
	for _, r := range results {
		if issue, ok := r.Standing(); ok {
			b.Issues = append(b.Issues, issue)
		}
	}
	return b
}

// mutes returns what is kept of muted issues. What an issue that is no longer muted has
// not stored yet is kept for the next run.
func mutes(before map[int]marker.Mute, results []plan.Result) map[int]marker.Mute {
	mutes := map[int]marker.Mute{}
	for _, r := range results {
		if mute, ok := before[r.Number]; ok && r.Err != nil {
			mutes[r.Number] = mute
		}
		if r.Action.Kind == plan.Mute && !r.Action.Issue.Newer {
			mutes[r.Number] = r.Action.Mute
		}
	}
	return mutes
}

// runs returns when the last runs began, this one included.
func runs(before []count.Millis, now time.Time) []count.Millis {
	runs := slices.DeleteFunc(slices.Clone(before), func(at count.Millis) bool { return at >= count.At(now) })
	runs = append(runs, count.At(now))
	return runs[max(0, len(runs)-marker.MaxRuns):]
}

// forgetAfter is how long a source that no run reads stays on the dashboard. It was
// probably removed from the settings.
const forgetAfter = 14 * 24 * time.Hour

// health notes how the reading of each source went.
func health(before map[string]marker.Health, read Read) map[string]marker.Health {
	health := map[string]marker.Health{}
	for name, h := range before {
		if read.Now.Sub(max(h.Tried, h.Success).Time()) < forgetAfter {
			health[name] = h
		}
	}
	for _, s := range read.Sources {
		if s.Left { // its turn comes in a later run
			continue
		}
		h := health[s.Name]
		h.Events, h.Tried = s.Events, count.At(read.Now)
		if h.Failures++; s.Err == nil {
			h.Failures, h.Success = 0, count.At(read.Now)
		}
		health[s.Name] = h
	}
	return health
}

// waits returns the row that a result leaves on the dashboard; false if it leaves none.
func waits(r plan.Result) (marker.Row, bool) {
	why, detail := r.Action.Reason, ""
	switch {
	case r.Action.Kind == plan.Wait:
	case r.Refused:
		why, detail = plan.Refused, r.Err.Error()
	case errors.Is(r.Err, render.ErrNoRoom):
		why = plan.NoRoom
	default:
		return marker.Row{}, false
	}
	detail = strings.ToValidUTF8(detail[:min(len(detail), marker.MaxDetail)], "")
	return marker.Row{Title: cmp.Or(r.Action.Public, r.Action.Title), Reason: string(why), Detail: detail, Marker: r.Action.Next}, true
}

// ticked reports whether people want a waiting error filed regardless of the limits.
func ticked(keys []string, r marker.Row) bool { return slices.ContainsFunc(keys, r.Marker.Owns) }

// byInterest orders waiting errors, ticked ones first, so that no other takes their place.
func byInterest(keys []string) func(a, b marker.Row) int {
	return func(a, b marker.Row) int {
		switch {
		case ticked(keys, a) == ticked(keys, b):
			return plan.BySeverity(a.Marker, b.Marker)
		case ticked(keys, a):
			return -1
		}
		return 1
	}
}

// mergeRows adds rows to waiting ones. Two rows of one error become one.
func mergeRows(waiting, more []marker.Row) []marker.Row {
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

// newDeliveries returns the rows of now with deliveries that before lacks.
func newDeliveries(before, now []marker.Row) []marker.Row {
	return slices.DeleteFunc(slices.Clone(now), func(row marker.Row) bool {
		var known marker.Marker
		if i := rowOf(before, row); i >= 0 {
			known = before[i].Marker
		}
		return countedAll(known, row.Marker)
	})
}

// countedAll reports whether m has counted every delivery of other.
func countedAll(m, other marker.Marker) bool {
	for kind, inbox := range other.Deliveries {
		for id := range inbox.IDs {
			if !m.Deliveries[kind].Knows(id) {
				return false
			}
		}
	}
	return true
}
