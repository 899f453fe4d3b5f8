package clock

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestDeadlineIsTheEarlierOne(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	c := Clock{Now: func() time.Time { return now }}
	if _, ok := Deadline(t.Context()); ok {
		t.Error("a context without an end has a deadline")
	}
	outer, cancel := c.WithTimeout(t.Context(), time.Hour, context.DeadlineExceeded)
	defer cancel()
	inner, cancelInner := c.WithTimeout(outer, 2*time.Hour, context.DeadlineExceeded)
	defer cancelInner()
	if end, ok := Deadline(inner); !ok || !end.Equal(now.Add(time.Hour)) {
		t.Errorf("deadline %v, %v, want the outer one's", end, ok)
	}
	if _, ok := inner.Deadline(); ok {
		t.Error("the network is told another clock's deadline")
	}
}

func TestSystemEndsWithItsCause(t *testing.T) {
	over := errors.New("over")
	ctx, cancel := System().WithTimeout(t.Context(), 0, over)
	defer cancel()
	if err := System().Sleep(ctx, time.Hour); !errors.Is(err, over) {
		t.Errorf("sleep returned %v, want the cause", err)
	}
}
