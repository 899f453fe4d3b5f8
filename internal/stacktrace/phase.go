package stacktrace

import (
	"cmp"
	"slices"
	"strings"
)

// Phase is how far the lines of one event have come, and so what may follow.
type Phase uint8

// The phases in which an event begins.
const (
	Plain  Phase = iota // with an everyday log line
	Bare                // with a line that nothing is known of
	Logged              // with a log line at warn or worse, which a trace may follow
	Failed              // with one that names the exception, as AWS Lambda does for Python

	// The phases of traces.
	announced // the next line says what failed
	uncaught  // V8's place of an uncaught error
	thrown    // the source line and caret below that
	ruled     // a ruled line
	thrownOn  // the first line of what was thrown
	named     // an exception line, no frames so far
	threaded  // the same for what a thread died of
	caused    // "Caused by: …", no frames so far
	framed    // frames
	framedRuby
	traced    // "Traceback" and frames of Python
	reported  // the same below the exception
	raised    // the exception line below Python's frames
	chained   // "During handling of the above exception, …"
	panicking // Go's "panic: …", no goroutine so far
	running   // a goroutine
	called    // a function of that, whose place is next
	stacked   // the stack of an error of Go
	stackedOn // a function of that
	panicked  // Rust's panic line, above its message
	told      // Rust's message
	quoting   // a command of Tcl
	quoted    // the end of that
	dying     // what a process died of
	over      // the line that ends a process's output

	// The phases of held lines, which belong to the event if a line follows that
	// makes them part of its trace.
	loggedName   // an exception line after a log line
	loggedText   // another line
	loggedCall   // one that may be a function of Go
	bareText     // a line after a bare one
	bareCall     // one that may be a function of Go
	namedText    // the second line of a message
	toldText     // the second of Rust's
	raisedText   // the second of Python's, or a note
	uncaughtText // V8's source line
	stackedText  // the message of the error that wrapped Go's
	stackedCall  // the first function of that
	phases       // their number
)

// Joining is what becomes of a line.
type Joining uint8

// The ways in which a line goes on with an event, or does not.
const (
	Begin    Joining = iota // it begins a new event
	Join                    // it goes on with the event
	Loose                   // it does, unless too many such lines came before
	Hold                    // a later line will show
	Together                // the same, but only if it was logged at once with the line before
	Note                    // it goes on with the event if it was logged at once, else a later line will show
	Apart                   // it goes on with the event if each line is a record of its own
)

// rule is one row of a runtime's knowledge: how lines of the shapes go on with an
// event that has come to one of the phases from, and to which phase they take it.
type rule struct {
	from   []Phase
	shapes []Shape
	to     Phase
	how    Joining
}

// in and on make rules read as sentences.
func in(p ...Phase) []Phase { return p }
func on(s ...Shape) []Shape { return s }

// anywhere holds the phases that a shape leads to whatever came before. What
// means nothing without lines above it belongs to those.
var anywhere = map[Shape]Phase{
	Frame: framed, RubyFrame: framedRuby, PerlFrame: framed, PythonFrame: traced, Cause: caused, Raise: named, Traceback: traced,
	GroupTrace: framed, Chain: chained, Place: uncaught, Remote: chained, GoPanic: panicking, GoFatal: panicking, Goroutine: running, GoPlace: stacked, GinPlace: framed,
	RustPanic: panicked, RustBacktrace: framed, TclFirst: quoting, Command: quoting, Final: over, Death: dying, DeathEnd: over, Announcement: announced, Thread: threaded, Header: named,
}

// logged are the rules of log lines and of messages, whatever the runtime.
var logged = []rule{
	{in(Plain), on(Ruler), ruled, Begin},
	{in(Bare, bareText), on(Text), bareText, Together},
	{in(bareText), on(Indented, Blank), bareText, Together},
	{in(Logged), on(Header), loggedName, Hold},
	{in(Logged), on(Raise), named, Join},
	{in(Logged, loggedText), on(Text), loggedText, Hold},
	{in(loggedText), on(Indented), loggedText, Hold},
	{in(loggedText), on(Blank), loggedText, Together},
	{in(loggedText), on(Header), loggedName, Together},
	{in(loggedName), on(Text, Indented, Blank), loggedName, Hold},
	{in(named, announced), on(Text), namedText, Hold},
	{in(namedText), on(Text, Indented, Blank), namedText, Hold},
	{in(announced), on(Header, Raise), named, Join},
	{in(caused), on(Text, Header), caused, Loose},
}

// like holds the phases that obey the rules of another, but for their own.
var like = map[Phase]Phase{
	Failed: Logged, threaded: named, framedRuby: framed, thrownOn: thrown, called: running, stackedOn: stacked,
	loggedCall: loggedText, bareCall: bareText, toldText: namedText,
}

// kept holds, for each phase of held lines, the phase of what was read before.
var kept = map[Phase]Phase{
	loggedName: named, loggedText: Logged, loggedCall: Logged, bareText: Bare, bareCall: Bare, namedText: named, toldText: told,
	raisedText: raised, uncaughtText: uncaught, stackedText: stacked, stackedCall: stacked,
}

// step is where a line leads.
type step struct {
	to    Phase
	how   Joining
	known bool // a rule says so
}

var steps = func() (table [phases][shapes]step) {
	for p := range phases {
		for s := range shapes {
			table[p][s] = defaultStep(p, s)
		}
	}
	rules := slices.Clone(logged)
	for _, r := range runtimes {
		rules = append(rules, r.rules...)
	}
	for _, r := range rules {
		for _, p := range r.from {
			for _, s := range r.shapes {
				table[p][s] = step{r.to, r.how, true}
			}
		}
	}
	for p, other := range like {
		for s := range shapes {
			if !table[p][s].known && table[other][s].known {
				table[p][s] = table[other][s]
			}
		}
	}
	return table
}()

// defaultStep is that of a shape which no rule of the phase names.
func defaultStep(p Phase, s Shape) step {
	_, held := kept[p]
	to, leads := anywhere[s]
	switch {
	case !leads:
		to = p
	case s == Header && p != Plain && p != Bare && p != uncaught:
		to = p
	}
	how := Begin
	switch {
	case p == over:
	case s == Blank || s == Indented || s == Caret || s == Closing || s == Final:
		if !held {
			how = Join
		}
	case s == PythonFrame || s == Chain:
		// of Python's traces alone
	case s.NeedsHead() && (!held || p == loggedName || p == namedText || p == toldText):
		how = Join
	}
	return step{to: to, how: how}
}

// After returns the phase after a line of the shape, and how the line goes on
// with the event. The phase counts wherever the line is read as part of the event.
func (p Phase) After(line string, s Shape) (Phase, Joining) {
	shape := s
	if s == Text || s == Indented {
		shape = inTrace(p, line, s)
	}
	next := steps[p][shape]
	if !next.known && (s == Ruler || s == SwiftFrame || s == Quotes) {
		s = Text
	}
	if shape != s && !next.known {
		next = steps[p][s]
	}
	return next.to, next.how
}

// inTrace returns the shape of a line that only its place in a trace shows.
func inTrace(p Phase, line string, s Shape) Shape {
	switch {
	case p == dying && line[0] == '#': // all lines of the JVM's
		return Indented
	case p == dying && line == "Aborted":
		return DeathEnd
	case p == quoting && strings.HasSuffix(line, `"`):
		return quoteEnd
	case s == Text && (p <= Failed || p >= running && p <= stackedOn || p >= loggedText):
		return goShapeInTrace(line, p == running || p == called)
	}
	return s
}

// Taken returns the phase of an event whose held lines were taken with others
// than those that they wait for.
func (p Phase) Taken() Phase {
	return cmp.Or(kept[p], p) // nothing is held at Plain
}

// Logged reports whether the event is a log line that a trace may follow.
func (p Phase) Logged() bool { return p == Logged || p == Failed }

// Dying reports whether a process is printing what it died of.
func (p Phase) Dying() bool { return p == dying }

// Names reports whether the next line that is no frame says what failed.
func (p Phase) Names() bool {
	return p == announced || p == thrown || p == traced || p == panicked
}

// Named reports whether an exception was named and no frame was read.
func (p Phase) Named() bool { return p == named || p == threaded }

// LacksFrames reports whether a failure was reported whose frames, or even message,
// were not read. Rust says that there is a backtrace, or that there is none,
// below every message.
func (p Phase) LacksFrames() bool {
	return slices.Contains(in(named, threaded, announced, caused, panicked, told, panicking, traced, chained, quoting, quoted, dying), p)
}

// Tears reports whether of a frame of Go, after a line of the shape, only the
// function or only the place was read.
func (p Phase) Tears(s Shape) bool {
	halved := p == called || p == stackedOn
	return halved && s != GoPlace || (p == running || p == stacked) && s == GoPlace
}
