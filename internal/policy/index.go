package policy

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// attribute is a property of an event that rules match.
type attribute int

// The attributes, ordered so that the first usually narrow the rules down most.
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

// patterns returns a rule's patterns by attribute, nil for those it does not test.
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
			to = append(to, e.Stream) // the sender: a channel, or what a payload names
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
			service: e.Service, logger: e.Logger, release: e.Release, environment: e.Environment, runtime: e.Runtime, level: e.Level.String(),
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

// index finds the few rules that may match an event. A value contains all grams of a pattern
// that matches it, so each rule is filed under one gram of each of its patterns of one attribute.
type index struct {
	always []int            // rules that are always tried
	grams  map[gram][]int   // rules by gram
	filed  [attributes]bool // attributes whose grams are in the index
	has    [1 << 16]bool    // by hash of a gram, for speed
	found  []int            // of the last call
}

func newIndex(rules []Rule) *index {
	x := &index{grams: map[gram][]int{}}
	common := map[gram]int{} // in how many patterns a gram is
	for at := range rules {
		for a, patterns := range rules[at].Match.patterns() {
			for _, p := range patterns {
				for _, g := range p.grams(attribute(a)) {
					common[g]++
				}
			}
		}
	}
	for at := range rules {
		x.file(at, &rules[at].Match, common)
	}
	return x
}

// file files a rule under the rarest grams of its first attribute whose patterns all have some.
func (x *index) file(rule int, m *Match, common map[gram]int) {
	for a, patterns := range m.patterns() {
		patterns = slices.DeleteFunc(slices.Clone(patterns), func(p Pattern) bool { return p.Not })
		if len(patterns) == 0 || slices.ContainsFunc(patterns, func(p Pattern) bool { return len(p.grams(attribute(a))) == 0 }) {
			continue
		}
		for _, p := range patterns {
			g := slices.MinFunc(p.grams(attribute(a)), func(a, b gram) int { return common[a] - common[b] })
			x.grams[g], x.has[g.hash()], x.filed[a] = append(x.grams[g], rule), true, true
		}
		return
	}
	x.always = append(x.always, rule)
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

// candidates returns the rules that may match, in order. The slice is reused.
func (x *index) candidates(e *event.Event) []int {
	x.found = append(x.found[:0], x.always...)
	var room [8]string
	for a := range attributes {
		if !x.filed[a] {
			continue
		}
		for _, text := range values(a, e, room[:0]) {
			for i := range len(text) - gramSize + 1 {
				if g := gramOf(a, text[i:]); x.has[g.hash()] {
					x.found = append(x.found, x.grams[g]...)
				}
			}
		}
	}
	slices.Sort(x.found)
	x.found = slices.Compact(x.found)
	return x.found
}
