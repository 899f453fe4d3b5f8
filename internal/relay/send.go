package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/org/errmon-action/internal/github"
)

// Run dispatches until the queue is stopped and empty, or the context ends. It
// retries temporary failures for as long as they last; what GitHub refuses for good
// is logged with its ids and counted. The error states how many accepted events
// were not delivered.
func (q *Queue) Run(ctx context.Context) error {
	failed := 0
	for ctx.Err() == nil {
		asleep, wake := context.WithCancel(ctx)
		b, wait, done := q.next(wake)
		switch {
		case done:
			wake()
			return lost(failed, "GitHub refused them")
		case b == nil && wait < 0:
			<-asleep.Done()
		case b == nil:
			_ = q.clock.Sleep(asleep, wait)
		case !q.send(ctx, b):
			failed += len(b.arrived)
		}
		wake()
	}
	left := q.abandon()
	return lost(failed+left, "the relay was stopped before GitHub took them")
}

func lost(events int, why string) error {
	if events == 0 {
		return nil
	}
	return fmt.Errorf("%d accepted events were not delivered: %s; their ids are in the log", events, why)
}

// send dispatches a batch, retrying as often as needed, and returns false if GitHub
// refuses it for good. If the context ends first, the batch stays.
func (q *Queue) send(ctx context.Context, b *batch) bool {
	payload, err := b.payload()
	again := backoff.ExponentialBackOff{InitialInterval: 2 * time.Second, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: time.Minute}
	for err == nil {
		if err = q.dispatch(ctx, b.kind, payload); err == nil {
			q.sent(b)
			return true
		}
		if errors.Is(err, github.ErrRefused) {
			break
		}
		q.metrics.dispatched(b.kind, "repeated")
		q.log.Warn("GitHub did not accept a dispatch: it will be sent again", "type", b.kind, "events", len(b.arrived), "error", err)
		if q.clock.Sleep(ctx, again.NextBackOff()) != nil {
			return true // it is abandoned with the rest
		}
		err = nil
	}
	q.log.Error("a dispatch failed", "type", b.kind, "events", len(b.arrived), "ids", b.events.IDs(), "error", err)
	q.metrics.dispatched(b.kind, "failed")
	q.metrics.event("failed", len(b.arrived))
	q.remove(b, true)
	return false
}

func (b *batch) payload() ([]byte, error) {
	if b.kind == TypeScan {
		return nil, nil
	}
	return b.events.Payload()
}

func (q *Queue) sent(b *batch) {
	now := q.clock.Now()
	for _, t := range b.arrived {
		q.metrics.delayed(now.Sub(t))
	}
	q.metrics.dispatched(b.kind, "sent")
	q.metrics.event("dispatched", len(b.arrived))
	q.log.Info("dispatched", "type", b.kind, "events", len(b.arrived), "waited_ms", now.Sub(b.due.Add(-q.coalesce)).Milliseconds())
	q.remove(b, false)
}

// abandon logs and counts what is left when time is up.
func (q *Queue) abandon() int {
	q.Stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	left := 0
	for _, b := range q.batches {
		q.log.Error("undelivered", "events", len(b.arrived), "ids", b.events.IDs())
		left += len(b.arrived)
	}
	q.batches = nil
	q.metrics.event("undelivered", left)
	return left
}
