package relay

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/org/errmon-action/internal/clock"
)

const (
	askTimeout = 5 * time.Second
	// askAgain bounds how often strangers can make the relay ask GitHub.
	askAgain = 30 * time.Second
)

var errSlow = errors.New("GitHub did not answer within 5 s")

// Readiness returns the check behind /readyz: whether the queue accepts more, and
// with deep whether ask, which asks GitHub, succeeds. Its answer is kept for 30 s.
func Readiness(q *Queue, c clock.Clock, ask func(context.Context) error) func(context.Context, bool) error {
	var mu sync.Mutex
	var asked time.Time
	var answer error
	return func(ctx context.Context, deep bool) error {
		if err := q.Ready(); err != nil || !deep {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if now := c.Now(); asked.IsZero() || now.Sub(asked) > askAgain {
			ctx, cancel := c.WithTimeout(context.WithoutCancel(ctx), askTimeout, errSlow)
			defer cancel()
			answer, asked = ask(ctx), now
		}
		return answer
	}
}
