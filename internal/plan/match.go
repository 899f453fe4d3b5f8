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
	issues  []*entry                  // by number, without those that are duplicates already
	owners  map[string]*entry         // by owned key
	aliases map[string]*entry         // by alias, of the oldest issue
	names   map[string]bool           // by the key of a name that rules give to errors, whether all errors of the name are one
	follows map[*grouping.Group]Issue // by the first group of an error that happened again, its retired issue
}

// entry is an issue in the directory, and what belongs to it.
type entry struct {
	Issue
	retired   Reason            // why it takes no more events; see succeed.go
	hasSentry bool              // has a Sentry issue
	refiner   string            // see refine
	refused   bool              // a row says that GitHub refused to write it
	original  *entry            // the older issue of the same error
	groups    []*grouping.Group // what was seen of it
	merge     []marker.Marker   // of issues and rows that counted the same events
	join      []marker.Marker   // of issues and rows that counted other events
}

// takes reports whether an issue takes events, and people did not mute it.
func (e *entry) takes() bool { return !e.Muted() && e.retired == "" }

// merges reports whether an issue may still merge with another one.
func (e *entry) merges() bool { return e.takes() && e.original == nil }

// standing returns the issue that stays: of a duplicate, the original.
func (e *entry) standing() *entry {
	if e != nil && e.original != nil {
		return e.original
	}
	return e
}

func (e *entry) duplicate(original *entry) {
	e.original = original
	original.merge = append(original.merge, e.Marker)
}

func byNumber(a, b *entry) int { return cmp.Compare(a.Number, b.Number) }

// index prepares the issues for matching. Where two own the same key, two runs
// filed one error at once: the older one stays.
func index(in Input) *directory {
	d := &directory{owners: map[string]*entry{}, aliases: map[string]*entry{}, follows: map[*grouping.Group]Issue{}, names: map[string]bool{}}
	for name, joins := range in.Rules.Policy.Groups() {
		d.names[grouping.NamedKey(name)] = joins
	}
	var all []*entry
	for _, i := range slices.Concat(in.Issues, in.Archive) {
		all = append(all, &entry{Issue: i, retired: retired(i, in), hasSentry: hasSentry(i.Marker)})
	}
	slices.SortFunc(all, byNumber)
	for _, e := range all {
		if e.Marker.DupOf == 0 {
			d.issues = append(d.issues, e)
			d.own(e)
		}
	}
	d.mergeAcrossSources()
	d.indexNamed(all)
	for _, e := range d.issues {
		for _, alias := range e.Marker.Aliases {
			if owner := d.aliases[alias]; owner == nil || e.takesOver(owner) {
				d.aliases[alias] = e
			}
		}
	}
	return d
}

// own notes which keys the issue owns. It duplicates an older one when that owns its first key, or
// the same Sentry issue; another key taken over later, by an alias, proves nothing.
func (d *directory) own(e *entry) {
	for i, key := range e.Marker.Keys {
		owner := d.owners[key]
		switch {
		case owner == nil, e.takesOver(owner):
			d.owners[key] = e
		case (i == 0 || isSentry(key)) && !e.Muted() && e.original == nil:
			e.duplicate(owner)
		}
	}
}

// mergeAcrossSources finds issues that two runs filed at once for one error, each by another
// source: the one knows the other's key by its Sentry issue. The older one stays.
func (d *directory) mergeAcrossSources() {
	for _, e := range d.issues {
		if !isSentry(e.Marker.Key()) || !e.merges() {
			continue
		}
		for _, key := range e.Marker.Aliases {
			i := slices.IndexFunc(d.issues, func(other *entry) bool { return other.Marker.Key() == key })
			if grouping.KindOf(key) != grouping.Exception || i < 0 || d.issues[i].hasSentry || !d.issues[i].merges() {
				continue
			}
			older, younger := e, d.issues[i]
			if younger.Number < older.Number {
				older, younger = younger, older
			}
			younger.duplicate(older)
			older.hasSentry = true
			break
		}
	}
}

// match assigns each group to the issue it belongs to; what belongs to none
// comes back as fresh, one list of groups for each error.
func (d *directory) match(groups []*grouping.Group) (fresh [][]*grouping.Group) {
	groups = slices.Clone(groups)
	slices.SortFunc(groups, func(a, b *grouping.Group) int { return strings.Compare(a.Key, b.Key) })
	places := map[string]int{} // template of a fresh message with a service → its place in fresh
	byName := map[string]int{} // name → its place in fresh
	var nameless, tracked []*grouping.Group
	for _, g := range groups {
		at, isNamed := byName[g.Name]
		switch e := d.find(g); {
		case e != nil:
			e.groups = append(e.groups, g)
			continue
		case isNamed:
			fresh[at] = append(fresh[at], g)
			continue
		case g.Name != "":
			byName[g.Name] = len(fresh)
		case isSentry(g.Key):
			tracked = append(tracked, g)
			continue
		case g.Type == "" && g.Service == "":
			nameless = append(nameless, g)
			continue
		case g.Type == "":
			if _, taken := places[g.Template]; !taken {
				places[g.Template] = len(fresh)
			}
		}
		fresh = append(fresh, []*grouping.Group{g})
	}
	// A message without a service joins the first of its template.
	for _, g := range nameless {
		if at, ok := places[g.Template]; ok {
			fresh[at] = append(fresh[at], g)
		} else {
			fresh = append(fresh, []*grouping.Group{g})
		}
	}
	return joinSentry(fresh, tracked)
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
		i := slices.IndexFunc(g.EventKeys, func(key string) bool {
			at, ok := places[key]
			return ok && !taken[at]
		})
		if i < 0 {
			fresh = append(fresh, []*grouping.Group{g})
			continue
		}
		at := places[g.EventKeys[i]]
		taken[at] = true
		fresh[at] = append(fresh[at], g)
	}
	return fresh
}

// find returns the issue that owns one of the group's keys, else the one that
// knows it as an alias: that of a message by the lines of its traces, that of an
// exception by the events of its Sentry issue. It returns nil if there is none.
func (d *directory) find(g *grouping.Group) *entry {
	owner, named := d.first(g, d.owners), d.owners[g.Name].standing()
	switch {
	case named != nil && (owner == nil || settledIn(named.Marker, g)):
		return named
	case owner != nil:
		return owner
	}
	other := d.first(g, d.aliases)
	if isSentry(g.Key) {
		other = d.byEvent(g)
	}
	if other == nil {
		other = d.refine(g)
	}
	return other
}

// first returns the issue of the group's first key that has one, if possible
// of one that takes events and that nobody muted.
func (d *directory) first(g *grouping.Group, by map[string]*entry) (first *entry) {
	for _, key := range keys(g) {
		e := by[key].standing()
		if e != nil && e.takes() {
			return e
		}
		if first == nil {
			first = e
		}
	}
	return first
}

// byEvent returns the issue that the same error has by another source: it owns a
// key that a Sentry issue's event has by itself, or knows it as an alias. Sentry keeps
// apart what it takes for different errors, so an issue takes only one Sentry issue.
func (d *directory) byEvent(g *grouping.Group) *entry {
	for _, by := range []map[string]*entry{d.owners, d.aliases} {
		for _, key := range g.EventKeys {
			if e := by[key].standing(); e != nil && !e.hasSentry {
				e.hasSentry = true
				return e
			}
		}
	}
	return nil
}

// refine returns the issue that was made of less than the group contains. An alert is
// often the first to report an error, and contains little: the line, but neither the
// service nor the trace. The first error that turns out to say the same and more takes
// over the issue made of it; further ones are others.
func (d *directory) refine(g *grouping.Group) *entry {
	refiner := g.Key // what of a group one issue can be made of: messages of one service, or one exception
	if g.Type == "" {
		refiner = "service " + g.Service
	}
	for _, key := range g.Vaguer {
		e := d.owners[key]
		if e == nil && g.Type == "" { // a line of a trace that came without its service
			e = d.aliases[key]
		}
		if e != nil && e.original == nil && refinable(e.Marker, g) && (e.refiner == "" || e.refiner == refiner) {
			e.refiner = refiner
			return e
		}
	}
	return nil
}

// refinable reports whether an issue may be this group's, made of less information: for a message,
// one without a service; for an exception, one that was delivered and never read.
func refinable(m marker.Marker, g *grouping.Group) bool {
	if g.Type == "" {
		return m.Service == ""
	}
	return len(m.Deliveries) > 0 && len(m.Sources)+len(m.Sentry) == 0 &&
		!slices.ContainsFunc(m.Keys, func(key string) bool { return grouping.KindOf(key) != grouping.Message })
}
