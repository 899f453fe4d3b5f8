package logtext

import (
	"strings"
	"time"
	"unicode"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// verdict is what becomes of a record.
type verdict int

const (
	begin verdict = iota // it begins a new event
	join                 // it goes on with the pending one
	hold                 // a later record decides
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

// verdict decides by the shape of the record's first line, the rules of the
// runtimes, and what only times and heads show.
func (p *pending) verdict(e *entry) verdict {
	switch {
	case p.ownsTime(e), p.isLate(e):
		return begin
	case p.isCompanion(e.first), p.isTagged(e):
		return join
	case e.shape == stacktrace.Head:
		return joinIf(p.head.twoLines && len(p.text.lines) == 1 && e.head.level != event.Unknown)
	case e.shape == stacktrace.Indented && e.head.structured && !p.trace.seen && (e.head.level != event.Unknown || !p.isMessage(e)):
		return begin // some loggers align their levels to the right
	case isPlain(e.shape) && p.isMessage(e), e.first == "Runtime.ExitError" && strings.Contains(p.head.message, "Runtime exited"):
		return join
	}
	_, how := p.trace.ahead.After(e.first, e.shape)
	return p.settle(how, e)
}

// settle decides where a rule leaves something open.
func (p *pending) settle(how stacktrace.Joining, e *entry) verdict {
	together := p.saidTogether(e)
	switch how {
	case stacktrace.Join:
		return join
	case stacktrace.Loose:
		return joinIf(p.trace.loose < maxLoose && !e.hasTrace())
	case stacktrace.Apart:
		return joinIf(!p.whole && len(e.rest) == 0 && e.first != p.text.lines[0])
	case stacktrace.Note:
		if together && p.trace.loose < maxLoose {
			return join
		}
	case stacktrace.Together:
		if !together && !(p.head.shape == stacktrace.Head && p.isAtOnce(e)) {
			return begin
		}
	case stacktrace.Hold:
		if p.trace.phase.Logged() && len(p.held) == 0 && e.shape == stacktrace.Header && (e.hasTrace() || p.isThrown(e)) {
			return join
		}
	default:
		return begin
	}
	if len(e.rest) > 0 || len(p.held) >= maxHeld { // a record of several lines shows by itself what it is
		return begin
	}
	return hold
}

// isThrown recognises an exception that was logged at once with a message. It may have no
// frames, as Kafka's, which would let it begin an event of its own.
func (p *pending) isThrown(e *entry) bool {
	name, _, _ := strings.Cut(e.first, ":")
	return p.head.shape == stacktrace.Head && p.isAtOnce(e) && strings.Contains(name, ".")
}

func joinIf(yes bool) verdict {
	if yes {
		return join
	}
	return begin
}

// companions begin the lines that PostgreSQL prints below an error, with the prefix of that.
var companions = [...]string{"DETAIL:  ", "HINT:  ", "CONTEXT:  ", "STATEMENT:  ", "QUERY:  ", "LOCATION:  "}

func (p *pending) isCompanion(line string) bool {
	if p.head.level < event.Warn {
		return false
	}
	if strings.HasSuffix(p.event.Format, "npm") { // one failure is several lines of it
		return strings.HasPrefix(line, p.text.lines[0][:len("npm ERR!")])
	}
	if !strings.Contains(line, ":  ") {
		return strings.HasPrefix(line, "Runtime.") && isWord(line) && p.event.Format == "AWS Lambda" // the kind of an exit
	}
	for _, word := range companions {
		if i := strings.Index(line, word); i >= 0 && strings.HasPrefix(withoutDigits(p.text.lines[0]), withoutDigits(line[:i])) {
			return true
		}
	}
	return false
}

// isTagged recognises a further line of an error that Rails 8 printed, see peelRequest.
func (p *pending) isTagged(e *entry) bool {
	return e.request != "" && e.request == p.event.RequestID && strings.HasSuffix(p.event.Format, "Rails") && !isBlank(p.text.lines[0])
}

// withoutDigits leaves out what a prefix counts, such as the lines of a session.
func withoutDigits(s string) string {
	return strings.Join(strings.FieldsFunc(s, unicode.IsDigit), "")
}

// isPlain recognises the lines that a message may consist of.
func isPlain(s stacktrace.Shape) bool { return s == stacktrace.Text || s == stacktrace.Header }

// ownsTime recognises a line that carries a time of its own, after lines that carry
// none, from a further line of theirs.
func (p *pending) ownsTime(e *entry) bool { return e.stamped && !p.stamped && isPlain(e.shape) }

// saidTogether recognises a line that belongs to the one before it in all likelihood, as the lines
// of one message do: neither has a head, in a stream whose loggers put heads before theirs, and
// hardly any time is between. Lines of access logs have none, and follow on failures.
func (p *pending) saidTogether(e *entry) bool {
	headless := p.headed || p.timed && !p.stamped && !e.stamped
	return headless && len(p.held) < maxBare && p.isAtOnce(e)
}

func (p *pending) isAtOnce(e *entry) bool {
	return len(e.rest) == 0 && !strings.Contains(e.first, " HTTP/") && !p.pausedBefore(e, atOnce)
}

// pausedBefore reports whether more time than that went by before the record, if
// the source knows: a filter leaves out what was logged in between, so that one
// failure may seem to go on with the one before.
func (p *pending) pausedBefore(e *entry, most time.Duration) bool {
	return e.record.Time.Sub(p.last) > most && !p.last.IsZero()
}

// isLate recognises a record that comes too long after the last to be of the same
// failure: a line that others may print as well sooner than one of a trace. A
// frame of Python may be the first line of a syntax error.
func (p *pending) isLate(e *entry) bool {
	if e.shape.NeedsHead() && e.shape != stacktrace.PythonFrame || e.shape == stacktrace.Head {
		return p.pausedBefore(e, Settle)
	}
	return p.pausedBefore(e, atOnce)
}
