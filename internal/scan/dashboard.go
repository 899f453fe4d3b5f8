package scan

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/org/errmon-action/internal/apply"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/render"
)

// readHomes picks the dashboard among the issues that carry its label: the
// oldest that is ours. Two first runs at once may have made two; what the
// younger ones know is taken over before they are closed.
func (s *Scan) readHomes(ctx context.Context, homes []github.Issue, k *known) error {
	slices.SortFunc(homes, func(a, b github.Issue) int { return cmp.Compare(a.Number, b.Number) })
	for _, home := range homes {
		d, err := marker.ReadDashboard(home.Body)
		trusted, loginErr := s.trusts(ctx, home.Author)
		if loginErr != nil {
			return loginErr
		}
		if !trusted {
			s.warn("dashboard #%d was written by %q: left alone; if that is errmon under another token, add the login to trusted-logins", home.Number, home.Author)
			continue
		}
		if errors.Is(err, marker.ErrNewer) {
			return errors.New("the dashboard was written by a newer errmon: update the version in `uses:`")
		}
		if err != nil {
			s.warn("dashboard #%d: %v: the look-back is read anew", home.Number, err)
		}
		switch {
		case k.home.Number == 0:
			k.home, k.dashboard, k.stored = home, d, d.Waiting
		case home.State == "open":
			k.doubles = append(k.doubles, home)
			k.dashboard = converge(k.dashboard, d)
		}
	}
	return nil
}

// converge joins two dashboards: each source goes on from the earlier read,
// and what waits on either waits.
func converge(a, b marker.Dashboard) marker.Dashboard {
	joined := marker.Dashboard{Read: map[string]marker.Millis{}, Tracked: a.Tracked, Waiting: a.Waiting, More: max(a.More, b.More)}
	maps.Copy(joined.Read, b.Read)
	for name, at := range a.Read {
		if other, ok := joined.Read[name]; !ok || at < other {
			joined.Read[name] = at
		}
	}
	joined.Waiting = withRows(a.Waiting, b.Waiting)
	return joined
}

// remember is what the dashboard shall say after this run.
func (s *Scan) remember(before marker.Dashboard, results []apply.Result) marker.Dashboard {
	after := marker.Dashboard{Read: s.progress(before, results), Waiting: unwritten(before.Waiting, results)}
	for _, r := range results {
		switch {
		case r.Action.Kind == plan.Wait:
			after.Waiting = append(after.Waiting, row(r.Action, r.Action.Reason))
		case errors.Is(r.Err, render.ErrNoRoom):
			after.Waiting = append(after.Waiting, row(r.Action, plan.NoRoom))
			fallthrough
		case r.Number != 0 && r.Action.Reason != plan.Gone && r.Action.Next.DupOf == 0:
			after.Tracked = append(after.Tracked, r.Number)
		}
	}
	slices.Sort(after.Tracked)
	return after
}

func row(a plan.Action, why plan.Reason) marker.Row {
	return marker.Row{Title: a.Title, Reason: string(why), Marker: a.Next}
}

// unwritten returns the rows of before whose errors this run failed to write.
// The log lines behind a row may be gone, so it is all there is of them.
func unwritten(rows []marker.Row, results []apply.Result) []marker.Row {
	var kept []marker.Row
	for _, row := range rows {
		if slices.ContainsFunc(results, func(r apply.Result) bool {
			return left(r) && slices.ContainsFunc(row.Marker.Keys, r.Action.Next.Owns)
		}) {
			kept = append(kept, row)
		}
	}
	return kept
}

// left reports whether a result leaves its events to the next run: the write
// failed, or the issue went away and the error will be filed anew. What has no
// room waits on the dashboard instead, since that may last.
func left(r apply.Result) bool {
	return r.Err != nil && !errors.Is(r.Err, render.ErrNoRoom) || r.Action.Reason == plan.Gone
}

// progress is how far each source was read. Where events are left to the next
// run their sources stay where they were, so that it sees them again; a source
// that never got anywhere remembers where its first reading began. Nothing goes
// back behind what an earlier run achieved.
func (s *Scan) progress(before marker.Dashboard, results []apply.Result) map[string]marker.Millis {
	read := map[string]marker.Millis{}
	maps.Copy(read, before.Read)
	for _, source := range s.sources {
		key := source.Key()
		_, known := read[key]
		at, done := s.completed[key]
		switch {
		case done && !held(key, results):
			read[key] = max(read[key], marker.At(at))
		case !known:
			read[key] = marker.At(plan.ReadBefore(s.from(key, before), s.Rules.Lateness))
		}
	}
	if s.Tracker != nil {
		key := s.Tracker.Key()
		if at, done := s.completed[key]; done && !heldTracked(results) {
			read[key] = max(read[key], marker.At(at))
		}
	}
	return read
}

// heldTracked reports whether anything of the tracker is left to the next run.
func heldTracked(results []apply.Result) bool {
	return slices.ContainsFunc(results, func(r apply.Result) bool { return left(r) && len(r.Action.Next.Sentry) > 0 })
}

func held(key string, results []apply.Result) bool {
	return slices.ContainsFunc(results, func(r apply.Result) bool {
		_, concerned := r.Action.Next.Sources[key]
		return left(r) && concerned
	})
}

// save writes the dashboard, which is the last write of a run: whatever it
// says was read is in the issues already.
func (s *Scan) save(ctx context.Context, k known, after marker.Dashboard) error {
	if k.home.Number == 0 {
		return s.createHome(ctx, after)
	}
	if !reflect.DeepEqual(after, k.dashboard) {
		if err := s.editHome(ctx, k, after); err != nil {
			return err
		}
	}
	for _, double := range k.doubles {
		if _, err := s.GitHub.Edit(ctx, double.Number, github.Edit{State: "closed", StateReason: "duplicate"}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Scan) createHome(ctx context.Context, after marker.Dashboard) error {
	if len(s.completed)+len(after.Waiting)+len(after.Tracked) == 0 {
		return nil // nothing worked yet: most likely the settings are wrong
	}
	body, err := s.renderer().Dashboard(after, "")
	if err != nil {
		return err
	}
	for _, l := range []struct{ suffix, color, description string }{
		{"", apply.LabelColor, apply.LabelDescription},
		{":dashboard", "0e8a16", "Where errmon keeps how far it has read"},
		{":ignore", "cccccc", "errmon leaves this issue alone"},
	} {
		if err := s.GitHub.EnsureLabel(ctx, s.Label+l.suffix, l.color, l.description); err != nil {
			return err
		}
	}
	label := s.Label + ":dashboard"
	home, err := s.GitHub.Create(ctx, github.NewIssue{Title: s.renderer().DashboardTitle(), Body: body, Labels: []string{label}})
	if err != nil {
		return err
	}
	return apply.EnsureLabelled(ctx, s.GitHub, home, label)
}

// editHome writes the dashboard. What a run that files deliveries let wait there in
// the meantime stays.
func (s *Scan) editHome(ctx context.Context, k known, after marker.Dashboard) error {
	err := s.GitHub.Rewrite(ctx, k.home.Number, func(current github.Issue) (github.Edit, error) {
		if now, err := marker.ReadDashboard(current.Body); err == nil {
			after.Waiting = withRows(after.Waiting, delivered(k.dashboard.Waiting, now.Waiting))
		}
		body, err := s.renderer().Dashboard(after, current.Body)
		return github.Edit{Body: body}, err
	})
	if errors.Is(err, github.ErrGone) {
		return s.createHome(ctx, after)
	}
	return err
}
