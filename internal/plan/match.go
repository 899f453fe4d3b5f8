package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// directory finds the issue of a group.
type directory struct {
	issues     []Issue        // by number, without those that are duplicates already
	owners     map[string]int // owned key → number
	aliases    map[string]int // alias → lowest number
	muted      map[int]bool
	refined    map[int]string            // see refine.go
	hasSentry  map[int]bool              // has a Sentry issue
	refused    map[int]bool              // a row says that GitHub refused to write it
	retired    map[int]Reason            // why it takes no more events; see succeed.go
	follows    map[*grouping.Group]Issue // the retired issue of an error that happened again
	duplicates map[int]int               // number → the older issue of the same error
	merge      map[int][]marker.Marker   // of issues and rows that counted the same events
	join       map[int][]marker.Marker   // of issues and rows that counted other events
}

// index prepares the issues for matching. Where two own the same key, two runs
// filed one error at once: the older one stays.
func index(in Input, names map[string]bool) *directory {
	d := &directory{owners: map[string]int{}, aliases: map[string]int{}, muted: map[int]bool{}, refined: map[int]string{}, hasSentry: map[int]bool{}, refused: map[int]bool{},
		retired: map[int]Reason{}, follows: map[*grouping.Group]Issue{},
		duplicates: map[int]int{}, merge: map[int][]marker.Marker{}, join: map[int][]marker.Marker{}}
	for _, issue := range slices.Concat(in.Issues, in.Archive) {
		if issue.Marker.DupOf == 0 {
			d.issues = append(d.issues, issue)
			d.muted[issue.Number], d.retired[issue.Number] = issue.Muted(), retired(issue, in)
			d.hasSentry[issue.Number] = hasSentry(issue.Marker)
		}
	}
	slices.SortFunc(d.issues, func(a, b Issue) int { return cmp.Compare(a.Number, b.Number) })
	for _, issue := range d.issues {
		d.own(issue)
	}
	d.mergeAcrossSources()
	d.indexNamed(slices.Concat(in.Issues, in.Archive), names)
	for _, issue := range d.issues {
		for _, alias := range issue.Marker.Aliases {
			if owner, taken := d.aliases[alias]; !taken || d.takesOver(issue, owner) {
				d.aliases[alias] = issue.Number
			}
		}
	}
	return d
}

// own notes which keys the issue owns. It duplicates an older one when that
// owns its first key, or the same Sentry issue; another key taken over later, by
// an alias, proves nothing.
func (d *directory) own(issue Issue) {
	for i, key := range issue.Marker.Keys {
		owner, taken := d.owners[key]
		switch {
		case !taken, d.takesOver(issue, owner):
			d.owners[key] = issue.Number
		case (i == 0 || grouping.KindOf(key) == grouping.Sentry) && !d.muted[issue.Number] && d.duplicates[issue.Number] == 0:
			d.duplicate(issue, owner)
		}
	}
}

func (d *directory) duplicate(issue Issue, owner int) {
	d.duplicates[issue.Number] = owner
	d.merge[owner] = append(d.merge[owner], issue.Marker)
}

// mergeRows returns the rows that still wait. A row whose error has an issue by
// now, filed by a run that overlapped, hands its counts over.
func (d *directory) mergeRows(rows []marker.Row) []marker.Row {
	var waiting []marker.Row
	for _, row := range rows {
		i := slices.IndexFunc(row.Marker.Keys, d.owned)
		if i >= 0 && d.retired[d.owners[row.Marker.Keys[i]]] == "" {
			owner := d.owners[row.Marker.Keys[i]]
			d.merge[owner] = append(d.merge[owner], row.Marker)
			d.refused[owner] = row.Reason == string(Refused)
			continue
		}
		waiting = append(waiting, row)
	}
	return waiting
}

func (d *directory) owned(key string) bool { return d.owners[key] != 0 }

// match assigns each group to the issue it belongs to; what belongs to none
// comes back as fresh, one list of groups for each error.
func (d *directory) match(groups []*grouping.Group) (known map[int][]*grouping.Group, fresh [][]*grouping.Group) {
	known = map[int][]*grouping.Group{}
	groups = slices.Clone(groups)
	slices.SortFunc(groups, func(a, b *grouping.Group) int { return strings.Compare(a.Key, b.Key) })
	places := map[string]int{} // template of a fresh message with a service → its place in fresh
	byName := map[string]int{} // name → its place in fresh
	var nameless, tracked []*grouping.Group
	for _, g := range groups {
		if number, ok := d.find(g); ok {
			known[number] = append(known[number], g)
		} else if at, ok := byName[g.Name]; ok {
			fresh[at] = append(fresh[at], g)
		} else if g.Name != "" {
			byName[g.Name] = len(fresh)
			fresh = append(fresh, []*grouping.Group{g})
		} else if grouping.KindOf(g.Key) == grouping.Sentry {
			tracked = append(tracked, g)
		} else if g.Type == "" && g.Service == "" {
			nameless = append(nameless, g)
		} else {
			if _, taken := places[g.Template]; !taken && g.Type == "" {
				places[g.Template] = len(fresh)
			}
			fresh = append(fresh, []*grouping.Group{g})
		}
	}
	// A message without a service joins the first of its template.
	for _, g := range nameless {
		if at, ok := places[g.Template]; ok {
			fresh[at] = append(fresh[at], g)
		} else {
			fresh = append(fresh, []*grouping.Group{g})
		}
	}
	return known, joinSentry(fresh, tracked)
}

// find returns the issue that owns one of the group's keys, else the one that
// knows it as an alias: that of a message by the lines of its traces, that of an
// exception by the events of its Sentry issue.
func (d *directory) find(g *grouping.Group) (int, bool) {
	number, ok := d.first(g, d.owners)
	if owner, isNamed := d.issue(d.owners[g.Name]); isNamed && (!ok || settledIn(owner.Marker, g)) {
		return owner.Number, true
	} else if ok {
		return number, true
	}
	number, ok = d.byEvent(g)
	if grouping.KindOf(g.Key) != grouping.Sentry {
		number, ok = d.first(g, d.aliases)
	}
	if ok {
		return number, true
	}
	return d.refine(g)
}

// first returns the issue of the group's first key that has one, if possible
// of one that takes events and that nobody muted.
func (d *directory) first(g *grouping.Group, by map[string]int) (number int, ok bool) {
	for _, key := range keys(g) {
		candidate, found := by[key]
		if original, duplicate := d.duplicates[candidate]; duplicate {
			candidate = original
		}
		switch {
		case !found:
		case !d.muted[candidate] && d.retired[candidate] == "":
			return candidate, true
		case !ok:
			number, ok = candidate, true
		}
	}
	return number, ok
}
