package stacktrace

import (
	"iter"
	"math/bits"
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
	RubyFrame                  // a frame of Ruby, which a cause may follow at once
	PerlFrame                  // a frame of Perl, which lines of a message may precede
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
	GinPlace                   // gin's place of a frame, above its function
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
	for _, s := range known(line) {
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

// known yields the runtimes that know a line, by their index, and its shape.
func known(line string) iter.Seq2[int, Shape] {
	return func(yield func(int, Shape) bool) {
		trimmed := unindented(line)
		if trimmed == "" {
			return
		}
		indented := len(trimmed) < len(line)
		if s, n := allMarks.shape(trimmed, indented); s != Text && !yield(n, s) {
			return
		}
		for interested := interests[trimmed[0]]; interested != 0; interested &= interested - 1 {
			n := bits.TrailingZeros16(interested)
			if s := runtimes[n].shape(trimmed, indented); s != Text && !yield(n, s) {
				return
			}
		}
	}
}

// marks are lines that show their shape by how they begin, by their first byte.
type marks [256][]mark

type mark struct {
	begin, part string
	whole       bool // nothing follows
	margin      byte // a blank or a tab, or a letter
	shape       Shape
	runtime     int
}

// newMarks reads how lines begin, and behind an ellipsis what else they contain. A
// dollar ends a line. Lines that begin with a tab are indented, those that begin
// with a blank may be, and others are not.
func newMarks(shaped ...map[Shape][]string) (table marks) {
	for n, lines := range shaped {
		for s := range shapes {
			for _, line := range lines[s] {
				text := strings.TrimLeft(line, " \t")
				text, whole := strings.CutSuffix(text, "$")
				begin, part, _ := strings.Cut(text, "…")
				table[begin[0]] = append(table[begin[0]], mark{begin, part, whole, line[0], s, n})
			}
		}
	}
	return table
}

// shape returns the shape of a line, and the index of the runtime that knows it.
func (m *marks) shape(line string, indented bool) (Shape, int) {
	for _, k := range m[line[0]] {
		rest, begins := strings.CutPrefix(line, k.begin)
		if !begins || k.margin != ' ' && indented != (k.margin == '\t') {
			continue
		}
		if _, rest, ok := strings.Cut(rest, k.part); ok && (!k.whole || rest == "") {
			return k.shape, k.runtime
		}
	}
	return Text, 0
}

// allMarks are the marks of all runtimes, in their order.
var allMarks = func() marks {
	var lines []map[Shape][]string
	for _, r := range runtimes {
		lines = append(lines, r.lines)
	}
	return newMarks(lines...)
}()

// interests holds, for each first byte of a line, the runtimes that may know its
// shape: most lines of a log are refused by that byte.
var interests = func() (table [256]uint16) {
	for n, r := range runtimes {
		for c := range table {
			if r.shape != nil && (r.first == "" || strings.IndexByte(r.first, byte(c)) >= 0) {
				table[c] |= 1 << n
			}
		}
	}
	return table
}()

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
	case Frame, RubyFrame, PerlFrame, PythonFrame, Cause, Chain, Goroutine, GoPlace, GinPlace, RustBacktrace, TclFirst, Command, Final:
		return true
	}
	return false
}
