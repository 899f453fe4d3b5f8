// Package clock provides the time to packages that do I/O, so that tests can control it.
// Pure packages take a plain time.Time instead.
//
// It imports nothing of this project.
package clock

import (
	"context"
	"time"
)

// Clock reads the time, waits, and sets timeouts.
type Clock struct {
	Now func() time.Time
	// Sleep waits for d and returns nil, or returns the context's cause as soon as the context ends.
	Sleep func(ctx context.Context, d time.Duration) error
	// Timeout works like context.WithTimeoutCause. If nil, contexts record a deadline but do not end at it.
	Timeout func(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc)
}

// System returns the machine's own clock.
func System() Clock {
	sleep := func(ctx context.Context, d time.Duration) error {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(d):
			return nil
		}
	}
	return Clock{Now: time.Now, Sleep: sleep, Timeout: context.WithTimeoutCause}
}

type deadlineKey struct{}

// WithTimeout returns a context that ends after d, with cause. Read its deadline with Deadline, not from the
// context itself: a test's clock must not set one there, as net would compare it with the machine's time.
func (c Clock) WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	end := c.Now().Add(d)
	if outer, ok := Deadline(ctx); !ok || end.Before(outer) {
		ctx = context.WithValue(ctx, deadlineKey{}, end)
	}
	if c.Timeout == nil {
		return context.WithCancel(ctx)
	}
	return c.Timeout(ctx, d, cause)
}

// Deadline returns the earliest deadline set by WithTimeout, in the clock's time, or false if there is none.
func Deadline(ctx context.Context) (time.Time, bool) {
	end, ok := ctx.Value(deadlineKey{}).(time.Time)
	return end, ok
}

// Fits reports whether the context is still alive and its Deadline, if any, is after end.
func Fits(ctx context.Context, end time.Time) bool {
	deadline, ok := Deadline(ctx)
	return ctx.Err() == nil && (!ok || end.Before(deadline))
}

// Grace is how long a request may outlast its run. A job is killed about 10 s after a signal, and Kubernetes
// kills the relay 5 s after it should have stopped.
const Grace = 4 * time.Second

// Outlast returns a context that ends Grace after ctx, by the machine's clock, or with cancel.
func Outlast(ctx context.Context) (longer context.Context, cancel context.CancelFunc) {
	longer, end := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(Grace, end) })
	return longer, func() { stop(); end() }
}
