package logtext

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// maxLoose bounds the lines that a message may continue for without a line of certain shape, maxHeld the
// lines held while waiting for one, and maxBare those held by time alone because they have no head. The lines
// of one message are at most atOnce apart.
const (
	maxLoose = 20
	maxHeld  = 20
	maxBare  = 5
	atOnce   = 200 * time.Millisecond
)

// verdict returns Begin, Join or Hold. Times and heads decide first, then the rules of the runtimes' traces.
func (p *pending) verdict(e *entry) stacktrace.Joining {
	late := atOnce // for lines that other code may print too; a Python frame may begin a syntax error
	if e.shape.NeedsHead() && e.shape != stacktrace.PythonFrame || e.shape == stacktrace.Head {
		late = Settle
	}
	switch {
	case e.stamped && !p.stamped && isPlain(e.shape), p.pausedBefore(e, late): // a plain line with a time never continues one without
		return stacktrace.Begin
	case p.head.level == event.Warn && p.trace.phase.Logged() &&
		(e.shape.Dies() || e.shape == stacktrace.Raise && strings.Contains(e.first, ":in ")):
		return stacktrace.Begin // a dying process or an uncaught Ruby exception is more than the warning above it
	case p.isCompanion(e), p.head.twoLines && len(p.text.lines) == 1 && e.head.level != event.Unknown:
		return stacktrace.Join
	case e.shape == stacktrace.Head:
		return stacktrace.Begin
	case e.shape == stacktrace.Indented && e.head.structured && p.head.format != ".NET console" &&
		(e.head.level != event.Unknown || !p.isMessage(e)) && (!p.trace.seen || p.isAligned(e)):
		return stacktrace.Begin // some loggers right-align their levels
	case isPlain(e.shape) && p.isMessage(e):
		return stacktrace.Join
	}
	_, how := p.trace.ahead.After(e.first, e.shape)
	return p.settle(how, e)
}

// settle decides by times and heads if the rule leaves the question open.
func (p *pending) settle(how stacktrace.Joining, e *entry) stacktrace.Joining {
	// In a stream with heads or times, lines that have none are likely one message if logged at once.
	headless := p.headed || p.timed && !p.stamped && !e.stamped
	together := headless && len(p.held) < maxBare && p.isAtOnce(e)
	logged := p.head.shape == stacktrace.Head && p.isAtOnce(e) // logged at once with a logger's message
	name, _, _ := strings.Cut(e.first, ":")
	qualified := logged && strings.Contains(name, ".") // an exception that may have no frames, like Kafka's
	switch {
	case how == stacktrace.Join, how == stacktrace.Note && together && p.trace.loose < maxLoose,
		how == stacktrace.Loose && p.trace.loose < maxLoose && !e.hasTrace(),
		how == stacktrace.Apart && !p.whole && len(e.rest) == 0 && e.first != p.text.lines[0],
		how == stacktrace.Hold && p.trace.phase.Logged() && len(p.held) == 0 && e.shape == stacktrace.Header && (qualified || e.hasTrace()):
		return stacktrace.Join
	case how == stacktrace.Begin, how == stacktrace.Loose, how == stacktrace.Apart,
		how == stacktrace.Together && !together && !logged,
		len(e.rest) > 0, len(p.held) >= maxHeld: // a record of several lines needs no later line to classify it
		return stacktrace.Begin
	}
	return stacktrace.Hold
}

// companions are the labels of the lines that PostgreSQL prints below an error. They follow the same prefix.
var companions = [...]string{"DETAIL:  ", "HINT:  ", "CONTEXT:  ", "STATEMENT:  ", "QUERY:  ", "LOCATION:  "}

// isCompanion reports whether the entry is a further line of the failure, as some programs print them.
func (p *pending) isCompanion(e *entry) bool {
	line, above := e.first, p.text.lines[0]
	switch {
	case e.request != "" && e.request == p.event.RequestID && strings.HasSuffix(p.event.Format, "Rails") && !isBlank(above):
		return true // see peelRequest
	case p.head.level < event.Warn:
		return false
	case strings.HasSuffix(p.event.Format, "npm"):
		return strings.HasPrefix(line, above[:len("npm ERR!")])
	case !strings.Contains(line, ":  "):
		return strings.HasPrefix(line, "Runtime.") && isWord(line) && p.event.Format == "AWS Lambda" // the type after "Runtime exited"
	}
	for _, word := range companions {
		if i := strings.Index(line, word); i >= 0 && strings.HasPrefix(withoutDigits(above), withoutDigits(line[:i])) {
			return true
		}
	}
	return false
}

// withoutDigits removes the digits of a prefix, which may contain a counter, such as a session's line number.
func withoutDigits(s string) string {
	return strings.Join(strings.FieldsFunc(s, unicode.IsDigit), "")
}

// isAligned reports whether the entry is indented like the event's first line, which has a level, or by the one
// space in front of a short level, as in Spring Boot's "2026-11-22T10:00:00.123Z  INFO 1 --- [".
func (p *pending) isAligned(e *entry) bool {
	indent := leading(e.first, " \t")
	return p.head.level != event.Unknown && indent == leading(p.text.lines[0], " \t") ||
		e.stamped && e.head.level != event.Unknown && indent == 1
}

func isPlain(s stacktrace.Shape) bool { return s == stacktrace.Text || s == stacktrace.Header }

// isAtOnce reports whether a one-line record was logged at once with the last. Access log lines never count.
func (p *pending) isAtOnce(e *entry) bool {
	return len(e.rest) == 0 && !strings.Contains(e.first, " HTTP/") && !p.pausedBefore(e, atOnce)
}

// pausedBefore reports whether more than most passed since the last record, as far as their times are known.
// The source's filter may then have dropped lines of another event in between.
func (p *pending) pausedBefore(e *entry, most time.Duration) bool {
	return e.record.Time.Sub(p.last) > most && !p.last.IsZero()
}

// maxLanes bounds the parked failures of a stream, which wait for more lines while other requests log.
const maxLanes = 16

// changeLane parks the pending failure if the entry belongs to another request, and resumes the failure of
// the entry's request. Some servers log the request id or thread on every line, including those of traces.
func (f *Framer) changeLane(s *stream, e *entry) {
	lane := e.head.lane
	if lane == "" || e.shape != stacktrace.Head || !s.pending.active || s.pending.head.lane == lane || s.pending.isCompanion(e) {
		return
	}
	if s.pending.head.lane != "" && s.pending.failing() {
		s.parked = append(s.parked, s.pending)
		s.pending = s.pending.next()
	}
	i := slices.IndexFunc(s.parked, func(p pending) bool { return p.head.lane == lane })
	if i >= 0 {
		f.end(s)
		s.unpark(i)
	} else if len(s.parked) > maxLanes {
		current := s.pending
		s.unpark(0)
		f.end(s)
		s.pending = current
	}
}

func (s *stream) unpark(i int) {
	s.pending = s.parked[i]
	s.parked = slices.Delete(s.parked, i, i+1)
}

// continued returns the entry without its head if it continues a failure that was logged line by line.
func (p *pending) continued(e entry) (entry, bool) {
	if !p.failing() || e.head.format == ".NET console" || e.head.format == "SQL Server" || !p.sameHead(&e) || e.stamped != p.stamped {
		return e, false
	}
	logged, inner := e, e // copies, so that only entries that get here escape to the heap
	inner.logged, inner.head = &logged, head{}
	inner.first, _ = behindHead(&e, p.head.gap)
	inner.shape = stacktrace.ShapeOf(inner.first)
	if isPlain(inner.shape) && p.atOneMoment(&e) {
		inner.shape = stacktrace.Indented
	}
	return inner, p.continues(inner.shape, &e) && p.verdict(&inner) != stacktrace.Begin
}

// continues reports whether the text after a head, which has shape s, may be a further line of the failure.
func (p *pending) continues(s stacktrace.Shape, e *entry) bool {
	_, how := p.trace.ahead.After(e.head.message, s)
	switch {
	case s.NeedsHead():
		return true
	case len(e.rest) > 0:
		return false
	case isPlain(s):
		return p.awaitsMessage() || p.trace.seen && (how == stacktrace.Join || how == stacktrace.Loose && p.trace.phase.Dying()) ||
			e.head.lane != "" && s == stacktrace.Header && p.trace.phase.Logged()
	case s == stacktrace.Indented, s == stacktrace.Blank, s == stacktrace.Closing:
		return p.trace.seen || p.head.said != "" || p.atOneMoment(e)
	case s == stacktrace.Traceback:
		return e.head.lane != "" || p.trace.seen
	}
	return s.Dies() && how != stacktrace.Begin
}

// atOneMoment reports whether one logger call printed both lines: their heads are equal to the microsecond.
func (p *pending) atOneMoment(e *entry) bool {
	head, ok := strings.CutSuffix(e.first, e.head.message)
	dot := strings.IndexAny(head, ".,")
	return ok && dot > 0 && len(head) > dot+6 && isNumber(head[dot+1:dot+7]) && strings.HasPrefix(p.text.lines[0], strings.TrimRight(head, " "))
}

// behindHead returns the message, with white space beyond usual before it, and the width of the whole gap.
func behindHead(e *entry, usual int) (behind string, gap int) {
	i := strings.LastIndex(e.first, e.head.message)
	if i <= 0 || e.head.message == "" {
		return e.head.message, 1
	}
	if gap = i - len(strings.TrimRight(e.first[:i], " \t")); gap > usual {
		return e.first[i-(gap-usual):], gap
	}
	return e.head.message, gap
}

// sameHead reports whether the entry's head has the pending event's level and request or thread.
func (p *pending) sameHead(e *entry) bool {
	return p.head.shape == stacktrace.Head && e.shape == stacktrace.Head && e.head.lane == p.head.lane && e.head.level == p.head.level
}
