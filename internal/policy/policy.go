// Package policy applies a team's rules: which events matter or are one error, and how an issue looks.
//
// Matching is per event: a Decider indexes the rules once and stores in each event's Decision which of them
// match. Effects are per issue, of the rules that matched any of its events. Rules see only redacted text.
//
// It is pure and may import event.
package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Policy is a team's choice of events, and its rules.
type Policy struct {
	MinLevel event.Level
	Rules    []Rule // in the order of the file
}

// Decider applies the rules to events. It is not safe for concurrent use. Its index finds the few rules that
// may match an event. A value contains every gram (three bytes) of a pattern that matches it, so a rule is
// filed by one attribute, under one gram of each of its patterns.
type Decider struct {
	Policy
	keeps [event.Fatal + 1]bool // see MayKeep

	always []int            // rules without grams, which are always tried
	grams  map[gram][]int   // rules by gram
	filed  [attributes]bool // attributes with grams in the index
	has    [1 << 16]bool    // whether grams has one with this hash; faster than the map
	found  []int            // reused by candidates
}

// New returns a Decider.
func New(p Policy) *Decider {
	d := &Decider{Policy: p, grams: map[gram][]int{}}
	common := map[gram]int{} // how often a gram occurs in patterns
	for _, r := range p.Rules {
		for a, patterns := range r.Match.patterns() {
			for _, p := range patterns {
				for _, g := range p.grams(attribute(a)) {
					common[g]++
				}
			}
		}
	}
	for at := range p.Rules {
		d.file(at, common)
	}
	for level := range d.keeps {
		level := event.Level(level)
		d.keeps[level] = level >= p.MinLevel || slices.ContainsFunc(p.Rules, func(r Rule) bool {
			return r.Level != event.Unknown && r.accepts(level)
		})
	}
	return d
}

// file files a rule by its first attribute with grams in every pattern, under the rarest gram of each.
func (d *Decider) file(rule int, common map[gram]int) {
	for a, patterns := range d.Rules[rule].Match.patterns() {
		patterns = slices.DeleteFunc(slices.Clone(patterns), func(p Pattern) bool { return p.Not })
		if len(patterns) == 0 || slices.ContainsFunc(patterns, func(p Pattern) bool { return len(p.grams(attribute(a))) == 0 }) {
			continue
		}
		for _, p := range patterns {
			g := slices.MinFunc(p.grams(attribute(a)), func(a, b gram) int { return common[a] - common[b] })
			d.grams[g], d.has[g.hash()], d.filed[a] = append(d.grams[g], rule), true, true
		}
		return
	}
	d.always = append(d.always, rule)
}

// candidates returns the rules that may match, in order. The slice is reused.
func (d *Decider) candidates(e *event.Event) []int {
	d.found = append(d.found[:0], d.always...)
	var room [8]string
	for a := range attributes {
		if !d.filed[a] {
			continue
		}
		for _, text := range values(a, e, room[:0]) {
			for i := range len(text) - gramSize + 1 {
				if g := gramOf(a, text[i:]); d.has[g.hash()] {
					d.found = append(d.found, d.grams[g]...)
				}
			}
		}
	}
	slices.Sort(d.found)
	d.found = slices.Compact(d.found)
	return d.found
}

// Decide sets the Decision of a parsed and redacted event, and its Level if a rule sets another. Later rules
// see the level that earlier ones set. The Decision about a Sentry issue's event applies to the whole issue.
func (d *Decider) Decide(e *event.Event) {
	e.Decision = event.Decision{}
	ignored := 0
	for _, at := range d.candidates(e) {
		rule := &d.Rules[at]
		if !rule.Match.holds(e) {
			continue
		}
		e.Decision.Rules = append(e.Decision.Rules, at)
		e.Level, e.Decision.Group = cmp.Or(rule.Level, e.Level), cmp.Or(e.Decision.Group, rule.Group)
		if rule.Ignore != "" {
			ignored = rule.Line
		}
	}
	if e.Decision.Keep = e.Level >= d.MinLevel; e.Decision.Keep && ignored != 0 {
		e.Decision.Keep, e.Decision.IgnoredBy = false, ignored
	}
}

func (r *Rule) accepts(level event.Level) bool {
	return r.Match.Level == nil || r.Match.Level.match([]string{level.String()})
}

// MayKeep reports whether Decide may keep an event of this level. Most events fail this and need no parsing.
func (d *Decider) MayKeep(level event.Level) bool { return d.keeps[level] }

// Groups returns the names that rules give to errors, and whether a name always applies to all events of an
// error. It does not if a rule for the name tests something that differs between them, such as the level.
func (p Policy) Groups() map[string]bool {
	names := map[string]bool{}
	for _, r := range p.Rules {
		if r.Group != "" {
			differs := len(r.Match.Environment)+len(r.Match.Release)+len(r.Match.Level)+len(r.Match.Source) > 0
			before, known := names[r.Group]
			names[r.Group] = !differs && (before || !known)
		}
	}
	return names
}

// Shadowed returns the line of an earlier ignore rule with patterns that cover those of the last rule, or 0.
func Shadowed(rules []Rule) int {
	last, changed := rules[len(rules)-1].Match.patterns(), false
	for _, r := range slices.Backward(rules[:len(rules)-1]) {
		covers := r.Ignore != "" && !(changed && r.Match.Level != nil) // it saw another level
		for a, p := range r.Match.patterns() {
			covers = covers && (p == nil || p.cover(last[a]))
		}
		if covers {
			return r.Line
		}
		changed = changed || r.Level != event.Unknown
	}
	return 0
}

// cover reports whether p contains each pattern of other, or matches it if it is a plain text, and neither has
// a negated one. It does not compare globs and expressions: "a?" matches the text "a*", but not all that fits it.
func (p Patterns) cover(other Patterns) bool {
	uncovered := func(o Pattern) bool {
		isPlain := !strings.ContainsAny(o.Text, `*?[{\`) && !strings.HasSuffix(o.Text, "/")
		return o.Not || !slices.ContainsFunc(p, func(q Pattern) bool { return q.Text == o.Text || isPlain && q.Fits(o.Text) })
	}
	excludes := slices.ContainsFunc(p, func(q Pattern) bool { return q.Not })
	return !excludes && len(other) > 0 && !slices.ContainsFunc(other, uncovered)
}

// attribute is a property of an event that rules can test.
type attribute int

// The attributes, in the order in which file tries them: the first usually leave the fewest candidates.
const (
	service attribute = iota
	exceptionType
	function
	logger
	path
	release
	source
	environment
	runtime
	message
	level
	attributes
)

// patterns returns a rule's patterns by attribute; nil for an attribute that it does not test.
func (m *Match) patterns() [attributes]Patterns {
	return [...]Patterns{m.Service, m.Type, m.Function, m.Logger, m.Path, m.Release, m.Source, m.Environment, m.Runtime, m.Message, m.Level}
}

// values appends an event's values of an attribute.
func values(a attribute, e *event.Event, to []string) []string {
	switch a {
	case source: // "cloudwatch:eu-central-1:/ecs/shop" is also "cloudwatch" and "/ecs/shop"
		kind, _, _ := strings.Cut(e.Source, ":")
		to = append(to, e.Source, kind, e.Source[strings.LastIndexByte(e.Source, ':')+1:])
		if len(e.Deliveries) > 0 {
			to = append(to, e.Stream) // the sender: a channel, or the one named in a payload
		}
	case message:
		to = append(to, e.Message)
		if len(e.Exceptions) > 0 {
			to = append(to, e.Exceptions[0].Message)
		}
	case exceptionType, function, path:
		for i := range e.Exceptions {
			if a == exceptionType {
				to = append(to, e.Exceptions[i].Type)
				continue
			}
			for _, f := range e.Exceptions[i].Frames {
				if a == path {
					to = append(to, f.File)
				} else if to = append(to, f.Function); f.Module != "" {
					to = append(to, f.Module+"."+f.Function)
				}
			}
		}
	default:
		to = append(to, [attributes]string{
			service: e.Service, logger: e.Logger, release: e.Release,
			environment: e.Environment, runtime: e.Runtime, level: e.Level.String(),
		}[a])
	}
	return slices.DeleteFunc(to, func(text string) bool { return text == "" })
}

// holds reports whether an event satisfies all matchers.
func (m *Match) holds(e *event.Event) bool {
	var room [8]string
	for a, p := range m.patterns() {
		if p != nil && !p.match(values(attribute(a), e, room[:0])) {
			return false
		}
	}
	return true
}

// gram is an attribute, in the lowest byte, and gramSize bytes of a value.
type gram uint32

const gramSize = 3

func gramOf(a attribute, text string) gram {
	return gram(a) | gram(text[0])<<8 | gram(text[1])<<16 | gram(text[2])<<24
}

// hash is a Fibonacci hash.
func (g gram) hash() uint16 { return uint16(g * 2654435761 >> 16) }

// grams returns the grams of the pattern's literals.
func (p *Pattern) grams(a attribute) []gram {
	var grams []gram
	for _, text := range p.literals {
		for i := range len(text) - gramSize + 1 {
			grams = append(grams, gramOf(a, text[i:]))
		}
	}
	return grams
}
