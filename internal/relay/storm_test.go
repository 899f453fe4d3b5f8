package relay_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/org/errmon-action/internal/inbound"
)

var storm = flag.Bool("storm", false, "send 10,000 webhooks twice to the program itself, and hold it to its figures")

// attack is the result of one storm.
type attack struct {
	answers  map[int]int          // by status
	accepted map[string]time.Time // when each accepted webhook was sent, by id
	latency  vegeta.LatencyMetrics
	took     time.Duration
}

// fire sends the webhooks with ids from first up to last, exclusive, from 32 workers as fast as they are
// answered. It calls each with the number of answers so far.
func fire(t *testing.T, address string, first, last int, each func(answered int)) attack {
	t.Helper()
	var next atomic.Int64
	next.Store(int64(first))
	targets := func(target *vegeta.Target) error {
		n := int(next.Add(1)) - 1
		if n >= last {
			return vegeta.ErrNoTargets
		}
		body := webhook(n)
		target.Method, target.URL, target.Body = http.MethodPost, fmt.Sprintf("%s/webhook/sentry?id=%s", address, eventID(n)), []byte(body)
		target.Header = http.Header{"Sentry-Hook-Signature": {sign(body)}, "Content-Type": {"application/json"}}
		return nil
	}
	got := attack{answers: map[int]int{}, accepted: map[string]time.Time{}}
	var metrics vegeta.Metrics
	began := time.Now()
	attacker := vegeta.NewAttacker(vegeta.Workers(32), vegeta.MaxWorkers(32), vegeta.Connections(32), vegeta.Timeout(10*time.Second))
	for r := range attacker.Attack(targets, vegeta.ConstantPacer{}, 0, "storm") {
		if r.URL == "" { // no targets are left
			continue
		}
		metrics.Add(r)
		got.answers[int(r.Code)]++
		if r.Code == http.StatusAccepted {
			u, err := url.Parse(r.URL)
			if err != nil {
				t.Fatal(err)
			}
			got.accepted[u.Query().Get("id")] = r.Timestamp
		}
		each(len(got.accepted))
	}
	got.took = time.Since(began)
	metrics.Close()
	got.latency = metrics.Latencies
	return got
}

// errorsInStorm is the number of Sentry issues that the events belong to.
const errorsInStorm = 25

func eventID(n int) string { return fmt.Sprintf("%032x", n) }

// webhook returns an alert of about 2 KB for an event of one of 25 errors.
func webhook(n int) string {
	return fmt.Sprintf(`{"action":"triggered","data":{"event":{"event_id":%q,"issue_id":"%d","title":"TypeError: x is undefined","message":%q}}}`,
		eventID(n), n%errorsInStorm, strings.Repeat("at shop.checkout (app.js:10) ", 70))
}

func TestStorm(t *testing.T) {
	webhooks, coalesce := 500, 100*time.Millisecond
	if *storm {
		webhooks, coalesce = 10_000, 10*time.Second
	}
	w := startStorm(t, coalesce)
	for round := range 2 {
		before := len(w.github.dispatches())
		memory, _ := w.memory()
		began := time.Now()
		got := fire(t, w.url, round*webhooks, (round+1)*webhooks, func(int) {})
		if len(got.accepted) != webhooks {
			t.Fatalf("answers: %v", got.answers)
		}
		w.github.await(t, got.accepted)
		sent := w.github.dispatches()[before:]
		full := 0
		for _, d := range sent {
			if d.size > inbound.MaxPayload-100 {
				full++
			}
		}
		delays := w.github.delays(got.accepted)
		median := delays[len(delays)/2]
		t.Logf("round %d: %d signed webhooks in %s (%.0f/s): all accepted, all ids arrived", round+1, webhooks, got.took.Round(time.Millisecond),
			float64(webhooks)/got.took.Seconds())
		t.Logf("  answers: median %s, p99 %s, slowest %s", got.latency.P50, got.latency.P99, got.latency.Max)
		t.Logf("  dispatches: %d, of which %d full; from webhook to dispatch: median %s, slowest %s", len(sent), full, median.Round(time.Millisecond), delays[len(delays)-1].Round(time.Millisecond))
		after, peak := w.memory()
		t.Logf("  memory of the relay: %d MB before, %d MB after, %d MB at most so far", memory, after, peak)
		span := sent[len(sent)-1].at.Sub(began) // not from the first dispatch's arrival, which may be late
		if most := full + int(span/coalesce) + 1; len(sent) > most {
			t.Errorf("%d dispatches: at most one for each coalesce (%s), and %d full ones, are allowed", len(sent), coalesce, full)
		}
		if *storm && (got.latency.P99 > 100*time.Millisecond || median > coalesce+time.Second) {
			t.Error("slower than promised: answers within 100 ms (p99), dispatches within coalesce + 1 s (median)")
		}
	}
	if err := w.stop(); err != nil {
		t.Error(err)
	}
}

// TestStormStopped sends SIGTERM in the middle of a storm.
func TestStormStopped(t *testing.T) {
	webhooks, coalesce := 2000, time.Hour
	if *storm {
		webhooks = 10_000
	}
	w := startStorm(t, coalesce)
	stopped := make(chan error, 1)
	asked := false
	got := fire(t, w.url, 0, webhooks, func(accepted int) {
		if accepted >= webhooks/3 && !asked {
			asked = true
			go func() { stopped <- w.stop() }()
		}
	})
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	arrived := w.github.arrived()
	lost := slices.DeleteFunc(slices.Collect(keys(got.accepted)), func(id string) bool { return !arrived[id].IsZero() })
	t.Logf("stopped amid %d webhooks: %d accepted, %d arrived in %d dispatches", webhooks, len(got.accepted), len(arrived), len(w.github.dispatches()))
	if len(lost) > 0 || len(got.accepted) == webhooks {
		t.Errorf("%d of %d accepted events did not arrive (%v)", len(lost), len(got.accepted), got.answers)
	}
}

// TestStormInOutage makes GitHub refuse until the first dispatch has used up all its attempts. Retries wait
// in real time.
func TestStormInOutage(t *testing.T) {
	if !*storm {
		t.Skip("with -storm")
	}
	w := startStorm(t, time.Second)
	w.github.refusals = []int{500, 502, 429, 500, 503, 429, 429, 500}
	got := fire(t, w.url, 0, 2000, func(int) {})
	w.github.await(t, got.accepted)
	if err := w.stop(); err != nil || len(got.accepted) != 2000 {
		t.Errorf("%v: %v", got.answers, err)
	}
	delays := w.github.delays(got.accepted)
	t.Logf("%d accepted, all arrived, the last %s after its webhook", len(got.accepted), delays[len(delays)-1].Round(time.Millisecond))
}
