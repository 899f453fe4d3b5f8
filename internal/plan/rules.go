package plan

import (
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

// This file carries out what a team's rules say about issues. Rules hold for events,
// so an issue of which no event was seen keeps the shape that it has.

// shape notes in a.Next what the rules make of the issue, and in a.Title what they name a new one.
func (a *Action) shape(before marker.Marker, in Input) {
	newest, ok := newestOf(a.Groups)
	if !ok {
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
		a.Title = strings.NewReplacer("{type}", newest.Type, "{message}", newest.Template, // see policy.Placeholders
			"{function}", Place(newest.Place), "{service}", newest.Service).Replace(effects.Title)
		a.Public = a.Title // it holds the template
	}
}

// Explain returns what the rules make of the issue, by the events of this run.
func Explain(a Action, p policy.Policy) policy.Effects {
	var seen []event.Matched
	for _, g := range a.Groups {
		seen = append(seen, g.Matched...)
	}
	level, _ := event.ParseLevel(a.Next.Level)
	newest, ok := newestOf(a.Groups)
	if !ok {
		return policy.Effects{}
	}
	return p.Effects(seen, newest.Sample.Decision.Rules, level)
}

// newestOf returns the group with the newest event, and false if none was read.
func newestOf(groups []*grouping.Group) (newest *grouping.Group, ok bool) {
	for _, g := range groups {
		if g.Sample.Source != "" && (newest == nil || g.Sample.Time.After(newest.Sample.Time)) {
			newest = g
		}
	}
	return newest, newest != nil
}

// Labels returns the labels of an issue that carries the current ones, and false if
// none changes. Those that people had set already are noted as theirs.
func (a *Action) Labels(current []string) (labels []string, changed bool) {
	before, shape := a.Issue.Marker.Shape, &a.Next.Shape
	labels = slices.DeleteFunc(slices.Clone(current), func(l string) bool { return has(before.Labels, l) && !has(shape.Labels, l) })
	changed = len(labels) < len(current)
	shape.Labels = slices.DeleteFunc(slices.Clone(shape.Labels), func(l string) bool {
		switch {
		case has(before.Labels, l):
		case has(current, l):
			shape.Theirs = append(slices.Clone(shape.Theirs), l)
			return true
		default:
			labels, changed = append(labels, l), true
		}
		return false
	})
	return labels, changed
}

// has reports whether a list holds a label or login, in any case.
func has(list []string, name string) bool {
	return slices.ContainsFunc(list, func(item string) bool { return strings.EqualFold(item, name) })
}

// belowMin reports whether an error has too few events for an issue.
func belowMin(m marker.Marker, rules Rules) bool {
	switch s := m.Shape; {
	case s.Within > 0:
		return most(m, s.Within) < int64(s.MinEvents)
	case s.MinEvents > 0:
		return m.Count() < int64(s.MinEvents)
	}
	return m.Count() < int64(rules.MinEvents)
}

// most returns the most events within a period of whole minutes. What Sentry counted
// or was delivered has no minutes, and counts as if it were within the period.
func most(m marker.Marker, period time.Duration) int64 {
	cells := map[count.Minute]int64{}
	for _, tally := range m.Sources {
		for minute, n := range tally.Cells {
			cells[minute] += n
		}
	}
	minutes := slices.Sorted(maps.Keys(cells))
	var sum, largest int64
	first := 0
	for _, minute := range minutes {
		sum += cells[minute]
		for minute-minutes[first] >= count.Minute(period/time.Minute) {
			sum -= cells[minutes[first]]
			first++
		}
		largest = max(largest, sum)
	}
	m.Sources = nil
	return max(largest, m.Count())
}

// longest is the longest period of a min-events rule.
func (r Rules) longest() time.Duration {
	var period time.Duration
	for _, rule := range r.Policy.Rules {
		period = max(period, rule.MinEvents.Within)
	}
	return period
}
