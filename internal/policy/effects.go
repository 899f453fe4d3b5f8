package policy

import (
	"cmp"
	"slices"

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
			adds[at] = adds[at] || m.Level >= level || len(p.Rules[at].Match.Level.Texts) == 0
		}
	}
	var e Effects
	setBy := map[string]int{} // name of a single value → rule
	for at := range p.Rules {
		r := &p.Rules[at]
		if adds[at] {
			e.Labels, e.Assignees = union(e.Labels, r.Labels), union(e.Assignees, r.Assignees)
		}
		if !slices.Contains(newest, at) {
			continue
		}
		e.override(r)
		for _, written := range r.Written {
			if _, set := setBy[written.Name]; !set || written.Name != "group" {
				setBy[written.Name] = at
			}
		}
	}
	for at, r := range p.Rules {
		r.Written = slices.DeleteFunc(slices.Clone(r.Written), func(w Effect) bool {
			if w.Name == "labels" || w.Name == "assignees" {
				return !adds[at]
			}
			by, set := setBy[w.Name]
			return !set || by != at
		})
		if len(r.Written) > 0 {
			e.Rules = append(e.Rules, Contribution{r.Line, r.Written})
		}
	}
	return e
}

// override takes over the single values that a later rule sets.
func (e *Effects) override(r *Rule) {
	e.Type, e.Title, e.Note = cmp.Or(r.Type, e.Type), cmp.Or(r.Title, e.Title), cmp.Or(r.Note, e.Note)
	e.Level, e.MinEvents = cmp.Or(r.Level, e.Level), cmp.Or(r.MinEvents, e.MinEvents)
	e.CloseAfter, e.Slack = cmp.Or(r.CloseAfter, e.CloseAfter), cmp.Or(r.Slack, e.Slack)
}

func union(list, more []string) []string {
	for _, item := range more {
		if !slices.Contains(list, item) {
			list = append(slices.Clip(list), item)
		}
	}
	return list
}

// Outgrown reports whether a label that errmon set no longer fits: no rule names it,
// or, since the error's level changed, none that is about this level.
func (p Policy) Outgrown(label string, changed bool, level event.Level) bool {
	return !slices.ContainsFunc(p.Rules, func(r Rule) bool {
		return slices.Contains(r.Labels, label) && (!changed || r.Match.Level.accepts(level))
	})
}
