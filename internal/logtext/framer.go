// Package logtext joins the records of a source back into events, recognises their log format, and reads
// their fields: time, level, message, logger, service, ids, and the text of the stack trace.
//
// # Framing
//
// A log source splits a program's output into records, often one per line. A record either begins an event or
// continues the previous event of its stream. Records of one stream arrive in the order they were logged.
// What a logger prints in front of a message (time, level, thread, logger name) is called a head.
//
//   - transport.go and entry.go strip prefixes that a transport added or that repeat on every line, and
//     reassemble lines that were split.
//   - Package stacktrace classifies each line, and defines which kinds of line follow each other in a trace.
//   - join.go uses that to decide whether a line continues the event. Where it leaves the question open, time
//     decides: lines of one failure are logged at once. If every line names its request or thread,
//     join.go also separates the requests or threads within a stream.
//   - pending.go holds the unfinished event, and opening.go what its first lines contain.
//   - head.go and its siblings read heads; level.go, clock.go and timestamp.go parse levels and times, and
//     formats.go lists the heads that need their own rule.
//   - scan.go, fields.go and keys.go read JSON and logfmt, exception.go exceptions logged as objects, and
//     service.go the records of AWS and other services.
//
// The lines of one record always stay together. A log head at warn or worse, the exception line after it, its
// frames and its causes are one event. A head below warn is not part of the trace: an uncaught exception is
// often printed right after an ordinary line, and must not get that line's level. Frames with nothing above
// them are the end of a trace whose beginning was not read; they are dropped, since they would count the
// failure twice.
//
// In a stream of lines without heads, two kinds of line cannot be attributed: the message lines that Perl and
// Tcl print above their frames, and the notes that Python prints below the exception line (PEP 678).
//
// # Levels
//
// A structured level field wins, then a level in the line's head, then the transport's level (syslog's
// priority), then the shape (in JSON, right after the level field): a trace, a lone exception line, or a
// Lambda timeout or exit without a level is an error; a Go panic or another report that the process died is
// fatal. Words later in the line ("0 errors", "error=nil") are ignored.
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

// Settle is how long after its last line a trace may still grow, if it is logged one line per record. Until
// then it waits for the next read.
const Settle = 10 * time.Second

// maxStreams bounds memory: beyond it, the events of the stream that was silent longest are ended.
const maxStreams = 1024

// Framer joins records into events. It is not safe for concurrent use.
type Framer struct {
	emit    func(event.Event)
	keys    *keyTable
	streams map[streamKey]*list.Element
	recent  *list.List // *stream elements, most recently used first
}

// streamKey identifies a stream. within is the stream named in the text itself, as in "aws logs tail" output.
type streamKey struct{ source, stream, within string }

type stream struct {
	key     streamKey
	prefix  prefix
	within  string // the stream named by the last line that named one, see Add
	pending pending
	parts   parts
	parked  []pending // failures of other requests, see changeLane
	failed  failed
}

// NewFramer returns a framer that calls emit with each event once it is complete. Events of a stream come in
// the order of their first lines, unless lines of several requests are interleaved.
//
// In JSON records, a team's own keys take precedence over those of the common loggers. team maps a
// field ("level", "message", "logger", "service", "release", "commit", "environment", "request-id",
// "trace-id", "stack", "error-type" or "error-message"; other names are ignored) to its keys, preferred key
// first, with dots for nested objects.
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
	if e.within != "" || base.within != "" && e.format == "" {
		// A line without a prefix may continue one whose own head was taken for a transport's prefix.
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

// add joins the entry to the stream's pending event, or begins a new one.
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
	case stacktrace.Hold: // until a later entry shows whether it belongs to the event
		p.trace.ahead, _ = p.trace.ahead.After(e.first, e.shape)
		p.held = append(p.held, e)
	case stacktrace.Begin:
		f.split(s)
		f.add(s, e) // it may belong to an event that the held lines began
	}
}

// split emits the pending event without its held lines and adds those again. The first of them begins an
// event, so fewer are held each time and the recursion ends.
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

// Flush ends the read at now. It emits complete events. It drops an event that may be a trace logged one line
// per record if its last line is younger than Settle, since more lines may follow. It returns the time of the
// first line of the earliest dropped event, where the next read should begin, or the zero time. Records
// without a time never wait.
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
		return last.Value.(*stream) // most lines follow one of the same stream, so this saves a lookup
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
