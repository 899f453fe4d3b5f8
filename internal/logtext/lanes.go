package logtext

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/stacktrace"
)

// This file separates the requests interleaved in one stream, if the logger puts the
// request's id or the thread in front of every line, traces included:
//
//	ERROR [exec-1] checkout failed
//	INFO  [exec-2] order 8 paid
//	ERROR [exec-1] java.lang.IllegalStateException: no price
//	ERROR [exec-1] 	at com.acme.Cart.total(Cart.java:7)

// maxLanes bounds the failures of one stream that wait for more of their lines while others are logged.
const maxLanes = 16

// changeLane parks the pending failure if the entry is of another request, and resumes the entry's own.
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

// continued returns the entry without its logger's head if what is behind it continues
// the pending failure, whose lines the logger then logged one by one.
func (p *pending) continued(e entry) (entry, bool) {
	tagged := p.head.tag != "" && strings.HasPrefix(e.first, p.head.tag)
	if !p.failing() || e.head.format == ".NET console" || !tagged && (!p.sameHead(&e) || e.stamped != p.stamped) {
		return e, false
	}
	logged, inner := e, e // copies, so that no other entry goes to the heap
	inner.logged, inner.head = &logged, head{}
	if !tagged {
		inner.first = behindHead(&e, p.head.gap)
	}
	inner.first = p.head.untagged(inner.first)
	inner.shape = stacktrace.ShapeOf(inner.first)
	if !tagged && isPlain(inner.shape) && p.atOneMoment(&e) {
		inner.shape = stacktrace.Indented
	}
	if tagged || p.continues(inner.shape, &e) {
		return inner, p.verdict(&inner) != begin
	}
	return e, false
}

// continues reports whether what is behind a head, of that shape, may be a further line of the failure.
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

// atOneMoment reports whether the head is literally that of the first line, with a time
// in microseconds: the logger was called once.
func (p *pending) atOneMoment(e *entry) bool {
	head, ok := strings.CutSuffix(e.first, e.head.message)
	dot := strings.IndexAny(head, ".,")
	return ok && dot > 0 && len(head) > dot+6 && isNumber(head[dot+1:dot+7]) && strings.HasPrefix(p.text.lines[0], head)
}

// behindHead returns the message, indented by the white space in front of it that exceeds
// the first message's: loggers align theirs.
func behindHead(e *entry, usual int) string {
	gap := headGap(e)
	if gap <= usual {
		return e.head.message
	}
	i := strings.LastIndex(e.first, e.head.message)
	return e.first[i-(gap-usual):]
}

// headGap counts the white space between the head and the message.
func headGap(e *entry) int {
	head := e.first[:max(0, strings.LastIndex(e.first, e.head.message))]
	if head == "" || e.head.message == "" {
		return 1
	}
	return len(head) - len(strings.TrimRight(head, " \t"))
}

// withoutHead returns a further line of a record without the head that its logger put in front of every line.
func (p *pending) withoutHead(line string) string {
	const alike = 4 // bytes that such heads begin with
	line = p.head.untagged(line)
	if p.head.shape != stacktrace.Head || len(line) < alike || !strings.HasPrefix(p.text.lines[0], line[:alike]) {
		return line
	}
	e := entry{carried: carried{first: line}}
	if e.readHead(); !p.sameHead(&e) {
		return line
	}
	return p.head.untagged(behindHead(&e, p.head.gap))
}

// sameHead reports whether the logger named the same level and request.
func (p *pending) sameHead(e *entry) bool {
	return p.head.shape == stacktrace.Head && e.shape == stacktrace.Head && e.head.lane == p.head.lane && e.head.level == p.head.level
}
