// Package relay receives webhooks, because GitHub does not accept those of other services.
// It verifies the sender and passes errors on as a repository_dispatch.
//
//	request → route → authentic? → inbound.NewEntry → deliver → answer
//	                     as a server: deliver = Queue.Add, and Queue.Run dispatches
//	                     on AWS Lambda: deliver = SQS, and a second function dispatches
//
// As a server, the relay answers webhooks without waiting for another service. It keeps events only in memory
// until GitHub accepts them, so a killed process loses them. When asked to stop, it dispatches them first, and
// logs the ids of those that it could not. On AWS Lambda, it answers once SQS has the event.
//
// Bodies are foreign text: they go to GitHub inside the payload, and never to the log.
//
// It may import clock, finding, github, inbound, sentry and slack.
package relay

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"golang.org/x/sync/semaphore"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/inbound"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/slack"
)

// Config holds the senders' secrets, the log and the clock.
type Config struct {
	SentrySecret string // client secret of the integration; empty if there is none
	SlackSecret  string // signing secret of the app; empty if there is none
	Token        string // bearer token of senders that do not sign; empty if there is none
	Insecure     bool   // accept every request without any check; for loopback
	Log          *slog.Logger
	Clock        clock.Clock
}

// Delivery is the content of one accepted request.
type Delivery struct {
	Entry inbound.Entry
	Scan  bool // a request for a scan; there is no Entry
}

// Deliver takes responsibility for a delivery unless it returns an error, such as ErrReplay or ErrFull.
type Deliver func(context.Context, Delivery) error

// Dispatch sends a repository_dispatch, as github.Client.Dispatch does.
type Dispatch func(ctx context.Context, eventType string, payload []byte) error

// OnLambda runs the relay on AWS Lambda. With a queueURL, it receives webhooks and puts them into that SQS
// queue; without one, it dispatches the messages of a queue. It is nil in a build with the tag nolambda.
var OnLambda func(ctx context.Context, c Config, queueURL string, dispatch Dispatch) error

// The errors of a Queue, for errors.Is.
var (
	ErrReplay   = errors.New("its id was already delivered")
	ErrFull     = errors.New("the queue is full")
	ErrStopping = errors.New("the relay is stopping")
)

// The event types of a repository_dispatch.
const (
	TypeEvents = "errmon"      // the payload holds events
	TypeScan   = "errmon-scan" // there is no payload
)

// Receiver handles the relay's HTTP requests. Create it with NewReceiver.
type Receiver struct {
	cfg     Config
	deliver Deliver
	ready   func(ctx context.Context, deep bool) error
	metrics *Metrics

	small, large lane                // memory for the request bodies held at once
	judged       *semaphore.Weighted // maxJudged bytes, for the bodies parsed at once
}

// NewReceiver returns a Receiver that passes deliveries to deliver. ready returns an error if no more
// deliveries can be accepted or, with deep, if GitHub does not answer.
func NewReceiver(c Config, deliver Deliver, ready func(context.Context, bool) error, m *Metrics) *Receiver {
	return &Receiver{
		cfg: c, deliver: deliver, ready: ready, metrics: m, judged: semaphore.NewWeighted(maxJudged),
		small: lane{clock: c.Clock, room: semaphore.NewWeighted(smallRoom)},
		large: lane{clock: c.Clock, room: semaphore.NewWeighted(largeRoom), grace: largeGrace},
	}
}

type verdict struct {
	status  int
	word    string // label in the log and the metrics
	id      string // id of the delivery
	reason  string // for the log; not in body if it could help an attacker
	body    string // plain text, unless headers say otherwise
	headers map[string]string
}

// Handler returns the routes. Without Insecure, a route for which no secret or token is set answers 404.
func (d *Receiver) Handler() http.Handler {
	mux := http.NewServeMux()
	unsigned := d.cfg.Token != "" || d.cfg.Insecure
	if d.cfg.SentrySecret != "" || unsigned {
		d.webhook(mux, "/webhook/sentry", sentry.SignatureHeader, d.cfg.SentrySecret, d.sentryWebhook)
	}
	if d.cfg.SlackSecret != "" || unsigned {
		d.webhook(mux, "/webhook/slack", slack.SignatureHeader, d.cfg.SlackSecret, d.slackWebhook)
	}
	if unsigned {
		d.handle(mux, "/trigger-scan", http.MethodPost, func(_ http.ResponseWriter, r *http.Request) verdict {
			if !d.bearer(r) {
				return unauthorized(errNoToken)
			}
			return d.pass(r, Delivery{Scan: true})
		})
	}
	d.handle(mux, "/healthz", http.MethodGet, func(http.ResponseWriter, *http.Request) verdict {
		return verdict{status: http.StatusOK, word: "ok", body: "ok\n"}
	})
	d.handle(mux, "/readyz", http.MethodGet, func(_ http.ResponseWriter, r *http.Request) verdict {
		if err := d.ready(r.Context(), r.URL.Query().Get("deep") == "1"); err != nil {
			return verdict{status: http.StatusServiceUnavailable, word: "not-ready", reason: err.Error(), body: "not ready\n"}
		}
		return verdict{status: http.StatusOK, word: "ok", body: "ready\n"}
	})
	d.handle(mux, "/", "", func(http.ResponseWriter, *http.Request) verdict {
		return verdict{status: http.StatusNotFound, word: "unknown-route", body: "not found\n"}
	})
	return mux
}

// handle serves a route, and sends, counts and logs the verdict. An empty method accepts all methods.
func (d *Receiver) handle(mux *http.ServeMux, route, method string, judge func(http.ResponseWriter, *http.Request) verdict) {
	mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		start := d.cfg.Clock.Now()
		if r.ContentLength != 0 { // without this, the server reads the rest of the body before it answers
			w.Header().Set("Connection", "close")
		}
		v := verdict{status: http.StatusMethodNotAllowed, word: "wrong-method", body: "use " + method + "\n"}
		v.headers = map[string]string{"Allow": method}
		if method == "" || r.Method == method {
			v = judge(w, r)
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		for header, value := range v.headers {
			w.Header().Set(header, value)
		}
		w.WriteHeader(v.status)
		_, _ = io.WriteString(w, v.body)
		took := d.cfg.Clock.Now().Sub(start).Seconds()
		requests := fmt.Sprintf("errmon_relay_requests_total{route=%q,verdict=%q}", route, v.word)
		d.metrics.set.GetOrCreateCounter(requests).Inc()
		seconds := fmt.Sprintf("errmon_relay_answer_seconds{route=%q}", route)
		d.metrics.set.GetOrCreatePrometheusHistogramExt(seconds, answerBounds).Update(took)
		d.cfg.Log.Info("request", "route", route, "method", r.Method[:min(len(r.Method), 16)], // a stranger may send a long one
			"status", v.status, "verdict", v.word, "id", v.id, "reason", v.reason, "bytes", r.ContentLength, "ms", took*1000)
	})
}

// webhook calls judge with the complete body, because a signature covers all of it. If no signature can be
// checked, the token is checked instead, before the body is read.
func (d *Receiver) webhook(mux *http.ServeMux, route, header, secret string, judge func(r *http.Request, body []byte, signed bool) verdict) {
	d.handle(mux, route, http.MethodPost, func(w http.ResponseWriter, r *http.Request) verdict {
		signed := !d.cfg.Insecure && secret != "" && r.Header.Get(header) != ""
		if !signed && !d.bearer(r) {
			return unauthorized(errNoToken)
		}
		body, release, err := d.read(w, r)
		switch {
		case err == errTooLarge:
			return verdict{status: http.StatusRequestEntityTooLarge, word: "too-large", body: err.Error() + "\n"}
		case err == errCutShort:
			return junk(err)
		case err != nil:
			return later("shed", err)
		}
		defer release()
		w.Header().Del("Connection")
		return judge(r, body, signed)
	})
}

func junk(err error) verdict {
	return verdict{status: http.StatusBadRequest, word: "junk", reason: err.Error(), body: "this is not a webhook: " + err.Error() + "\n"}
}

func unauthorized(err error) verdict {
	return verdict{status: http.StatusUnauthorized, word: "unauthorized", reason: err.Error(), body: "unauthorized\n",
		headers: map[string]string{"WWW-Authenticate": "Bearer"}}
}

func later(word string, err error) verdict {
	return verdict{status: http.StatusServiceUnavailable, word: word, reason: err.Error(), body: "try again later\n",
		headers: map[string]string{"Retry-After": "30"}}
}

func (d *Receiver) pass(r *http.Request, delivery Delivery) verdict {
	err := d.deliver(r.Context(), delivery)
	switch {
	case err == nil:
		return verdict{status: http.StatusAccepted, word: "accepted", body: "accepted\n"}
	case errors.Is(err, ErrReplay):
		return verdict{status: http.StatusOK, word: "replay", body: "already delivered\n"}
	case errors.Is(err, ErrFull), errors.Is(err, ErrStopping):
		return later("full", err)
	}
	return later("failed", err)
}

var errNoToken = errors.New("the signature or the relay's token is missing or wrong")

// bearer checks the token of senders that cannot sign. Those that cannot set headers, such as Sentry's legacy
// plugin, send it as the password in the URL. Tokens are hashed so that they are compared in constant time.
func (d *Receiver) bearer(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if _, password, ok := r.BasicAuth(); ok {
		token = password
	} else if !strings.EqualFold(scheme, "Bearer") {
		return d.cfg.Insecure
	}
	got, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(d.cfg.Token))
	return d.cfg.Insecure || d.cfg.Token != "" && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
