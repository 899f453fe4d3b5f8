package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// Known returns the templates that issues, the oldest first, and then waiting
// errors carry. Grouping holds messages against them before it mines new ones.
func Known(issues []Issue, waiting []marker.Row) []grouping.Known {
	issues = slices.Clone(issues)
	slices.SortFunc(issues, func(a, b Issue) int { return cmp.Compare(a.Number, b.Number) })
	var known []grouping.Known
	add := func(m marker.Marker) {
		if isMessage(m) && m.Template != "" {
			known = append(known, grouping.Known{Key: m.Keys[0], Service: m.Service, Template: m.Template})
		}
	}
	for _, issue := range issues {
		add(issue.Marker)
	}
	for _, row := range waiting {
		add(row.Marker)
	}
	return known
}

// isMessage reports whether a marker was made for a message, whose template is
// its identity. An exception may own the keys of messages too, but its
// template is that of the exception's text.
func isMessage(m marker.Marker) bool {
	return len(m.Keys) > 0 && grouping.KindOf(m.Keys[0]) == grouping.Message
}

// hasSentry reports whether a marker owns the key of a Sentry issue.
func hasSentry(m marker.Marker) bool {
	return slices.ContainsFunc(m.Keys, func(key string) bool { return grouping.KindOf(key) == grouping.Sentry })
}

// keys are the keys by which a group may be known, the best first.
func keys(g *grouping.Group) []string { return append([]string{g.Key}, g.Also...) }

// converge finds the issues whose templates turned out to be one: messages that
// looked like several errors while few were seen. The oldest stays. Those that
// people muted stay as they are.
func (d *directory) converge(groups []*grouping.Group) {
	of := map[string]Issue{} // first key → issue
	for _, issue := range d.issues {
		if _, duplicate := d.duplicates[issue.Number]; !duplicate && isMessage(issue.Marker) && !d.muted[issue.Number] && d.retired[issue.Number] == "" {
			of[issue.Marker.Keys[0]] = issue
		}
	}
	for _, g := range groups {
		var same []Issue
		for _, key := range keys(g) {
			if issue, ok := of[key]; ok {
				same = append(same, issue)
				delete(of, key)
			}
		}
		slices.SortFunc(same, func(a, b Issue) int { return cmp.Compare(a.Number, b.Number) })
		for i := 1; i < len(same); i++ {
			d.duplicates[same[i].Number] = same[0].Number
			d.join[same[0].Number] = append(d.join[same[0].Number], same[i].Marker)
		}
	}
}

// absorbRows returns the rows that still wait. One whose template turned out to
// be that of an issue hands its counts over.
func (d *directory) absorbRows(known map[int][]*grouping.Group, rows []marker.Row) []marker.Row {
	for _, number := range slices.Sorted(maps.Keys(known)) {
		if d.retired[number] != "" {
			continue
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r marker.Row) bool {
			taken := slices.ContainsFunc(known[number], func(g *grouping.Group) bool {
				return owns(r.Marker, g) || d.owners[g.Name] == number && r.Marker.Owns(g.Name)
			})
			if taken {
				d.join[number] = append(d.join[number], r.Marker)
			}
			return taken
		})
	}
	return rows
}

// join adds the counts of a marker that turned out to be the same error. One
// whose key m owns was added before, by a run that then failed or overlapped.
func join(m, other marker.Marker) marker.Marker {
	if len(other.Keys) > 0 && m.Owns(other.Keys[0]) {
		return marker.Merge(m, other)
	}
	return marker.Join(m, other)
}
