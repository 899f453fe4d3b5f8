package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/safe"
)

const (
	// attemptTimeout bounds one attempt. GitHub itself gives up after 10 s.
	attemptTimeout = 30 * time.Second
	// maxAnswer bounds an answer's body. A page of 100 issues with bodies of
	// 65,536 four-byte characters is 26 MB.
	maxAnswer = 32 << 20
	// maxRepeats is how often a request that failed is sent again.
	maxRepeats = 3
)

// call is one call of a Client's method, as its requests see it. It travels in
// the context, because go-github stands between the two.
type call struct {
	kind string // for Requests
	once bool   // sending it twice would do it twice
	// extra calls only read, whatever their method. See beginExtra.
	extra bool
	// stale, where it is set, is returned instead of sending the request again
	// after the rate limit made it wait: what it says is too old by then.
	stale error
	// failure is why the transport gave up. It is kept here because go-github
	// forgets the transport's error when the context has ended, and with it
	// that a write may have arrived.
	failure error
}

type callKey struct{}

func begin(ctx context.Context, kind string) (context.Context, *call) {
	c := &call{kind: kind}
	return context.WithValue(ctx, callKey{}, c), c
}

// beginOnce begins a call that must not be repeated blindly.
func beginOnce(ctx context.Context, kind string) (context.Context, *call) {
	ctx, c := begin(ctx, kind)
	c.once = true
	return ctx, c
}

// transport sits below go-github: it serialises, paces, repeats and obeys. What
// it hands up carries no rate-limit headers, since go-github v62 would refuse
// further calls by them, by the machine's own clock.
type transport struct {
	clock         clock.Clock
	token         string // the one in use
	source        func(context.Context) (string, error)
	server        string // scheme and host, for messages
	writeInterval time.Duration

	turn      chan struct{} // holds one token; whoever has it may send and use what follows
	nextWrite time.Time
	quota     quota

	mu       sync.Mutex
	requests map[string]int
	ahead    time.Duration // how far the clock is ahead of GitHub's, by the last answer
}

func newTransport(c Config, server string) *transport {
	t := &transport{
		clock:         c.Clock,
		token:         strings.TrimSpace(c.Token),
		source:        c.TokenSource,
		server:        server,
		writeInterval: c.WriteInterval,
		turn:          make(chan struct{}, 1),
		requests:      map[string]int{},
	}
	t.turn <- struct{}{}
	return t
}

// RoundTrip implements http.RoundTripper for requests begun with begin.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	call := req.Context().Value(callKey{}).(*call)
	select {
	case <-t.turn:
		defer func() { t.turn <- struct{}{} }()
	case <-req.Context().Done():
		call.failure = context.Cause(req.Context())
		return nil, call.failure
	}
	resp, err := t.persist(req, call)
	if err != nil {
		call.failure = err
		return nil, err
	}
	for _, name := range []string{"Retry-After", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		resp.Header.Del(name)
	}
	return resp, nil
}

// persist sends a request until GitHub has answered it.
func (t *transport) persist(req *http.Request, call *call) (*http.Response, error) {
	ctx := req.Context()
	faults := backoff.ExponentialBackOff{InitialInterval: time.Second, RandomizationFactor: 0.5, Multiplier: 3, MaxInterval: time.Minute}
	for repeats, refusals := 0, 0; ; {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		if err := t.mayWrite(req, call); err != nil {
			return nil, err
		}
		resp, err := t.attempt(req, call)
		var pause time.Duration
		var stale error
		switch {
		case err == nil && rateLimited(resp):
			refusals++
			if pause, err = t.untilAgain(ctx, call, resp, refusals); err != nil {
				return nil, err
			}
			stale = call.stale
		case err == nil && resp.StatusCode < http.StatusInternalServerError:
			return resp, nil
		case call.once && mayHaveArrived(err):
			return nil, ambiguous(resp, err)
		default:
			pause = faults.NextBackOff()
			if repeats++; repeats > maxRepeats || call.extra || !clock.Fits(ctx, t.clock.Now().Add(pause)) {
				return resp, err
			}
		}
		if err := t.clock.Sleep(ctx, pause); err != nil {
			return nil, err
		}
		if stale != nil {
			return nil, stale
		}
	}
}

// mayWrite keeps the reserve of requests, and the distance between writes.
func (t *transport) mayWrite(req *http.Request, call *call) error {
	if req.Method == http.MethodGet && !call.extra {
		return nil
	}
	now := t.clock.Now()
	if err := t.quota.spare(now); err != nil || call.extra {
		return err
	}
	pause := t.nextWrite.Sub(now)
	if pause <= 0 {
		return nil
	}
	if !clock.Fits(req.Context(), t.nextWrite) {
		return fmt.Errorf("no time left for another write, see max-duration: %w", context.DeadlineExceeded)
	}
	return t.clock.Sleep(req.Context(), pause)
}

// attempt sends the request once and reads the whole answer. A write under way
// is seen to its end even when the context ends, so that a run stops between
// writes and knows what it has done.
func (t *transport) attempt(req *http.Request, call *call) (*http.Response, error) {
	t.count(call.kind)
	ctx := req.Context()
	if req.Method != http.MethodGet && !call.extra {
		ctx = context.WithoutCancel(ctx)
		defer func() { t.nextWrite = t.clock.Now().Add(t.writeInterval) }()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, fmt.Errorf("no answer within %s", attemptTimeout))
	defer cancel()
	if t.source != nil {
		var err error
		if t.token, err = t.source(ctx); err != nil {
			return nil, err
		}
	}
	out := req.Clone(ctx)
	out.Header.Set("Authorization", "Bearer "+t.token)
	if req.GetBody != nil {
		var err error
		if out.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(out)
	if cause := context.Cause(req.Context()); err != nil && cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, &finding.Mendable{What: "cannot reach " + t.server, Remedy: "check GITHUB_API_URL and the network", Cause: err}
	}
	defer resp.Body.Close()
	t.quota.note(resp.Header)
	t.noteDate(resp.Header)
	body, err := read(resp)
	if err != nil {
		return nil, &finding.Mendable{What: "unreadable answer from " + t.server, Remedy: "check GITHUB_API_URL", Cause: err}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// read reads an answer's body. A success must be the whole JSON, since half of
// one looks like a shorter one to a lenient decoder.
func read(resp *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("longer than %d bytes", maxAnswer)
	case resp.StatusCode < http.StatusMultipleChoices && resp.StatusCode != http.StatusNoContent && !json.Valid(body):
		return nil, errors.New("not JSON, or cut short")
	}
	return body, nil
}

// mayHaveArrived reports whether a failed request could have reached GitHub: it
// could unless no connection came about.
func mayHaveArrived(err error) bool {
	var op *net.OpError
	return !errors.As(err, &op) || op.Op != "dial"
}

func ambiguous(resp *http.Response, err error) error {
	if err == nil {
		err = fmt.Errorf("it answered %s", resp.Status)
	}
	return fmt.Errorf("%w: %w", ErrAmbiguous, err)
}

// noteDate compares the clock with the answer's Date header, which has whole
// seconds. A server without the header shows nothing.
func (t *transport) noteDate(h http.Header) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ahead = t.clock.Now().Sub(date).Round(time.Second)
}

func (t *transport) count(kind string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests[kind]++
}

func (t *transport) counts() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.requests)
}

// quote makes a message of the server's fit for an error.
func (t *transport) quote(message string) string { return safe.NewOwn(t.token).Quote(message) }
