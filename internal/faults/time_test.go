package faults

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/org/errmon-action/internal/clock"
)

// timed holds the contexts of a run that have a deadline and are in use.
type timed struct {
	mu   sync.Mutex
	live []context.Context
}

// add holds a context until the returned cancel function is called.
func (t *timed) add(ctx context.Context, cancel context.CancelFunc) context.CancelFunc {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live = append(t.live, ctx)
	return func() {
		t.mu.Lock()
		t.live = slices.DeleteFunc(t.live, func(c context.Context) bool { return c == ctx })
		t.mu.Unlock()
		cancel()
	}
}

// over reports whether one of them has ended.
func (t *timed) over() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.live, func(ctx context.Context) bool { return ctx.Err() != nil })
}

// timeline is the time of a world. It moves only when somebody sleeps or the script moves it, and then ends
// the contexts whose time is up.
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

// moveTo moves time forward to then, never back.
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

// clock returns the clock of a machine that is off by skew.
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
