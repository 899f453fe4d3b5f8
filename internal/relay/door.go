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
)

// maxBody is the longest body that is read, in bytes. Sentry itself takes no
// larger event.
const maxBody = 1 << 20

// Door is the HTTP side of the relay.
type Door struct {
	cfg     Config
	deliver Deliver
	ready   func(ctx context.Context, deep bool) error // nil where there is nothing to ask
	metrics *Metrics
}

// NewDoor makes a door that hands over to deliver. ready says whether more can be
// taken, and with deep whether GitHub answers; it may be nil.
func NewDoor(c Config, deliver Deliver, ready func(context.Context, bool) error, m *Metrics) *Door {
	return &Door{cfg: c, deliver: deliver, ready: ready, metrics: m}
}

// verdict is what became of a request.
type verdict struct {
	status  int
	word    string // for the log and the metrics
	id      string // of the delivery
	reason  string // for the log alone: it may tell an attacker something
	body    string
	media   string // text/plain unless set
	headers map[string]string
}

// Handler returns the routes. Those without a secret do not exist.
func (d *Door) Handler() http.Handler {
	mux := http.NewServeMux()
	unsigned := d.cfg.Token != "" || d.cfg.Insecure
	if d.cfg.SentrySecret != "" || unsigned {
		d.handle(mux, "/webhook/sentry", http.MethodPost, d.sentryWebhook)
	}
	if d.cfg.SlackSecret != "" || unsigned {
		d.handle(mux, "/webhook/slack", http.MethodPost, d.slackWebhook)
	}
	if unsigned {
		d.handle(mux, "/trigger-scan", http.MethodPost, d.triggerScan)
	}
	d.handle(mux, "/healthz", http.MethodGet, func(*http.Request, []byte) verdict {
		return verdict{status: http.StatusOK, word: "ok", body: "ok\n"}
	})
	d.handle(mux, "/readyz", http.MethodGet, d.readiness)
	mux.Handle("/metrics", d.metrics.Handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		d.answer(w, r, "other", d.cfg.Clock.Now(), verdict{status: http.StatusNotFound, word: "unknown-route", body: "not found\n"})
	})
	return mux
}

// handle reads a request whole before its route sees it: signatures are of
// all bytes.
func (d *Door) handle(mux *http.ServeMux, route, method string, judge func(*http.Request, []byte) verdict) {
	mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		start := d.cfg.Clock.Now()
		if r.Method != method {
			d.answer(w, r, route, start, verdict{status: http.StatusMethodNotAllowed, word: "wrong-method",
				body: "use " + method + "\n", headers: map[string]string{"Allow": method}})
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			d.answer(w, r, route, start, verdict{status: http.StatusRequestEntityTooLarge, word: "too-large", body: "at most 1 MB is read\n"})
		case err != nil:
			d.answer(w, r, route, start, junk(errors.New("the body did not arrive whole")))
		default:
			d.answer(w, r, route, start, judge(r, body))
		}
	})
}

// answer sends the verdict, counts and logs it.
func (d *Door) answer(w http.ResponseWriter, r *http.Request, route string, start time.Time, v verdict) {
	for name, value := range v.headers {
		w.Header().Set(name, value)
	}
	if v.media == "" {
		v.media = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", v.media)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(v.status)
	_, _ = io.WriteString(w, v.body)
	took := d.cfg.Clock.Now().Sub(start)
	d.metrics.answered(route, v.word, took)
	d.cfg.Log.Info("request", "route", route, "method", clip(r.Method), "status", v.status, "verdict", v.word, "id", v.id,
		"reason", v.reason, "bytes", r.ContentLength, "ms", float64(took.Microseconds())/1000)
}

// clip bounds what a stranger writes into the log.
func clip(text string) string { return text[:min(len(text), 16)] }

func junk(err error) verdict {
	return verdict{status: http.StatusBadRequest, word: "junk", reason: err.Error(), body: "this is no webhook: " + err.Error() + "\n"}
}

// unauthorized says nothing of why: that is in the log.
func unauthorized(err error) verdict {
	return verdict{status: http.StatusUnauthorized, word: "unauthorized", reason: err.Error(), body: "unauthorized\n",
		headers: map[string]string{"WWW-Authenticate": "Bearer"}}
}

// pass delivers and answers.
func (d *Door) pass(r *http.Request, delivery Delivery) verdict {
	v := verdict{status: http.StatusAccepted, word: "accepted", body: "accepted\n"}
	if len(delivery.Entry.IDs) > 0 {
		v.id = delivery.Entry.IDs[0]
	}
	err := d.deliver(r.Context(), delivery)
	switch {
	case errors.Is(err, ErrReplay):
		v.status, v.word, v.body = http.StatusOK, "replay", "delivered before\n"
	case errors.Is(err, ErrFull), errors.Is(err, ErrStopping):
		v.status, v.word, v.reason, v.body = http.StatusServiceUnavailable, "full", err.Error(), "try again later\n"
		v.headers = map[string]string{"Retry-After": "30"}
	case err != nil:
		v.status, v.word, v.reason, v.body = http.StatusServiceUnavailable, "failed", err.Error(), "try again later\n"
	}
	return v
}

func (d *Door) triggerScan(r *http.Request, _ []byte) verdict {
	if err := d.bearer(r); err != nil {
		return unauthorized(err)
	}
	return d.pass(r, Delivery{Scan: true})
}

func (d *Door) readiness(r *http.Request, _ []byte) verdict {
	if d.ready != nil {
		if err := d.ready(r.Context(), r.URL.Query().Get("deep") == "1"); err != nil {
			return verdict{status: http.StatusServiceUnavailable, word: "not-ready", reason: err.Error(), body: "not ready\n"}
		}
	}
	return verdict{status: http.StatusOK, word: "ok", body: "ready\n"}
}

var errNoToken = errors.New("neither a signature nor the relay's token is there, or it is wrong")

// bearer checks the token of senders that cannot sign: as a bearer token, or as
// the password in the address where a sender, such as Sentry's legacy plugin, can
// set no header. It takes the same time for each wrong token.
func (d *Door) bearer(r *http.Request) error {
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
