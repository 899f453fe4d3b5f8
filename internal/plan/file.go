package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
)

// forgetAfter is how long an error without new events waits: a single failure a month ago is
// not news.
const forgetAfter = 30 * 24 * time.Hour

// file decides about errors without an issue: the worst ones get one, as many as
// max-new-issues allows, and the others wait on the dashboard.
func file(known *directory, in Input) []Action {
	candidates := candidates(known, in)
	ticked := func(a Action) bool { return slices.ContainsFunc(in.Ticked, a.Next.Owns) }
	slices.SortFunc(candidates, func(a, b Action) int { return cmp.Or(retriesLast(a, b), BySeverity(a.Next, b.Next)) })
	room, created := in.Rules.Room(in.Issues, in.Now), 0
	var keep time.Duration // the longest period of a min-events rule, whose number a row may still reach
	for _, rule := range in.Rules.Policy.Rules {
		keep = max(keep, rule.MinEvents.Within)
	}
	for i := range candidates {
		a := &candidates[i]
		for _, key := range a.Next.Keys { // a retired issue may own it
			if owner := known.owners[key]; a.Next.After == 0 && owner != nil && owner.retired != "" {
				a.Next.After = owner.Number
			}
		}
		a.Kind, a.Reason = Create, FirstSeen
		switch {
		case ticked(*a) && !readable(*a, in):
			a.Kind, a.Reason = Wait, Unread
		case ticked(*a):
			a.Reason, a.Next.FiledBy = Ticked, in.Run
		case belowMin(a.Next, in.Rules):
			a.Kind, a.Reason = Wait, BelowMin
		case created >= in.Rules.MaxNew || !readable(*a, in):
			a.Kind, a.Reason = Wait, OverMax
		case created >= room:
			a.Kind, a.Reason = Wait, OverDay
		default:
			a.Next.FiledBy = in.Run
			created++
		}
		freeze(&a.Next, in, keep)
	}
	return candidates
}

// Room returns how many new issues a run that begins now may file. It goes by the issues' own
// creation times, so neither a lost dashboard nor an overlapping run raises it. Issues that
// overlapping runs filed twice count once.
func (r Rules) Room(issues []Issue, now time.Time) int {
	if r.MaxNewPerDay == 0 {
		return r.MaxNew
	}
	today := map[string]bool{}
	for _, i := range issues {
		if now.Sub(i.Created) < day {
			today[i.Marker.Key()] = true
		}
	}
	return max(0, min(r.MaxNew, r.MaxNewPerDay-len(today)))
}

const day = 24 * time.Hour

func candidates(known *directory, in Input) []Action {
	var actions []Action
	titles := TitlesFor(in)
	public := Titles{titles.Services, true}
	for _, e := range slices.Concat(known.rows, known.fresh) {
		if e.original != nil || len(e.groups) == 0 && (in.Now.Sub(e.Marker.Last.Time()) >= forgetAfter || settled(e.Marker, in)) {
			continue
		}
		a := Action{Title: e.Title, Public: e.Title, Groups: e.groups, Retry: e.refused, Next: observe(e.counted(), e.groups)}
		if len(e.groups) > 0 {
			a.Title, a.Public = titles.Title(e.groups[0]), public.Title(e.groups[0])
		}
		a.shape(e.Marker, in)
		actions = append(actions, a)
	}
	return actions
}

// readable reports whether an error may be filed now. One that was not seen in this run is filed
// without its trace only if its sources were read, which proves that the log lines are gone.
func readable(a Action, in Input) bool {
	unread := some(a.Next.Sources, func(name string, _ count.Tally) bool { return in.Read[name].IsZero() })
	unknown := in.ReadsSentry && some(a.Next.Sentry, func(id string, _ int64) bool { return in.States[id] == "" })
	return len(a.Groups) > 0 || !unread && !unknown
}

// BySeverity orders errors, the most severe and then the most frequent first.
func BySeverity(a, b marker.Marker) int {
	levelA, _ := event.ParseLevel(a.Level)
	levelB, _ := event.ParseLevel(b.Level)
	return cmp.Or(
		cmp.Compare(levelB, levelA),
		cmp.Compare(b.Count(), a.Count()),
		cmp.Compare(a.First, b.First),
		strings.Compare(strings.Join(a.Keys, " "), strings.Join(b.Keys, " ")),
	)
}
