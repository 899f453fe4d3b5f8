package relay

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/slack"
)

// Receiver is the HTTP side of the relay.
type Receiver struct {
	cfg     Config
	deliver Deliver
	ready   func(ctx context.Context, deep bool) error // nil if there is nothing to ask
	bodies  *bodies
	metrics *Metrics
}

// NewReceiver returns a Receiver that passes deliveries to deliver. ready returns an error if no
// more can be accepted or, with deep, if GitHub does not answer; it may be nil.
func NewReceiver(c Config, deliver Deliver, ready func(context.Context, bool) error, m *Metrics) *Receiver {
	return &Receiver{cfg: c, deliver: deliver, ready: ready, bodies: newBodies(c.Clock), metrics: m}
}

// verdict is the outcome of a request.
type verdict struct {
	status  int
	word    string // for the log and the metrics
	id      string // of the delivery
	reason  string // only for the log: it could help an attacker
	body    string // plain text, unless headers say otherwise
	headers map[string]string
}

// Handler returns the routes. A route without a secret does not exist.
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
		d.handle(mux, "/trigger-scan", http.MethodPost, d.triggerScan)
	}
	d.handle(mux, "/healthz", http.MethodGet, func(http.ResponseWriter, *http.Request) verdict {
		return verdict{status: http.StatusOK, word: "ok", body: "ok\n"}
	})
	d.handle(mux, "/readyz", http.MethodGet, d.readiness)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		d.answer(w, r, "other", d.cfg.Clock.Now(), verdict{status: http.StatusNotFound, word: "unknown-route", body: "not found\n"})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			// Without this the server waits for a body that nobody reads before it answers.
			w.Header().Set("Connection", "close")
		}
		mux.ServeHTTP(w, r)
	})
}

// handle serves a route with judge, which gets the request before its body is read.
func (d *Receiver) handle(mux *http.ServeMux, route, method string, judge func(http.ResponseWriter, *http.Request) verdict) {
	mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		start := d.cfg.Clock.Now()
		if r.Method != method {
			d.answer(w, r, route, start, verdict{status: http.StatusMethodNotAllowed, word: "wrong-method",
				body: "use " + method + "\n", headers: map[string]string{"Allow": method}})
			return
		}
		d.answer(w, r, route, start, judge(w, r))
	})
}

// webhook reads a request whole before judge sees it, because a signature covers
// all bytes. A request without a signature that could be right is judged by its
// token before anything is read.
func (d *Receiver) webhook(mux *http.ServeMux, route, header, secret string, judge func(r *http.Request, body []byte, signed bool) verdict) {
	d.handle(mux, route, http.MethodPost, func(w http.ResponseWriter, r *http.Request) verdict {
		signed := !d.cfg.Insecure && secret != "" && r.Header.Get(header) != ""
		if !signed {
			if err := d.bearer(r); err != nil {
				return unauthorized(err)
			}
		}
		body, release, err := d.bodies.read(w, r)
		switch {
		case errors.Is(err, errTooLarge):
			return verdict{status: http.StatusRequestEntityTooLarge, word: "too-large", body: err.Error() + "\n"}
		case errors.Is(err, errCutShort):
			return junk(err)
		case err != nil:
			return later("shed", err)
		}
		defer release()
		w.Header().Del("Connection")
		return judge(r, body, signed)
	})
}

// answer sends, counts and logs the verdict.
func (d *Receiver) answer(w http.ResponseWriter, r *http.Request, route string, start time.Time, v verdict) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	for name, value := range v.headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(v.status)
	_, _ = io.WriteString(w, v.body)
	took := d.cfg.Clock.Now().Sub(start)
	d.metrics.answered(route, v.word, took)
	d.cfg.Log.Info("request", "route", route, "method", clip(r.Method), "status", v.status, "verdict", v.word, "id", v.id,
		"reason", v.reason, "bytes", r.ContentLength, "ms", float64(took.Microseconds())/1000)
}

// clip bounds what a stranger can write into the log.
func clip(text string) string { return text[:min(len(text), 16)] }

func junk(err error) verdict {
	return verdict{status: http.StatusBadRequest, word: "junk", reason: err.Error(), body: "this is not a webhook: " + err.Error() + "\n"}
}

// unauthorized keeps the reason for the log.
func unauthorized(err error) verdict {
	return verdict{status: http.StatusUnauthorized, word: "unauthorized", reason: err.Error(), body: "unauthorized\n",
		headers: map[string]string{"WWW-Authenticate": "Bearer"}}
}

// pass delivers, and answers with the outcome.
func (d *Receiver) pass(r *http.Request, delivery Delivery) verdict {
	v := verdict{status: http.StatusAccepted, word: "accepted", body: "accepted\n"}
	switch err := d.deliver(r.Context(), delivery); {
	case errors.Is(err, ErrReplay):
		v = verdict{status: http.StatusOK, word: "replay", body: "delivered before\n"}
	case errors.Is(err, ErrFull), errors.Is(err, ErrStopping):
		return later("full", err)
	case err != nil:
		return later("failed", err)
	}
	if !delivery.Scan {
		v.id = delivery.Entry.IDs[0]
	}
	return v
}

// later asks the sender to send the same again in half a minute.
func later(word string, err error) verdict {
	return verdict{status: http.StatusServiceUnavailable, word: word, reason: err.Error(), body: "try again later\n",
		headers: map[string]string{"Retry-After": "30"}}
}

func (d *Receiver) triggerScan(_ http.ResponseWriter, r *http.Request) verdict {
	if err := d.bearer(r); err != nil {
		return unauthorized(err)
	}
	return d.pass(r, Delivery{Scan: true})
}

func (d *Receiver) readiness(_ http.ResponseWriter, r *http.Request) verdict {
	if d.ready != nil {
		if err := d.ready(r.Context(), r.URL.Query().Get("deep") == "1"); err != nil {
			return verdict{status: http.StatusServiceUnavailable, word: "not-ready", reason: err.Error(), body: "not ready\n"}
		}
	}
	return verdict{status: http.StatusOK, word: "ok", body: "ready\n"}
}

var errNoToken = errors.New("the signature or the relay's token is missing or wrong")

// bearer checks the token of senders that cannot sign: a bearer token, or the
// password in the address if a sender, such as Sentry's legacy plugin, cannot set
// headers. Every wrong token takes the same time.
func (d *Receiver) bearer(r *http.Request) error {
	if d.cfg.Insecure {
		return nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if _, password, ok := r.BasicAuth(); ok {
		token = password
	} else if !strings.EqualFold(scheme, "Bearer") {
		return errNoToken
	}
	got, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(d.cfg.Token))
	if d.cfg.Token == "" || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return errNoToken
	}
	return nil
}
