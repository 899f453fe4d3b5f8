package stacktrace

import (
	"cmp"
	"slices"
	"strings"
)

// Phase is how far an event has been read, and so what may follow.
type Phase uint8

// The phases in which an event begins.
const (
	Plain  Phase = iota // with an everyday log line
	Bare                // with a line of no known kind
	Logged              // with a log line at warn or worse, which a trace may follow
	Failed              // with one that names the exception, as AWS Lambda's runtime for Python does

	// The phases of traces without frames or a message so far. Rust reports below each whether frames follow.
	announced // the next line says what failed
	named     // an exception line
	threaded  // the same for the exception that ended a thread
	caused    // "Caused by: …"
	traced    // "Traceback" and frames of Python
	chained   // "During handling of the above exception, …"
	panicking // Go's "panic: …"
	panicked  // Rust's panic line, above its message
	told      // Rust's message
	quoting   // a command of Tcl
	quoted    // its end
	dying     // why a process died

	// The phases of other traces.
	uncaught   // V8's place of an uncaught error
	thrown     // the source line and caret below that
	thrownOn   // the first line of the thrown value
	ruled      // a ruled line
	framed     // frames
	framedLate // LateFrames
	reported   // Python's below the exception
	raised     // the exception line below Python's frames
	running    // a goroutine
	called     // a function in it, whose place is next
	stacked    // the stack of a Go error
	stackedOn  // a function in it
	over       // the line that ends a process's output

	// The phases of held lines, which belong to the event if a later line makes them part of its trace.
	loggedName   // an exception line after a log line
	loggedText   // another line
	loggedCall   // one that may be a Go function
	bareText     // a line after a bare one
	bareCall     // one that may be a Go function
	namedText    // the second line of a message
	toldText     // the same of Rust's
	raisedText   // the same of Python's, or a note
	uncaughtText // V8's source line
	stackedText  // the message of the Go error that wraps the one before
	stackedCall  // the first function in its stack
	phases       // their number
)

// Joining is whether a line continues an event.
type Joining uint8

// The ways in which a line continues an event, or does not.
const (
	Begin    Joining = iota // it begins a new event
	Join                    // it continues the event
	Loose                   // it does, unless too many such lines came before
	Hold                    // a later line decides
	Together                // the same, but only if it was logged at once with the line before
	Note                    // it continues the event if it was logged at once, else a later line decides
	Apart                   // it continues the event if each line is its own record
)

// rule states how lines of the shapes continue an event in one of the phases from, and the next phase.
type rule struct {
	from   []Phase
	shapes []Shape
	to     Phase
	how    Joining
}

// in and on make rules read as sentences.
func in(p ...Phase) []Phase { return p }
func on(s ...Shape) []Shape { return s }

// anywhere holds the phase after a shape, whatever came before.
var anywhere = map[Shape]Phase{
	Frame: framed, LateFrame: framedLate, PythonFrame: traced, Cause: caused, Raise: named, Traceback: traced, GroupTrace: framed,
	Chain: chained, Place: uncaught, Remote: chained, GoPanic: panicking, GoFatal: panicking, Goroutine: running, GoPlace: stacked,
	RustPanic: panicked, RustBacktrace: framed, TclFirst: quoting, Command: quoting, Final: over, Death: dying, DeathEnd: over,
	Announcement: announced, Thread: threaded, Header: named,
}

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
	{in(loggedText, bareText), on(LateFrame), framedLate, Join},
	{in(loggedName), on(Text, Indented, Blank), loggedName, Hold},
	{in(named, announced), on(Text), namedText, Hold},
	{in(namedText), on(Text, Indented, Blank), namedText, Hold},
	{in(announced), on(Header, Raise), named, Join},
	{in(caused), on(Text, Header), caused, Loose},
}

// like holds the phases that follow the rules of another where they have none of their own.
var like = map[Phase]Phase{
	Failed: Logged, threaded: named, framedLate: framed, thrownOn: thrown, called: running, stackedOn: stacked,
	loggedCall: loggedText, bareCall: bareText, toldText: namedText,
}

// kept holds, for each phase of held lines, the phase before them.
var kept = map[Phase]Phase{
	loggedName: named, loggedText: Logged, loggedCall: Logged, bareText: Bare, bareCall: Bare, namedText: named, toldText: told,
	raisedText: raised, uncaughtText: uncaught, stackedText: stacked, stackedCall: stacked,
}

type step struct {
	to    Phase
	how   Joining
	known bool // there is a rule
}

var steps = func() (table [phases][shapes]step) {
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
	for p := range phases {
		for s := range shapes {
			if other, ok := like[p]; ok && !table[p][s].known {
				table[p][s] = table[other][s]
			}
			switch {
			case table[p][s].known:
			case slices.Contains(on(Ruler, SwiftFrame, Quotes, goFunction, goOther, quoteEnd), s):
				table[p][s] = table[p][Text]
			default:
				table[p][s] = defaultStep(p, s)
			}
		}
	}
	return table
}()

func defaultStep(p Phase, s Shape) step {
	_, held := kept[p]
	to, leads := anywhere[s]
	if !leads || s == Header && p != Plain && p != Bare && p != uncaught {
		to = p
	}
	next := step{to: to}
	switch {
	case p == over, s == PythonFrame, s == Chain: // only Python's own phases continue with these
	case s == Blank || s == Indented || s == Caret || s == Closing || s == Final:
		next.how = Join
		if held {
			next.how = Begin
		}
	case s.NeedsHead() && (!held || p == loggedName || p == namedText || p == toldText):
		next.how = Join
	}
	return next
}

// After returns the phase after a line of the shape, if it is joined, and how it continues the event.
func (p Phase) After(line string, s Shape) (Phase, Joining) {
	switch { // the shapes that a line has only at its place in a trace
	case s == Raise && p.Logged() && hasAny(line, "Fatal error: ", "Parse error: ", "Unhandled exception. "):
		s = Thread // nobody caught it, so no logger has printed it below its own line
	case s != Text && s != Indented:
	case p == dying && line == "Aborted":
		s = DeathEnd
	case p == quoting && strings.HasSuffix(line, `"`):
		s = quoteEnd
	case s == Text && (p <= Failed || p >= running && p <= stackedOn || p >= loggedText):
		s = goShapeInTrace(line, p == running || p == called)
	}
	return steps[p][s].to, steps[p][s].how
}

// Taken returns the phase of an event whose held lines joined it although no line made them part of a trace.
func (p Phase) Taken() Phase { return cmp.Or(kept[p], p) } // nothing is held at Plain

// Logged reports whether the event is a log line that a trace may follow.
func (p Phase) Logged() bool { return p == Logged || p == Failed }

// Dying reports whether a process is printing why it died.
func (p Phase) Dying() bool { return p == dying }

// Names reports whether the next line that is not a frame says what failed.
func (p Phase) Names() bool { return p == announced || p == thrown || p == traced || p == panicked }

// Named reports whether there is an exception line and no frame so far.
func (p Phase) Named() bool { return p == named || p == threaded }

// LacksFrames reports whether a failure has no frames, or even no message, so far.
func (p Phase) LacksFrames() bool { return p >= announced && p <= dying }

// Tears reports whether a line of the shape leaves the place or the function of a Go frame without the other.
func (p Phase) Tears(s Shape) bool {
	return (p == called || p == stackedOn) && s != GoPlace || (p == running || p == stacked) && s == GoPlace
}
