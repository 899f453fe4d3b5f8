package github

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/polite"
)

// reserve is how many requests an hour are left to others; all workflows of a repository share 1,000.
const reserve = 50

// limits paces writes and obeys GitHub's rate limits. A GitHub Enterprise Server may have none.
type limits struct {
	clock         clock.Clock
	writeInterval time.Duration
	nextWrite     time.Time

	// The hour's remaining requests as GitHub last reported them. reset is zero before the first report.
	remaining int
	reset     time.Time

	ahead atomic.Int64 // a Duration, see Ahead
}

// Ready implements polite.Limits. It keeps the reserve and spaces out writes.
func (l *limits) Ready(r polite.Request) (time.Time, error) {
	if (r.Extra || r.Writes()) && l.remaining < reserve && l.clock.Now().Before(l.reset) {
		what := fmt.Sprintf("GitHub allows %d more requests until %s, and the last %d are kept for the repository's other workflows",
			l.remaining, l.reset.UTC().Format(time.RFC3339), reserve)
		return time.Time{}, fmt.Errorf("%w: %w", ErrBudget, finding.Mend(what, "wait until then: a later run does the rest"))
	}
	if !r.Writes() {
		return time.Time{}, nil
	}
	return l.nextWrite, nil
}

// Note implements polite.Limits. It ignores the limits of GraphQL, which has its own budget in points.
func (l *limits) Note(r polite.Request, h http.Header) {
	now := l.clock.Now()
	if r.Writes() {
		l.nextWrite = now.Add(l.writeInterval)
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil { // in whole seconds
		l.ahead.Store(int64(now.Sub(date).Round(time.Second)))
	}
	remaining, err := strconv.Atoi(h.Get("X-Ratelimit-Remaining"))
	if reset, ok := l.resetTime(h); ok && err == nil && h.Get("X-Ratelimit-Resource") != "graphql" {
		l.remaining, l.reset = remaining, reset
	}
}

// resetTime returns when the hour's requests are renewed, by this machine's clock.
func (l *limits) resetTime(h http.Header) (time.Time, bool) {
	seconds, err := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64)
	reset := time.Unix(seconds, 0)
	if ahead := Ahead(l.ahead.Load()); ahead.Matters() {
		reset = reset.Add(time.Duration(ahead))
	}
	return reset, err == nil
}

// limitWords matches the message or documentation URL of a rate limit; secondary limits may have no header.
// Older GitHub Enterprise Servers write "abuse detection".
var limitWords = regexp.MustCompile(`(?i)rate.limit|abuse detection`)

// Refused implements polite.Limits. GitHub also uses 403 for permanent refusals. As GitHub's documentation
// asks, the pause is Retry-After; else, if no requests remain, until the reset; else a minute, then doubled.
func (l *limits) Refused(a *polite.Answer, times int) (again time.Time, refused bool) {
	after, spent := a.Header.Get("Retry-After"), a.Header.Get("X-Ratelimit-Remaining") == "0"
	refused = a.Status == http.StatusTooManyRequests ||
		a.Status == http.StatusForbidden && (after != "" || spent || limitWords.Match(a.Body))
	now := l.clock.Now()
	if seconds, err := strconv.Atoi(after); err == nil && seconds > 0 {
		return now.Add(time.Duration(seconds) * time.Second), refused
	}
	if reset, ok := l.resetTime(a.Header); ok && spent && now.Before(reset) {
		return reset, refused
	}
	return now.Add(time.Minute << (times - 1)), refused
}

// TooLate implements polite.Limits.
func (l *limits) TooLate(until time.Time, a *polite.Answer) error {
	if a == nil {
		return fmt.Errorf("no time left for another write, see max-duration: %w", context.DeadlineExceeded)
	}
	what := fmt.Sprintf("GitHub's rate limit refuses requests until %s (%d %s)",
		until.UTC().Format(time.RFC3339), a.Status, http.StatusText(a.Status))
	return fmt.Errorf("%w: %w", ErrBudget, finding.Mend(what, "run less often, raise write-interval, or lower max-new-issues"))
}
