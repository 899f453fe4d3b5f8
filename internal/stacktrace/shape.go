package stacktrace

import (
	"iter"
	"strings"
)

// Shape is the kind of a line, judged by the line alone.
type Shape uint8

// The shapes. Each runtime's file lists the lines that have them.
const (
	Text       Shape = iota // no known kind
	Head                    // begins like a logger's line; recognised by logtext, never returned by ShapeOf
	Blank                   // nothing but white space
	Indented                // begins with white space
	Ruler                   // "=====", "#"
	Header                  // an exception line: "pkg.SomeError: message"
	Thread                  // the exception that ended a thread: "Exception in thread …"
	SwiftFrame              // a frame of Swift; counts only below a trap, since other lines look alike
	Remote                  // "multiprocessing.pool.RemoteTraceback:", above another process's trace
	Quotes                  // `"""`, above and below that trace
	Place                   // V8's "/app/cart.js:42" above an uncaught error
	Caret                   // nothing but "^" and "~"
	Closing                 // "}" below an inspected error
	Epilogue                // printed by Elixir above the exception or below the frames, by Monolog below them

	// Lines that can only be part of a trace.
	Announcement // printed by Ruby and .NET right above the exception
	Raise        // begins a trace with the exception: Ruby, PHP, .NET, Elixir, Node and sanitizers
	Traceback    // "Traceback (most recent call last):"
	GroupTrace   // the same for an exception group, whose lines are all indented
	GoPanic      // "panic: …", or what Go prints above "fatal error: …"
	GoFatal      // "fatal error: …"
	RustPanic    // "thread 'main' panicked at src/cart.rs:15:19:"
	Death        // printed by a dying process, above a stack
	DeathEnd     // the report of a death with no stack below, maybe by a shell or the kernel

	// Lines that also mean nothing without the lines above them.
	Frame         // a frame, or a line around frames: "... 12 more", "Stack trace:"
	LateFrame     // a frame of Ruby, Perl or gin, where several lines of a message may come before
	PythonFrame   // File "cart.py", line 42
	Cause         // "Caused by: …"
	Chain         // what Python prints between a cause and its effect
	Goroutine     // "goroutine 1 [running]:", or the signal line before it
	GoPlace       // the place of a Go frame: indented, with file, line and maybe an offset
	RustBacktrace // "stack backtrace:", or the note that it is off
	TclFirst      // "while executing", above the first command of Tcl's errorInfo
	Command       // "invoked from within", above the others
	Final         // "Node.js v20.20.2", "exit status 2", which need not be part of a trace

	// Shapes that After, not ShapeOf, gives to lines that may belong to a trace of Go or Tcl.
	goFunction // "main.(*Cart).Total", above its place
	goOther    // a register, or "...additional frames elided..."
	quoteEnd   // the last line of a quoted Tcl command
	shapes     // the number of shapes
)

// Certain reports whether the line can only be part of a trace.
func (s Shape) Certain() bool { return s >= Announcement && s < Final }

// NeedsHead reports whether the line means nothing without the lines above it.
func (s Shape) NeedsHead() bool { return s >= Frame && s <= Final }

// Dies reports whether the line reports the death of a process.
func (s Shape) Dies() bool { return s == Death || s == DeathEnd }

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

// look describes lines of a shape, in the notation of newMarks. If set, is must accept the unindented line.
type look struct {
	shape Shape
	lines []string
	is    func(line string) bool
}

// lines makes looks read as sentences.
func lines(looks ...string) []string { return looks }

// marks are looks by the first byte of a line, which rules out most lines. Looks that begin with "…" are
// ruled out by the next two bytes of their text: one pass over a line checks all of them.
type marks struct {
	by            [256][]mark
	first, second [256]uint32
}

type mark struct {
	look
	begin   string
	pair    uint32 // the bit for those two bytes; 0 if begin is set
	parts   []string
	whole   bool // the line ends after the last part
	margin  byte // a blank, a tab or another byte: see newMarks
	runtime int
}

var allMarks = newMarks(runtimes[:]...)

// newMarks parses looks: the beginning of a line, then "…" before each further part in order; "$" means that
// the line ends there. A leading tab means that the line is indented, a blank that it may be; others are not.
func newMarks(all ...runtime) (m marks) {
	bit := uint32(1)
	for n, r := range all {
		for _, l := range r.looks {
			for _, line := range l.lines {
				text, whole := strings.CutSuffix(strings.TrimLeft(line, " \t"), "$")
				parts := strings.Split(text, "…")
				k := mark{look: l, begin: parts[0], parts: parts[1:], whole: whole, margin: line[0], runtime: n}
				if k.begin != "" {
					m.by[k.begin[0]] = append(m.by[k.begin[0]], k)
					continue
				}
				k.pair, bit = bit, bit<<1
				m.first[parts[1][0]] |= k.pair
				m.second[parts[1][1]] |= k.pair
				for first := range m.by {
					m.by[first] = append(m.by[first], k)
				}
			}
		}
	}
	return m
}

// known yields the index of each runtime with a look for the line, and the shape of that look.
func (m *marks) known(line string) iter.Seq2[int, Shape] {
	return func(yield func(int, Shape) bool) {
		text := unindented(line)
		if text == "" {
			return
		}
		var seen uint32 // pairs
		for i := 1; i < len(text); i++ {
			seen |= m.first[text[i-1]] & m.second[text[i]]
		}
		marks := m.by[text[0]]
		for i := range marks {
			if k := &marks[i]; k.pair&^seen == 0 && k.fits(text, len(text) < len(line)) && !yield(k.runtime, k.shape) {
				return
			}
		}
	}
}

func (m *marks) shape(line string) Shape {
	for _, s := range m.known(line) {
		return s
	}
	return Text
}

func (k *mark) fits(line string, indented bool) bool {
	if k.margin != ' ' && indented != (k.margin == '\t') || !strings.HasPrefix(line, k.begin) {
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
	return (!k.whole || rest == "") && (k.is == nil || k.is(line))
}
