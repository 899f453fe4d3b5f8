package ledger

import (
	"context"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// SaveDeliveries stores on the dashboard the delivered errors that get no issue
// yet, and removes those that have one by now. It reports whether there was
// anything to write. Everything else on the dashboard stays as it is.
func (l *Ledger) SaveDeliveries(ctx context.Context, k Known, results []plan.Result, now time.Time) (bool, error) {
	var rows []marker.Row
	for _, r := range results {
		if r.Action.Kind == plan.Wait && len(r.Action.Groups) > 0 {
			rows = append(rows, row(r.Action, r.Action.Reason))
		}
		if r.Refused && len(r.Action.Groups) > 0 {
			rows = append(rows, refusedRow(r))
		}
	}
	if len(newDeliveries(k.stored, rows)) == 0 && len(withoutFiled(k.stored, k.Issues)) == len(k.stored) {
		return false, nil
	}
	if k.home.Number == 0 {
		return true, l.create(ctx, board(marker.Dashboard{Waiting: rows, Filed: numbers(k.Issues)}, results, now))
	}
	return true, l.GitHub.Rewrite(ctx, k.home.Number, func(current github.Issue) (github.Edit, error) {
		d, err := marker.ReadDashboard(current.Body)
		if err != nil {
			return github.Edit{}, err
		}
		d.Waiting = mergeRows(withoutFiled(d.Waiting, k.Issues), rows)
		body, err := l.Render.Dashboard(board(d, results, now), current.Body)
		return github.Edit{Body: body}, err
	})
}

// withoutFiled drops the rows whose deliveries an issue has all counted. Rows that
// hold events of a source are left to the runs that read it.
func withoutFiled(rows []marker.Row, issues []plan.Issue) []marker.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(row marker.Row) bool {
		return len(row.Marker.Sources)+len(row.Marker.Sentry) == 0 && slices.ContainsFunc(issues, func(i plan.Issue) bool {
			return slices.ContainsFunc(row.Marker.Keys, i.Marker.Owns) && countedAll(i.Marker, row.Marker)
		})
	})
}

func numbers(issues []plan.Issue) []int {
	var all []int
	for _, i := range issues {
		all = append(all, i.Number)
	}
	return all
}
