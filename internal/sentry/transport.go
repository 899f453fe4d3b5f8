package sentry

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
)

const (
	// attemptTimeout bounds one attempt; Sentry's own searches give up after 30 s.
	attemptTimeout = 45 * time.Second
	// maxAnswer bounds an answer's body, in bytes. An event is at most 1 MB when it
	// is sent to Sentry, and grows by what symbolication adds.
	maxAnswer = 32 << 20
	// maxRepeats is how often a request that failed is sent again.
	maxRepeats = 3
	// maxRefusals is how often a request that the rate limit refused is sent again.
	maxRefusals = 5
)

// transport sends one request at a time, repeats what failed for the moment,
// and obeys the rate limits.
type transport struct {
	clock    clock.Clock
	token    string
	base     *url.URL
	notUntil time.Time // the window of the rate limit is used up until then
	requests map[string]int
}

func newTransport(c clock.Clock, token string, base *url.URL) *transport {
	return &transport{clock: c, token: token, base: base, requests: map[string]int{}}
}

// request is one call of the API.
type request struct {
	kind   string // for Requests and messages, such as "list issues"
	method string
	path   string
	query  url.Values
	body   []byte
}

// answer is what Sentry said to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a *answer) ok() bool { return a.status >= 200 && a.status < 300 }

// do sends a request until Sentry has answered it, in whatever way but a
// refusal for the moment.
func (t *transport) do(ctx context.Context, r request) (*answer, error) {
	faults := backoff.ExponentialBackOff{InitialInterval: time.Second, RandomizationFactor: 0.5, Multiplier: 3, MaxInterval: time.Minute}
	for repeats, refusals := 0, 0; ; {
		if err := t.wait(ctx, t.notUntil.Sub(t.clock.Now())); err != nil {
			return nil, err
		}
		a, err := t.attempt(ctx, r)
		var pause time.Duration
		switch {
		case err != nil && context.Cause(ctx) != nil:
			return nil, context.Cause(ctx)
		case err == nil && a.status == http.StatusTooManyRequests:
			if refusals++; refusals > maxRefusals {
				return a, nil
			}
			pause = t.refused(a.header)
		case err == nil && a.status < http.StatusInternalServerError:
			return a, nil
		default:
			pause = faults.NextBackOff()
			if repeats++; repeats > maxRepeats || !clock.Fits(ctx, t.clock.Now().Add(pause)) {
				return a, err
			}
		}
		if err := t.wait(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// wait sleeps unless the context ends before that.
func (t *transport) wait(ctx context.Context, d time.Duration) error {
	if err := context.Cause(ctx); err != nil || d <= 0 {
		return err
	}
	if end := t.clock.Now().Add(d); !clock.Fits(ctx, end) {
		return fmt.Errorf("the rate limit of Sentry refuses requests until %s: run less often, or name fewer projects in sentry-projects", end.UTC().Format(time.RFC3339))
	}
	return t.clock.Sleep(ctx, d)
}

// attempt sends the request once and reads the whole answer. It follows no redirect,
// which leads to another host or from http to https: sentry-url is to be mended, and
// a redirected PUT would silently become a GET.
func (t *transport) attempt(ctx context.Context, r request) (*answer, error) {
	t.requests[r.kind]++
	ctx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, fmt.Errorf("no answer within %s", attemptTimeout))
	defer cancel()
	address := *t.base
	address.Path += r.path
	address.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, address.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+t.token)
	req.Header.Set("User-Agent", "errmon-action")
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, &finding.Mendable{What: "cannot reach " + t.server(), Remedy: "check sentry-url and the network", Cause: cmp.Or(context.Cause(ctx), err)}
	}
	defer resp.Body.Close()
	body, err := read(resp)
	if err != nil {
		return nil, &finding.Mendable{What: "unreadable answer from " + t.server(), Remedy: "check sentry-url", Cause: cmp.Or(context.Cause(ctx), err)}
	}
	t.note(resp.Header)
	return &answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

// read reads an answer's body. A success must be the whole JSON, since half of
// a list looks like a shorter one.
func read(resp *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("longer than %d bytes", maxAnswer)
	case resp.StatusCode == http.StatusOK && !json.Valid(body):
		return nil, errors.New("not JSON, or cut short")
	}
	return body, nil
}

func (t *transport) server() string { return t.base.Scheme + "://" + t.base.Host }

func (t *transport) counts() map[string]int { return maps.Clone(t.requests) }

// Sentry says with each answer how many requests its window has left for this
// caller and endpoint, and when the next window begins (whole seconds since
// 1970): X-Sentry-Rate-Limit-Remaining and -Reset. A second limit counts
// requests under way, which does not concern a client that sends one at a time.

// maxWindow bounds the wait for a window, whatever the clocks say: Sentry's
// windows are seconds, at most a minute.
const maxWindow = time.Minute

// note remembers that the window is used up.
func (t *transport) note(h http.Header) {
	if h.Get("X-Sentry-Rate-Limit-Remaining") != "0" {
		return
	}
	if reset, ok := resetTime(h); ok {
		now := t.clock.Now()
		t.notUntil = now.Add(min(reset.Sub(now), maxWindow))
	}
}

// refused is how long to wait after a 429: as long as the answer says, else
// until the window's end, else a few seconds.
func (t *transport) refused(h http.Header) time.Duration {
	now := t.clock.Now()
	if seconds, err := strconv.Atoi(h.Get("Retry-After")); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if reset, ok := resetTime(h); ok && reset.After(now) {
		return min(reset.Sub(now), maxWindow)
	}
	return 5 * time.Second
}

func resetTime(h http.Header) (time.Time, bool) {
	seconds, err := strconv.ParseInt(h.Get("X-Sentry-Rate-Limit-Reset"), 10, 64)
	return time.Unix(seconds, 0), err == nil
}
