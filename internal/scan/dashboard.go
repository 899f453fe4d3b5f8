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
)

// readHomes picks the dashboard among the issues that carry its label: the
// oldest that is ours. Two first runs at once may have made two; what the
// younger ones know is taken over before they are closed.
func (s *Scan) readHomes(ctx context.Context, homes []github.Issue, k *known) error {
	slices.SortFunc(homes, func(a, b github.Issue) int { return cmp.Compare(a.Number, b.Number) })
	for _, home := range homes {
		d, err := marker.ReadDashboard(home.Body)
		if errors.Is(err, marker.ErrNone) {
			continue
		}
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
			k.home, k.dashboard = home, d
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
	joined := marker.Dashboard{Read: maps.Clone(a.Read), Tracked: a.Tracked, Waiting: a.Waiting, More: max(a.More, b.More)}
	for name, at := range b.Read {
		if mine, ok := joined.Read[name]; ok {
			joined.Read[name] = min(mine, at)
		}
	}
	for _, row := range b.Waiting {
		if !slices.ContainsFunc(a.Waiting, func(r marker.Row) bool { return slices.ContainsFunc(row.Marker.Keys, r.Marker.Owns) }) {
			joined.Waiting = append(joined.Waiting, row)
		}
	}
	return joined
}

// remember is what the dashboard shall say after this run.
func (s *Scan) remember(before marker.Dashboard, results []apply.Result) marker.Dashboard {
	after := marker.Dashboard{Read: s.progress(before, results)}
	for _, r := range results {
		switch {
		case r.Action.Kind == plan.Wait:
			after.Waiting = append(after.Waiting, marker.Row{Title: r.Action.Title, Reason: string(r.Action.Reason), Marker: r.Action.Next})
		case r.Number != 0 && r.Action.Reason != plan.Gone && r.Action.Next.DupOf == 0:
			after.Tracked = append(after.Tracked, r.Number)
		}
	}
	slices.Sort(after.Tracked)
	return after
}

// progress is how far each source was read. Where a write failed its sources
// stay where they were, so that the next run sees those events again.
func (s *Scan) progress(before marker.Dashboard, results []apply.Result) map[string]marker.Millis {
	read := maps.Clone(before.Read)
	if read == nil {
		read = map[string]marker.Millis{}
	}
	for key, at := range s.completed {
		if !held(key, results) {
			read[key] = marker.At(at)
		}
	}
	return read
}

func held(key string, results []apply.Result) bool {
	return slices.ContainsFunc(results, func(r apply.Result) bool {
		_, concerned := r.Action.Next.Sources[key]
		return r.Err != nil && concerned
	})
}

// save writes the dashboard, which is the last write of a run: whatever it
// says was read is in the issues already.
func (s *Scan) save(ctx context.Context, k known, after marker.Dashboard) error {
	if k.home.Number == 0 {
		return s.createHome(ctx, after)
	}
	if !reflect.DeepEqual(after, k.dashboard) {
		if err := s.editHome(ctx, k.home.Number, after); err != nil {
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
	if len(after.Read)+len(after.Waiting)+len(after.Tracked) == 0 {
		return nil
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
	_, err = s.GitHub.Create(ctx, github.NewIssue{Title: s.renderer().DashboardTitle(), Body: body, Labels: []string{s.Label + ":dashboard"}})
	return err
}

func (s *Scan) editHome(ctx context.Context, number int, after marker.Dashboard) error {
	current, err := s.GitHub.Get(ctx, number)
	if errors.Is(err, github.ErrGone) {
		return s.createHome(ctx, after)
	}
	if err != nil {
		return err
	}
	body, err := s.renderer().Dashboard(after, current.Body)
	if err != nil {
		return err
	}
	_, err = s.GitHub.Edit(ctx, number, github.Edit{Body: body})
	return err
}
