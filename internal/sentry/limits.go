package sentry

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/polite"
)

// maxRefusals is how often a request that the rate limit refused is sent again.
const maxRefusals = 5

// maxWindow bounds the wait for a window, whatever the clocks say: Sentry's
// windows are seconds, at most a minute.
const maxWindow = time.Minute

// limits obeys Sentry's rate limits. Sentry says with each answer how many requests
// its window has left for this caller and endpoint, and when the next window begins
// (whole seconds since 1970): X-Sentry-Rate-Limit-Remaining and -Reset. A second
// limit counts requests under way, which does not concern a client that sends one at
// a time.
type limits struct {
	clock    clock.Clock
	notUntil time.Time // the window is used up until then
}

// Ready implements polite.Limits.
func (l *limits) Ready(polite.Request) (time.Time, error) { return l.notUntil, nil }

// Note implements polite.Limits: it remembers that the window is used up.
func (l *limits) Note(_ polite.Request, h http.Header) {
	if reset, ok := l.window(h); ok && h.Get("X-Sentry-Rate-Limit-Remaining") == "0" {
		l.notUntil = reset
	}
}

// window returns when the next window begins.
func (l *limits) window(h http.Header) (time.Time, bool) {
	seconds, err := strconv.ParseInt(h.Get("X-Sentry-Rate-Limit-Reset"), 10, 64)
	reset, latest := time.Unix(seconds, 0), l.clock.Now().Add(maxWindow)
	if reset.After(latest) {
		reset = latest
	}
	return reset, err == nil
}

// Refused implements polite.Limits: it waits as long as the answer says, else until
// the window's end, else a few seconds.
func (l *limits) Refused(a *polite.Answer, _ int) (again time.Time, refused bool) {
	if a.Status != http.StatusTooManyRequests {
		return again, false
	}
	now := l.clock.Now()
	if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); err == nil && seconds > 0 {
		return now.Add(time.Duration(seconds) * time.Second), true
	}
	if reset, ok := l.window(a.Header); ok && reset.After(now) {
		return reset, true
	}
	return now.Add(5 * time.Second), true
}

// TooLate implements polite.Limits.
func (l *limits) TooLate(until time.Time, a *polite.Answer) error {
	what := "Sentry's rate limit refuses requests until " + until.UTC().Format(time.RFC3339)
	if a != nil {
		what += fmt.Sprintf(" (%d)", a.Status)
	}
	return finding.Mend(what, "run less often, or name fewer projects in sentry-projects")
}
