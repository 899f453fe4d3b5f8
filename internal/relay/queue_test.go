package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/org/errmon-action/internal/clock"
	errmongithub "github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/inbound"
)

// bubble is a queue on synctest's clock, which advances only while every goroutine waits.
type bubble struct {
	*Queue
	log  bytes.Buffer
	done chan error
}

func newBubble(ctx context.Context, coalesce time.Duration, dispatch Dispatch) *bubble {
	b := &bubble{done: make(chan error, 1)}
	c := config(&b.log)
	c.Clock = clock.System()
	b.Queue = NewQueue(coalesce, dispatch, c, NewMetrics())
	go func() { b.done <- b.Run(ctx) }()
	return b
}

func (b *bubble) end() error { b.Stop(); return <-b.done }

func text(t *testing.T, id, text string) Delivery {
	t.Helper()
	e, err := inbound.NewEntry("text", fmt.Appendf(nil, `{"id":%q,"text":%q}`, id, text), "")
	if err != nil {
		t.Fatal(err)
	}
	return Delivery{Entry: e}
}

// timed records when each dispatch was sent.
type timed struct {
	gitHub
	at []time.Time
}

func (r *timed) dispatch(ctx context.Context, kind string, payload []byte) error {
	r.at = append(r.at, time.Now())
	return r.gitHub.dispatch(ctx, kind, payload)
}

func TestCoalesce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var gh timed
		began := time.Now()
		q := newBubble(t.Context(), 10*time.Second, gh.dispatch)
		for n := range 25 {
			deliveries := []Delivery{text(t, fmt.Sprint(n), "boom")}
			if n > 20 {
				deliveries = append(deliveries, Delivery{Scan: true})
			}
			for _, d := range deliveries {
				if err := q.Add(t.Context(), d); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(1100 * time.Millisecond)
		}
		synctest.Wait()
		if err := q.end(); err != nil {
			t.Fatal(err)
		}
		var when []string
		for _, at := range gh.at {
			when = append(when, at.Sub(began).String())
		}
		want := "errmon errmon errmon-scan errmon 10s 21s 27.5s 27.5s"
		if got := strings.Join(append(gh.kinds, when...), " "); got != want {
			t.Errorf("dispatched %s, want %s", got, want)
		}
		if len(gh.ids) != 25 {
			t.Errorf("%d ids arrived", len(gh.ids))
		}
	})
}

// TestManyErrorsWhileCoalescing fills more batches than the queue may hold within one coalescing period.
func TestManyErrorsWhileCoalescing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var gh gitHub
		q := newBubble(t.Context(), 10*time.Minute, func(ctx context.Context, kind string, payload []byte) error {
			time.Sleep(time.Second) // GitHub asks for a second between writes
			return gh.dispatch(ctx, kind, payload)
		})
		const errorsSent = 360 // two fit in a batch
		for n := range errorsSent {
			if err := q.Add(t.Context(), text(t, fmt.Sprint(n), fmt.Sprintf("boom %d %s", n, strings.Repeat("x", 20_000)))); err != nil {
				t.Fatalf("error %d: %v", n, err)
			}
			time.Sleep(time.Second)
		}
		if err := q.end(); err != nil || len(gh.ids) != errorsSent || len(gh.kinds) <= maxBatches {
			t.Errorf("%v, %d of %d arrived in %d dispatches", err, len(gh.ids), errorsSent, len(gh.kinds))
		}
	})
}

// TestOutage makes GitHub fail for an hour.
func TestOutage(t *testing.T) {
	for name, failure := range map[string]error{
		"500":           errors.New("GitHub answered 500"),
		"429":           fmt.Errorf("%w: GitHub's rate limit refuses", errmongithub.ErrBudget),
		"no connection": errors.New("cannot reach https://api.github.com"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var gh timed
				recovers := time.Now().Add(time.Hour)
				q := newBubble(t.Context(), 10*time.Second, func(ctx context.Context, kind string, payload []byte) error {
					if time.Now().Before(recovers) {
						return failure
					}
					return gh.dispatch(ctx, kind, payload)
				})
				accepted, full := 0, 0
				for n := 0; time.Now().Before(recovers.Add(10 * time.Minute)); n++ {
					switch err := q.Add(t.Context(), text(t, fmt.Sprint(n), fmt.Sprintf("boom %d %s", n, strings.Repeat("x", 20_000)))); {
					case err == nil:
						accepted++
					case errors.Is(err, ErrFull):
						full++
					default:
						t.Fatal(err)
					}
					time.Sleep(3 * time.Second)
				}
				synctest.Wait()
				if err := q.end(); err != nil {
					t.Fatal(err)
				}
				if len(gh.ids) != accepted || full == 0 {
					t.Errorf("%d accepted, %d arrived, %d refused because the queue was full", accepted, len(gh.ids), full)
				}
				for _, size := range gh.sizes {
					if size > inbound.MaxPayload {
						t.Errorf("a payload of %d bytes", size)
					}
				}
			})
		})
	}
}

func TestRefusedForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := fmt.Errorf("%w: github-token is wrong", errmongithub.ErrRefused)
		q := newBubble(t.Context(), time.Second, func(context.Context, string, []byte) error { return refused })
		if err := q.Add(t.Context(), text(t, "a1", "boom")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if err := q.Add(t.Context(), text(t, "a1", "boom")); err != nil {
			t.Errorf("what failed may come again: %v", err)
		}
		if err := q.end(); err == nil || !strings.Contains(err.Error(), "2 accepted events were not delivered") {
			t.Error(err)
		}
		if log := q.log.String(); !strings.Contains(log, `"ids":["a1"]`) || !strings.Contains(log, "github-token is wrong") {
			t.Errorf("log: %s", log)
		}
	})
}

// TestStoppedDuringOutage shows what is lost if no time is left.
func TestStoppedDuringOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), DrainTime)
		defer cancel()
		q := newBubble(ctx, 10*time.Second, func(context.Context, string, []byte) error { return errors.New("GitHub answered 502") })
		for _, id := range []string{"a1", "a2"} {
			if err := q.Add(ctx, text(t, id, "boom")); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.end(); err == nil || !strings.Contains(err.Error(), "2 accepted events were not delivered") {
			t.Error(err)
		}
		if !strings.Contains(q.log.String(), `"ids":["a1","a2"]`) {
			t.Errorf("log: %s", q.log.String())
		}
		if err := q.Add(ctx, text(t, "a3", "boom")); !errors.Is(err, ErrStopping) {
			t.Errorf("a stopped queue: %v", err)
		}
	})
}

func TestReadiness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var gh gitHub
		q := newBubble(t.Context(), time.Second, gh.dispatch)
		asked, answer := 0, errors.New("down")
		ready := Readiness(q.Queue, func(context.Context) error { asked++; return answer })
		for range 3 {
			if ready(t.Context(), false) != nil || ready(t.Context(), true) == nil {
				t.Error("it is ready, and GitHub is not")
			}
		}
		time.Sleep(time.Minute)
		answer = nil
		if err := ready(t.Context(), true); err != nil || asked != 2 {
			t.Errorf("%v, asked %d times", err, asked)
		}
		if err := q.end(); err != nil {
			t.Fatal(err)
		}
		if err := ready(t.Context(), false); !errors.Is(err, ErrStopping) {
			t.Error(err)
		}
	})
}
