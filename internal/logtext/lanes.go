package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/stacktrace"
)

// This file tells apart the requests that one stream interleaves, where a logger
// puts the request's id or the thread in front of every line, those of a trace too:
//
//	ERROR [exec-1] checkout failed
//	INFO  [exec-2] order 8 paid
//	ERROR [exec-1] java.lang.IllegalStateException: no price
//	ERROR [exec-1] 	at com.acme.Cart.total(Cart.java:7)

// maxLanes bounds the failures of one stream that wait for lines of their own
// while others are logged.
const maxLanes = 16

// changeLane puts a failure aside whose request is not that of the entry, and
// takes up what the entry's own had begun.
func (f *Framer) changeLane(s *stream, e entry) {
	lane := e.head.lane
	if lane == "" || e.shape != stacktrace.Head || !s.pending.active || s.pending.head.lane == lane {
		return
	}
	if s.pending.head.lane != "" && s.pending.failing() {
		f.park(s)
	}
	for i := range s.parked {
		if s.parked[i].head.lane == lane {
			f.end(s)
			s.pending = s.parked[i]
			s.parked = append(s.parked[:i], s.parked[i+1:]...)
			return
		}
	}
}

func (f *Framer) park(s *stream) {
	s.parked = append(s.parked, s.pending)
	s.pending = pending{headed: s.pending.heads()}
	if len(s.parked) > maxLanes {
		f.endParked(s, 0)
	}
}

// endParked emits the event of a parked failure.
func (f *Framer) endParked(s *stream, i int) {
	current := s.pending
	s.pending = s.parked[i]
	s.parked = append(s.parked[:i], s.parked[i+1:]...)
	f.end(s)
	s.pending = current
}

// continued returns the entry without its logger's head where what is behind
// that goes on with the pending failure.
func (p *pending) continued(e entry) (entry, bool) {
	if e.shape != stacktrace.Head || !p.failing() || e.head.lane != p.head.lane || len(e.rest) > 0 || e.stamped != p.stamped {
		return e, false
	}
	logged, inner := e, e
	inner.first = behindHead(e.first, e.head.message)
	inner.shape = stacktrace.ShapeOf(inner.first)
	inner.head = head{}
	inner.logged = &logged
	_, how := p.trace.ahead.After(inner.first, inner.shape)
	switch s := inner.shape; {
	case s.NeedsHead(), s == stacktrace.Traceback && (e.head.lane != "" || p.trace.seen),
		p.trace.seen && (s == stacktrace.Indented || s == stacktrace.Blank || s == stacktrace.Closing),
		p.trace.seen && isPlain(s) && how == stacktrace.Join,
		e.head.lane != "" && s == stacktrace.Header && p.trace.phase.Logged():
		return inner, p.verdict(inner) != begin
	}
	return e, false
}

// behindHead is the message with the white space in front of it, but for the
// blank that parts it from the head.
func behindHead(line, message string) string {
	if i := strings.LastIndex(line, message); i > 0 && message != "" {
		start := len(strings.TrimRight(line[:i], " \t"))
		if i-start > 1 {
			return line[start+1:]
		}
		return line[i:]
	}
	return message
}
