package relay

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/inbound"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/slack"
)

func (d *Receiver) sentryWebhook(r *http.Request, body []byte, signed bool) verdict {
	err := sentry.VerifySignature(d.cfg.SentrySecret, r.Header.Get(sentry.SignatureHeader), body)
	if signed && err != nil {
		return unauthorized(err)
	}
	return d.accept(r, "sentry", body, "")
}

func (d *Receiver) slackWebhook(r *http.Request, body []byte, signed bool) verdict {
	id := rand.Text() // unsigned requests without an id of their own are never replays
	if signed {
		signature, timestamp := r.Header.Get(slack.SignatureHeader), r.Header.Get(slack.TimestampHeader)
		if err := slack.VerifySignature(d.cfg.SlackSecret, signature, timestamp, body, d.cfg.Clock.Now()); err != nil {
			return unauthorized(err)
		}
		sum := sha256.Sum256(slices.Concat([]byte(timestamp+":"), body)) // which a replay repeats
		id = hex.EncodeToString(sum[:16])
	}
	body, err := slack.Object(body)
	if err != nil {
		return junk(err)
	}
	var kind struct{ Type, Challenge, Command string }
	_ = json.Unmarshal(body, &kind) // accept reports what is wrong
	if kind.Type == "url_verification" {
		return verdict{status: http.StatusOK, word: "challenge", body: kind.Challenge}
	} else if kind.Type == "app_rate_limited" {
		d.cfg.Log.Warn("Slack drops events for this app, because there are too many")
	}
	v := d.accept(r, "slack", body, id)
	if kind.Command != "" && v.status == http.StatusAccepted { // Slack shows people an error for all but 200
		v.status, v.headers = http.StatusOK, map[string]string{"Content-Type": "application/json"}
		v.body = `{"response_type":"ephemeral","text":"errmon got it: the workflow will answer here in a minute or two."}`
	}
	return v
}

func (d *Receiver) accept(r *http.Request, shape string, body []byte, fallbackID string) verdict {
	entry, err := inbound.NewEntry(shape, body, fallbackID)
	if err != nil {
		return junk(err)
	}
	v := verdict{status: http.StatusOK, word: "skipped", reason: entry.Skipped, body: "skipped\n"}
	if entry.Skipped == "" {
		v = d.pass(r, Delivery{Entry: entry})
	}
	v.id = entry.IDs[0]
	return v
}

// Limits of bodies, in bytes. Large ones have a room of their own, so that they never delay small ones.
const (
	maxBody    = 1 << 20     // the largest event that Sentry accepts
	maxSmall   = 64 << 10    // Slack's messages and most of Sentry's events are small
	smallRoom  = 8 << 20     // of the small ones held at once
	largeRoom  = 12 << 20    // of the large ones
	maxJudged  = 3 << 20     // parsed at once, which takes up to 20 times the size of a body
	largeGrace = time.Second // how long a large one may keep its room: Sentry waits 1 s for an answer
)

var (
	errTooLarge = errors.New("at most 1 MB is read")
	errShed     = errors.New("other requests needed the memory")
	errNoRoom   = errors.New("too many requests at once")
	errCutShort = errors.New("the body arrived incomplete")
)

// read returns a request's body when it is its turn to be judged. It occupies its room until release is
// called. The error is errTooLarge, errShed, errNoRoom or errCutShort; release is nil then.
func (d *Receiver) read(w http.ResponseWriter, r *http.Request) (body []byte, release func(), err error) {
	size, lane := r.ContentLength, &d.small
	if size > maxBody {
		return nil, nil, errTooLarge
	}
	if size < 0 { // chunked
		size = maxBody
	}
	if size > maxSmall {
		lane = &d.large
	}
	if err := lane.reserve(r, size); err != nil {
		return nil, nil, err
	}
	if body, err = lane.receive(w, r, size); err == nil && d.judged.Acquire(r.Context(), size) != nil {
		err = errCutShort // its sender is gone
	}
	if err != nil {
		lane.room.Release(size)
		return nil, nil, err
	}
	return body, func() { d.judged.Release(size); lane.room.Release(size) }, nil
}

// lane holds the bodies of one class. When it is full, those that have been arriving for longest give way: a
// webhook arrives within milliseconds, so an old unfinished body is an attack or hopelessly slow.
type lane struct {
	clock clock.Clock
	room  *semaphore.Weighted // in bytes
	grace time.Duration       // during which a body need not give way

	mu       sync.Mutex
	arriving []*arriving // oldest first
}

type arriving struct {
	*http.ResponseController       // on Lambda it has no deadlines
	size                     int64 // reserved
	since                    time.Time
	shed                     bool
}

// reserve waits for room, after ending the oldest bodies that have to give way.
func (l *lane) reserve(r *http.Request, size int64) error {
	if l.room.TryAcquire(size) {
		return nil
	}
	l.mu.Lock()
	now := l.clock.Now()
	for freed := int64(0); freed < size && len(l.arriving) > 0 && now.Sub(l.arriving[0].since) >= l.grace; l.arriving = l.arriving[1:] {
		l.arriving[0].shed = true
		_ = l.arriving[0].SetReadDeadline(time.Unix(1, 0)) // long ago
		freed += l.arriving[0].size
	}
	l.mu.Unlock()
	ctx, cancel := l.clock.WithTimeout(r.Context(), 500*time.Millisecond, errNoRoom) // every sender waits longer
	defer cancel()
	if l.room.Acquire(ctx, size) != nil {
		return errNoRoom
	}
	return nil
}

// receive reads the body into a buffer that never grows: growing would take twice the room reserved.
func (l *lane) receive(w http.ResponseWriter, r *http.Request, size int64) ([]byte, error) {
	a := &arriving{ResponseController: http.NewResponseController(w), size: size, since: l.clock.Now()}
	l.mu.Lock()
	l.arriving = append(l.arriving, a)
	l.mu.Unlock()

	buffer := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	_, err := buffer.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))

	l.mu.Lock()
	defer l.mu.Unlock()
	l.arriving = slices.DeleteFunc(l.arriving, func(other *arriving) bool { return other == a })
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		return nil, errTooLarge
	case err != nil && a.shed:
		// The sender gets a second to read the answer. The network keeps its own time.
		_ = a.SetReadDeadline(time.Now().Add(time.Second))
		return nil, errShed
	case err != nil:
		return nil, errCutShort
	}
	return buffer.Bytes(), nil
}
