package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// This file decides what an issue's marker becomes by what was seen.

// observe returns m with the groups counted in. It keeps the first service, the worst level, and
// the template as far as it has widened.
func observe(m marker.Marker, groups []*grouping.Group) marker.Marker {
	m = m.Clone()
	var all grouping.Group // a cell is set, not added to, and a delivery counts once
	for _, g := range groups {
		all.Join(g)
		own(&m, g)
		m.Alias(g.Aliases...)
		if m.Template == "" || isMessage(m) && slices.Contains(keys(g), m.Key()) {
			m.Template = g.Template
		}
		m.Service = cmp.Or(m.Service, g.Service)
		if level, _ := event.ParseLevel(m.Level); g.Level > level {
			m.Level = g.Level.String()
		}
		if t := g.Sentry; t != nil {
			m.SetTotal(t.ID, t.Total, marker.Page{Name: t.Name, URL: t.URL, Last: count.At(t.Last), Users: t.Users})
		}
	}
	m.Span(all.First, all.Last)
	if g := sampled(groups); g != nil {
		m.Facts = FactsOf(g)
	}
	for name, seen := range all.Sources {
		tally := m.Sources[name]
		tally.Observe(seen.Cells)
		tally.Link(seen.URL, seen.Newest.Time())
		m.SetSource(name, tally)
	}
	for kind, seen := range all.Deliveries {
		inbox := m.Deliveries[kind]
		inbox.Link(seen.From, seen.URL, seen.Newest.Time())
		inbox.Receive(seen.IDs.Hashed())
		m.SetInbox(kind, inbox)
	}
	return m
}

// FactsOf returns what an issue says about the group's sample.
func FactsOf(g *grouping.Group) marker.Facts {
	f := marker.Facts{Exception: g.Type, Location: Location(g.Place), Release: g.Sample.Release, Environment: g.Sample.Environment}
	if g.Place.Function != "" {
		f.Place = Place(g.Place)
	}
	return f
}

// freeze freezes the minutes in which no more events can arrive: those older than lateness
// at the time of a complete read. It leaves out the last period of length keep.
func freeze(m *marker.Marker, in Input, keep time.Duration) {
	for name, tally := range m.Sources {
		if at, ok := in.Read[name]; ok {
			tally.Freeze(Settled(at, in.Rules.Lateness+keep))
			m.SetSource(name, tally)
		}
	}
}

// skew is how far the clocks of different machines may differ: those that run errmon, those that
// log, and the services' own. Lateness is measured by one clock and happens by another.
const skew = 5 * time.Minute

// Settled returns the last minute whose events have all arrived once a source was read
// completely at the given time.
func Settled(at time.Time, lateness time.Duration) count.Minute {
	return count.MinuteOf(at.Add(-lateness-skew)) - 1
}

// ReadBefore is the inverse of Settled: the time of a complete read after which the minutes
// from the given one on are still to be read.
func ReadBefore(from time.Time, lateness time.Duration) time.Time {
	return from.Truncate(time.Minute).Add(lateness + skew)
}
