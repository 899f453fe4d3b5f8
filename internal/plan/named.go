package plan

import (
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// This file is how a group rule finds its issue. A key that an issue owns comes first,
// whatever the rules say, so changing a rule files nothing anew. The issue of a name
// notes the keys that its errors have without the rule, which find it once the rule is
// gone.

// names returns the keys of the names that rules give to errors, and whether all errors
// of the name are one.
func (r Rules) names() map[string]bool {
	keys := map[string]bool{}
	for name, joins := range r.Policy.Groups() {
		keys[grouping.NamedKey(name)] = joins
	}
	return keys
}

// named reports whether a marker is that of an error which a rule in force names.
func named(m marker.Marker, names map[string]bool) bool {
	return slices.ContainsFunc(m.Keys, func(key string) bool { _, ok := names[key]; return ok })
}

// settledIn reports whether a marker is that of a group's name, and knows the group already.
func settledIn(m marker.Marker, g *grouping.Group) bool {
	return g.Name != "" && m.Owns(g.Name) && slices.ContainsFunc(keys(g), func(key string) bool { return slices.Contains(m.Grouped, key) })
}

// indexNamed adds the keys of errors that are part of others: of duplicates, and of
// errors that a rule joined and which is gone.
func (d *directory) indexNamed(all []Issue, names map[string]bool) {
	of := map[int]marker.Marker{}
	for _, issue := range all {
		of[issue.Number] = issue.Marker
	}
	for _, issue := range all {
		original, m := issue.Number, issue.Marker
		for hops := 0; of[original].DupOf != 0 && hops < len(all); hops++ {
			original = of[original].DupOf
		}
		if len(of[original].Keys) == 0 {
			continue
		}
		more := slices.Clone(m.Grouped)
		if named(of[original], names) {
			more = nil
		}
		if m.DupOf != 0 {
			more = append(more, m.Keys...)
		}
		for _, key := range more {
			if d.owners[key] == 0 {
				d.owners[key] = original
			}
		}
	}
}

// joinNamed finds the issues whose errors a rule makes one: all of their events of this
// run have its name. The oldest stays. Those that people muted stay as they are.
func (d *directory) joinNamed(groups []*grouping.Group, names map[string]bool) {
	plain := map[string]bool{}
	for _, g := range groups {
		plain[g.Key] = plain[g.Key] || g.Name == ""
	}
	same := map[string][]int{}
	for _, g := range groups {
		number, ok := d.first(g, d.owners)
		owner, known := d.issue(d.owners[g.Name])
		if !ok || !names[g.Name] || plain[g.Key] || !d.merges(number) || known && (d.muted[owner.Number] || settledIn(owner.Marker, g)) {
			continue
		}
		if same[g.Name] = append(same[g.Name], number); known {
			same[g.Name] = append(same[g.Name], owner.Number)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(same)) {
		numbers := slices.Sorted(slices.Values(same[name]))
		oldest := numbers[0]
		for _, number := range slices.Compact(numbers)[1:] {
			issue, _ := d.issue(number)
			d.duplicates[number] = oldest
			d.join[oldest] = append(d.join[oldest], issue.Marker)
		}
		if d.owners[name] != oldest {
			d.owners[name] = oldest
			d.join[oldest] = append(d.join[oldest], marker.Marker{Keys: []string{name}})
		}
	}
}

// issue returns the issue of a number, or of that which it duplicates.
func (d *directory) issue(number int) (Issue, bool) {
	if original, ok := d.duplicates[number]; ok {
		number = original
	}
	i := slices.IndexFunc(d.issues, func(i Issue) bool { return i.Number == number })
	if i < 0 {
		return Issue{}, false
	}
	return d.issues[i], true
}

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
		case (!isNamed || grouping.KindOf(key) == grouping.Sentry) && len(m.Keys) < marker.MaxKeys:
			m.Own(key)
		case isNamed && !m.Owns(key) && !slices.Contains(m.Grouped, key) && len(m.Grouped) < marker.MaxGrouped:
			m.Grouped = append(slices.Clone(m.Grouped), key)
		}
	}
}
