package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Owners among assignees stands for the users that own the failing file.
const Owners = "owners"

// Effects is what rules make of an error's issue.
type Effects struct {
	Rule                 // the values that count; its lists are those of all rules
	Rules []Contribution // what each rule added, in the order of the file
}

// Contribution is what one rule added.
type Contribution struct {
	Line    int
	Effects []Effect
}

// Effects returns what the rules make of an error at a level. seen are the rules that
// held for its events; newest are those of its newest event, from which single values
// come. A rule about levels adds nothing by an event less severe than the error.
func (p Policy) Effects(seen []event.Matched, newest []int, level event.Level) Effects {
	adds := map[int]bool{} // rules whose lists count
	for _, m := range seen {
		for _, at := range m.Rules {
			adds[at] = adds[at] || m.Level >= level || p.Rules[at].Match.Level == nil
		}
	}
	for _, at := range newest {
		if !adds[at] {
			adds[at] = false // its single values may count
		}
	}
	var e Effects
	setBy := map[string]int{} // name of a single value → rule
	involved := slices.Sorted(maps.Keys(adds))
	for _, at := range involved {
		r := &p.Rules[at]
		if adds[at] {
			e.Labels, e.Assignees = union(e.Labels, r.Labels), union(e.Assignees, r.Assignees)
		}
		if slices.Contains(newest, at) {
			e.override(r, at, setBy)
		}
	}
	if _, ignored := setBy["ignore"]; ignored { // it overrides every other effect
		clear(adds)
		setBy = map[string]int{"ignore": setBy["ignore"]}
	}
	for _, at := range involved {
		c := Contribution{Line: p.Rules[at].Line}
		for _, w := range p.Rules[at].Written {
			isList := w.Name == "labels" || w.Name == "assignees"
			if by, set := setBy[w.Name]; isList && adds[at] || !isList && set && by == at {
				c.Effects = append(c.Effects, w)
			}
		}
		if len(c.Effects) > 0 {
			e.Rules = append(e.Rules, c)
		}
	}
	return e
}

// override takes over the single values that a later rule sets.
func (e *Effects) override(r *Rule, at int, setBy map[string]int) {
	e.Type, e.Title, e.Note = cmp.Or(r.Type, e.Type), cmp.Or(r.Title, e.Title), cmp.Or(r.Note, e.Note)
	e.Level, e.MinEvents = cmp.Or(r.Level, e.Level), cmp.Or(r.MinEvents, e.MinEvents)
	e.CloseAfter, e.Slack = cmp.Or(r.CloseAfter, e.CloseAfter), cmp.Or(r.Slack, e.Slack)
	for _, w := range r.Written {
		if _, set := setBy[w.Name]; !set || w.Name != "group" { // the first group counts
			setBy[w.Name] = at
		}
	}
}

func union(list, more []string) []string {
	for _, item := range more {
		if !slices.Contains(list, item) {
			list = append(slices.Clip(list), item)
		}
	}
	return list
}

// Text returns the contribution in one line.
func (c Contribution) Text() string {
	var effects []string
	for _, e := range c.Effects {
		effects = append(effects, e.Name+": "+strings.Join(strings.Fields(e.Text), " "))
	}
	return fmt.Sprintf("rule in line %d: %s", c.Line, strings.Join(effects, "; "))
}

// Ignored returns a notice for each rule that left events out, by the rule's line.
func (p Policy) Ignored(events map[int]int64) []string {
	var notices []string
	for _, r := range p.Rules {
		if n := events[r.Line]; n > 0 && r.Ignore != "" {
			notices = append(notices, fmt.Sprintf("Events ignored by the rule in line %d (%s): %d.", r.Line, r.Ignore, n))
		}
	}
	return notices
}

// Outgrown reports whether a label that errmon set no longer fits: no rule names it,
// or, since the error's level changed, none that is about this level.
func (p Policy) Outgrown(label string, changed bool, level event.Level) bool {
	return !slices.ContainsFunc(p.Rules, func(r Rule) bool {
		return slices.Contains(r.Labels, label) && (!changed || r.accepts(level))
	})
}
