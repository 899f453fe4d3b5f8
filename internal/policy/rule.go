package policy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xhit/go-str2duration/v2"

	"github.com/org/errmon-action/internal/event"
)

// Rule is an entry of `rules:`. The tags name its keys in the file and describe them in the
// schema. Lists of several rules add up. For a single value the last rule counts; for Group, the first.
type Rule struct {
	Match      Match          `json:"match" jsonschema:"Events that the rule applies to. All matchers must match; a rule without any applies to every event."`
	Labels     []string       `json:"labels" jsonschema:"Labels to put on the issue. errmon removes only labels that it set."`
	Assignees  []string       `json:"assignees" jsonschema:"Logins to assign, or owners for the users that CODEOWNERS names for the failing file."`
	Type       string         `json:"type" jsonschema:"GitHub's issue type, such as Bug."`
	Title      string         `json:"title" jsonschema:"Title of a new issue. It may contain {type}, {message}, {function} and {service}."`
	Note       string         `json:"note" jsonschema:"Markdown to show above the counts."`
	Level      event.Level    `json:"level" jsonschema:"Level of the events, instead of the logged one. It applies before min-level."`
	MinEvents  Threshold      `json:"min-events" jsonschema:"Events until the error gets an issue: 5, or 20/1h for 20 within any 60 minutes."`
	CloseAfter *time.Duration `json:"close-after" jsonschema:"Quiet time until the issue is closed, such as 14d; 0 never closes."`
	Ignore     string         `json:"ignore" jsonschema:"Ignore the events, for this reason. It overrides every other rule."`
	Group      string         `json:"group" jsonschema:"Name of the one error that all these events belong to. The first matching rule counts."`
	Slack      *bool          `json:"slack" jsonschema:"Whether Slack gets messages about the error."`

	Line    int      `json:"-"` // line in the file, from 1; 0 for errmon's own rule
	Written []Effect `json:"-"` // its effects in the order of the file
}

// Effect is one effect of a rule as shown to people.
type Effect struct{ Name, Text string }

// Match is a rule's matchers. A nil matcher accepts every event.
type Match struct {
	Source      Patterns `json:"source" jsonschema:"cloudwatch, sentry, slack or text; the name of a log group; the sender of a delivery."`
	Service     Patterns `json:"service" jsonschema:"Service that logged the event."`
	Environment Patterns `json:"environment" jsonschema:"Environment, such as production."`
	Release     Patterns `json:"release" jsonschema:"Release that logged the event."`
	Level       Patterns `json:"level" jsonschema:"Level, such as error, or >=warn."`
	Type        Patterns `json:"type" jsonschema:"Type of any exception in the chain."`
	Message     Patterns `json:"message" jsonschema:"Redacted message of the event or of its first exception."`
	Function    Patterns `json:"function" jsonschema:"Function of any frame, with or without its module."`
	Path        Patterns `json:"path" jsonschema:"File of any frame; its path may start at any folder."`
	Logger      Patterns `json:"logger" jsonschema:"Logger that logged the event."`
	Runtime     Patterns `json:"runtime" jsonschema:"Runtime that printed the stack trace, such as python."`
}

// Threshold is a number of events, in any period of length Within, or in total if Within is 0.
type Threshold struct {
	Events int
	Within time.Duration
}

// UnmarshalText parses "5" or "20/1h". The limit of 24h bounds the minutes that the dashboard's rows keep.
func (t *Threshold) UnmarshalText(text []byte) error {
	number, period, periodic := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(strings.TrimSpace(number))
	within, periodErr := str2duration.ParseDuration(strings.TrimSpace(period))
	switch {
	case err != nil || n < 1 || n > 1_000_000, periodic && periodErr != nil:
		return errors.New("must be a number of events, such as 5, or a number within a period, such as 20/1h")
	case periodic && (within < time.Minute || within > 24*time.Hour || within%time.Minute != 0):
		return errors.New("the period must be whole minutes, from 1m to 24h")
	}
	*t = Threshold{n, within}
	return nil
}

// Placeholders are the names that a title may contain in braces.
var Placeholders = []string{"type", "message", "function", "service"}

// Owners among assignees stands for the users that own the failing file.
const Owners = "owners"

// Effects are the combined effects of rules on an error's issue.
type Effects struct {
	Rule                 // the values that count, and the joined lists
	Rules []Contribution // the part of each rule, in the order of the file
}

// Contribution is the part of Effects that comes from one rule.
type Contribution struct {
	Line    int
	Effects []Effect
}

// Effects returns the effects of the rules on an error at a level. seen are the rules that matched its
// events. Single values come from newest, the rules that matched its newest event. A rule that tests the
// level adds its lists only if it matched an event as severe as the error.
func (p Policy) Effects(seen []event.Matched, newest []int, level event.Level) Effects {
	adds := map[int]bool{} // involved rules, and whether their lists count
	for _, m := range seen {
		for _, at := range m.Rules {
			adds[at] = adds[at] || m.Level >= level || p.Rules[at].Match.Level == nil
		}
	}
	var e Effects
	involved, setBy := slices.Sorted(maps.Keys(adds)), map[string]*Rule{} // by name of the single value
	for _, at := range involved {
		r := &p.Rules[at]
		if adds[at] {
			e.Labels, e.Assignees = union(e.Labels, r.Labels), union(e.Assignees, r.Assignees)
		}
		if slices.Contains(newest, at) {
			e.override(r, setBy)
		}
	}
	for _, at := range involved {
		r := &p.Rules[at]
		c := Contribution{Line: r.Line}
		for _, w := range r.Written {
			isList := w.Name == "labels" || w.Name == "assignees"
			counts := isList && adds[at] || !isList && setBy[w.Name] == r
			if counts && (w.Name == "ignore" || setBy["ignore"] == nil) { // ignore overrides every other effect
				c.Effects = append(c.Effects, w)
			}
		}
		if len(c.Effects) > 0 {
			e.Rules = append(e.Rules, c)
		}
	}
	return e
}

// override applies the single values of a later rule.
func (e *Effects) override(r *Rule, setBy map[string]*Rule) {
	e.Type, e.Title, e.Note = cmp.Or(r.Type, e.Type), cmp.Or(r.Title, e.Title), cmp.Or(r.Note, e.Note)
	e.Level, e.MinEvents = cmp.Or(r.Level, e.Level), cmp.Or(r.MinEvents, e.MinEvents)
	e.CloseAfter, e.Slack = cmp.Or(r.CloseAfter, e.CloseAfter), cmp.Or(r.Slack, e.Slack)
	for _, w := range r.Written {
		if w.Name != "group" || setBy["group"] == nil { // the first group counts
			setBy[w.Name] = r
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
	return fmt.Sprintf("rule on line %d: %s", c.Line, strings.Join(effects, "; "))
}

// Ignored returns a notice for each rule that ignored events. events counts these by the rule's line.
func (p Policy) Ignored(events map[int]int64) []string {
	var notices []string
	for _, r := range p.Rules {
		if n := events[r.Line]; n > 0 && r.Ignore != "" {
			notices = append(notices, fmt.Sprintf("Events ignored by the rule on line %d (%s): %d.", r.Line, r.Ignore, n))
		}
	}
	return notices
}

// Outgrown reports whether a label that errmon set no longer fits, because no rule sets it.
// If the error's level changed, only rules that accept the new level count.
func (p Policy) Outgrown(label string, changed bool, level event.Level) bool {
	return !slices.ContainsFunc(p.Rules, func(r Rule) bool {
		return slices.Contains(r.Labels, label) && (!changed || r.accepts(level))
	})
}
