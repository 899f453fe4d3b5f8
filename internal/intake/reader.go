package intake

import (
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/logtext"
)

// batchSize is how many events are handed over at once, since handing over each would
// cost more than is gained. They hold a few KB each.
const batchSize = 128

// Reader reads one input into an Intake. The caller's goroutine joins lines into
// events, and another parses and counts them, so that a long file keeps two cores
// busy. End it with Flush before the Intake is used otherwise.
type Reader struct {
	framer  *logtext.Framer
	batch   []event.Event
	batches chan []event.Event
	counted chan struct{} // closed when all that was handed over is counted
}

// Reader returns a Reader, whose events are parsed and counted in their order.
func (in *Intake) Reader() *Reader {
	r := &Reader{batches: make(chan []event.Event, 2), counted: make(chan struct{})}
	r.framer = in.Framer(func(e event.Event) {
		if r.batch = append(r.batch, e); len(r.batch) == batchSize {
			r.batches <- r.batch
			r.batch = make([]event.Event, 0, batchSize)
		}
	})
	go func() {
		defer close(r.counted)
		for batch := range r.batches {
			for i := range batch {
				if in.Parse(&batch[i]); batch[i].Decision.Keep {
					in.Count(batch[i])
				}
			}
		}
	}()
	return r
}

// Add takes the next record of its stream.
func (r *Reader) Add(record event.Record) { r.framer.Add(record) }

// Flush ends the events whose last line was logged before a time, as logtext.Framer.Flush does, and
// waits until all are counted. Nothing can be added after it.
func (r *Reader) Flush(now time.Time) {
	r.framer.Flush(now)
	r.batches <- r.batch
	close(r.batches)
	<-r.counted
}
