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

	"github.com/org/errmon-action/internal/clock"
)

// Bounds of the HTTP server. Sentry waits 1 s for an answer, Slack 3 s.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 10 * time.Second
	writeTimeout   = 15 * time.Second
	idleTimeout    = time.Minute
	maxHeaderBytes = 16 << 10
)

// DrainTime is how long a relay goes on dispatching after it was asked to stop.
// Kubernetes kills a process after 30 s.
const DrainTime = 25 * time.Second

var errDrained = errors.New("the time to stop is up")

// Serve answers at a listener until the context ends, and then dispatches what
// it has accepted, for at most DrainTime. The error states what could not be
// delivered.
func Serve(ctx context.Context, listener net.Listener, receiver *Receiver, queue *Queue) error {
	server := newServer(receiver.Handler(), receiver.cfg.Log)
	sending, abort := context.WithCancelCause(context.WithoutCancel(ctx))
	defer abort(nil)
	sent := make(chan error, 1)
	go func() { sent <- queue.Run(sending) }()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	var serveErr error
	select {
	case <-ctx.Done():
		receiver.cfg.Log.Info("stopping: what was accepted is dispatched first")
	case serveErr = <-served:
	}
	last, cancel := receiver.cfg.Clock.WithTimeout(context.WithoutCancel(ctx), DrainTime, errDrained)
	defer cancel()
	context.AfterFunc(last, func() { abort(errDrained) })
	if err := server.Shutdown(last); err != nil && serveErr == nil {
		serveErr = fmt.Errorf("answer the last requests: %w", err)
	}
	queue.Stop()
	sendErr := <-sent
	receiver.cfg.Log.Info("stopped")
	return errors.Join(serveErr, sendErr)
}

// ServeMetrics answers /metrics until the context ends. It has a listener of its
// own, because a proxy publishes that of the webhooks.
func ServeMetrics(ctx context.Context, listener net.Listener, m *Metrics, log *slog.Logger) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	server := newServer(mux, log)
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		log.Error("metrics are no longer served", "error", err)
	}
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

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
