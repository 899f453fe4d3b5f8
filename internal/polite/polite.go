// Package polite sends requests to a service's API the way the service asks clients to: one at a time, within
// its rate limits. It starts no wait that would outlast the run.
//
//   - A request that fails temporarily is retried after growing pauses, unless the run
//     can do without it (Extra) or the retry could write something twice (Once).
//   - An answer that cannot be read to its end is an error.
//   - Redirects are returned, not followed. A redirect may lead to another host or from
//     https to http, and a redirected POST would silently become a GET.
//
// It may import clock, finding and safe.
package polite

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/safe"
)

const (
	// MaxRefusals is how many times a refused request is retried. GitHub bans clients that never stop.
	MaxRefusals = 4
	// attemptTimeout bounds one attempt. GitHub itself gives up after 10 s, Sentry's searches after 30 s.
	attemptTimeout = 45 * time.Second
	// maxAnswer is in bytes. The largest page, 100 issues of 65,536 four-byte characters, is 26 MB.
	maxAnswer = 32 << 20
)

// faultPauses are about 1, 3 and 9 seconds: a failed request is retried three times.
var faultPauses = backoff.ExponentialBackOff{
	InitialInterval: time.Second, RandomizationFactor: 0.5, Multiplier: 3, MaxInterval: time.Minute,
}

// Service describes a service to a Client.
type Service struct {
	Token  func(context.Context) (string, error) // called for each attempt
	Header map[string]string                     // sent with each request, such as Accept
	Input  string                                // the setting for the service's address, named in errors
	Limits Limits
	Clock  clock.Clock
}

// Limits implements one service's rate limits. A Client calls its methods one at a time.
type Limits interface {
	// Ready returns the time from which a request may be sent, or the error that prevents it.
	Ready(Request) (time.Time, error)
	// Note is called after each attempt with the answer's header, which is empty if there was no answer.
	Note(Request, http.Header)
	// Refused reports whether an answer is a temporary refusal (the times-th of its request), and when to retry.
	Refused(a *Answer, times int) (again time.Time, refused bool)
	// TooLate returns the error for a request that may not wait until then, or was refused too often. a is the
	// refusal, or nil if Ready asked for the wait.
	TooLate(until time.Time, a *Answer) error
}

// Request is one call of an API.
type Request struct {
	Kind   string // counted by Requests, such as "list issues"
	Method string
	URL    string
	Body   []byte // JSON, or nil
	// Extra marks a request that the run can do without. It only reads, whatever its method, and is not retried.
	Extra bool
	Once  error // if set, returned instead of retrying a failed request that may have been carried out
	Stale error // if set, returned instead of a retry once a refusal has delayed the request
}

// Writes reports whether the request changes something.
func (r Request) Writes() bool { return r.Method != http.MethodGet && !r.Extra }

// Answer is the service's response to a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // valid JSON if Status is 2xx, except for 204, which has none
}

// Client sends requests to one service. It is safe for concurrent use, but sends only one request at a time.
type Client struct {
	Service
	turn chan struct{} // holding its one slot allows sending

	mu       sync.Mutex
	token    string // the latest
	requests map[string]int
}

// New returns a client. It makes no network call.
func New(s Service) *Client {
	return &Client{Service: s, turn: make(chan struct{}, 1), requests: map[string]int{}}
}

// Requests returns the number of requests sent so far by kind, retries included.
func (c *Client) Requests() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.requests)
}

// Quote prepares a message from the service for use in an error; the token is masked.
func (c *Client) Quote(message string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return safe.NewOwn(c.token).Quote(message)
}

// Do sends a request, and retries temporary refusals and failures. In the end it may return a 5xx answer.
func (c *Client) Do(ctx context.Context, r Request) (*Answer, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	faults := faultPauses
	for repeats, refusals := 0, 0; ; {
		if err := c.waitReady(ctx, r); err != nil {
			return nil, err
		}
		a, err := c.attempt(ctx, r)
		op, _ := errors.AsType[*net.OpError](err)
		again, refused := time.Time{}, false
		if err == nil {
			again, refused = c.Limits.Refused(a, refusals+1)
		}
		switch {
		case refused:
			if refusals++; r.Extra || refusals > MaxRefusals || !clock.Fits(ctx, again) {
				return nil, c.Limits.TooLate(again, a)
			}
		case err == nil && a.Status < http.StatusInternalServerError:
			return a, nil
		case r.Once != nil && (op == nil || op.Op != "dial"): // without a connection the request cannot have arrived
			if err == nil {
				err = fmt.Errorf("it answered %d %s", a.Status, http.StatusText(a.Status))
			}
			return nil, fmt.Errorf("%w: %w", r.Once, err)
		default:
			again = c.Clock.Now().Add(faults.NextBackOff())
			if repeats++; repeats > 3 || r.Extra || !clock.Fits(ctx, again) {
				return a, err
			}
		}
		if err := c.Clock.Sleep(ctx, again.Sub(c.Clock.Now())); err != nil {
			return nil, err
		}
		if refused && r.Stale != nil {
			return nil, r.Stale
		}
	}
}

func (c *Client) waitReady(ctx context.Context, r Request) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	ready, err := c.Limits.Ready(r)
	pause := ready.Sub(c.Clock.Now())
	switch {
	case err != nil || pause <= 0:
		return err
	case !clock.Fits(ctx, ready):
		return c.Limits.TooLate(ready, nil)
	}
	return c.Clock.Sleep(ctx, pause)
}

// attempt sends the request once and reads the whole answer. A write may outlast the run: see clock.Outlast.
func (c *Client) attempt(run context.Context, r Request) (*Answer, error) {
	header := http.Header{}
	defer func() { c.Limits.Note(r, header) }()
	ctx, cancel := run, context.CancelFunc(func() {})
	if r.Writes() {
		ctx, cancel = clock.Outlast(run)
	}
	defer cancel()
	ctx, cancel = context.WithTimeoutCause(ctx, attemptTimeout, fmt.Errorf("no answer within %s", attemptTimeout))
	defer cancel()
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if cause := context.Cause(run); err != nil && cause != nil {
		return nil, cause
	}
	what, remedy, body := "cannot reach", " and the network", []byte(nil)
	if err == nil {
		defer resp.Body.Close()
		header = resp.Header
		what, remedy = "unreadable answer from", ""
		body, err = read(resp)
	}
	if err != nil {
		what += " " + req.URL.Scheme + "://" + req.URL.Host
		return nil, &finding.Mendable{What: what, Remedy: "check " + c.Input + remedy, Cause: cmp.Or(context.Cause(ctx), err)}
	}
	return &Answer{resp.StatusCode, header, body}, nil
}

// request builds the HTTP request and counts it as sent.
func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	token, err := c.Token(ctx)
	c.mu.Lock()
	c.token = token
	c.requests[r.Kind]++
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("User-Agent", "errmon-action") // GitHub refuses requests without one
	req.Header.Set("Content-Type", "application/json")
	for name, value := range c.Header {
		req.Header.Set(name, value)
	}
	return req, nil
}

// read reads an answer's body. On success it must be complete JSON: decoders may accept a truncated one.
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
