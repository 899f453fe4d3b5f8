package policy

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// attribute is something of an event that rules match.
type attribute int

// The attributes, those first of which a value usually leaves the fewest rules.
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
	attributes
)

// patterns returns a rule's patterns for an attribute.
func (m *Match) patterns(a attribute) Patterns {
	return [attributes]Patterns{m.Service, m.Type, m.Function, m.Logger, m.Path, m.Release, m.Source, m.Environment, m.Runtime, m.Message}[a]
}

// values appends what an event has of an attribute.
func values(a attribute, e *event.Event, to []string) []string {
	add := func(text string) {
		if text != "" {
			to = append(to, text)
		}
	}
	switch a {
	case service:
		add(e.Service)
	case logger:
		add(e.Logger)
	case release:
		add(e.Release)
	case environment:
		add(e.Environment)
	case runtime:
		add(e.Runtime)
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
	default:
		for _, x := range e.Exceptions {
			if a == exceptionType {
				add(x.Type)
				continue
			}
			for i := range x.Frames {
				f := &x.Frames[i]
				if a == path {
					add(f.File)
					continue
				}
				add(f.Function)
				if f.Module != "" {
					add(f.Module + "." + f.Function)
				}
			}
		}
	}
	return to
}

// holds reports whether all matchers of a rule hold.
func (m *Match) holds(e *event.Event) bool {
	if !m.Level.accepts(e.Level) {
		return false
	}
	var room [8]string
	for a := range attributes {
		if p := m.patterns(a); p != nil && !p.match(values(a, e, room[:0])) {
			return false
		}
	}
	return true
}

// index finds the few rules that may hold for an event. Each rule is filed under one
// attribute that it needs: by texts that the value must equal, by patterns that are
// tried once for each value, or by four bytes that a message must contain.
type index struct {
	always []int                        // rules that are always asked
	equal  [attributes]map[string][]int // by value
	globs  [attributes][]filed
	tried  [attributes]map[string][]int // rules among globs, by values seen
	grams  map[uint32][]int             // by four bytes of the message
	has    [1 << 10]uint64              // bits of the hashes of grams
	found  []int                        // of the last call
}

// filed is a pattern with its rule.
type filed struct {
	*Pattern
	rule int
}

func newIndex(rules []Rule) index {
	x := index{grams: map[uint32][]int{}}
	for a := range attributes {
		x.equal[a], x.tried[a] = map[string][]int{}, map[string][]int{}
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
	for a := range attributes {
		p := m.patterns(a)
		p = slices.DeleteFunc(slices.Clone(p), func(p Pattern) bool { return p.Not })
		switch {
		case len(p) == 0:
		case a == message:
			return x.fileMessage(p, at)
		default:
			for i := range p {
				if p[i].match == nil {
					x.equal[a][p[i].Text] = append(x.equal[a][p[i].Text], at)
				} else {
					x.globs[a] = append(x.globs[a], filed{&p[i], at})
				}
			}
			return true
		}
	}
	return false
}

func (x *index) fileMessage(p Patterns, at int) bool {
	if slices.ContainsFunc(p, func(p Pattern) bool { return len(p.literal()) < 4 }) {
		return false
	}
	for i := range p {
		g := rarest(p[i].literal())
		x.grams[g] = append(x.grams[g], at)
		x.has[hash(g)>>6] |= 1 << (hash(g) & 63)
	}
	return true
}

// rarest returns the four bytes of a text with the most unusual letters.
func rarest(text string) uint32 {
	const usual = "etaoinsrhldcu "
	best, most := uint32(0), -1
	for i := 0; i+4 <= len(text); i++ {
		n := 0
		for _, c := range []byte(text[i : i+4]) {
			if strings.IndexByte(usual, c) < 0 {
				n++
			}
		}
		if n > most {
			best, most = gram(text, i), n
		}
	}
	return best
}

func gram(s string, i int) uint32 {
	return uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
}

func hash(g uint32) uint32 { return g * 2654435761 >> 16 } // Fibonacci hashing, 16 bits

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
			x.found = append(x.found, x.equal[a][v]...)
			if len(x.globs[a]) > 0 {
				x.found = append(x.found, x.try(a, v)...)
			}
		}
	}
	if len(x.grams) > 0 {
		for _, text := range values(message, e, room[:0]) {
			x.scan(text)
		}
	}
	slices.Sort(x.found)
	x.found = slices.Compact(x.found)
	return x.found
}

func (x *index) try(a attribute, value string) []int {
	rules, ok := x.tried[a][value]
	if ok {
		return rules
	}
	for _, f := range x.globs[a] {
		if f.matches(value) {
			rules = append(rules, f.rule)
		}
	}
	if len(x.tried[a]) == maxTried {
		clear(x.tried[a])
	}
	x.tried[a][value] = rules
	return rules
}

func (x *index) scan(text string) {
	for i := 0; i+4 <= len(text); i++ {
		if g := gram(text, i); x.has[hash(g)>>6]&(1<<(hash(g)&63)) != 0 {
			x.found = append(x.found, x.grams[g]...)
		}
	}
}
