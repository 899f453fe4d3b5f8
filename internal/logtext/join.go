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
	join                 // it continues the pending one
	hold                 // a later record decides
)

// maxLoose bounds the lines by which a message may go on while nothing certain follows,
// and maxHeld those that wait for something certain; maxBare applies where hardly ever
// anything comes. The lines of one message are at most atOnce apart.
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
	case e.stamped && !p.stamped && isPlain(e.shape), p.isLate(e): // a line with its own time continues none without
		return begin
	case p.isCompanion(e):
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
	// The lines of one message likely belong together: none has a head, in a stream whose loggers
	// print heads, and hardly any time is between them.
	headless := p.headed || p.timed && !p.stamped && !e.stamped
	together := headless && len(p.held) < maxBare && p.isAtOnce(e)
	logged := p.head.shape == stacktrace.Head && p.isAtOnce(e) // at once with a logger's message
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
		if !together && !logged {
			return begin
		}
	case stacktrace.Hold:
		name, _, _ := strings.Cut(e.first, ":")
		thrown := logged && strings.Contains(name, ".") // perhaps without frames, as Kafka's exceptions are
		if p.trace.phase.Logged() && len(p.held) == 0 && e.shape == stacktrace.Header && (e.hasTrace() || thrown) {
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

func joinIf(yes bool) verdict {
	if yes {
		return join
	}
	return begin
}

// companions begin the lines that PostgreSQL prints below an error, with the same prefix.
var companions = [...]string{"DETAIL:  ", "HINT:  ", "CONTEXT:  ", "STATEMENT:  ", "QUERY:  ", "LOCATION:  "}

// isCompanion recognises the further lines by which some programs report one failure.
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
		return strings.HasPrefix(line, "Runtime.") && isWord(line) && p.event.Format == "AWS Lambda" // the kind of an exit
	}
	for _, word := range companions {
		if i := strings.Index(line, word); i >= 0 && strings.HasPrefix(withoutDigits(above), withoutDigits(line[:i])) {
			return true
		}
	}
	return false
}

// withoutDigits leaves out what a prefix counts, such as the lines of a session.
func withoutDigits(s string) string {
	return strings.Join(strings.FieldsFunc(s, unicode.IsDigit), "")
}

// isPlain recognises the lines that a message may consist of.
func isPlain(s stacktrace.Shape) bool { return s == stacktrace.Text || s == stacktrace.Header }

// isAtOnce reports whether the record came at once. Lines of access logs follow failures too, and do not count.
func (p *pending) isAtOnce(e *entry) bool {
	return len(e.rest) == 0 && !strings.Contains(e.first, " HTTP/") && !p.pausedBefore(e, atOnce)
}

// pausedBefore reports whether more time than that went by before the record, if the source knows: a filter leaves
// out what was logged in between, so that one failure may seem to continue the one before.
func (p *pending) pausedBefore(e *entry, most time.Duration) bool {
	return e.record.Time.Sub(p.last) > most && !p.last.IsZero()
}

// isLate recognises a record that comes too long after the last to be of the same failure. Lines
// that others may print as well are late sooner than those of a trace; so is a frame of Python,
// which may be the first line of a syntax error.
func (p *pending) isLate(e *entry) bool {
	if e.shape.NeedsHead() && e.shape != stacktrace.PythonFrame || e.shape == stacktrace.Head {
		return p.pausedBefore(e, Settle)
	}
	return p.pausedBefore(e, atOnce)
}
