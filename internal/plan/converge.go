package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// This file is about issues and rows that turn out to be one error.

// indexNamed adds the keys of errors that are part of others: of duplicates, and of
// errors that a rule joined and which is gone.
func (d *directory) indexNamed(all []*entry) {
	of := map[int]*entry{} // by number, the issue that stays; a duplicate names an older one
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
			if d.owners[key] == nil {
				d.owners[key] = original
			}
		}
	}
}

// converge finds the issues whose templates turned out to be one: messages that looked like several
// errors while few were seen. Those that people muted stay as they are.
func (d *directory) converge(groups []*grouping.Group) {
	of := map[string]*entry{} // by first key
	for _, e := range d.issues {
		if isMessage(e.Marker) && e.merges() {
			of[e.Marker.Key()] = e
		}
	}
	for _, g := range groups {
		var same []*entry
		for _, key := range keys(g) {
			if e := of[key]; e != nil {
				same = append(same, e)
				delete(of, key)
			}
		}
		unite(same)
	}
}

// joinNamed finds the issues whose errors a rule makes one: all of their events of this
// run have its name. Those that people muted stay as they are.
func (d *directory) joinNamed(groups []*grouping.Group) {
	plain := map[string]bool{}
	for _, g := range groups {
		plain[g.Key] = plain[g.Key] || g.Name == ""
	}
	same := map[string][]*entry{}
	for _, g := range groups {
		e, owner := d.first(g, d.owners), d.owners[g.Name].standing()
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
			oldest.join = append(oldest.join, marker.Marker{Keys: []string{name}})
		}
	}
}

// unite makes one of issues that turned out to be the same error: the oldest stays.
func unite(same []*entry) (oldest *entry) {
	slices.SortFunc(same, byNumber)
	for i, e := range slices.Compact(same) {
		if i == 0 {
			oldest = e
			continue
		}
		e.original = oldest
		oldest.join = append(oldest.join, e.Marker)
	}
	return oldest
}

// mergeRows returns the rows that still wait. A row whose error has an issue by
// now, filed by a run that overlapped, hands its counts over.
func (d *directory) mergeRows(rows []marker.Row) []marker.Row {
	var waiting []marker.Row
	for _, row := range rows {
		var owner *entry
		for _, key := range slices.Backward(row.Marker.Keys) {
			owner = cmp.Or(d.owners[key].standing(), owner)
		}
		if owner == nil || owner.retired != "" {
			waiting = append(waiting, row)
			continue
		}
		owner.merge = append(owner.merge, row.Marker)
		owner.refused = row.Reason == string(Refused)
	}
	return waiting
}

// absorbRows returns the rows that still wait. One whose template turned out to
// be that of an issue hands its counts over.
func (d *directory) absorbRows(rows []marker.Row) []marker.Row {
	for _, e := range d.issues {
		if e.retired != "" {
			continue
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r marker.Row) bool {
			taken := slices.ContainsFunc(e.groups, func(g *grouping.Group) bool {
				return owns(r.Marker, g) || d.owners[g.Name] == e && r.Marker.Owns(g.Name)
			})
			if taken {
				e.join = append(e.join, r.Marker)
			}
			return taken
		})
	}
	return rows
}

// join adds the counts of a marker that turned out to be the same error. One
// whose key m owns was added before, by a run that then failed or overlapped.
func join(m, other marker.Marker) marker.Marker {
	if m.Owns(other.Key()) {
		return marker.Merge(m, other)
	}
	return marker.Join(m, other)
}

// CloseDuplicate closes an issue in favour of an older one. Its marker says of
// which, and it is ignored from then on.
func CloseDuplicate(issue Issue, original int) Action {
	next := issue.Marker.Clone()
	next.DupOf = original
	return Action{Kind: Close, Reason: Duplicate, Issue: issue, Title: issue.Title, Next: next, DupOf: original}
}
