package plan

import (
	"slices"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// This file is about what an error is recognised by. A key that an issue owns comes first, whatever
// the rules say, so changing a rule files nothing anew. The issue of a name that a rule gives notes
// the keys that its errors have without the rule, which find it once the rule is gone.

// Known returns the templates of the issues, the oldest first, and then of the waiting
// errors. Grouping compares messages with them before it mines new ones.
func Known(issues []Issue, waiting []marker.Row) []grouping.Known {
	var markers []marker.Marker
	for _, i := range slices.SortedFunc(slices.Values(issues), func(a, b Issue) int { return a.Number - b.Number }) {
		markers = append(markers, i.Marker)
	}
	for _, row := range waiting {
		markers = append(markers, row.Marker)
	}
	var known []grouping.Known
	for _, m := range markers {
		if isMessage(m) && m.Template != "" {
			known = append(known, grouping.Known{Key: m.Key(), Service: m.Service, Template: m.Template})
		}
	}
	return known
}

// isMessage reports whether a marker was made for a message, so its template is its identity.
// An exception may own keys of messages too, but its template is that of the exception's text.
func isMessage(m marker.Marker) bool { return grouping.KindOf(m.Key()) == grouping.Message }

func isSentry(key string) bool { return grouping.KindOf(key) == grouping.Sentry }

func hasSentry(m marker.Marker) bool { return slices.ContainsFunc(m.Keys, isSentry) }

// keys returns the keys by which a group may be known, the best first.
func keys(g *grouping.Group) []string { return append([]string{g.Key}, g.Also...) }

func owns(m marker.Marker, g *grouping.Group) bool { return slices.ContainsFunc(keys(g), m.Owns) }

// own adds the keys of a group. An error named by a rule only notes the keys that its events have
// without the rule, except those of Sentry issues: their events are rarely read again, so
// later runs recognise them by their key alone.
func own(m *marker.Marker, g *grouping.Group) {
	if g.Name != "" && len(m.Keys) == 0 {
		m.Own(g.Name)
	}
	isNamed := m.Owns(g.Name)
	for _, key := range keys(g) {
		switch {
		case (!isNamed || isSentry(key)) && len(m.Keys) < marker.MaxKeys:
			m.Own(key)
		case isNamed && !m.Owns(key) && !slices.Contains(m.Grouped, key) && len(m.Grouped) < marker.MaxGrouped:
			m.Grouped = append(slices.Clone(m.Grouped), key)
		}
	}
}

// named reports whether a rule names the error of a marker.
func (d *directory) named(m marker.Marker) bool {
	return slices.ContainsFunc(m.Keys, func(key string) bool { _, ok := d.names[key]; return ok })
}

// grouped reports whether a marker notes one of the group's keys.
func grouped(m marker.Marker, g *grouping.Group) bool {
	return slices.ContainsFunc(keys(g), func(key string) bool { return slices.Contains(m.Grouped, key) })
}

// settledIn reports whether a marker belongs to the group's name and notes the group's keys already.
func settledIn(m marker.Marker, g *grouping.Group) bool { return m.Owns(g.Name) && grouped(m, g) }
