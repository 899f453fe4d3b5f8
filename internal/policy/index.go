package policy

import (
	"iter"
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

// patterns returns a rule's patterns by attribute, nil for what it does not test.
func (m *Match) patterns() [attributes]Patterns {
	return [...]Patterns{m.Service, m.Type, m.Function, m.Logger, m.Path, m.Release, m.Source, m.Environment, m.Runtime, m.Message, m.Level}
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
		if len(e.Deliveries) > 0 { // the sender: a channel, or what a payload names
			add(e.Stream)
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

// test is what a rule asks of one attribute.
type test struct {
	of attribute
	Patterns
}

func (m *Match) tests() []test {
	var tests []test
	for a, p := range m.patterns() {
		if p != nil {
			tests = append(tests, test{attribute(a), p})
		}
	}
	return tests
}

// hold reports whether all tests of a rule hold.
func hold(tests []test, e *event.Event) bool {
	var room [8]string
	for _, t := range tests {
		if !t.match(values(t.of, e, room[:0])) {
			return false
		}
	}
	return true
}

// index finds the few rules that may hold for an event. Each rule is filed under one
// attribute that it needs: by texts that a value must equal, by patterns that are
// tried once for each value, or by four bytes that a message must contain.
type index struct {
	tests  [][]test                     // by rule
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
	common := map[string]int{} // in how many messages of rules a gram is
	for at := range rules {
		x.tests = append(x.tests, rules[at].Match.tests())
		for _, p := range rules[at].Match.Message {
			for g := range grams(p.literal()) {
				common[g]++
			}
		}
	}
	for at, tests := range x.tests {
		if !x.file(tests, at, common) {
			x.always = append(x.always, at)
		}
	}
	return x
}

// file files a rule under its first attribute that fits, and reports whether there is one.
func (x *index) file(tests []test, at int, common map[string]int) bool {
	for _, t := range tests {
		a, p := t.of, slices.DeleteFunc(slices.Clone(t.Patterns), func(p Pattern) bool { return p.Not })
		if len(p) == 0 || a == level || a == message && slices.ContainsFunc(p, func(p Pattern) bool { return len(p.literal()) < gramSize }) {
			continue
		}
		for i := range p {
			switch {
			case a == message:
				g := slices.MinFunc(slices.Collect(grams(p[i].literal())), func(a, b string) int { return common[a] - common[b] })
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

// grams yields every part of a text that has gramSize bytes.
func grams(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i+gramSize <= len(text) && yield(text[i:i+gramSize]); i++ {
		}
	}
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
			for g := range grams(text) {
				if x.has[hash(g)] {
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
