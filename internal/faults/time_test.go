package faults

import (
	"context"
	"sync"
	"time"

	"github.com/org/errmon-action/internal/clock"
)

// timeline is the time of a world. It passes only when somebody sleeps or the
// script moves it, and then ends the contexts whose time is up.
type timeline struct {
	mu     sync.Mutex
	time   time.Time
	alarms []alarm
}

type alarm struct {
	at     time.Time
	cancel context.CancelCauseFunc
	cause  error
}

func (l *timeline) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.time
}

// moveTo lets time pass until then; it never goes back.
func (l *timeline) moveTo(then time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if then.After(l.time) {
		l.time = then
	}
	var later []alarm
	for _, a := range l.alarms {
		if a.at.After(l.time) {
			later = append(later, a)
			continue
		}
		a.cancel(a.cause)
	}
	l.alarms = later
}

func (l *timeline) pass(d time.Duration) { l.moveTo(l.now().Add(d)) }

// clock is the time as a machine sees it whose clock is off by skew.
func (l *timeline) clock(skew time.Duration) clock.Clock {
	return clock.Clock{
		Now:     func() time.Time { return l.now().Add(skew) },
		Sleep:   func(ctx context.Context, d time.Duration) error { return l.sleep(ctx, d, skew) },
		Timeout: l.timeout,
	}
}

func (l *timeline) sleep(ctx context.Context, d, skew time.Duration) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	until := l.now().Add(d)
	if end, ok := clock.Deadline(ctx); ok && end.Add(-skew).Before(until) {
		until = end.Add(-skew)
	}
	l.moveTo(until)
	return context.Cause(ctx)
}

func (l *timeline) timeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.alarms = append(l.alarms, alarm{l.time.Add(d), cancel, cause})
	return ctx, func() { cancel(context.Canceled) }
}
