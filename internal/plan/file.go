package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// forgetAfter is how long an error that waits for more events is kept without
// one: a single failure a month ago is not news.
const forgetAfter = 30 * 24 * time.Hour

// file decides about errors that have no issue: the worst ones get one, as
// many as max-new-issues allows, the others wait on the dashboard.
func file(fresh [][]*grouping.Group, known *directory, in Input) []Action {
	candidates := candidates(fresh, known, in)
	ticked := func(a Action) bool { return slices.ContainsFunc(in.Ticked, a.Next.Owns) }
	slices.SortFunc(candidates, func(a, b Action) int { return cmp.Or(retriesLast(a, b), BySeverity(a.Next, b.Next)) })
	room, created := in.Rules.Room(in.Issues, in.Now), 0
	for i := range candidates {
		a := &candidates[i]
		if a.Next.After == 0 {
			a.Next.After = known.predecessor(a.Next.Keys)
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
		freeze(&a.Next, in, in.Rules.longest()) // a row may reach a min-events rule's number yet
	}
	return candidates
}

// Room returns how many new issues a run that begins now may file. The issues' own
// creation times count, so neither a lost dashboard nor an overlapping run raises it;
// what overlapping runs filed twice counts once.
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

// candidates joins what was seen with what waited already. Several rows may turn
// out to be one error, and one row to be met under several keys.
func candidates(fresh [][]*grouping.Group, known *directory, in Input) []Action {
	var actions []Action
	titles := TitlesFor(in)
	public := titles
	public.Public = true
	taken := map[int]int{} // place in in.Waiting → place in actions
	for _, groups := range fresh {
		rows := known.rowsOf(in.Waiting, groups)
		at := len(actions)
		for _, row := range rows {
			if earlier, ok := taken[row]; ok {
				at = earlier
			}
		}
		if at == len(actions) {
			a := Action{Title: titles.Title(groups[0]), Public: public.Title(groups[0])}
			if before, ok := known.follows[groups[0]]; ok {
				a.Next = successor(before)
			}
			actions = append(actions, a)
		}
		a := &actions[at]
		a.Groups = append(a.Groups, groups...)
		for _, row := range rows {
			if _, ok := taken[row]; ok {
				continue
			}
			taken[row] = at
			next := in.Waiting[row].Marker
			if a.Next.Key() != "" {
				next = join(a.Next, next)
			}
			a.Next, a.Retry = next, a.Retry || in.Waiting[row].Reason == string(Refused)
		}
	}
	for i := range actions {
		waited := actions[i].Next
		actions[i].Next = observe(waited, actions[i].Groups)
		actions[i].shape(waited, in)
	}
	for i, row := range in.Waiting {
		if _, ok := taken[i]; !ok && in.Now.Sub(row.Marker.Last.Time()) < forgetAfter && !settled(row.Marker, in) {
			actions = append(actions, Action{Title: row.Title, Public: row.Title, Next: row.Marker.Clone(), Retry: row.Reason == string(Refused)})
		}
	}
	return actions
}

// rowsOf returns the places of the rows that own one of the groups' keys, else
// of the first that knows a message among them as an alias, as an issue would.
func (d *directory) rowsOf(rows []marker.Row, groups []*grouping.Group) []int {
	var owners []int
	for i, row := range rows {
		if slices.ContainsFunc(groups, func(g *grouping.Group) bool { return d.claims(rows, row.Marker, g) }) {
			owners = append(owners, i)
		}
	}
	if len(owners) > 0 {
		return owners
	}
	for i, row := range rows {
		if slices.ContainsFunc(groups, func(g *grouping.Group) bool { return aliasOf(row.Marker, g) }) {
			return []int{i}
		}
	}
	return nil
}

// aliasOf reports whether a row is that of a group's error by an alias, as an issue would be.
func aliasOf(m marker.Marker, g *grouping.Group) bool {
	if !isSentry(g.Key) {
		return slices.Contains(m.Aliases, g.Key)
	}
	return !hasSentry(m) &&
		slices.ContainsFunc(g.EventKeys, func(key string) bool { return m.Owns(key) || slices.Contains(m.Aliases, key) })
}

// knownToRows gives a Sentry issue that waits, and whose event was not read
// again, the keys that its event had.
func knownToRows(groups []*grouping.Group, rows []marker.Row) []*grouping.Group {
	groups = slices.Clone(groups)
	for i, g := range groups {
		if !isSentry(g.Key) || len(g.EventKeys) > 0 {
			continue
		}
		if at := slices.IndexFunc(rows, func(r marker.Row) bool { return r.Marker.Owns(g.Key) }); at >= 0 {
			with := *g
			for _, alias := range rows[at].Marker.Aliases {
				if grouping.KindOf(alias) == grouping.Exception {
					with.EventKeys = append(with.EventKeys, alias)
				}
			}
			groups[i] = &with
		}
	}
	return groups
}

// claims reports whether a row is that of a group's error, as find decides for issues.
func (d *directory) claims(rows []marker.Row, m marker.Marker, g *grouping.Group) bool {
	if g.Name == "" {
		return owns(m, g) || !d.named(m) && grouped(m, g)
	}
	return m.Owns(g.Name) || owns(m, g) && !slices.ContainsFunc(rows, func(r marker.Row) bool { return settledIn(r.Marker, g) })
}

// readable reports whether an error may be filed now: one that was not seen in
// this run is filed without its trace only when its sources were read, and so
// prove that the log lines are gone.
func readable(a Action, in Input) bool {
	unread := some(a.Next.Sources, func(name string, _ count.Tally) bool {
		_, ok := in.Read[name]
		return !ok
	})
	unknown := in.ReadsSentry && some(a.Next.Sentry, func(id string, _ int64) bool {
		_, ok := in.States[id]
		return !ok
	})
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
