package plan

import (
	"cmp"
	"slices"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// This file is what an error is recognised by. A key that an issue owns comes first, whatever the
// rules say, so changing a rule files nothing anew. The issue of a group rule's name notes the keys
// that its errors have without the rule, which find it once the rule is gone.

// Known returns the templates that issues, the oldest first, and then waiting
// errors carry. Grouping holds messages against them before it mines new ones.
func Known(issues []Issue, waiting []marker.Row) []grouping.Known {
	var markers []marker.Marker
	for _, i := range slices.SortedFunc(slices.Values(issues), func(a, b Issue) int { return cmp.Compare(a.Number, b.Number) }) {
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

// isMessage reports whether a marker was made for a message, whose template is
// its identity. An exception may own the keys of messages too, but its
// template is that of the exception's text.
func isMessage(m marker.Marker) bool { return grouping.KindOf(m.Key()) == grouping.Message }

// hasSentry reports whether a marker owns the key of a Sentry issue.
func hasSentry(m marker.Marker) bool { return slices.ContainsFunc(m.Keys, isSentry) }

func isSentry(key string) bool { return grouping.KindOf(key) == grouping.Sentry }

// keys are the keys by which a group may be known, the best first.
func keys(g *grouping.Group) []string { return append([]string{g.Key}, g.Also...) }

func owns(m marker.Marker, g *grouping.Group) bool { return slices.ContainsFunc(keys(g), m.Owns) }

// own takes over the keys of a group. An error that has its name from a rule only notes
// what its events are without it, except for Sentry issues: their events are rarely read
// again, so that later runs know them by their key alone.
func own(m *marker.Marker, g *grouping.Group) {
	if g.Name != "" && len(m.Keys) == 0 {
		m.Own(g.Name)
	}
	isNamed := g.Name != "" && m.Owns(g.Name)
	for _, key := range keys(g) {
		switch {
		case (!isNamed || isSentry(key)) && len(m.Keys) < marker.MaxKeys:
			m.Own(key)
		case isNamed && !m.Owns(key) && !slices.Contains(m.Grouped, key) && len(m.Grouped) < marker.MaxGrouped:
			m.Grouped = append(slices.Clone(m.Grouped), key)
		}
	}
}

// named reports whether a marker is that of an error which a rule in force names.
func (d *directory) named(m marker.Marker) bool {
	return slices.ContainsFunc(m.Keys, func(key string) bool { _, ok := d.names[key]; return ok })
}

// grouped reports whether a marker is that of a name, and noted one of the group's keys.
func grouped(m marker.Marker, g *grouping.Group) bool {
	return slices.ContainsFunc(keys(g), func(key string) bool { return slices.Contains(m.Grouped, key) })
}

// settledIn reports whether a marker is that of a group's name, and knows the group already.
func settledIn(m marker.Marker, g *grouping.Group) bool {
	return g.Name != "" && m.Owns(g.Name) && grouped(m, g)
}
