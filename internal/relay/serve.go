package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// DrainTime is how long a stopping relay keeps dispatching. By default, Kubernetes kills it after 30 s.
const DrainTime = 25 * time.Second

// Serve answers requests until the context ends or the listener fails. It then dispatches the accepted
// events, for at most DrainTime. The error states how many could not be delivered.
func Serve(ctx context.Context, listener net.Listener, receiver *Receiver, queue *Queue) error {
	log := receiver.cfg.Log
	server := newServer(receiver.Handler(), log)
	sending, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	sent, served := make(chan error, 1), make(chan error, 1)
	go func() { sent <- queue.Run(sending) }()
	go func() { served <- server.Serve(listener) }()

	var serveErr error
	select {
	case <-ctx.Done():
		log.Info("stopping: accepted events are dispatched first")
	case serveErr = <-served:
	}
	over := errors.New("the time limit for stopping is over")
	last, cancel := receiver.cfg.Clock.WithTimeout(context.WithoutCancel(ctx), DrainTime, over)
	defer cancel()
	context.AfterFunc(last, abort)
	if err := server.Shutdown(last); err != nil && serveErr == nil {
		serveErr = fmt.Errorf("answer the last requests: %w", err)
	}
	queue.Stop()
	sendErr := <-sent
	log.Info("stopped")
	return errors.Join(serveErr, sendErr)
}

// ServeMetrics serves /metrics until the process exits, so that dispatches during shutdown are counted too.
// It has its own listener, because a proxy publishes the webhooks' listener.
func ServeMetrics(address string, m *Metrics, log *slog.Logger) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s for metrics: %w", address, err)
	}
	log.Info("serving metrics", "metrics_address", listener.Addr().String())
	mux := http.NewServeMux()
	metrics.ExposeMetadata(true)
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) { // the Prometheus text format
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.set.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	})
	go func() {
		log.Error("metrics are no longer served", "error", newServer(mux, log).Serve(listener))
	}()
	return nil
}

// newServer limits the time and memory that a client can use. Sentry waits 1 s for an answer, Slack 3 s.
func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: time.Minute,
	}
}

// Readiness returns the check behind /readyz. It fails if the queue accepts no more events or, with deep, if
// asking GitHub fails. GitHub's answer is reused for 30 s, so that strangers cannot trigger more requests.
func Readiness(q *Queue, ask func(context.Context) error) func(context.Context, bool) error {
	var mu sync.Mutex
	var asked time.Time
	var answer error
	return func(ctx context.Context, deep bool) error {
		if err := q.Ready(); err != nil || !deep {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if now := q.clock.Now(); asked.IsZero() || now.Sub(asked) > 30*time.Second {
			slow := errors.New("GitHub did not answer within 5 s")
			ctx, cancel := q.clock.WithTimeout(context.WithoutCancel(ctx), 5*time.Second, slow)
			defer cancel()
			answer, asked = ask(ctx), now
		}
		return answer
	}
}

// Metrics holds what /metrics serves. No label contains foreign text.
//
//	errmon_relay_requests_total{route,verdict}    requests
//	errmon_relay_answer_seconds{route}            time until the answer
//	errmon_relay_events_total{outcome}            events accepted, dispatched, failed for good,
//	                                              and undelivered when the relay stopped
//	errmon_relay_dispatches_total{type,outcome}   dispatches sent, repeated and failed for good
//	errmon_relay_waiting_events                   events accepted and not yet dispatched
type Metrics struct{ set *metrics.Set }

var answerBounds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 3} // seconds

// NewMetrics returns metrics that are all zero.
func NewMetrics() *Metrics { return &Metrics{metrics.NewSet()} }

func (m *Metrics) event(outcome string, n int) {
	m.set.GetOrCreateCounter(fmt.Sprintf("errmon_relay_events_total{outcome=%q}", outcome)).Add(n)
}

func (m *Metrics) dispatched(kind, outcome string) {
	m.set.GetOrCreateCounter(fmt.Sprintf("errmon_relay_dispatches_total{type=%q,outcome=%q}", kind, outcome)).Inc()
}
