package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/grouping"
)

// directory finds the issue of a group, or the row of an error that waits on the dashboard.
type directory struct {
	entries []*entry          // the oldest first, without known duplicates
	rows    *directory        // of the waiting errors, new ones included; nil in itself
	owners  map[string]*entry // by owned key
	aliases map[string]*entry // the oldest by alias
	names   map[string]bool   // keys of the names that rules give to errors; true if all errors of the name are one
}

type entry struct {
	Issue                       // of a waiting error, only title and marker
	Others                      // that turned out to be the same error
	retired   Reason            // why the issue takes no more events; see state.go
	hasSentry bool              // has a Sentry issue
	refiner   string            // see refine
	refused   bool              // GitHub refused to write it, as its row records
	original  *entry            // the older entry of the same error
	groups    []*grouping.Group // what this run saw of it
}

// merges reports whether an entry takes events and is neither muted nor a duplicate.
func (e *entry) merges() bool { return !e.Muted() && e.retired == "" && e.original == nil }

func (e *entry) standing() *entry {
	for e != nil && e.original != nil {
		e = e.original
	}
	return e
}

func (e *entry) duplicate(original *entry) {
	e.original = original
	original.Merge = append(original.Merge, e.Marker)
}

// byNumber puts the older issue first, and rows, which have no number, last.
func byNumber(a, b *entry) int { return cmp.Compare(uint(a.Number-1), uint(b.Number-1)) }

// index prepares issues and rows for matching. A row that an overlapping run filed is merged into its issue.
func index(in Input) *directory {
	names := map[string]bool{}
	for name, joins := range in.Rules.Policy.Groups() {
		names[grouping.NamedKey(name)] = joins
	}
	var all, rows []*entry
	for _, i := range slices.Concat(in.Issues, in.Archive) {
		all = append(all, &entry{Issue: i, retired: retired(i, in)})
	}
	d := newDirectory(all, names)
	d.mergeAcrossSources()
	for _, row := range in.Waiting {
		e := &entry{Issue: Issue{Title: row.Title, Marker: row.Marker}, refused: row.Reason == string(Refused)}
		var owner *entry
		for _, key := range row.Marker.Keys {
			owner = cmp.Or(owner, d.owners[key].standing())
		}
		if owner == nil || owner.retired != "" {
			rows = append(rows, e)
			continue
		}
		owner.Merge, owner.refused = append(owner.Merge, row.Marker), owner.refused || e.refused
	}
	d.rows = newDirectory(rows, names)
	return d
}

// newDirectory gives each key and alias to the oldest entry, unless a later one continues where that one
// ended. If two own the same first key or Sentry issue, two runs filed one error at once, and the older one
// stays. Other shared keys prove nothing: an alias may have brought them later.
func newDirectory(all []*entry, names map[string]bool) *directory {
	d := &directory{owners: map[string]*entry{}, aliases: map[string]*entry{}, names: names}
	slices.SortStableFunc(all, byNumber)
	take := func(by map[string]*entry, key string, e *entry) *entry {
		owner, after := by[key], e.Marker.After
		if owner == nil || e.Closed != ClosedAsDup && (after != 0 && after >= owner.Number || owner.retired != "") {
			by[key] = e
		}
		return by[key]
	}
	for _, e := range all {
		if e.Marker.DupOf != 0 {
			continue
		}
		d.entries, e.hasSentry = append(d.entries, e), slices.ContainsFunc(e.Marker.Keys, isSentry)
		for i, key := range e.Marker.Keys {
			owner := take(d.owners, key, e)
			if owner != e && (i == 0 || isSentry(key)) && !e.Muted() && e.original == nil {
				e.duplicate(owner)
			}
		}
		for _, alias := range e.Marker.Aliases {
			take(d.aliases, alias, e)
		}
	}
	d.indexNamed(all)
	return d
}

// mergeAcrossSources finds issues that two runs filed at once for one error, each from another
// source: one of them knows the other's key by its Sentry issue. The older one stays.
func (d *directory) mergeAcrossSources() {
	for _, e := range d.entries {
		if !isSentry(e.Marker.Key()) || !e.merges() {
			continue
		}
		i := slices.IndexFunc(d.entries, func(other *entry) bool {
			key := other.Marker.Key()
			return grouping.KindOf(key) == grouping.Exception && slices.Contains(e.Marker.Aliases, key) && !other.hasSentry && other.merges()
		})
		if i >= 0 {
			both := []*entry{e, d.entries[i]}
			slices.SortFunc(both, byNumber)
			both[1].duplicate(both[0])
			both[0].hasSentry = true
		}
	}
}

// match assigns each group to its issue, or else to a row or a new error. The latter unite groups of one
// name, of one message whose service only some events name, and of a Sentry issue and its event.
func (d *directory) match(groups []*grouping.Group) {
	d.converge(groups)
	d.joinNamed(groups)
	groups = slices.SortedFunc(slices.Values(groups), func(a, b *grouping.Group) int {
		return cmp.Or(rank(a)-rank(b), strings.Compare(a.Key, b.Key))
	})
	var fresh []*entry                                            // errors without an issue
	byKey, byTemplate := map[string]*entry{}, map[string]*entry{} // these by key or name and by template
	for _, g := range groups {
		e := d.owner(g)
		if e == nil {
			e = d.aliased(g)
		}
		if e != nil {
			e.groups = append(e.groups, g)
			d.absorbRows(e, g)
			continue
		}
		switch {
		case g.Name != "":
			e = byKey[g.Name]
		case isSentry(g.Key):
			e = withoutSentry(d.eventKeys(g), byKey)
		case rank(g) == 1:
			e = byTemplate[g.Template]
		}
		if e == nil {
			e = &entry{}
			fresh = append(fresh, e)
		}
		e.groups = append(e.groups, g)
		byKey[g.Name] = e
		if isSentry(g.Key) {
			continue
		}
		for _, key := range keys(g) {
			byKey[key] = e
		}
		if byTemplate[g.Template] == nil && g.Name+g.Type == "" && g.Service != "" {
			byTemplate[g.Template] = e
		}
	}
	for _, e := range fresh {
		d.wait(e)
	}
}

func rank(g *grouping.Group) int {
	switch {
	case isSentry(g.Key):
		return 2
	case g.Name+g.Type+g.Service == "":
		return 1
	}
	return 0
}

func (d *directory) owner(g *grouping.Group) *entry {
	owner, named := d.first(g, d.owners), d.owners[g.Name].standing()
	if named != nil && (owner == nil || settledIn(named.Marker, g)) {
		return named
	}
	return owner
}

// aliased returns the entry that knows a group without an owner: a message by the lines of its traces, an
// exception by the events of its Sentry issue, or either by less information.
func (d *directory) aliased(g *grouping.Group) *entry {
	other := d.first(g, d.aliases)
	if isSentry(g.Key) {
		known := d.eventKeys(g)
		if other = withoutSentry(known, d.owners); other == nil { // each look-up takes what it finds
			other = withoutSentry(known, d.aliases)
		}
	}
	if other == nil {
		other = d.refine(g)
	}
	return other
}

// first returns the entry of the first key that has one, preferably one that takes events and is not muted.
func (d *directory) first(g *grouping.Group, by map[string]*entry) (first *entry) {
	for _, key := range keys(g) {
		e := by[key].standing()
		if e != nil && e.merges() {
			return e
		}
		first = cmp.Or(first, e)
	}
	return first
}

// withoutSentry returns the first error that has one of a Sentry issue's event keys, and gives it the Sentry
// issue. Sentry separates what it takes for different errors, so an error takes only one Sentry issue.
func withoutSentry(eventKeys []string, by map[string]*entry) *entry {
	for _, key := range eventKeys {
		if e := by[key].standing(); e != nil && !e.hasSentry {
			e.hasSentry = true
			return e
		}
	}
	return nil
}

// eventKeys returns the keys of a Sentry issue's event. If it was not read again, a row may have kept them.
func (d *directory) eventKeys(g *grouping.Group) []string {
	if len(g.EventKeys) > 0 || d.rows == nil || d.rows.owners[g.Key] == nil {
		return g.EventKeys
	}
	return slices.DeleteFunc(slices.Clone(d.rows.owners[g.Key].Marker.Aliases), func(alias string) bool {
		return grouping.KindOf(alias) != grouping.Exception
	})
}

// refine returns the issue that was filed with less information than the group has: an alert, often the first
// report of an error, lacks service and trace. The first error that contains more takes the issue over.
func (d *directory) refine(g *grouping.Group) *entry {
	refiner := g.Key // what may share one issue: messages of one service, or one exception
	if g.Type == "" {
		refiner = "service " + g.Service
	}
	for _, key := range g.Vaguer {
		e := d.owners[key]
		if e == nil && g.Type == "" { // a line of a trace that came without its service
			e = d.aliases[key]
		}
		if e == nil || e.original != nil || e.refiner != "" && e.refiner != refiner {
			continue
		}
		m := e.Marker
		onlyMessages := !slices.ContainsFunc(m.Keys, func(key string) bool { return grouping.KindOf(key) != grouping.Message })
		delivered := len(m.Deliveries) > 0 && len(m.Sources)+len(m.Sentry) == 0 // and never read
		if g.Type == "" && m.Service == "" || g.Type != "" && onlyMessages && delivered {
			e.refiner = refiner
			return e
		}
	}
	return nil
}
