// Package clock is time as the rooms with I/O see it, passed in so that tests
// own it. Pure rooms take a plain time.Time instead.
//
// It imports nothing of this project.
package clock

import (
	"context"
	"time"
)

// Clock returns the time and waits.
type Clock struct {
	Now func() time.Time
	// Sleep waits for d and returns nil, or returns the context's error as
	// soon as the context ends.
	Sleep func(ctx context.Context, d time.Duration) error
	// Timeout ends a context once d has passed, with cause, as
	// context.WithTimeoutCause does. Where it is nil only the deadline is noted.
	Timeout func(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc)
}

// System returns the machine's own clock.
func System() Clock {
	return Clock{Now: time.Now, Sleep: sleep, Timeout: context.WithTimeoutCause}
}

type deadlineKey struct{}

// WithTimeout returns a context that ends after d, with cause. Its deadline is
// returned by Deadline and not by the context's own method, by which the network
// would compare another clock's time with the machine's.
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

// Deadline returns when the context will end, in the clock's own time, and false if it has no end.
func Deadline(ctx context.Context) (time.Time, bool) {
	end, ok := ctx.Value(deadlineKey{}).(time.Time)
	return end, ok
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// Fits reports whether the context lasts beyond end, by the clock's time.
func Fits(ctx context.Context, end time.Time) bool {
	deadline, ok := Deadline(ctx)
	return ctx.Err() == nil && (!ok || end.Before(deadline))
}
