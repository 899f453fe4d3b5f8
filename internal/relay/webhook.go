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
	id := rand.Text() // makes every unsigned request without an id unique
	if signed {
		signature, timestamp := r.Header.Get(slack.SignatureHeader), r.Header.Get(slack.TimestampHeader)
		if err := slack.VerifySignature(d.cfg.SlackSecret, signature, timestamp, body, d.cfg.Clock.Now()); err != nil {
			return unauthorized(err)
		}
		sum := sha256.Sum256(slices.Concat([]byte(timestamp+":"), body)) // a replay has the same timestamp and body
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
	if kind.Command != "" && v.status == http.StatusAccepted { // Slack shows the user an error for any status but 200
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

// Limits on request bodies; sizes are in bytes. Large bodies have their own room, so small ones keep theirs.
const (
	maxBody    = 1 << 20     // Sentry accepts events up to this size
	maxSmall   = 64 << 10    // enough for Slack's messages and most Sentry events
	smallRoom  = 8 << 20     // total of the small bodies held at once
	largeRoom  = 12 << 20    // total of the large bodies held at once
	maxJudged  = 3 << 20     // total parsed at once, which needs up to 20 times the memory
	largeGrace = time.Second // a large body is not shed before this: Sentry waits 1 s for an answer
)

var (
	errTooLarge = errors.New("at most 1 MB is read")
	errShed     = errors.New("other requests needed the memory")
	errNoRoom   = errors.New("too many requests at once")
	errCutShort = errors.New("the body arrived incomplete")
)

// read returns a request's body once there is memory to parse it. The caller must call release when done with
// the body. On failure, release is nil and the error is errTooLarge, errShed, errNoRoom or errCutShort.
func (d *Receiver) read(w http.ResponseWriter, r *http.Request) (body []byte, release func(), err error) {
	size, lane := r.ContentLength, &d.small
	if size > maxBody {
		return nil, nil, errTooLarge
	}
	if size < 0 { // a chunked body has no known size
		size = maxBody
	}
	if size > maxSmall {
		lane = &d.large
	}
	if err := lane.reserve(r, size); err != nil {
		return nil, nil, err
	}
	if body, err = lane.receive(w, r, size); err == nil && d.judged.Acquire(r.Context(), size) != nil {
		err = errCutShort // the sender has disconnected
	}
	if err != nil {
		lane.room.Release(size)
		return nil, nil, err
	}
	return body, func() { d.judged.Release(size); lane.room.Release(size) }, nil
}

// lane bounds the memory of either the small or the large bodies. When it is full, it sheds the bodies that
// started first: a webhook arrives within milliseconds, so an old unfinished one is an attack or too slow.
type lane struct {
	clock clock.Clock
	room  *semaphore.Weighted // in bytes
	grace time.Duration       // a body is not shed before this has passed

	mu       sync.Mutex
	arriving []*arriving // oldest first
}

type arriving struct {
	*http.ResponseController       // on Lambda, setting a deadline fails
	size                     int64 // bytes reserved in the lane
	since                    time.Time
	shed                     bool
}

// reserve acquires room, if necessary by shedding the oldest bodies and waiting until they are gone.
func (l *lane) reserve(r *http.Request, size int64) error {
	if l.room.TryAcquire(size) {
		return nil
	}
	l.mu.Lock()
	now := l.clock.Now()
	for freed := int64(0); freed < size && len(l.arriving) > 0 && now.Sub(l.arriving[0].since) >= l.grace; l.arriving = l.arriving[1:] {
		l.arriving[0].shed = true
		_ = l.arriving[0].SetReadDeadline(time.Unix(1, 0)) // in the past, so that the read fails now
		freed += l.arriving[0].size
	}
	l.mu.Unlock()
	ctx, cancel := l.clock.WithTimeout(r.Context(), 500*time.Millisecond, errNoRoom) // no sender gives up sooner
	defer cancel()
	if l.room.Acquire(ctx, size) != nil {
		return errNoRoom
	}
	return nil
}

// receive reads the body into a buffer of full size, as a growing one would take twice the reserved room.
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
		// Gives the sender a second to read the answer. Network deadlines use the real clock.
		_ = a.SetReadDeadline(time.Now().Add(time.Second))
		return nil, errShed
	case err != nil:
		return nil, errCutShort
	}
	return buffer.Bytes(), nil
}
