package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// forgetAfter is how long an error that waits for more events is kept without
// one: a single failure a month ago is no news.
const forgetAfter = 30 * 24 * time.Hour

// file decides about errors that have no issue: the worst ones get one, as
// many as max-new-issues allows, the others wait on the dashboard.
func file(fresh [][]*grouping.Group, in Input) []Action {
	candidates := candidates(fresh, in)
	slices.SortFunc(candidates, bySeverity)
	created := 0
	for i := range candidates {
		a := &candidates[i]
		freeze(&a.Next, in)
		a.Kind, a.Reason = Create, FirstSeen
		switch {
		case a.Next.Count() < int64(in.Rules.MinEvents):
			a.Kind, a.Reason = Wait, BelowMin
		case created >= in.Rules.MaxNew || !readable(*a, in):
			a.Kind, a.Reason = Wait, OverMax
		default:
			a.Next.FiledBy = in.Run
			created++
		}
	}
	return candidates
}

// candidates joins what was seen with what waited already.
func candidates(fresh [][]*grouping.Group, in Input) []Action {
	waiting := slices.Clone(in.Waiting)
	var actions []Action
	for _, groups := range fresh {
		a := Action{Groups: groups, Title: Title(groups[0])}
		var same []marker.Row
		waiting = slices.DeleteFunc(waiting, func(r marker.Row) bool {
			taken := ownsAny(r.Marker, groups)
			if taken {
				same = append(same, r)
			}
			return taken
		})
		for i, row := range same {
			if i == 0 {
				a.Next, a.Title = row.Marker, row.Title
				continue
			}
			a.Next = join(a.Next, row.Marker)
		}
		a.Next = observe(a.Next, groups)
		actions = append(actions, a)
	}
	for _, row := range waiting {
		if in.Now.Sub(row.Marker.Last.Time()) < forgetAfter {
			actions = append(actions, Action{Title: row.Title, Next: row.Marker.Clone()})
		}
	}
	return actions
}

func ownsAny(m marker.Marker, groups []*grouping.Group) bool {
	return slices.ContainsFunc(groups, func(g *grouping.Group) bool { return slices.ContainsFunc(keys(g), m.Owns) })
}

// readable reports whether an error may be filed now: one that was not seen in
// this run is filed without its trace only when its sources were read, and so
// prove that the log lines are gone.
func readable(a Action, in Input) bool {
	if len(a.Groups) > 0 {
		return true
	}
	for name := range a.Next.Sources {
		if _, ok := in.Read[name]; !ok {
			return false
		}
	}
	return true
}

func bySeverity(a, b Action) int {
	levelA, _ := event.ParseLevel(a.Next.Level)
	levelB, _ := event.ParseLevel(b.Next.Level)
	return cmp.Or(
		cmp.Compare(levelB, levelA),
		cmp.Compare(b.Next.Count(), a.Next.Count()),
		cmp.Compare(a.Next.First, b.Next.First),
		strings.Compare(strings.Join(a.Next.Keys, " "), strings.Join(b.Next.Keys, " ")),
	)
}
