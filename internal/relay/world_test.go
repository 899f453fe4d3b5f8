package relay

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/inbound"
)

const (
	sentrySecret = "sentry-client-secret"
	slackSecret  = "slack-signing-secret"
	token        = "relay-token"
)

// now is the time of every signature in the tests.
var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func config(log io.Writer) Config {
	return Config{SentrySecret: sentrySecret, SlackSecret: slackSecret, Token: token, Log: slog.New(slog.NewJSONHandler(log, nil)),
		Clock: clock.Clock{Now: func() time.Time { return now }, Sleep: clock.System().Sleep}}
}

func sign(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func sentrySigned(body string) map[string]string {
	return map[string]string{"Content-Type": "application/json", "Sentry-Hook-Signature": sign(sentrySecret, body)}
}

func slackSigned(body string, at time.Time) map[string]string {
	timestamp := fmt.Sprint(at.Unix())
	return map[string]string{"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": "v0=" + sign(slackSecret, "v0:"+timestamp+":"+body)}
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

// real reads one of the services' real payloads.
func real(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile("../../../shared/data/" + name)
	if err != nil {
		t.Skipf("no real data: %v", err)
	}
	return string(body)
}

// gitHub records the dispatches sent to GitHub.
type gitHub struct {
	mu    sync.Mutex
	kinds []string
	ids   map[string]int // how often each arrived
	sizes []int
}

func (g *gitHub) dispatch(_ context.Context, kind string, payload []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ids == nil {
		g.ids = map[string]int{}
	}
	g.kinds, g.sizes = append(g.kinds, kind), append(g.sizes, len(payload))
	if kind == TypeScan {
		return nil
	}
	var p struct{ Errmon json.RawMessage }
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	entries, err := inbound.ReadEnvelope(p.Errmon)
	for _, e := range entries {
		for _, id := range e.IDs {
			g.ids[id]++
		}
	}
	return err
}

// open runs a relay that coalesces for the given time. stop waits until everything accepted was dispatched.
func open(t testing.TB, c Config, dispatch Dispatch, coalesce time.Duration) (url string, stop func() error) {
	t.Helper()
	metrics := NewMetrics()
	queue := NewQueue(coalesce, dispatch, c, metrics)
	server := httptest.NewServer(NewReceiver(c, queue.Add, Readiness(queue, nil), metrics).Handler())
	t.Cleanup(server.Close)
	done := make(chan error, 1)
	go func() { done <- queue.Run(context.Background()) }()
	return server.URL, func() error { queue.Stop(); return <-done }
}

func send(t testing.TB, method, url string, headers map[string]string, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
