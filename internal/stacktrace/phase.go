package stacktrace

import (
	"cmp"
	"slices"
	"strings"
)

// Phase is how far into an event the lines so far have got. It decides which lines may follow.
type Phase uint8

// The phases in which an event can begin.
const (
	Plain  Phase = iota // an everyday log line
	Bare                // a line of no known kind, without a level
	Logged              // a log line at warn or worse, which a trace may follow
	Failed              // the same, naming the exception, as AWS Lambda's Python runtime does

	// Traces that lack frames or a message so far. Below its message, Rust states whether frames follow.
	announced // the next line names the failure
	named     // an exception line
	threaded  // the same for the exception that ended a thread
	caused    // "Caused by: …"
	traced    // "Traceback" and frames of Python
	chained   // "During handling of the above exception, …"
	panicking // Go's "panic: …"
	panicked  // Rust's panic line, above its message
	told      // Rust's message
	quoting   // a quoted command in a Tcl trace
	quoted    // the end of that command
	dying     // the report of a process's death

	// All other phases of traces.
	uncaught   // the place that V8 prints above an uncaught error
	thrown     // the source line and caret below that
	thrownOn   // the first line of the thrown value
	ruled      // a line of "=" or "#"
	framed     // frames
	framedLate // frames of shape LateFrame
	reported   // Python's traceback below an exception that was named first
	raised     // the exception line below Python's frames
	running    // the stack of a goroutine
	called     // a function in it; its place comes next
	stacked    // the stack of a Go error
	stackedOn  // a function in it
	over       // the last line that a process prints

	// Lines that are held until a later line shows whether they belong to the event.
	loggedName   // an exception line after a log line
	loggedText   // any other line after a log line
	loggedCall   // one that may be a Go function
	bareText     // a line after a bare one
	bareCall     // one that may be a Go function
	namedText    // the second line of a message, or a later one
	toldText     // the same in Rust
	raisedText   // the same in Python, or a note
	uncaughtText // the source line that V8 prints
	stackedText  // the message of the Go error that wraps the previous one
	stackedCall  // the first function in that error's stack
	phases       // the number of phases
)

// Joining states whether a line continues the event before it.
type Joining uint8

// The values of Joining.
const (
	Begin    Joining = iota // it begins a new event
	Join                    // it continues the event
	Loose                   // it continues the event, unless too many uncertain lines came before or its record has a trace
	Hold                    // a later line decides
	Together                // a later line decides if it was logged at once with the line before, else Begin
	Note                    // it continues the event if it was logged at once, else a later line decides
	Apart                   // it continues the event if each line is its own record, unless it repeats the first
)

// rule states how a line of one of shapes continues an event in one of the phases from, and the next phase.
type rule struct {
	from   []Phase
	shapes []Shape
	to     Phase
	how    Joining
}

// in and on make rules read as sentences.
func in(p ...Phase) []Phase { return p }
func on(s ...Shape) []Shape { return s }

// anywhere maps a shape to the phase after it, for phases without a rule for that shape; see defaultStep.
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
	{in(loggedText), on(Indented, Caret), loggedText, Hold}, // carets below a query of PostgreSQL
	{in(loggedText), on(Blank), loggedText, Together},
	{in(loggedText), on(Header), loggedName, Together},
	{in(loggedText, bareText), on(LateFrame), framedLate, Join},
	{in(loggedName), on(Text, Indented, Blank), loggedName, Hold},
	{in(named, announced), on(Text), namedText, Hold},
	{in(namedText), on(Text, Indented, Blank), namedText, Hold},
	{in(announced), on(Header, Raise), named, Join},
	{in(caused), on(Text, Header), caused, Loose},
}

// like maps a phase to the one whose rules it uses for shapes without a rule of its own.
var like = map[Phase]Phase{
	Failed: Logged, threaded: named, framedLate: framed, thrownOn: thrown, called: running, stackedOn: stacked,
	loggedCall: loggedText, bareCall: bareText, toldText: namedText,
}

// kept maps each phase of held lines to the phase if they join the event anyway; see Taken.
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
	case p == over, s == PythonFrame, s == Chain: // only Python's own rules join the latter two
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

// After returns the phase after a line of shape s, if it joins the event, and how it continues the event.
func (p Phase) After(line string, s Shape) (Phase, Joining) {
	switch { // shapes that depend on where in a trace the line is
	case s == Raise && p.Logged() && hasAny(line, "Fatal error: ", "Parse error: ", "Unhandled exception. "):
		s = Thread // it was not caught, so no logger printed it and it does not continue a log line
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

// Taken returns the phase after held lines joined the event although no line made them part of its trace.
func (p Phase) Taken() Phase { return cmp.Or(kept[p], p) } // no phase is kept as Plain, the zero value

// Logged reports whether the event is a log line that a trace may follow.
func (p Phase) Logged() bool { return p == Logged || p == Failed }

// Dying reports whether a process is printing why it died.
func (p Phase) Dying() bool { return p == dying }

// Names reports whether the next line that is not a frame names the failure.
func (p Phase) Names() bool { return p == announced || p == thrown || p == traced || p == panicked }

// Named reports whether the latest exception line has no frame so far.
func (p Phase) Named() bool { return p == named || p == threaded }

// LacksFrames reports whether a failure lacks its frames or its message so far.
func (p Phase) LacksFrames() bool { return p >= announced && p <= dying }

// Tears reports whether a line of shape s leaves a Go frame's function without its place, or the reverse.
func (p Phase) Tears(s Shape) bool {
	return (p == called || p == stackedOn) && s != GoPlace || (p == running || p == stacked) && s == GoPlace
}
