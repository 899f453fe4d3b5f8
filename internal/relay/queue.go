package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/inbound"
)

const (
	maxBatches     = 100                    // waiting at most: 6 MB, or 100 s at one dispatch per second, as GitHub asks
	crowded        = 10                     // if more batches wait, the first events are sent early, so that a long coalesce cannot fill the queue
	reservedForIDs = inbound.MaxPayload / 2 // bytes kept free for ids in a batch that follows one filled by ids
)

// Queue keeps accepted deliveries until they are dispatched in batches, the oldest batch first. If there is
// room, another occurrence of a waiting error joins that error's batch, and a new error joins the last batch.
type Queue struct {
	coalesce time.Duration
	dispatch Dispatch
	log      *slog.Logger
	clock    clock.Clock
	metrics  *Metrics

	mu      sync.Mutex
	wake    func()                       // ends the sleep of Run, which may have something to do
	batches []*batch                     // oldest first, after a requested scan
	stopped error                        // ErrStopping after Stop, otherwise nil
	recent  *lru.Cache[string, struct{}] // accepted ids, to recognise replays
}

type batch struct {
	kind   string        // TypeEvents or TypeScan
	events inbound.Batch // empty for a scan
	due    time.Time
	full   bool // has no room for another id; sent at once
	sealed bool // being sent; nothing may join it
}

// NewQueue returns an empty queue. A batch waits up to coalesce for more events before it is sent.
func NewQueue(coalesce time.Duration, dispatch Dispatch, c Config, m *Metrics) *Queue {
	recent, _ := lru.New[string, struct{}](50_000) // about 200 bytes each; no error, because the size is positive
	q := &Queue{coalesce: coalesce, dispatch: dispatch, log: c.Log, clock: c.Clock, metrics: m, wake: func() {}, recent: recent}
	m.set.NewGauge("errmon_relay_waiting_events", func() float64 {
		q.mu.Lock()
		defer q.mu.Unlock()
		n := 0
		for _, b := range q.batches {
			n += len(b.events.IDs())
		}
		return float64(n)
	})
	return q
}

// Add accepts a delivery, or returns ErrReplay, ErrFull or ErrStopping. It never waits.
func (q *Queue) Add(_ context.Context, d Delivery) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stopped != nil {
		return q.stopped
	}
	if d.Scan {
		if len(q.batches) == 0 || q.batches[0].kind != TypeScan {
			q.batches = slices.Insert(q.batches, 0, &batch{kind: TypeScan, due: q.clock.Now().Add(q.coalesce)})
			q.wake()
		}
		return nil
	}
	id := d.Entry.IDs[0]
	if _, known := q.recent.Get(id); known {
		return ErrReplay
	}
	if !q.join(d.Entry) {
		return ErrFull
	}
	q.recent.Add(id, struct{}{})
	q.metrics.event("accepted", 1)
	return nil
}

func (q *Queue) join(e inbound.Entry) bool {
	next := &batch{kind: TypeEvents, due: q.clock.Now().Add(q.coalesce)}
	for i, b := range q.batches {
		known, last := b.events.Has(e), i == len(q.batches)-1
		switch {
		case b.sealed || b.kind == TypeScan || !known && !last:
		case b.events.Add(e):
			return true
		case known:
			b.full, next.events.Reserve = true, reservedForIDs
			q.wake()
		}
	}
	if len(q.batches) >= maxBatches {
		return false
	}
	next.events.Add(e) // always fits an empty batch
	q.batches = append(q.batches, next)
	q.wake()
	return true
}

// Stop makes the queue refuse new deliveries and dispatch its batches without waiting for more events.
func (q *Queue) Stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = ErrStopping
	q.wake()
}

// Ready returns nil if another event would be accepted.
func (q *Queue) Ready() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.batches) >= maxBatches {
		return ErrFull
	}
	return q.stopped
}

// next returns the batch to dispatch now, if any, or else how long Run may sleep. The queue calls wake to end
// that sleep early. done is true if the queue is stopped and empty.
func (q *Queue) next(wake func()) (b *batch, wait time.Duration, done bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wake = wake
	now, wait := q.clock.Now(), time.Duration(math.MaxInt64)
	for _, b := range q.batches {
		left := b.due.Sub(now)
		early := b.full || b.kind == TypeEvents && len(q.batches) > crowded
		if q.stopped != nil || early || left <= 0 {
			b.sealed = true
			return b, 0, false
		}
		wait = min(wait, left)
	}
	return nil, wait, q.stopped != nil
}

// Run dispatches until the queue is stopped and empty, or the context ends. Its error counts the lost events.
func (q *Queue) Run(ctx context.Context) error {
	lost, why := 0, "GitHub refused them"
	for done := false; !done && ctx.Err() == nil; {
		asleep, wake := context.WithCancel(ctx)
		var b *batch
		var wait time.Duration
		switch b, wait, done = q.next(wake); {
		case b != nil:
			lost += q.send(ctx, b)
		case !done:
			_ = q.clock.Sleep(asleep, wait)
		}
		wake()
	}
	q.Stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, b := range q.batches { // left when the context ended
		ids := b.events.IDs()
		q.log.Error("undelivered", "events", len(ids), "ids", ids)
		q.metrics.event("undelivered", len(ids))
		lost, why = lost+len(ids), "the relay was stopped before GitHub accepted them"
	}
	q.batches = nil
	if lost == 0 {
		return nil
	}
	return fmt.Errorf("%d accepted events were not delivered: %s; their ids are in the log", lost, why)
}

// send dispatches a batch, retrying until ctx ends. It returns how many events GitHub refused for good.
func (q *Queue) send(ctx context.Context, b *batch) (lost int) {
	again := backoff.ExponentialBackOff{InitialInterval: 2 * time.Second, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: time.Minute}
	ids := b.events.IDs()
	log := q.log.With("type", b.kind, "events", len(ids))
	for {
		switch err := q.dispatch(ctx, b.kind, b.events.Payload()); {
		case err == nil:
			q.metrics.dispatched(b.kind, "sent")
			q.metrics.event("dispatched", len(ids))
			log.Info("dispatched", "waited_ms", q.clock.Now().Sub(b.due.Add(-q.coalesce)).Milliseconds())
			q.remove(b)
			return 0
		case errors.Is(err, github.ErrRefused):
			log.Error("a dispatch failed", "ids", ids, "error", err)
			q.metrics.dispatched(b.kind, "failed")
			q.metrics.event("failed", len(ids))
			q.remove(b, ids...)
			return len(ids)
		default:
			q.metrics.dispatched(b.kind, "repeated")
			log.Warn("GitHub did not accept a dispatch: it will be sent again", "error", err)
			if q.clock.Sleep(ctx, again.NextBackOff()) != nil {
				return 0
			}
		}
	}
}

// remove drops a batch that was sent or refused. It forgets the failed ids, so that a redelivery is accepted.
func (q *Queue) remove(b *batch, failed ...string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.batches = slices.DeleteFunc(q.batches, func(c *batch) bool { return c == b })
	for _, id := range failed {
		q.recent.Remove(id)
	}
}
