package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// This file handles the keys that identify errors, and unites issues and rows that turn out to be one
// error. A key that an issue owns takes precedence over rules, so changing a rule files nothing again.
// If a rule names an error, its issue also notes the keys that its events have without the rule
// (Marker.Grouped), so they still find the issue once the rule is gone.

// Known returns the templates of the issues, oldest first, then those of the waiting errors. Grouping
// matches messages against them before it derives new templates.
func Known(issues []Issue, waiting []marker.Row) []grouping.Known {
	all := slices.SortedFunc(slices.Values(issues), func(a, b Issue) int { return a.Number - b.Number })
	for _, row := range waiting {
		all = append(all, Issue{Marker: row.Marker})
	}
	var known []grouping.Known
	for _, i := range all {
		if m := i.Marker; isMessage(m) && m.Template != "" {
			known = append(known, grouping.Known{Key: m.Key(), Service: m.Service, Template: m.Template})
		}
	}
	return known
}

// isMessage reports whether a marker was made for a message, so its template identifies it. An exception
// may own keys of messages too, but its template is made from the exception's text.
func isMessage(m marker.Marker) bool { return grouping.KindOf(m.Key()) == grouping.Message }

func isSentry(key string) bool { return grouping.KindOf(key) == grouping.Sentry }

func keys(g *grouping.Group) []string { return append([]string{g.Key}, g.Also...) }

// own adds a group's keys to a marker. A marker that owns the name from a rule, as a new one does, only notes
// the other keys. It still owns keys of Sentry issues, whose events are rarely read again.
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

func (d *directory) named(m marker.Marker) bool {
	return slices.ContainsFunc(m.Keys, func(key string) bool { _, ok := d.names[key]; return ok })
}

// notes reports whether a marker notes a key of the group in Grouped.
func notes(m marker.Marker, g *grouping.Group) bool {
	return slices.ContainsFunc(keys(g), func(key string) bool { return slices.Contains(m.Grouped, key) })
}

// settledIn reports whether a marker owns the name of a group and notes one of its keys.
func settledIn(m marker.Marker, g *grouping.Group) bool { return m.Owns(g.Name) && notes(m, g) }

// indexNamed adds the keys of duplicates, and the noted keys of errors whose rule is gone.
func (d *directory) indexNamed(all []*entry) {
	of := map[int]*entry{} // the issue that stays, by number; a duplicate refers to an older issue
	for _, e := range all {
		more := e.Marker.Grouped
		of[e.Number] = e
		if e.Marker.DupOf != 0 {
			of[e.Number], more = of[e.Marker.DupOf], slices.Concat(more, e.Marker.Keys)
		}
		original := of[e.Number]
		if original == nil {
			continue
		}
		if d.named(original.Marker) {
			more = more[len(e.Marker.Grouped):]
		}
		for _, key := range more {
			d.owners[key] = cmp.Or(d.owners[key], original)
		}
	}
}

// converge unites issues whose messages looked different when few were seen, except muted or retired ones.
func (d *directory) converge(groups []*grouping.Group) {
	of := map[string]*entry{} // by first key; an issue and its successor share it, and the successor wins
	for _, e := range d.entries {
		if isMessage(e.Marker) && e.merges() {
			of[e.Marker.Key()] = e
		}
	}
	for _, g := range groups {
		var same []*entry
		for _, key := range keys(g) {
			if e := of[key]; e != nil && e.merges() {
				same = append(same, e)
			}
		}
		unite(same)
	}
}

// joinNamed unites issues whose events in this run all got the same name from a rule, except muted issues.
func (d *directory) joinNamed(groups []*grouping.Group) {
	plain := map[string]bool{}
	for _, g := range groups {
		plain[g.Key] = plain[g.Key] || g.Name == ""
	}
	same := map[string][]*entry{}
	for _, g := range groups {
		e, owner := d.first(g, d.owners), d.owners[g.Name].standing()
		if owner != nil && owner.retired != "" {
			owner = nil // takes no more events: the name moves to another issue
		}
		if e == nil || !d.names[g.Name] || plain[g.Key] || !e.merges() || owner != nil && (owner.Muted() || settledIn(owner.Marker, g)) {
			continue
		}
		if same[g.Name] = append(same[g.Name], e); owner != nil {
			same[g.Name] = append(same[g.Name], owner)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(same)) {
		if oldest := unite(same[name]); d.owners[name] != oldest {
			d.owners[name] = oldest
			oldest.Join = append(oldest.Join, marker.Marker{Keys: []string{name}})
		}
	}
}

// unite merges entries into the oldest issue, or into the first row if none is an issue; nil for no entries.
func unite(same []*entry) (oldest *entry) {
	slices.SortStableFunc(same, byNumber)
	for _, e := range same {
		e = e.standing()
		if oldest = cmp.Or(oldest, e); e != oldest {
			e.original = oldest
			oldest.Join = append(oldest.Join, e.into(e.Marker))
			oldest.groups, oldest.refused = append(oldest.groups, e.groups...), oldest.refused || e.refused
		}
	}
	return oldest
}

func (d *directory) rowsOf(keys ...string) (rows []*entry) {
	for _, key := range keys {
		if row := d.rows.owners[key].standing(); row != nil && row.Number == 0 { // otherwise an issue took it over
			rows = append(rows, row)
		}
	}
	return rows
}

// absorbRows moves a group's rows to its issue, except a row of a gone rule, which may hold other errors too.
func (d *directory) absorbRows(e *entry, g *grouping.Group) {
	if e.retired != "" {
		return
	}
	rows := slices.DeleteFunc(d.rowsOf(keys(g)...), func(row *entry) bool {
		return notes(row.Marker, g) && !slices.ContainsFunc(keys(g), row.Marker.Owns)
	})
	if d.owners[g.Name] == e {
		rows = append(rows, d.rowsOf(g.Name)...)
	}
	unite(append(rows, e))
}

// wait adds an error without an issue to its row, or as a new row. If it has several rows, it unites them.
func (d *directory) wait(e *entry) {
	var rows []*entry
	for _, g := range e.groups {
		named := d.rowsOf(g.Name)
		if rows = append(rows, named...); len(named) == 0 || !settledIn(named[0].Marker, g) {
			rows = append(rows, d.rowsOf(keys(g)...)...)
		}
	}
	row := unite(rows)
	for _, g := range e.groups {
		if row == nil {
			row = d.rows.aliased(g)
		}
	}
	if row == nil || row.Number != 0 {
		d.rows.entries = append(d.rows.entries, e)
		return
	}
	row.groups = append(row.groups, e.groups...)
	if e.Marker.After != 0 { // its marker knows which events the earlier issue counted
		row.Marker, row.Others = join(e.Marker, row.into(row.Marker)), Others{}
	}
}

// Others holds the markers of issues and rows that turned out to be the same error.
type Others struct {
	Merge []marker.Marker // markers that counted the same events
	Join  []marker.Marker // markers that counted other events
}

func (o Others) into(m marker.Marker) marker.Marker {
	for _, other := range o.Join {
		m = join(m, other)
	}
	for _, other := range o.Merge {
		m = Merge(m, other)
	}
	return m
}

// Merge joins two markers of one error that counted the same events. The worse level stays.
func Merge(m, other marker.Marker) marker.Marker { return raised(marker.Merge(m, other), other.Level) }

// join adds the counts of a marker that turned out to belong to the same error. If m already owns its key, an
// overlapping run, or an earlier one that then failed, has added them.
func join(m, other marker.Marker) marker.Marker {
	if m.Owns(other.Key()) {
		return Merge(m, other)
	}
	return raised(marker.Join(m, other), other.Level)
}

func closeDuplicate(issue Issue, original int) Action {
	next := issue.Marker.Clone()
	next.DupOf = original
	return Action{Kind: Close, Reason: Duplicate, Issue: issue, Title: issue.Title, Next: next, DupOf: original}
}
