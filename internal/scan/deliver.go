package scan

import (
	"math"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/logtext"
)

// Deliver adds an event that was delivered, of which only the text may be known,
// and reports whether the policy kept it. Who sends a text here means an error,
// unless the text or the sender says another level.
func (p *Pipeline) Deliver(e event.Event) bool {
	if len(e.Exceptions) == 0 {
		e = p.frame(e)
	}
	if e.Level == event.Unknown {
		e.Level = event.Error
	}
	if !p.Policy.Keep(e) {
		return false
	}
	e.Stream = p.name(e.Stream)
	p.Parse(&e)
	p.count(e)
	if e.Issue != "" {
		p.grown[grouping.TrackedKey(e.Issue)] = true
	}
	return true
}

// frame reads the text of a delivered event as a log line is read. What the
// sender said beside the text counts more.
func (p *Pipeline) frame(e event.Event) event.Event {
	text := e.Message
	if text == "" {
		text = e.Text
	}
	if e.Stack != "" {
		text += "\n" + e.Stack
	}
	var read []event.Event
	framer := logtext.NewFramer(func(f event.Event) { read = append(read, f) })
	framer.UseKeys(p.Fields)
	framer.Add(event.Record{Source: e.Source, Text: text})
	framer.Flush(time.Unix(math.MaxInt32, 0))
	if len(read) == 0 { // frames alone: they are all there is
		return e
	}
	return saidBeside(e, read[0])
}

// saidBeside fills what e lacks from what was read of its text.
func saidBeside(e, read event.Event) event.Event {
	for _, field := range []struct {
		own  *string
		read string
	}{
		{&e.Stack, read.Stack}, {&e.Logger, read.Logger}, {&e.Service, read.Service}, {&e.Release, read.Release},
		{&e.Environment, read.Environment}, {&e.RequestID, read.RequestID}, {&e.TraceID, read.TraceID},
	} {
		if *field.own == "" {
			*field.own = field.read
		}
	}
	if e.Level == event.Unknown {
		e.Level = read.Level
	}
	e.Message = read.Message
	return e
}
