package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/policy"
)

// This file updates an issue's marker from the events seen and a team's rules. Rules match events,
// so an issue without a new event keeps its shape.

// observe adds the groups to a marker. It keeps the first service, the worst level, and the widest template.
func observe(m marker.Marker, groups []*grouping.Group) marker.Marker {
	m = m.Clone()
	var all grouping.Group // joined first, because Observe sets cells instead of adding to them
	for _, g := range groups {
		all.Join(g)
		own(&m, g)
		m.Alias(g.Aliases...)
		if m.Template == "" || isMessage(m) && slices.Contains(keys(g), m.Key()) {
			m.Template = g.Template
		}
		m.Service = cmp.Or(m.Service, g.Service)
		m = raised(m, g.Level.String())
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

// raised returns the marker with the level if that is worse than its own.
func raised(m marker.Marker, level string) marker.Marker {
	own, _ := event.ParseLevel(m.Level)
	if other, _ := event.ParseLevel(level); other > own {
		m.Level = level
	}
	return m
}

// FactsOf returns the facts about the group's sample that an issue shows.
func FactsOf(g *grouping.Group) marker.Facts {
	f := marker.Facts{Exception: g.Type, Location: Location(g.Place), Release: g.Sample.Release, Environment: g.Sample.Environment}
	if g.Place.Function != "" {
		f.Place = Place(g.Place)
	}
	return f
}

// freeze freezes the minutes for which no more events can arrive: those that were older than
// lateness + skew + keep when their source was last read completely.
func freeze(m *marker.Marker, in Input, keep time.Duration) {
	for name, tally := range m.Sources {
		if at, ok := in.Read[name]; ok {
			tally.Freeze(Settled(at, in.Rules.Lateness+keep))
			m.SetSource(name, tally)
		}
	}
}

// skew is how far the clocks of different machines may differ: the ones that run errmon, the ones that
// log, and those of the services. An event's time and its arrival come from different clocks.
const skew = 5 * time.Minute

// Settled returns the last minute whose events have all arrived, given the time of a complete read.
func Settled(at time.Time, lateness time.Duration) count.Minute {
	return count.MinuteOf(at.Add(-lateness-skew)) - 1
}

// ReadBefore is the inverse of Settled: from is in the first minute that is not settled at that read time.
func ReadBefore(from time.Time, lateness time.Duration) time.Time {
	return from.Truncate(time.Minute).Add(lateness + skew)
}

func (a *Action) shape(before marker.Marker, in Input) {
	newest := newestOf(a.Groups)
	if newest == nil {
		return
	}
	effects := Explain(*a, in.Rules.Policy)
	m, old := &a.Next, before.Shape
	if effects.Level != event.Unknown { // overrides the worst level seen
		m.Level = effects.Level.String()
		effects = Explain(*a, in.Rules.Policy)
	}
	level, _ := event.ParseLevel(m.Level)
	labels := slices.DeleteFunc(slices.Clone(old.Labels), func(label string) bool {
		return !slices.Contains(effects.Labels, label) && in.Rules.Policy.Outgrown(label, m.Level != before.Level, level)
	})
	for _, label := range effects.Labels {
		if !has(labels, label) && !has(old.Theirs, label) {
			labels = append(labels, label)
		}
	}
	m.Shape = marker.Shape{
		Labels: labels, Theirs: old.Theirs, Assignees: slices.Clone(old.Assignees), Type: effects.Type, Note: effects.Note,
		MinEvents: effects.MinEvents.Events, Within: effects.MinEvents.Within,
		CloseAfter: effects.CloseAfter, Silent: effects.Slack != nil && !*effects.Slack,
	}
	for _, login := range effects.Assignees {
		if !has(old.Assignees, login) {
			m.Shape.Assignees = append(m.Shape.Assignees, login)
		}
	}
	for _, r := range effects.Rules {
		if r.Line > 0 {
			m.Shape.Rules = append(m.Shape.Rules, r.Line)
		}
	}
	if effects.Title != "" && a.Issue.Number == 0 {
		a.Title = strings.NewReplacer("{type}", newest.Type, "{message}", newest.Template, // keep in step with policy.Placeholders
			"{function}", Place(newest.Place), "{service}", newest.Service).Replace(effects.Title)
		a.Public = a.Title // safe to publish, as its message is the template
	}
}

// Explain returns the effects of the rules on the issue, based on the events of this run.
func Explain(a Action, p policy.Policy) policy.Effects {
	newest := newestOf(a.Groups)
	if newest == nil {
		return policy.Effects{}
	}
	var seen []event.Matched
	for _, g := range a.Groups {
		seen = append(seen, g.Matched...)
	}
	level, _ := event.ParseLevel(a.Next.Level)
	return p.Effects(seen, newest.Sample.Decision.Rules, level)
}

func newestOf(groups []*grouping.Group) (newest *grouping.Group) {
	for _, g := range groups {
		if g.Sample.Source != "" && (newest == nil || g.Sample.Time.After(newest.Sample.Time)) {
			newest = g
		}
	}
	return newest
}

// Labels returns the labels that an issue should have, given its current ones, and whether they differ. A
// rule's label that people have already set is recorded in Theirs, so that errmon never removes it.
func (a *Action) Labels(current []string) (labels []string, changed bool) {
	before, shape := a.Issue.Marker.Shape, &a.Next.Shape
	labels = slices.DeleteFunc(slices.Clone(current), func(l string) bool { return has(before.Labels, l) && !has(shape.Labels, l) })
	changed = len(labels) < len(current)
	var ours []string
	for _, l := range shape.Labels {
		switch {
		case has(before.Labels, l):
			ours = append(ours, l)
		case has(current, l):
			shape.Theirs = append(slices.Clone(shape.Theirs), l)
		default:
			ours, labels, changed = append(ours, l), append(labels, l), true
		}
	}
	shape.Labels = ours
	return labels, changed
}

// has reports whether a list contains a label or login, ignoring case.
func has(list []string, name string) bool {
	return slices.ContainsFunc(list, func(item string) bool { return strings.EqualFold(item, name) })
}

// belowMin reports whether an error has too few events for an issue, in total or within a rule's period.
// Events from Sentry and deliveries have no minutes, so they all count as within the period.
func belowMin(m marker.Marker, rules Rules) bool {
	least, within := int64(cmp.Or(m.Shape.MinEvents, rules.MinEvents)), count.Minute(m.Shape.Within/time.Minute)
	if within == 0 {
		return m.Count() < least
	}
	cells := map[count.Minute]int64{}
	for _, tally := range m.Sources {
		for minute, n := range tally.Cells {
			cells[minute] += n
		}
	}
	m.Sources = nil
	most, sum, first := m.Count(), int64(0), 0
	minutes := slices.Sorted(maps.Keys(cells)) // a long read has too many to compare all pairs
	for _, minute := range minutes {
		for sum += cells[minute]; minute-minutes[first] >= within; first++ {
			sum -= cells[minutes[first]]
		}
		most = max(most, sum)
	}
	return most < least
}
