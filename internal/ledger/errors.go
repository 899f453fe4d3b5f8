package ledger

import (
	"cmp"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/source"
)

// Keys returns the keys and aliases that each name exactly one known error. An alias of
// several is left out: only the lines around an event show which error it is, and an
// event that is read twice would count for two.
func (k Known) Keys() map[string]bool {
	keys, times := map[string]bool{}, map[string]int{}
	for _, m := range k.markers() {
		for _, key := range m.Keys {
			keys[key] = true
		}
		for _, alias := range m.Aliases {
			times[alias]++
		}
	}
	for alias, n := range times {
		keys[alias] = keys[alias] || n == 1
	}
	return keys
}

// current returns the issues that are neither duplicates nor followed by a newer issue of
// the same error.
func current(issues []plan.Issue) []plan.Issue {
	followed := map[int]bool{}
	for _, issue := range issues {
		followed[issue.Marker.After] = true
	}
	return slices.DeleteFunc(slices.Clone(issues), func(i plan.Issue) bool { return i.Marker.DupOf != 0 || followed[i.Number] })
}

// markers returns the markers of all known errors.
func (k Known) markers() []marker.Marker {
	var markers []marker.Marker
	for _, issue := range current(k.Issues) {
		markers = append(markers, issue.Marker)
	}
	for _, row := range k.Dashboard.Waiting {
		markers = append(markers, row.Marker)
	}
	return markers
}

// Counted returns how many events of a Sentry issue were counted, and whether the issue
// is known.
func (k Known) Counted(id string) (total int64, ok bool) {
	key := grouping.SentryKey(id)
	for _, m := range k.markers() {
		if n, ok := m.Sentry[id]; ok || m.Owns(key) {
			return n, true
		}
	}
	return 0, false
}

// Followed returns the Sentry issues that belong to known errors, by id.
func (k Known) Followed(rules plan.Rules, now time.Time) map[string]source.Followed {
	followed := map[string]source.Followed{}
	for _, issue := range slices.Backward(current(k.Issues)) { // the older of two wins
		for id, total := range issue.Marker.Sentry {
			followed[id] = source.Followed{Filed: true, Open: issue.Open, Wanted: issue.Open && !issue.Ignored, Total: total}
		}
	}
	due := k.due(rules, now)
	for i, row := range k.Dashboard.Waiting {
		for id, total := range row.Marker.Sentry {
			f := followed[id]
			f.Waits, f.Wanted, f.Total, f.Due = true, true, max(f.Total, total), f.Due || slices.Contains(due, i)
			if row.Reason == string(plan.BelowMin) {
				f.DueAt = int64(cmp.Or(row.Marker.Shape.MinEvents, rules.MinEvents))
			}
			followed[id] = f
		}
	}
	return followed
}

// Status counts the errors that the repository knows.
type Status struct {
	Open, Closed, Muted int       // error issues
	Waiting             int       // errors without an issue
	Sources             int       // sources that were ever read
	Oldest              time.Time // up to when all of them were read
}

// Status counts the issues and the rows of the dashboard.
func (k Known) Status() Status {
	status := Status{Waiting: len(k.Dashboard.Waiting) + k.Dashboard.More, Sources: len(k.Dashboard.Read)}
	for _, i := range k.Issues {
		switch {
		case i.Marker.DupOf != 0:
		case i.Ignored || i.Closed == plan.NotPlanned || i.Closed == plan.ClosedAsDup:
			status.Muted++
		case i.Open:
			status.Open++
		default:
			status.Closed++
		}
	}
	for _, at := range k.Dashboard.Read {
		if status.Oldest.IsZero() || at.Time().Before(status.Oldest) {
			status.Oldest = at.Time()
		}
	}
	return status
}
