package ledger

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/render"
)

// readDashboards picks the oldest of our issues with the dashboard's label. If two first runs overlapped,
// there may be two; the newer one's waiting rows and progress are merged before it is closed.
func (l *Ledger) readDashboards(ctx context.Context, found []github.Issue, k *Known) error {
	slices.SortFunc(found, func(a, b github.Issue) int { return cmp.Compare(a.Number, b.Number) })
	for _, issue := range found {
		trusted, err := l.trusts(ctx, "dashboard", issue, k)
		if err != nil {
			return err
		}
		if !trusted {
			continue
		}
		d, err := marker.ReadDashboard(issue.Body)
		switch {
		case errors.Is(err, marker.ErrNewer):
			return errors.New("the dashboard was written by a newer errmon: update the version in `uses:`")
		case err != nil:
			k.warn("dashboard #%d: %v: reading again, as far back as lookback", issue.Number, err)
		}
		switch {
		case k.home.Number == 0:
			k.home, k.Dashboard, k.stored = issue, d, d.Waiting
		case issue.State == "open":
			k.duplicates = append(k.duplicates, issue)
			k.Dashboard.Waiting, k.Dashboard.More = mergeRows(k.Dashboard.Waiting, d.Waiting), max(k.Dashboard.More, d.More)
			for name, at := range d.Read {
				if earlier, ok := k.Dashboard.Read[name]; ok {
					at = min(at, earlier)
				}
				k.Dashboard.Read = count.With(k.Dashboard.Read, name, at)
			}
		default: // a closed duplicate, whose ticks are out of date
			continue
		}
		k.Ticked = append(k.Ticked, marker.Ticked(issue.Body)...)
	}
	return nil
}

// create creates the labels, then files the dashboard.
func (l *Ledger) create(ctx context.Context, after render.Board) error {
	for _, label := range []struct{ name, color, description string }{
		{l.Render.Label, "d73a4a", "A production error, filed and counted by errmon"},
		{l.dashboardLabel(), "0e8a16", "Shows all errors, and stores how far errmon has read"},
		{l.Render.Label + ":ignore", "cccccc", "errmon leaves this issue alone"},
		{l.Render.Label + ":fatal", "b60205", "A crash, or another error of level fatal"},
		{l.Render.Label + ":snooze-7d", "cccccc", "errmon leaves this issue alone for 7 days; any number of days works"},
		{l.Render.Label + ArchiveSuffix, "ededed", "An error closed long ago; if it happens again, it gets a new issue"},
	} {
		if err := l.GitHub.EnsureLabel(ctx, label.name, label.color, label.description); err != nil {
			return err
		}
	}
	issue, err := l.GitHub.Create(ctx, github.Edit{
		Title: l.Render.DashboardTitle(), Body: l.Render.Dashboard(after, ""), Labels: []string{l.dashboardLabel()},
	})
	if err != nil {
		return err
	}
	return EnsureLabelled(ctx, l.GitHub, issue, l.dashboardLabel())
}

// SaveDeliveries adds delivered errors that wait, or that GitHub refused, to the dashboard, and removes rows
// whose deliveries an issue has counted by now. It reports whether there was anything to write.
func (l *Ledger) SaveDeliveries(ctx context.Context, k Known, results []plan.Result, now time.Time) (bool, error) {
	var rows []marker.Row
	for _, r := range results {
		if row, _ := waits(r); len(r.Action.Groups) > 0 && (r.Action.Kind == plan.Wait || r.Refused) {
			rows = append(rows, row)
		}
	}
	if len(newDeliveries(k.stored, rows)) == 0 && len(withoutFiled(k.stored, k.Issues)) == len(k.stored) {
		return false, nil
	}
	if k.home.Number == 0 {
		first := marker.Dashboard{Waiting: rows}
		for _, i := range k.Issues {
			first.Filed = append(first.Filed, i.Number)
		}
		return true, l.create(ctx, board(first, results, now))
	}
	return true, l.GitHub.Rewrite(ctx, k.home.Number, func(current github.Issue) (github.Edit, error) {
		d, err := marker.ReadDashboard(current.Body)
		if err != nil {
			return github.Edit{}, err
		}
		d.Waiting = mergeRows(withoutFiled(d.Waiting, k.Issues), rows)
		return github.Edit{Body: l.Render.Dashboard(board(d, results, now), current.Body)}, nil
	})
}

// waits returns the row that a result adds to the dashboard; false if it adds none.
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

// board returns the dashboard together with the issues as the results left them.
func board(d marker.Dashboard, results []plan.Result, now time.Time) render.Board {
	b := render.Board{Dashboard: d, Now: now}
	for _, r := range results {
		if issue, ok := r.Standing(); ok {
			b.Issues = append(b.Issues, issue)
		}
	}
	return b
}

// mergeRows adds rows to waiting ones. Two rows of the same error become one.
func mergeRows(waiting, more []marker.Row) []marker.Row {
	waiting = slices.Clone(waiting)
	for _, row := range more {
		if i := rowOf(waiting, row); i >= 0 {
			waiting[i].Marker = plan.Merge(waiting[i].Marker, row.Marker)
			continue
		}
		waiting = append(waiting, row)
	}
	return waiting
}

func rowOf(rows []marker.Row, row marker.Row) int {
	return slices.IndexFunc(rows, func(r marker.Row) bool { return slices.ContainsFunc(row.Marker.Keys, r.Marker.Owns) })
}

// newDeliveries returns the rows of now that contain deliveries missing from before.
func newDeliveries(before, now []marker.Row) []marker.Row {
	return slices.DeleteFunc(slices.Clone(now), func(row marker.Row) bool {
		var known marker.Marker
		if i := rowOf(before, row); i >= 0 {
			known = before[i].Marker
		}
		return countedAll(known, row.Marker)
	})
}

// withoutFiled drops rows whose deliveries an issue has counted. Rows with events of a source are for scans.
func withoutFiled(rows []marker.Row, issues []plan.Issue) []marker.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(row marker.Row) bool {
		return len(row.Marker.Sources)+len(row.Marker.Sentry) == 0 && slices.ContainsFunc(issues, func(i plan.Issue) bool {
			return slices.ContainsFunc(row.Marker.Keys, i.Marker.Owns) && countedAll(i.Marker, row.Marker)
		})
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
