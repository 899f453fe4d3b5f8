package relay

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/org/errmon-action/internal/clock"
)

const (
	// maxBody is the longest body that is read, in bytes. Sentry itself accepts no
	// larger event.
	maxBody = 1 << 20
	// maxInFlight bounds the bodies held at once, in bytes, over all connections:
	// 16 of the longest, or some 3,000 typical webhooks of 5 KB.
	maxInFlight = 16 << 20
	// roomTimeout bounds the wait for a body that gives way. Sentry waits 1 s for
	// an answer.
	roomTimeout = 500 * time.Millisecond
)

var (
	errTooLarge = errors.New("at most 1 MB is read")
	errShed     = errors.New("other bodies needed the room")
	errNoRoom   = errors.New("too many bodies at once")
	errCutShort = errors.New("the body did not arrive whole")
)

// bodies are the request bodies held at once. When they fill maxInFlight, the ones
// that have been arriving for longest give way: a webhook arrives within
// milliseconds, so an old unfinished body is an attack or hopelessly slow.
type bodies struct {
	clock clock.Clock
	room  *semaphore.Weighted // of maxInFlight bytes

	mu       sync.Mutex
	arriving []*arriving // oldest first
}

// arriving is a body that is still incomplete.
type arriving struct {
	size  int64 // reserved
	abort func()
	shed  bool
}

func newBodies(c clock.Clock) *bodies {
	return &bodies{clock: c, room: semaphore.NewWeighted(maxInFlight)}
}

// read returns a request's body, which occupies its room until release is called.
// The error is errTooLarge, errShed, errNoRoom or errCutShort; release is nil then.
func (b *bodies) read(w http.ResponseWriter, r *http.Request) (body []byte, release func(), err error) {
	size := r.ContentLength
	switch {
	case size > maxBody:
		return nil, nil, errTooLarge
	case size < 0: // chunked
		size = maxBody
	}
	if err := b.reserve(r, size); err != nil {
		return nil, nil, err
	}
	if body, err = b.receive(w, r, size); err != nil {
		b.room.Release(size)
		return nil, nil, err
	}
	return body, func() { b.room.Release(size) }, nil
}

func (b *bodies) reserve(r *http.Request, size int64) error {
	if b.room.TryAcquire(size) {
		return nil
	}
	b.shed(size)
	ctx, cancel := b.clock.WithTimeout(r.Context(), roomTimeout, errNoRoom)
	defer cancel()
	if b.room.Acquire(ctx, size) != nil {
		return errNoRoom
	}
	return nil
}

// shed ends the reading of the oldest bodies, until they free size bytes.
func (b *bodies) shed(size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for size > 0 && len(b.arriving) > 0 {
		oldest := b.arriving[0]
		b.arriving = b.arriving[1:]
		oldest.shed = true
		oldest.abort()
		size -= oldest.size
	}
}

// receive reads the body into a buffer that never grows: growing would take
// twice the room reserved.
func (b *bodies) receive(w http.ResponseWriter, r *http.Request, size int64) ([]byte, error) {
	a := &arriving{size: size, abort: func() { _ = http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)) }}
	b.mu.Lock()
	b.arriving = append(b.arriving, a)
	b.mu.Unlock()

	buffer := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	_, err := buffer.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))

	b.mu.Lock()
	defer b.mu.Unlock()
	b.arriving = slices.DeleteFunc(b.arriving, func(other *arriving) bool { return other == a })
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errTooLarge
	case err != nil && a.shed:
		return nil, errShed
	case err != nil:
		return nil, errCutShort
	}
	return buffer.Bytes(), nil
}
