package plan

import (
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// This file is how an issue of Sentry finds its issue here. Sentry keeps apart
// what it takes for different errors, so an issue that has one Sentry issue takes
// no second one, and two of one exception stay two.

// byEvent returns the issue that the same error has by another source: it owns a
// key that the event has by itself, or knows it as an alias.
func (d *directory) byEvent(g *grouping.Group) (int, bool) {
	for _, by := range []map[string]int{d.owners, d.aliases} {
		for _, key := range g.EventKeys {
			number, ok := by[key]
			if original, duplicate := d.duplicates[number]; duplicate {
				number = original
			}
			if ok && !d.hasSentry[number] {
				d.hasSentry[number] = true
				return number, true
			}
		}
	}
	return 0, false
}

// mergeAcrossSources finds issues that two runs filed at once for one error, each by another
// source: the one knows the other's key by its Sentry issue. The older one stays.
func (d *directory) mergeAcrossSources() {
	for _, issue := range d.issues {
		if grouping.KindOf(firstKey(issue)) != grouping.Sentry || !d.merges(issue.Number) {
			continue
		}
		for _, key := range issue.Marker.Aliases {
			other := slices.IndexFunc(d.issues, func(i Issue) bool { return firstKey(i) == key })
			if grouping.KindOf(key) != grouping.Exception || other < 0 || d.hasSentry[d.issues[other].Number] || !d.merges(d.issues[other].Number) {
				continue
			}
			older, younger := issue, d.issues[other]
			if younger.Number < older.Number {
				older, younger = younger, older
			}
			d.duplicate(younger, older.Number)
			d.hasSentry[older.Number] = true
			break
		}
	}
}

// merges reports whether an issue may still merge with another one.
func (d *directory) merges(number int) bool {
	return !d.muted[number] && d.retired[number] == "" && d.duplicates[number] == 0
}

func firstKey(i Issue) string {
	if len(i.Marker.Keys) == 0 {
		return ""
	}
	return i.Marker.Keys[0]
}

// knownToRows gives a Sentry issue that waits, and whose event was not read
// again, the keys that its event had.
func knownToRows(groups []*grouping.Group, rows []marker.Row) []*grouping.Group {
	groups = slices.Clone(groups)
	for i, g := range groups {
		if grouping.KindOf(g.Key) != grouping.Sentry || len(g.EventKeys) > 0 {
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

// joinSentry adds each new Sentry issue to the new error that has a key of its
// event, unless another one got there before; what has none is an error by itself.
func joinSentry(fresh [][]*grouping.Group, tracked []*grouping.Group) [][]*grouping.Group {
	places := map[string]int{}
	for i, groups := range fresh {
		for _, g := range groups {
			for _, key := range keys(g) {
				places[key] = i
			}
		}
	}
	taken := map[int]bool{}
	for _, g := range tracked {
		at := -1
		for _, key := range g.EventKeys {
			if place, ok := places[key]; ok && !taken[place] && at < 0 {
				at = place
			}
		}
		if at < 0 {
			fresh = append(fresh, []*grouping.Group{g})
			continue
		}
		taken[at] = true
		fresh[at] = append(fresh[at], g)
	}
	return fresh
}

// aliasOf reports whether a row is that of a group's error by an alias, as an
// issue would be.
func aliasOf(m marker.Marker, g *grouping.Group) bool {
	if grouping.KindOf(g.Key) != grouping.Sentry {
		return slices.Contains(m.Aliases, g.Key)
	}
	return !hasSentry(m) &&
		slices.ContainsFunc(g.EventKeys, func(key string) bool { return m.Owns(key) || slices.Contains(m.Aliases, key) })
}

// total sets the totals of the Sentry issues among the groups.
func total(m *marker.Marker, groups []*grouping.Group) {
	for _, g := range groups {
		if t := g.Sentry; t != nil {
			m.SetTotal(t.ID, t.Total, marker.Page{Name: t.Name, URL: t.URL, Last: count.At(t.Last), Users: t.Users})
		}
	}
}

// grew reports whether any source counted more than before. Their largest
// decides how often an error happened, yet each is kept and shown.
func grew(before, after marker.Marker) bool {
	if after.Count() > before.Count() {
		return true
	}
	for name, tally := range after.Sources {
		if tally.Total() > before.Sources[name].Total() {
			return true
		}
	}
	for id, n := range after.Sentry {
		if n > before.Sentry[id] {
			return true
		}
	}
	return false
}

// sentryAfter reports whether a Sentry issue counted more than before, the
// newest of it after the closing.
func sentryAfter(closed time.Time, a Action) bool {
	for id, n := range a.Next.Sentry {
		if n > a.Issue.Marker.Sentry[id] && a.Next.Pages[id].Last.Time().After(closed) {
			return true
		}
	}
	return false
}
