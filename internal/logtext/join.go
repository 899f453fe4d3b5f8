package logtext

import (
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// phase is how far the pending event has come: what was read of it, and so
// what may follow.
type phase int

const (
	plain       phase = iota // a log head, no trace so far
	awaitsLevel              // the first line of a head of two lines
	uncaught                 // V8's place of an uncaught error; with trace set, its caret too
	named                    // an exception line, no frames so far
	caused                   // "Caused by: …", no frames so far
	framed                   // frames of Node or Java
	traced                   // "Traceback" and frames of Python
	raised                   // the exception line below Python's frames
	chained                  // "During handling of the above exception, …"
	panicking                // Go's "panic: …", no goroutine so far
	running                  // Go's frames
	panicked                 // Rust's panic line and message, no backtrace so far
	quoting                  // the commands of a Tcl error
	over                     // the line that ends a process's output
)

// after is the phase once a line of the shape was added.
func (p phase) after(s shape) phase {
	switch s {
	case frame, groupTrace:
		return framed
	case cause:
		return caused
	case pythonFrame, traceback:
		return traced
	case chain:
		return chained
	case place:
		return uncaught
	case raise:
		return named
	case rustPanic:
		return panicked
	case command:
		return quoting
	case goPanic:
		return panicking
	case goroutine, goPlace:
		return running
	case final:
		return over
	case header, text:
		switch {
		case p == traced:
			return raised
		case s == header && (p == plain || p == uncaught):
			return named
		}
	}
	return p
}

// verdict is what becomes of a record.
type verdict int

const (
	begin verdict = iota // it begins a new event
	join                 // it goes on with the pending one
	hold                 // a later record will tell
)

// maxLoose bounds the lines that a message may go on by while nothing certain
// follows, and maxHeld those that wait for something certain: maxBare where
// hardly ever anything comes. The lines of one message are atOnce apart at most.
const (
	maxLoose = 20
	maxHeld  = 20
	maxBare  = 5
	atOnce   = 200 * time.Millisecond
)

// verdict decides by the shape of the record's first line.
func (p *pending) verdict(e entry) verdict {
	if p.phase == over || p.ownsTime(e) || p.isLate(e) || p.isNextTcl(e) {
		return begin
	}
	if len(p.held) > 0 {
		return p.verdictHeld(e)
	}
	switch e.shape {
	case structured:
		return joinIf(p.phase == awaitsLevel && e.head.level != event.Unknown)
	case place, rustPanic:
		return begin
	case raise:
		return joinIf(p.failed() && !p.trace || p.isAnnounced() || p.isRubyCause(e))
	case epilogue:
		return joinIf(p.phase == framed)
	case goPanic:
		return joinIf(p.phase == panicking && isFatalError(e.first))
	case chain:
		return joinIf(p.trace)
	case traceback, groupTrace:
		return joinIf(p.phase == chained || p.failed() || isUncaughtInThread(p.lines[0]) && len(p.lines) == 1)
	case header:
		return p.verdictHeader(e)
	case text:
		return p.verdictText(e)
	}
	return p.verdictBelow(e)
}

// ownsTime tells a line that carries a time of its own, after lines that carry
// none, from a further line of theirs.
func (p *pending) ownsTime(e entry) bool {
	return e.stamped && !p.stamped && (e.shape == text || e.shape == header)
}

// failed tells whether the pending event is a log head that a trace belongs to.
func (p *pending) failed() bool { return p.phase == plain && p.level >= event.Warn }

// verdictBelow is for lines that only follow others: blank or indented ones,
// and those that certainly belong to a trace.
func (p *pending) verdictBelow(e entry) verdict {
	switch {
	case p.phase == plain && !p.trace && e.shape == indented && e.head.structured:
		return begin // some loggers align their levels to the right
	case p.phase == uncaught && !p.trace && e.shape == indented:
		return hold // the source line, if a caret follows
	case e.shape == pythonFrame && !p.announcesPython():
		return begin // of a syntax error
	}
	return join
}

// announcesPython tells whether frames of Python may follow, which only those
// of a syntax error do without "Traceback".
func (p *pending) announcesPython() bool {
	return p.phase == traced || p.phase == chained || p.failed()
}

// verdictHeader is for an exception line. After a log head it may be the head's
// exception or the next plain error line: its frames will tell.
func (p *pending) verdictHeader(e entry) verdict {
	switch {
	case p.isAnnounced(), p.isMessage(e):
		return join
	case isUncaughtInThread(e.first):
		return begin // the JVM prints it itself, whatever was logged before
	case p.phase == traced:
		return join
	case p.phase == uncaught && p.trace, p.phase == caused:
		return joinIf(p.loose < maxLoose)
	case p.failed() && e.hasTrace():
		return join
	case p.failed(), p.phase == raised, p.phase == uncaught:
		return p.holdIfAlone(e)
	}
	return begin
}

// verdictText is for a line of no known shape.
func (p *pending) verdictText(e entry) verdict {
	switch p.phase {
	case traced:
		return joinIf(!p.announced)
	case caused, panicking:
		return joinIf(p.loose < maxLoose)
	case running:
		if isGoCall(e.first) || isGoFunction(e.first) {
			return join
		}
		if !p.dump {
			return p.holdIfAlone(e) // the next error of a chain, if a function follows
		}
	case panicked:
		if p.loose == 0 {
			return join
		}
		return p.holdIfAlone(e)
	case quoting:
		last := p.lines[len(p.lines)-1]
		return joinIf(tclShape(strings.TrimLeft(last, " "), true) == command || !strings.HasSuffix(last, `"`) && p.loose < maxLoose)
	case raised:
		if p.saidTogether(e) && p.loose < maxLoose {
			return join // the message's further lines
		}
		return p.holdIfAlone(e)
	case named:
		return p.holdIfAlone(e)
	case uncaught:
		if p.trace {
			return joinIf(p.loose < maxLoose)
		}
		return p.holdIfAlone(e)
	case plain:
		if p.isMessage(e) {
			return join
		}
		if isGoFunction(e.first) || p.failed() || p.bare && p.saidTogether(e) {
			return p.holdIfAlone(e)
		}
	}
	return begin
}

// verdictHeld decides while lines are held that only a certain line, of a kind
// that the phase asks for, makes part of the event.
func (p *pending) verdictHeld(e entry) verdict {
	switch p.phase {
	case uncaught:
		return joinIf(e.shape == caret)
	case raised:
		if e.shape == chain {
			return join
		}
		if e.shape == header {
			return p.holdIfAlone(e)
		}
	case running:
		return p.verdictNextError(e)
	default:
		if p.held[0].shape == text && p.phase == plain {
			return p.verdictHeldText(e)
		}
		if e.shape.certain() && e.shape != chain && e.shape != goPanic && e.shape != raise && e.shape != rustPanic {
			return joinIf(p.phase == plain || e.shape != traceback)
		}
	}
	if e.shape == text || e.shape == blank || e.shape == indented {
		return p.holdIfAlone(e)
	}
	return begin
}

// verdictHeldText decides on the lines after a log head and a line of no known
// shape: the function of a Go error's stack, or the message of a Tcl or Perl error.
func (p *pending) verdictHeldText(e entry) verdict {
	switch {
	case e.shape == goPlace && isGoFunction(p.held[len(p.held)-1].first), e.shape == command:
		return join
	case e.shape == frame && (p.bare || p.failed()):
		return joinIf(isPerlFrame(e.first))
	case p.bare && (e.shape == text || e.shape == indented) && p.saidTogether(e):
		return p.holdIfAlone(e)
	case p.failed() && (e.shape == text || e.shape == indented) && !e.head.structured:
		return p.holdIfAlone(e)
	}
	return begin
}

// isAnnounced tells whether the only line so far says that a failure follows.
func (p *pending) isAnnounced() bool { return len(p.lines) == 1 && announcesFailure(p.lines[0]) }

// isRubyCause tells an exception that Ruby prints right below the frames of the
// one that it caused.
func (p *pending) isRubyCause(e entry) bool {
	return !p.whole && len(e.rest) == 0 && !p.pausedBefore(e, atOnce) && isRubyFrame(p.lines[len(p.lines)-1]) && rubyShape(e.first, false) == raise
}

func isRubyFrame(line string) bool {
	trimmed := strings.TrimLeft(line, " \t")
	return trimmed != "" && rubyShape(trimmed, len(trimmed) < len(line)) == frame
}

// verdictNextError decides on the lines after those of a Go error's stack: a
// message, a function and a place are the error that wrapped it.
func (p *pending) verdictNextError(e entry) verdict {
	if len(p.held) == 1 && e.shape == text && isGoFunction(e.first) {
		return p.holdIfAlone(e)
	}
	return joinIf(len(p.held) == 2 && e.shape == goPlace)
}

// holdIfAlone holds a record of one line; one of several tells itself what it is.
func (p *pending) holdIfAlone(e entry) verdict {
	if len(e.rest) > 0 || len(p.held) >= maxHeld {
		return begin
	}
	return hold
}

func joinIf(yes bool) verdict {
	if yes {
		return join
	}
	return begin
}
