// Package clock is time as the rooms with I/O see it, passed in so that tests
// own it. Pure rooms take a plain time.Time instead.
//
// It imports nothing of this project.
package clock

import (
	"context"
	"time"
)

// Clock tells the time and waits.
type Clock struct {
	Now func() time.Time
	// Sleep waits for d and returns nil, or returns the context's error as
	// soon as the context ends.
	Sleep func(ctx context.Context, d time.Duration) error
}

// System returns the machine's own clock.
func System() Clock { return Clock{Now: time.Now, Sleep: sleep} }

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
