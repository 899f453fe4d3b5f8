package github

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
)

// reserve is how many of the hour's requests are left to others. A workflow's
// token has 1,000 an hour for its repository, which all its workflows share.
const reserve = 50

// maxRefusals is how often a request that GitHub's rate limit refused is sent
// again. GitHub bans clients that never stop.
const maxRefusals = 4

// quota is the hour's budget as GitHub last reported it.
type quota struct {
	known     bool
	remaining int
	reset     time.Time
}

// note reads the headers of an answer. GitHub Enterprise Server without rate
// limits sends none. GraphQL has a budget of its own, in points.
func (q *quota) note(h http.Header) {
	if h.Get("X-Ratelimit-Resource") == "graphql" {
		return
	}
	remaining, err := strconv.Atoi(h.Get("X-Ratelimit-Remaining"))
	reset, ok := resetTime(h)
	if err != nil || !ok {
		return
	}
	*q = quota{known: true, remaining: remaining, reset: reset}
}

// spare returns ErrBudget where a write would touch the reserve.
func (q *quota) spare(now time.Time) error {
	if !q.known || q.remaining >= reserve || !now.Before(q.reset) {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrBudget, &finding.Mendable{
		What: fmt.Sprintf("GitHub allows %d more until %s, and the last %d are kept for the repository's other workflows",
			q.remaining, q.reset.UTC().Format(time.RFC3339), reserve),
		Remedy: "wait until then: what waits is done by a later run",
	})
}

func resetTime(h http.Header) (time.Time, bool) {
	seconds, err := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64)
	return time.Unix(seconds, 0), err == nil
}

// rateLimited distinguishes a refusal for the moment from one for good. GitHub uses 403
// for both.
func rateLimited(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return resp.Header.Get("Retry-After") != "" ||
			resp.Header.Get("X-Ratelimit-Remaining") == "0" ||
			speaksOfLimit(resp)
	}
	return false
}

// limitWords are in the message or the documentation's address; "abuse" is the
// wording of older GitHub Enterprise Servers.
var limitWords = regexp.MustCompile(`(?i)rate.limit|abuse detection`)

// speaksOfLimit looks at the message: a secondary limit may come without any
// header.
func speaksOfLimit(resp *http.Response) bool {
	body, _ := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return limitWords.Match(body)
}

// untilAgain returns how long to wait before a request that was refused so often is
// sent again, or ErrBudget where that would be too late or too often.
func (t *transport) untilAgain(ctx context.Context, call *call, resp *http.Response, times int) (time.Duration, error) {
	now := t.clock.Now()
	pause := pauseAfter(resp.Header, times, now)
	if !call.extra && times <= maxRefusals && clock.Fits(ctx, now.Add(pause)) {
		return pause, nil
	}
	return 0, fmt.Errorf("%w: %w", ErrBudget, &finding.Mendable{
		What:   fmt.Sprintf("GitHub's rate limit refuses requests until %s (%s)", now.Add(pause).UTC().Format(time.RFC3339), resp.Status),
		Remedy: "run less often, raise write-interval, or lower max-new-issues",
	})
}

// pauseAfter follows GitHub's own order: Retry-After; else, with nothing remaining,
// the reset; else (a secondary limit) a minute, then twice as long each time.
func pauseAfter(h http.Header, times int, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(h.Get("Retry-After")); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	reset, ok := resetTime(h)
	if ok && h.Get("X-Ratelimit-Remaining") == "0" && now.Before(reset) {
		return reset.Sub(now)
	}
	return time.Minute << (times - 1)
}
