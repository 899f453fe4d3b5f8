package sentry

import (
	"net/http"
	"strconv"
	"time"
)

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
