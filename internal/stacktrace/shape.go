package stacktrace

import (
	"iter"
	"strings"
)

// Shape is what kind of line one is, as far as the line itself shows.
type Shape uint8

// The shapes. Each runtime's file says which of its lines have them.
const (
	Text          Shape = iota // nothing that is known
	Head                       // begins as loggers begin lines; whoever reads heads finds those, ShapeOf never does
	Blank                      // nothing but white space
	Indented                   // begins with white space
	Ruler                      // "=====", "#"
	Header                     // an exception line: "pkg.SomeError: message"
	Thread                     // the same of what a thread died of: "Exception in thread …"
	Announcement               // printed right above what failed, by Ruby and .NET
	Frame                      // a frame, or "... 12 more"
	LateFrame                  // a frame of Ruby, Perl or gin, which several lines of a message may precede
	PythonFrame                // File "cart.py", line 42
	SwiftFrame                 // a frame of Swift, which looks like one only below its trap
	Cause                      // "Caused by: …"
	Raise                      // begins a trace with the exception: Ruby, PHP, .NET and Elixir
	Traceback                  // "Traceback (most recent call last):"
	GroupTrace                 // the same of an exception group, whose lines are all indented
	Chain                      // what Python prints between a cause and its effect
	Remote                     // "multiprocessing.pool.RemoteTraceback:", above the trace of another process
	Quotes                     // `"""`, around that
	Place                      // V8's "/app/cart.js:42" of an uncaught error
	Caret                      // nothing but "^" and "~"
	Closing                    // "}" below an inspected error
	GoPanic                    // "panic: …"
	GoFatal                    // "fatal error: …"
	Goroutine                  // "goroutine 1 [running]:" and the signal line before it
	GoPlace                    // a tab, file, line and offset of a frame of Go
	RustPanic                  // "thread 'main' panicked at src/cart.rs:15:19:"
	RustBacktrace              // "stack backtrace:", or the note that there is none
	TclFirst                   // "while executing", above the first command of Tcl's errorInfo
	Command                    // "invoked from within", above the others
	Death                      // what a process prints when it dies, above a stack
	DeathEnd                   // the same at the very end
	Epilogue                   // what Elixir and Monolog print below the frames
	Final                      // "Node.js v20.20.2", "exit status 2"

	// Text in another light, while a trace of Go or Tcl is being read.
	goFunction // "main.(*Cart).Total", above its place
	goOther    // a register, or "...additional frames elided..."
	quoteEnd   // the last line of a command
	shapes     // their number
)

// ShapeOf returns the shape of a line.
func ShapeOf(line string) Shape {
	if s := allMarks.shape(line); s != Text {
		return s
	}
	switch {
	case unindented(line) == "":
		return Blank
	case indent(line) > 0:
		return Indented
	case (line[0] == '=' || line[0] == '#') && strings.Trim(line, line[:1]) == "":
		return Ruler
	case strings.HasPrefix(line, "Exception in thread "): // the JVM and Python
		return Thread
	case IsHeader(strings.TrimPrefix(line, "Uncaught ")):
		return Header
	}
	return Text
}

// check holds lines whose shape is not certain by how they look, and what decides, of
// the line without its indentation.
type check struct {
	shape Shape
	lines []string
	is    func(line string) bool
}

// lines makes checks read as sentences.
func lines(looks ...string) []string { return looks }

// marks are how lines of known shapes look. Most lines of a log are refused by their
// first byte, and for the marks that may begin with any by one search for the first two
// bytes of all of these.
type marks struct {
	by            [256][]mark
	first, second [256]uint32
	pairs         int
}

type mark struct {
	begin   string
	pair    uint32 // the bit of those two bytes
	parts   []string
	end     string // if nothing follows
	margin  byte   // a blank or a tab, or a letter
	is      func(line string) bool
	shape   Shape
	runtime int
}

// allMarks are the marks of all runtimes, in their order.
var allMarks = newMarks(runtimes[:]...)

func newMarks(all ...runtime) (table marks) {
	for n, r := range all {
		for s := range shapes {
			table.add(n, check{s, r.lines[s], nil})
		}
		for _, c := range r.checks {
			table.add(n, c)
		}
	}
	return table
}

// add reads how lines begin, and behind each ellipsis what else they contain. A dollar
// ends a line. Lines that begin with a tab are indented, those that begin with a blank
// may be, and others are not.
func (m *marks) add(runtime int, c check) {
	for _, line := range c.lines {
		text, whole := strings.CutSuffix(strings.TrimLeft(line, " \t"), "$")
		parts := strings.Split(text, "…")
		k := mark{begin: parts[0], parts: parts[1:], margin: line[0], is: c.is, shape: c.shape, runtime: runtime}
		if whole {
			k.end = parts[len(parts)-1]
		}
		if k.begin == "" {
			k.pair = m.addPair(parts[1])
		}
		for first := range m.by {
			if k.begin == "" || k.begin[0] == byte(first) {
				m.by[first] = append(m.by[first], k)
			}
		}
	}
}

// addPair returns the bit of what a text begins with.
func (m *marks) addPair(text string) uint32 {
	bit := uint32(1) << m.pairs
	m.pairs++
	for c := range m.first {
		if len(text) == 1 || text[0] == byte(c) {
			m.first[c] |= bit
		}
		if text[min(1, len(text)-1)] == byte(c) {
			m.second[c] |= bit
		}
	}
	return bit
}

// pairsIn returns the bits of the pairs that a text contains.
func (m *marks) pairsIn(text string) (seen uint32) {
	before := byte(0)
	for i := range len(text) {
		seen |= m.first[before] & m.second[text[i]]
		before = text[i]
	}
	return seen
}

// known yields the runtimes that know a line, by their index, and its shape.
func (m *marks) known(line string) iter.Seq2[int, Shape] {
	return func(yield func(int, Shape) bool) {
		text := unindented(line)
		if text == "" {
			return
		}
		seen := m.pairsIn(text)
		marks := m.by[text[0]]
		for i := range marks {
			if k := &marks[i]; k.pair&^seen == 0 && k.fits(text, len(text) < len(line)) && !yield(k.runtime, k.shape) {
				return
			}
		}
	}
}

// shape returns the first shape that a line is known by, or Text.
func (m *marks) shape(line string) Shape {
	for _, s := range m.known(line) {
		return s
	}
	return Text
}

func (k *mark) fits(line string, indented bool) bool {
	if k.margin != ' ' && indented != (k.margin == '\t') || !strings.HasPrefix(line, k.begin) ||
		k.end != "" && !strings.HasSuffix(line, k.end) {
		return false
	}
	rest := line[len(k.begin):]
	for _, part := range k.parts {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return (k.end == "" || rest == "") && (k.is == nil || k.is(line))
}

// Certain reports whether the line can only be part of a trace.
func (s Shape) Certain() bool {
	switch s {
	case Traceback, GroupTrace, GoPanic, GoFatal, Raise, RustPanic, Announcement, Death, DeathEnd:
		return true
	}
	return s.NeedsHead() && s != Final
}

// Dies reports whether the line says that a process died.
func (s Shape) Dies() bool { return s == Death || s == DeathEnd }

// NeedsHead reports whether the line means nothing without those above it.
func (s Shape) NeedsHead() bool {
	switch s {
	case Frame, LateFrame, PythonFrame, Cause, Chain, Goroutine, GoPlace, RustBacktrace, TclFirst, Command, Final:
		return true
	}
	return false
}
