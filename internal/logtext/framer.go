// Package logtext joins the records of a source back into events and reads their fields:
// time, level, message, logger, service, ids, and the text that holds the stack trace.
//
// # Framing
//
// A log source tears what a program printed into records, often one a line. A record begins an event with a head,
// or continues the event before it in its stream. The records of one stream come in the order they were logged.
//
//   - transport.go and entry.go remove what carried a line here or repeats on each, and join what was cut.
//   - The room stacktrace says what kind of line it is, and which kinds follow each other in a trace.
//   - join.go decides by that whether a line continues the event, and otherwise by time: lines of one failure come
//     at once. It separates the requests of one stream if every line names its request.
//   - pending.go holds the event that grows; opening.go what its first lines say.
//   - head.go and its siblings read what loggers print in front of a message; level.go, clock.go and timestamp.go
//     know the notations, and formats.go the heads that need a rule of their own.
//   - scan.go, fields.go and keys.go read JSON and logfmt, exception.go exceptions, service.go services' records.
//
// The lines of one record always stay together. A log head at warn or worse, the exception line after it, its
// frames and its causes are one event. A head below warn is not part of the trace: programs print what nobody
// caught right after an everyday line, and it must not get that line's level. Frames without anything above them
// are the rest of a trace whose beginning was not read; they are dropped, since they would count the failure twice.
//
// What cannot be separated: in a stream of lines without heads, a message's lines above the frames of Perl and Tcl,
// or below Python's exception line (PEP 678).
//
// # Levels
//
// A structured level field wins, then a level in the line's head, then the one that a transport gives (syslog's
// priority), then the shape: a trace, a lone exception line, or a Lambda time-out or exit without a level is an error;
// a Go panic or fatal error, which ends the process, is fatal. Words further in ("0 errors", "error=nil") mean nothing.
//
// It is pure and imports event, safe and stacktrace.
package logtext

import (
	"cmp"
	"container/list"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// Settle is how long a trace logged one line per record may grow: a younger one waits for the next read.
const Settle = 10 * time.Second

// maxStreams bounds the streams remembered at once, and so memory. The one silent for longest is ended first.
const maxStreams = 1024

// Framer joins records into events. It is not safe for concurrent use.
type Framer struct {
	emit    func(event.Event)
	keys    *keyTable
	streams map[streamKey]*list.Element
	recent  *list.List // of *stream, the one heard from last in front
}

// streamKey identifies a stream; within is the stream that the text itself names, as "aws logs tail" prints it.
type streamKey struct{ source, stream, within string }

type stream struct {
	key     streamKey
	prefix  prefix
	within  string // that the last line named, see Add
	pending pending
	parts   parts
	parked  []pending // failures of other requests, see changeLane
	failed  failed
}

// NewFramer returns a framer that calls emit with each event once it is complete, in the order of
// first lines within a stream.
//
// Structured records are read by a team's own keys before those of the common loggers: by the name of a
// field ("level", "message", "logger", "service", "release", "commit", "environment", "request-id",
// "trace-id", "stack", "error-type", "error-message"; other names are ignored), its keys, the preferred
// one first, with dots for nested objects.
func NewFramer(team map[string][]string, emit func(event.Event)) *Framer {
	f := &Framer{emit: emit, keys: commonKeys, streams: map[streamKey]*list.Element{}, recent: list.New()}
	if len(team) > 0 {
		f.keys = newKeyTable(team)
	}
	return f
}

// Add takes the next record of its stream.
func (f *Framer) Add(r event.Record) {
	e := carry(r)
	base := f.stream(streamKey{r.Source, r.Stream, ""})
	s := base
	base.within = cmp.Or(e.within, base.within)
	if e.within != "" || base.within != "" && e.format == "" { // a program's own head looks like a transport's
		s = f.stream(streamKey{r.Source, r.Stream, base.within})
	}
	s.prefix.cut(&e)
	if !f.gather(s, e) {
		f.take(s, e)
	}
}

func (f *Framer) take(s *stream, e entry) {
	e.read(f.keys)
	if e.fields == nil && s.prefix.learn(&e) {
		s.prefix.cut(&e)
		e.head = head{}
		e.read(f.keys)
	}
	if e.fields == nil {
		f.add(s, e)
		return
	}
	f.end(s)
	s.pending.headed = true
	ev := newEvent(&e)
	ev.Text, ev.Format = clip(e.first), joined(ev.Format, "json")
	e.fields.fill(&ev)
	ev.Level = cmp.Or(ev.Level, e.level)
	s.failed.once(e.fields, &ev)
	f.emit(ev)
}

// add lets the entry join what is pending in the stream, or begin anew.
func (f *Framer) add(s *stream, e entry) {
	f.changeLane(s, &e)
	p := &s.pending
	if !p.active {
		p.begin(&e)
		return
	}
	if inner, ok := p.continued(e); ok {
		e = inner
	}
	switch p.verdict(&e) {
	case stacktrace.Join:
		p.join(&e)
	case stacktrace.Hold: // until a later one shows whether it belongs to the event
		p.trace.ahead, _ = p.trace.ahead.After(e.first, e.shape)
		p.held = append(p.held, e)
	case stacktrace.Begin:
		f.split(s)
		f.add(s, e) // the lines held until then may have begun an event that it belongs to
	}
}

// split emits what is pending without the lines held, which are added again: fewer each time, so it ends.
func (f *Framer) split(s *stream) {
	held := s.pending.held
	s.pending.held = nil
	if e, ok := s.pending.finish(f.keys); ok {
		f.emit(e)
	}
	for _, h := range held {
		if h.logged != nil {
			h = *h.logged
		}
		f.add(s, h)
	}
}

func (f *Framer) end(s *stream) {
	for s.pending.active {
		f.split(s)
	}
}

// Flush ends the read at now: it emits what is complete, and drops each trace that is logged one
// line per record and whose last line is younger than Settle, since more of it may come. It returns
// the time of the first line of the earliest trace dropped, from which the next read should begin,
// or the zero time. Records without a time never wait.
func (f *Framer) Flush(now time.Time) (waiting time.Time) {
	for el := f.recent.Back(); el != nil; el = el.Prev() {
		s := el.Value.(*stream)
		f.release(s)
		for _, p := range append(s.parked, s.pending) {
			last, whole, tracelike := p.last, p.whole, p.trace.seen || p.trace.phase.Named()
			if n := len(p.held); n > 0 {
				last, whole, tracelike = p.held[n-1].record.Time, len(p.held[n-1].rest) > 0, true
			}
			waits := p.active && !p.trace.fragment && tracelike && !whole && !last.IsZero() && now.Sub(last) < Settle
			if s.pending = p; !waits {
				f.end(s)
			} else if waiting.IsZero() || p.first.Before(waiting) {
				waiting = p.first
			}
		}
	}
	clear(f.streams)
	f.recent.Init()
	return waiting
}

func (f *Framer) stream(key streamKey) *stream {
	if last := f.recent.Front(); last != nil && last.Value.(*stream).key == key {
		return last.Value.(*stream) // without a look-up, since most lines follow one of their stream
	}
	if el := f.streams[key]; el != nil {
		f.recent.MoveToFront(el)
		return el.Value.(*stream)
	}
	if len(f.streams) >= maxStreams {
		oldest := f.recent.Remove(f.recent.Back()).(*stream)
		delete(f.streams, oldest.key)
		f.release(oldest)
		for _, p := range append(oldest.parked, oldest.pending) {
			oldest.pending = p
			f.end(oldest)
		}
	}
	s := &stream{key: key}
	f.streams[key] = f.recent.PushFront(s)
	return s
}
