package logtext

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// pending is the event that a stream is in the middle of.
type pending struct {
	active    bool
	event     event.Event
	level     event.Level // as the head says; Unknown where it does not
	message   string
	failure   string // the exception line, where the head is none but what runtimes print above it
	stack     string // where the head itself holds it
	lines     []string
	size      int // bytes in lines
	phase     phase
	loose     int  // lines of no known shape since the last that was certain
	trace     bool // frames, a panic, or what announces them was seen
	dump      bool // a goroutine was seen, not only an error's stack
	announced bool // the exception line stood above "Traceback", as AWS Lambda prints it
	fragment  bool // began in the middle of a trace
	torn      bool // of a frame of Go's only the call or only the place was read
	held      []entry
	headed    headed // what stands before the lines of the stream
	bare      bool   // began with a line that nothing tells anything of
	unsaid    bool   // the head has no message, see isUnsaid
	said      string // the message, where the next line held it
	lane      string // the request or thread that the head names

	first, last time.Time // of the records, zero where the source has none
	whole       bool      // the last record held several lines
	stamped     bool      // the last record had a transport timestamp
}

// headed tells whether the stream's loggers put something before their lines.
type headed struct {
	before bool // earlier events had a head
	stamps bool // earlier events had a transport timestamp
	now    bool // this event has a head
}

// heads is what the next event of the stream is to know.
func (p *pending) heads() headed {
	return headed{before: p.headed.before || p.headed.now, stamps: p.headed.stamps || p.stamped}
}

// begin makes the entry the head of a new event.
func (p *pending) begin(e entry) {
	*p = pending{active: true, event: newEvent(&e), lines: p.lines[:0], first: e.record.Time, headed: p.heads()}
	p.headed.now = e.shape == structured
	p.level, p.message, p.stack = e.head.level, e.head.message, e.head.stack
	p.event.Logger, p.event.RequestID = e.head.logger, e.head.requestID
	p.lane = e.head.lane
	// Nothing in a Tcl error's first line tells a source's filter that it is one.
	p.fragment = e.shape.needsHead() && e.shape != command
	p.bare = e.shape == text && p.level == event.Unknown
	p.trace = e.shape == structured && p.failed() && shapeOf(p.message) == raise
	p.unsaid = e.shape == structured && isUnsaid(p.message)
	if e.head.twoLines {
		p.phase = awaitsLevel
	}
	p.take(e)
}

// take adds the entry's lines.
func (p *pending) take(e entry) {
	p.last, p.whole, p.stamped = e.record.Time, len(e.rest) > 0, e.stamped
	p.takeLine(e.first, e.shape)
	for _, line := range e.rest {
		p.takeLine(line, shapeOf(line))
	}
}

func (p *pending) takeHeld() {
	for _, h := range p.held {
		p.take(h)
	}
	p.held = nil
}

func (p *pending) takeLine(line string, s shape) {
	if p.phase == awaitsLevel && len(p.lines) == 1 {
		p.takeSecondHead(line)
	}
	if p.awaitsMessage() && (s == text || s == header) {
		p.said = line
	}
	if s == goPlace && len(p.lines) == 1 && p.phase == plain && isGoFunction(p.lines[0]) {
		p.fragment = true
	}
	p.torn = p.torn || p.phase == running && (s == goPlace) != isGoFrame(p.lines[len(p.lines)-1])
	if p.fragment && s == header && isSyntaxError(line) {
		p.fragment = false
	}
	p.announced = p.announced || s == traceback && p.phase == plain && isExceptionLine(p.message)
	if s == header || s == text || s == raise {
		p.takeFailure(line)
	}
	p.dump = p.dump || s == goroutine
	p.count(s)
	p.phase = p.phase.after(s)
	if len(line) > MaxText {
		line = strings.Clone(clip(line))
	}
	p.lines = append(p.lines, line)
	p.size += len(line) + 1
	if len(p.lines) > 2*maxLines || p.size > 4*MaxText {
		p.lines = clipLines(p.lines)
		p.size = MaxText
	}
}

// count keeps the tallies that verdicts rest on.
func (p *pending) count(s shape) {
	if s.certain() || s == caret && p.phase == uncaught {
		p.trace, p.loose = true, 0
	} else {
		p.loose++
	}
}

// takeSecondHead reads level and message from the second line of a head.
func (p *pending) takeSecondHead(line string) {
	h := readHead(line)
	p.level, p.message, p.phase = h.level, h.message, plain
}

// takeFailure keeps the line that tells what failed, where the event began with
// "Traceback" or V8's place. The last one that Python prints surfaced.
func (p *pending) takeFailure(line string) {
	switch {
	case p.isAnnounced():
		p.failure = line
	case p.phase == traced:
		if first := shapeOf(p.lines[0]); first == traceback || first == pythonFrame {
			p.failure = line
		}
	case p.phase == uncaught && p.trace && p.failure == "":
		p.failure = line
	}
}

// saidTogether tells a line that belongs to the one before it in all
// likelihood, as the lines of one message do: neither has a head, in a stream
// whose loggers put heads before theirs, and hardly any time is between. Lines
// of access logs have none, and follow on failures.
func (p *pending) saidTogether(e entry) bool {
	headless := p.headed.before || p.headed.stamps && !p.stamped && !e.stamped
	return headless && len(e.rest) == 0 && !strings.Contains(e.first, " HTTP/") && len(p.held) < maxBare && !p.pausedBefore(e, atOnce)
}

// pausedBefore tells whether more time than that went by before the record, if
// the source knows: a filter leaves out what was logged in between, so that one
// failure may seem to go on with the one before.
func (p *pending) pausedBefore(e entry, most time.Duration) bool {
	return e.record.Time.Sub(p.last) > most && !p.last.IsZero()
}

// isLate tells a record that comes too long after the last to be of the same
// failure: a line that others may print as well sooner than one of a trace. A
// frame of Python may be the first line of a syntax error.
func (p *pending) isLate(e entry) bool {
	if e.shape.needsHead() && e.shape != pythonFrame || e.shape == structured {
		return p.pausedBefore(e, Settle)
	}
	return p.pausedBefore(e, atOnce)
}

// isNextTcl tells the line that the commands of every Tcl error begin with.
func (p *pending) isNextTcl(e entry) bool {
	return p.phase == quoting && e.shape == command && strings.HasSuffix(e.first, "while executing")
}

// isUnsaid tells the message of a logger whose layout puts it on the next line:
// nothing, or the logger's name and what parts it from the message.
func isUnsaid(message string) bool {
	name := strings.TrimRight(message, " -:|")
	return message == "" || len(name) < len(message) && strings.Contains(name, ".") && isWord(name)
}

// awaitsMessage tells whether the next line holds the message, and isMessage
// whether the entry is that line.
func (p *pending) awaitsMessage() bool { return p.unsaid && len(p.lines) == 1 }

func (p *pending) isMessage(e entry) bool { return p.awaitsMessage() && !p.pausedBefore(e, atOnce) }

// lacksFrames tells whether a failure was told, and what should follow, its
// message even, was not read.
func (p *pending) lacksFrames() bool {
	switch p.phase {
	case plain:
		return p.awaitsMessage()
	case running:
		return p.torn
	case named, caused, panicked, panicking, traced, chained, quoting:
		return !p.announced
	}
	// Rust says "stack backtrace:", or that there is none, below every message.
	return shapeOf(p.lines[0]) == rustPanic && !slices.ContainsFunc(p.lines, func(line string) bool { return line != "" && rustShape(line, false) == frame })
}

// waits tells whether more of the trace may come, and the time of its first line.
func (p *pending) waits(now time.Time) (time.Time, bool) {
	last, whole := p.last, p.whole
	tracelike := p.trace || p.phase == named
	if n := len(p.held); n > 0 {
		last, whole, tracelike = p.held[n-1].record.Time, len(p.held[n-1].rest) > 0, true
	}
	waits := p.active && !p.fragment && tracelike && !whole && !last.IsZero() && now.Sub(last) < Settle
	return p.first, waits
}

// finish ends the event; it reports false for what is to be dropped.
func (p *pending) finish(keys *keyTable) (event.Event, bool) {
	p.active = false
	for len(p.lines) > 1 && isBlank(p.lines[len(p.lines)-1]) {
		p.lines = p.lines[:len(p.lines)-1]
	}
	e := p.event
	e.Text = p.text(p.lines[0])
	e.Split = !p.whole
	e.Partial = !p.whole && p.lacksFrames()
	e.Message = clip(p.message)
	if p.trace && !(e.Partial && p.torn) { // another failure's frames may have the same rest
		e.Stack = strings.TrimPrefix(p.text(e.Message), "\n")
	} else {
		e.Stack = clip(p.stack)
	}
	if p.said != "" {
		e.Logger, e.Message = cmp.Or(e.Logger, strings.TrimRight(e.Message, " -:|")), clip(p.said)
	}
	if p.failure != "" {
		e.Message = clip(p.failure)
	}
	if readEmbedded(&e, p.level, keys) {
		return e, true
	}
	e.Level = p.level
	if e.Level == event.Unknown {
		e.Level = p.shapeLevel()
	}
	return e, !p.fragment && !(len(p.lines) == 1 && isBlank(e.Text))
}

// text joins the lines, with another one in the first's place.
func (p *pending) text(first string) string {
	if len(p.lines) == 1 {
		return clip(first)
	}
	lines := p.lines
	if len(lines) > maxLines {
		lines = clipLines(lines)
	}
	return clip(first + "\n" + strings.Join(lines[1:], "\n"))
}

// shapeLevel is the level of an event whose head names none.
func (p *pending) shapeLevel() event.Level {
	switch first := shapeOf(p.lines[0]); {
	case first == goPanic:
		return event.Fatal
	case p.trace || first == header || isLambdaFailure(p.message):
		return event.Error
	}
	return event.Unknown
}
