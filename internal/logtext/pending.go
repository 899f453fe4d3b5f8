package logtext

import (
	"cmp"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// pending is the unfinished event of a stream.
type pending struct {
	active bool
	event  event.Event
	head   opening
	trace  trace
	text   lines
	held   []entry
	headed bool // an earlier event of the stream had a head or was a JSON object
	timed  bool // an earlier event of the stream had a transport timestamp

	first, last time.Time // times of the first and last record, zero if the source has none
	whole       bool      // the last record held several lines
	stamped     bool      // the last record had a transport timestamp
}

// trace is the state of an event's stack trace after the lines so far.
type trace struct {
	phase    stacktrace.Phase // after the lines taken
	ahead    stacktrace.Phase // after the lines held
	seen     bool             // a line that only a trace contains was read, or V8's caret
	died     bool             // a process reported that it died
	loose    int              // lines of no certain shape since the last line of a certain one
	fragment bool             // the event began in the middle of a trace
	torn     bool             // one line of a two-line Go frame is missing
}

// next returns an empty event that remembers whether the lines of its stream have heads and timestamps.
func (p *pending) next() pending {
	return pending{headed: p.headed || p.head.shape == stacktrace.Head, timed: p.timed || p.stamped}
}

func (p *pending) begin(e *entry) {
	text, held := p.text.lines[:0], p.held[:0]
	*p = p.next()
	p.active, p.first, p.text.lines, p.held = true, e.record.Time, text, held
	p.event, p.head = newEvent(e), newOpening(e)
	h := &e.head
	p.event.Logger, p.event.RequestID = h.logger, cmp.Or(h.requestID, p.event.RequestID)
	p.event.Format, p.event.Service = joined(p.event.Format, h.format), cmp.Or(h.service, p.event.Service)
	p.event.Release, p.event.Commit = cmp.Or(h.release, h.commit), h.commit
	p.event.Environment, p.event.TraceID = h.environment, h.traceID
	p.trace.phase = p.head.phase()
	// A filter cannot recognise the first line of a Tcl error.
	p.trace.fragment = e.shape.NeedsHead() && e.shape != stacktrace.TclFirst && e.shape != stacktrace.Command
	if s := p.head.inner; s == stacktrace.Raise || s.Dies() {
		p.trace.take(p.head.message, s)
	}
	p.join(e)
}

func (p *pending) join(e *entry) {
	for i := range p.held {
		p.take(&p.held[i])
	}
	clear(p.held)
	p.held = p.held[:0]
	p.take(e)
	p.trace.phase = p.trace.phase.Taken()
	p.trace.ahead = p.trace.phase
}

func (p *pending) take(e *entry) {
	p.last, p.whole, p.stamped = e.record.Time, len(e.rest) > 0, e.stamped
	p.takeLine(e.first, e.shape)
	const alike = 4 // comparing these first bytes rules out most lines cheaply
	for _, line := range e.rest {
		if p.head.shape == stacktrace.Head && len(line) >= alike && strings.HasPrefix(p.text.lines[0], line[:alike]) {
			below := entry{carried: carried{first: line}}
			if below.readHead(); p.sameHead(&below) { // some loggers print the head before every line of a message
				line, _ = behindHead(&below, p.head.gap)
			}
		}
		p.takeLine(line, stacktrace.ShapeOf(line))
	}
}

func (p *pending) takeLine(line string, s stacktrace.Shape) {
	second := len(p.text.lines) == 1
	if p.awaitsMessage() && (isPlain(s) || s == stacktrace.Indented || s == stacktrace.Head && second) {
		unknown := p.head.level == event.Unknown
		if p.head.say(line); unknown {
			p.trace.phase = p.head.phase()
		}
	}
	if s == stacktrace.GoPlace && second && p.trace.phase == stacktrace.Bare && stacktrace.IsGoFunction(p.text.lines[0]) {
		p.trace.fragment = true
	}
	if (isPlain(s) || s == stacktrace.Raise) && p.trace.phase.Names() && p.head.announces() {
		p.head.failure = line
	}
	if s != stacktrace.Text || !p.awaitsMessage() && len(p.text.lines) > 0 {
		p.trace.take(line, s)
	}
	if len(line) > MaxText {
		line = strings.Clone(clip(line))
	}
	text := &p.text
	text.lines = append(text.lines, line)
	if text.size += len(line) + 16; text.size > 4*MaxText { // 16 bytes for the string header
		text.lines, text.size = strings.Split(clip(strings.Join(text.lines, "\n")), "\n"), MaxText
	}
}

func (t *trace) take(line string, s stacktrace.Shape) {
	before := t.phase
	t.died = t.died || s.Dies()
	t.torn = t.torn || t.phase.Tears(s)
	t.fragment = t.fragment && !(s == stacktrace.Header && stacktrace.IsSyntaxError(line))
	t.phase, _ = t.phase.After(line, s)
	if s.Certain() || s == stacktrace.Caret && t.phase != before {
		t.seen, t.loose = true, 0
	} else {
		t.loose++
	}
}

// failing reports whether lines of a trace may follow.
func (p *pending) failing() bool {
	return p.trace.phase.Logged() || p.trace.seen || p.trace.phase.Named()
}

// awaitsMessage reports whether the next line should contain the message, and isMessage whether the entry is
// that line.
func (p *pending) awaitsMessage() bool {
	reason := len(p.text.lines) == 2 && strings.HasSuffix(p.head.said, ":") && strings.HasSuffix(p.event.Format, "Erlang")
	failed := p.trace.seen || p.trace.died // the lines of the trace are the message
	banner := (p.head.said == "" || strings.HasSuffix(p.head.said, "` invocation:")) && len(p.text.lines) <= maxSought
	return p.head.unsaid && (len(p.text.lines) == 1 || reason || banner && !failed)
}

func (p *pending) isMessage(e *entry) bool { return p.awaitsMessage() && !p.pausedBefore(e, atOnce) }

// finish ends the event. It reports false if the event should be dropped.
func (p *pending) finish(keys *keyTable) (event.Event, bool) {
	p.active = false
	e := p.event
	e.Text = p.text.below(p.text.lines[0])
	e.Split = !p.whole
	e.Partial = !p.whole && (p.awaitsMessage() || p.trace.torn || p.trace.phase.LacksFrames())
	e.Headless = !p.whole && p.trace.seen && p.head.level == event.Unknown
	if p.head.raised != "" && len(p.text.lines) > 1 && stacktrace.ShapeOf(p.text.lines[1]).NeedsHead() {
		p.head.message = p.head.raised
		if strings.HasPrefix(p.head.raised, e.Logger+":") {
			e.Logger = ""
		}
	}
	e.Message, e.Stack = clip(p.head.message), clip(p.head.stack)
	if p.trace.seen && !(e.Partial && p.trace.torn) { // without half a frame, another failure's stack may look the same
		e.Stack = strings.TrimPrefix(p.text.below(e.Message), "\n")
	}
	if p.trace.died || p.head.shape == stacktrace.Raise {
		e.Message = stacktrace.WithoutLead(e.Message)
	}
	if p.head.said != "" {
		e.Logger, e.Message = cmp.Or(e.Logger, strings.TrimRight(e.Message, " -:|")), clip(p.head.said)
	}
	e.Message = cmp.Or(clip(p.head.failure), e.Message)
	if strings.IndexByte(e.Message, '{') >= 0 {
		read := e // a copy, so that only events with an object escape to the heap
		if readEmbedded(&read, p.head.level, keys) {
			return read, true
		}
	}
	if e.Message != "" || e.Stack != "" || !strings.HasSuffix(e.Format, levelAlone) {
		e.Level = cmp.Or(p.head.level, p.shapeLevel())
	}
	return e, !p.trace.fragment && !(len(p.text.lines) == 1 && isBlank(e.Text))
}

// shapeLevel returns the level of an event whose head states none.
func (p *pending) shapeLevel() event.Level {
	switch s := p.head.shape; {
	case s == stacktrace.GoPanic, s == stacktrace.GoFatal, p.trace.died:
		return event.Fatal
	case p.trace.seen, s == stacktrace.Header && !namesNone(p.head.message), s == stacktrace.Thread:
		return event.Error
	}
	return event.Unknown
}

// namesNone reports whether the message names no error, like "Error: none".
func namesNone(message string) bool {
	name, rest, said := strings.Cut(message, ":")
	return !said && name == "Error" || said && (isNothing(rest) || countWords(rest, 1) == 0)
}

// MaxText bounds an event's text, message and stack, in bytes. An issue body has at most 65,536 characters.
const MaxText = 64 << 10

const cutMark = "[…]"

// lines is the text of an event while it grows.
type lines struct {
	lines []string
	size  int // in bytes
}

// below joins the lines without trailing blank ones, and with first in place of the first line.
func (l *lines) below(first string) string {
	for len(l.lines) > 1 && isBlank(l.lines[len(l.lines)-1]) {
		l.lines = l.lines[:len(l.lines)-1]
	}
	l.lines[0] = first
	return clip(strings.Join(l.lines, "\n"))
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// clip shortens s to MaxText bytes by cutting out the middle: both ends of a trace matter most, since Python
// prints the exception last.
func clip(s string) string {
	if len(s) <= MaxText {
		return s
	}
	head, tail := s[:MaxText*3/4], s[len(s)-(MaxText/4-len(cutMark)-2):]
	return strings.ToValidUTF8(head, "") + "\n" + cutMark + "\n" + strings.ToValidUTF8(tail, "")
}
