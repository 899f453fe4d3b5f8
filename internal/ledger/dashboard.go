package ledger

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/render"
)

// readDashboards picks the dashboard among the issues that carry its label: the
// oldest that is ours. Two first runs at once may have made two; what the
// younger ones hold is merged before they are closed.
func (l *Ledger) readDashboards(ctx context.Context, found []github.Issue, k *Known) error {
	slices.SortFunc(found, func(a, b github.Issue) int { return cmp.Compare(a.Number, b.Number) })
	for _, issue := range found {
		d, err := marker.ReadDashboard(issue.Body)
		trusted, loginErr := l.trusts(ctx, issue.Author)
		if loginErr != nil {
			return loginErr
		}
		if !trusted {
			k.warn("dashboard #%d was written by %q: left alone; if that is errmon under another token, add the login to trusted-logins", issue.Number, issue.Author)
			continue
		}
		if errors.Is(err, marker.ErrNewer) {
			return errors.New("the dashboard was written by a newer errmon: update the version in `uses:`")
		}
		if err != nil {
			k.warn("dashboard #%d: %v: reading the look-back again", issue.Number, err)
		}
		k.Ticked = append(k.Ticked, marker.Ticked(issue.Body)...)
		switch {
		case k.home.Number == 0:
			k.home, k.Dashboard, k.stored = issue, d, d.Waiting
		case issue.State == "open":
			k.duplicates = append(k.duplicates, issue)
			k.Dashboard = mergeDashboards(k.Dashboard, d)
		}
	}
	return nil
}

// mergeDashboards keeps the earlier read of each source, and the rows of both.
func mergeDashboards(a, b marker.Dashboard) marker.Dashboard {
	merged := a
	merged.Read, merged.Waiting, merged.More = map[string]count.Millis{}, mergeRows(a.Waiting, b.Waiting), max(a.More, b.More)
	maps.Copy(merged.Read, b.Read)
	for name, at := range a.Read {
		if other, ok := merged.Read[name]; !ok || at < other {
			merged.Read[name] = at
		}
	}
	return merged
}

// Save writes the dashboard and closes its duplicates. It must be the last write
// of a run, so that everything the dashboard calls read is in the issues already.
func (l *Ledger) Save(ctx context.Context, k Known, after render.Board) error {
	if k.home.Number == 0 {
		return l.create(ctx, after)
	}
	if k.afresh || !reflect.DeepEqual(after.Dashboard, k.Dashboard) {
		if err := l.edit(ctx, k, after); err != nil {
			return err
		}
	}
	for _, duplicate := range k.duplicates {
		if _, err := l.GitHub.Edit(ctx, duplicate.Number, github.Edit{State: "closed", StateReason: "duplicate"}); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) create(ctx context.Context, after render.Board) error {
	if err := l.ensureLabels(ctx); err != nil {
		return err
	}
	issue, err := l.GitHub.Create(ctx, github.Edit{
		Title: l.Render.DashboardTitle(), Body: l.Render.Dashboard(after, ""), Labels: []string{l.dashboardLabel()},
	})
	if err != nil {
		return err
	}
	return EnsureLabelled(ctx, l.GitHub, issue, l.dashboardLabel())
}

// edit writes the dashboard. Rows that a dispatch run added in the meantime stay, and
// so do boxes that people ticked.
func (l *Ledger) edit(ctx context.Context, k Known, after render.Board) error {
	err := l.GitHub.Rewrite(ctx, k.home.Number, func(current github.Issue) (github.Edit, error) {
		if now, err := marker.ReadDashboard(current.Body); err == nil {
			after.Waiting = mergeRows(after.Waiting, newDeliveries(k.Dashboard.Waiting, now.Waiting))
		}
		edit := github.Edit{Body: l.Render.Dashboard(after, current.Body)}
		if k.afresh { // the next loss of the label stops a run again
			edit.State = "open"
		}
		return edit, nil
	})
	if errors.Is(err, github.ErrGone) {
		return l.create(ctx, after)
	}
	return err
}

// SaveDeliveries stores on the dashboard the delivered errors that get no issue
// yet, and removes those that have one by now. It reports whether there was
// anything to write. Everything else on the dashboard stays as it is.
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
		return true, l.create(ctx, board(marker.Dashboard{Waiting: rows, Filed: numbers(k.Issues)}, results, now))
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
