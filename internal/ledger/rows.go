package ledger

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// This file is about rows: errors that wait on the dashboard.

// refusedRow is the row of an error that GitHub refused to write.
func refusedRow(r plan.Result) marker.Row {
	waits := row(r.Action, plan.Refused)
	detail := r.Err.Error()
	waits.Detail = strings.ToValidUTF8(detail[:min(len(detail), marker.MaxDetail)], "")
	return waits
}

func row(a plan.Action, why plan.Reason) marker.Row {
	return marker.Row{Title: cmp.Or(a.Public, a.Title), Reason: string(why), Marker: a.Next}
}

// ticked reports whether people want a waiting error filed whatever the limits.
func ticked(keys []string, r marker.Row) bool { return slices.ContainsFunc(keys, r.Marker.Owns) }

// byInterest orders waiting errors, ticked ones first, so that no other takes their
// place.
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

// newDeliveries returns the rows of now that hold deliveries which before lacks.
func newDeliveries(before, now []marker.Row) []marker.Row {
	var rows []marker.Row
	for _, row := range now {
		var known marker.Marker
		if i := rowOf(before, row); i >= 0 {
			known = before[i].Marker
		}
		if !countedAll(known, row.Marker) {
			rows = append(rows, row)
		}
	}
	return rows
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
