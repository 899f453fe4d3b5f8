package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/grouping"
)

// directory finds the issue of a group, or its waiting row on the dashboard.
type directory struct {
	entries []*entry          // oldest first, without known duplicates
	rows    *directory        // waiting errors, including new ones; nil in a directory of rows
	owners  map[string]*entry // entries by owned key; see newDirectory and indexNamed
	aliases map[string]*entry // entries by alias; see newDirectory
	names   map[string]bool   // by key of a name given by a rule: whether it applies to all events of an error
}

type entry struct {
	Issue                       // only title and marker if the error waits
	Others                      // markers that turned out to belong to the same error
	retired   Reason            // why the issue takes no more events, or empty; see state.go
	hasSentry bool              // already belongs to a Sentry issue
	refiner   string            // kind of groups that may share this issue; see refine
	refused   bool              // GitHub refused to write it in an earlier run
	original  *entry            // an older entry of the same error, or nil
	groups    []*grouping.Group // the error's groups in this run
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

// index prepares issues and rows for matching. A row whose key an issue owns is merged into that issue.
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

// newDirectory assigns each key and alias to the oldest entry, or to the newer one that succeeded it. If an
// older entry owns the first key or a Sentry key of an unmuted one, two runs filed one error at once, and the
// older stays. Other keys prove nothing: an issue may have gained them later through an alias.
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

// mergeAcrossSources finds issues that two runs filed at once for one error, one from Sentry and one
// from another source: the Sentry one has the other's key as an alias. The older one stays.
func (d *directory) mergeAcrossSources() {
	for _, e := range d.entries {
		if !isSentry(e.Marker.Key()) || !e.merges() {
			continue
		}
		i := slices.IndexFunc(d.entries, func(other *entry) bool {
			key := other.Marker.Key()
			isAlias := grouping.KindOf(key) == grouping.Exception && slices.Contains(e.Marker.Aliases, key)
			return isAlias && !other.hasSentry && other.merges()
		})
		if i >= 0 {
			both := []*entry{e, d.entries[i]}
			slices.SortFunc(both, byNumber)
			both[1].duplicate(both[0])
			both[0].hasSentry = true
		}
	}
}

// match assigns each group to its issue, or else to a row or a new error. One new error unites groups with
// the same name, or the same message if only some name a service, and a Sentry issue with its event.
func (d *directory) match(groups []*grouping.Group) {
	d.converge(groups)
	d.joinNamed(groups)
	groups = slices.SortedFunc(slices.Values(groups), func(a, b *grouping.Group) int {
		return cmp.Or(rank(a)-rank(b), strings.Compare(a.Key, b.Key))
	})
	var fresh []*entry                                            // errors without an issue
	byKey, byTemplate := map[string]*entry{}, map[string]*entry{} // these errors by key or name, and by template
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

// aliased returns the entry that matches a group without an owner: it has one of the group's keys as an alias
// or, for a Sentry issue, one of its event's keys. If none does, it was filed with less information.
func (d *directory) aliased(g *grouping.Group) *entry {
	other := d.first(g, d.aliases)
	if isSentry(g.Key) {
		known := d.eventKeys(g)
		if other = withoutSentry(known, d.owners); other == nil { // a second look-up would claim another entry
			other = withoutSentry(known, d.aliases)
		}
	}
	if other == nil {
		other = d.refine(g)
	}
	return other
}

// first returns the entry of the group's first key that has one. Entries that merge take precedence.
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

// withoutSentry returns the first entry that has one of a Sentry issue's event keys but no Sentry issue yet,
// and marks it as having one. Sentry considers its issues distinct errors, so an entry takes only one.
func withoutSentry(eventKeys []string, by map[string]*entry) *entry {
	for _, key := range eventKeys {
		if e := by[key].standing(); e != nil && !e.hasSentry {
			e.hasSentry = true
			return e
		}
	}
	return nil
}

// eventKeys returns the keys of a Sentry issue's event, from its waiting row if this run did not read it.
func (d *directory) eventKeys(g *grouping.Group) []string {
	if len(g.EventKeys) > 0 || d.rows == nil || d.rows.owners[g.Key] == nil {
		return g.EventKeys
	}
	return slices.DeleteFunc(slices.Clone(d.rows.owners[g.Key].Marker.Aliases), func(alias string) bool {
		return grouping.KindOf(alias) != grouping.Exception
	})
}

// refine returns an entry that was filed with less information than the group has: an alert is often the
// first report of an error and lacks service and trace. The first error that has them takes the entry over.
func (d *directory) refine(g *grouping.Group) *entry {
	refiner := g.Key // groups with the same refiner may share the issue: messages of one service, or one exception
	if g.Type == "" {
		refiner = "service " + g.Service
	}
	for _, key := range g.Vaguer {
		e := d.owners[key]
		if e == nil && g.Type == "" { // perhaps a line of a trace that lacked its service
			e = d.aliases[key]
		}
		if e == nil || e.original != nil || e.refiner != "" && e.refiner != refiner {
			continue
		}
		m := e.Marker
		onlyMessages := !slices.ContainsFunc(m.Keys, func(key string) bool { return grouping.KindOf(key) != grouping.Message })
		delivered := len(m.Deliveries) > 0 && len(m.Sources)+len(m.Sentry) == 0 // delivered, never read from a source
		if g.Type == "" && m.Service == "" || g.Type != "" && onlyMessages && delivered {
			e.refiner = refiner
			return e
		}
	}
	return nil
}
