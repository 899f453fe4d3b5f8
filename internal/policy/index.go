package policy

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// attribute is something of an event that rules match.
type attribute int

// The attributes, those first of which a value usually leaves the fewest rules. By the
// last, rules are not indexed: most have the same few values, or it changes under way.
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

// patterns returns a rule's patterns for an attribute; nil if it does not test it.
func (m *Match) patterns(a attribute) Patterns {
	return [attributes]Patterns{m.Service, m.Type, m.Function, m.Logger, m.Path, m.Release, m.Source, m.Environment, m.Runtime, m.Message, m.Level}[a]
}

// values appends what an event has of an attribute.
func values(a attribute, e *event.Event, to []string) []string {
	add := func(text string) {
		if text != "" {
			to = append(to, text)
		}
	}
	switch a {
	case source: // "cloudwatch:eu-central-1:/ecs/shop" is also "cloudwatch" and "/ecs/shop"
		add(e.Source)
		if kind, _, ok := strings.Cut(e.Source, ":"); ok {
			add(kind)
			add(e.Source[strings.LastIndexByte(e.Source, ':')+1:])
		}
	case message:
		add(e.Message)
		if len(e.Exceptions) > 0 {
			add(e.Exceptions[0].Message)
		}
	case exceptionType, function, path:
		for i := range e.Exceptions {
			if a == exceptionType {
				add(e.Exceptions[i].Type)
				continue
			}
			for _, f := range e.Exceptions[i].Frames {
				if a == path {
					add(f.File)
				} else if add(f.Function); f.Module != "" {
					add(f.Module + "." + f.Function)
				}
			}
		}
	default:
		add([attributes]string{
			service: e.Service, logger: e.Logger, release: e.Release, environment: e.Environment, runtime: e.Runtime, level: e.Level.String(),
		}[a])
	}
	return to
}

// holds reports whether all matchers of a rule hold.
func (m *Match) holds(e *event.Event) bool {
	var room [8]string
	for a := range attributes {
		if p := m.patterns(a); p != nil && !p.match(values(a, e, room[:0])) {
			return false
		}
	}
	return true
}

// index finds the few rules that may hold for an event. Each rule is filed under one
// attribute that it needs: by texts that a value must equal, by patterns that are
// tried once for each value, or by four bytes that a message must contain.
type index struct {
	always []int                        // rules that are always asked
	equal  [attributes]map[string][]int // by value
	globs  [attributes]map[*Pattern]int // rule by pattern
	tried  [attributes]map[string][]int // rules among globs, by values seen
	grams  map[string][]int             // by four bytes of the message
	has    [1 << 16]bool                // by hash of a gram, for speed
	found  []int                        // of the last call
}

func newIndex(rules []Rule) *index {
	x := &index{grams: map[string][]int{}}
	for a := range attributes {
		x.equal[a], x.globs[a], x.tried[a] = map[string][]int{}, map[*Pattern]int{}, map[string][]int{}
	}
	for at := range rules {
		if !x.file(&rules[at].Match, at) {
			x.always = append(x.always, at)
		}
	}
	return x
}

// file files a rule under its first attribute that fits, and reports whether there is one.
func (x *index) file(m *Match, at int) bool {
	for a := range level {
		p := slices.DeleteFunc(slices.Clone(m.patterns(a)), func(p Pattern) bool { return p.Not })
		if len(p) == 0 || a == message && slices.ContainsFunc(p, func(p Pattern) bool { return len(p.literal()) < gramSize }) {
			continue
		}
		for i := range p {
			switch {
			case a == message:
				g := x.rarest(p[i].literal())
				x.grams[g], x.has[hash(g)] = append(x.grams[g], at), true
			case p[i].matches == nil:
				x.equal[a][p[i].Text] = append(x.equal[a][p[i].Text], at)
			default:
				x.globs[a][&p[i]] = at
			}
		}
		return true
	}
	return false
}

const gramSize = 4

// rarest returns the part of a text that the fewest rules are filed under.
func (x *index) rarest(text string) string {
	best := text[:gramSize]
	for i := range len(text) - gramSize {
		if g := text[i+1 : i+1+gramSize]; len(x.grams[g]) < len(x.grams[best]) {
			best = g
		}
	}
	return best
}

// hash is a Fibonacci hash.
func hash(gram string) uint16 {
	return uint16((uint32(gram[0]) | uint32(gram[1])<<8 | uint32(gram[2])<<16 | uint32(gram[3])<<24) * 2654435761 >> 16)
}

// maxTried bounds the values that are remembered for an attribute.
const maxTried = 20_000

// candidates returns the rules that may hold, in order. The slice is reused.
func (x *index) candidates(e *event.Event) []int {
	x.found = append(x.found[:0], x.always...)
	var room [8]string
	for a := range message {
		if len(x.equal[a])+len(x.globs[a]) == 0 {
			continue
		}
		for _, v := range values(a, e, room[:0]) {
			x.found = append(append(x.found, x.equal[a][v]...), x.try(a, v)...)
		}
	}
	if len(x.grams) > 0 {
		for _, text := range values(message, e, room[:0]) {
			for i := range len(text) - gramSize + 1 {
				if g := text[i : i+gramSize]; x.has[hash(g)] {
					x.found = append(x.found, x.grams[g]...)
				}
			}
		}
	}
	slices.Sort(x.found)
	x.found = slices.Compact(x.found)
	return x.found
}

// try returns the rules of which a pattern matches a value.
func (x *index) try(a attribute, value string) []int {
	rules, ok := x.tried[a][value]
	if ok || len(x.globs[a]) == 0 {
		return rules
	}
	for p, rule := range x.globs[a] {
		if p.matches(value) {
			rules = append(rules, rule)
		}
	}
	if len(x.tried[a]) == maxTried {
		clear(x.tried[a])
	}
	x.tried[a][value] = rules
	return rules
}
