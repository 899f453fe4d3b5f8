package relay_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/relay"
)

// TestCheck looks at the one finding of Check that is not OK.
func TestCheck(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	whole := relay.Config{SentrySecret: "s1", SlackSecret: "s2", Token: "s3"}
	known := relay.Checkup{SentrySecret: "s1", SlackSecret: "s2", Now: now}
	tests := []struct {
		name   string
		config func(*relay.Config)
		check  func(*relay.Checkup)
		ready  error
		level  finding.Level
		about  string
		says   string
	}{
		{"all well", nil, nil, nil, finding.OK, "", ""},
		{"all well, secrets unknown", nil, func(c *relay.Checkup) { c.SentrySecret, c.SlackSecret = "", "" }, nil, finding.OK, "", ""},
		{"unreachable", nil, func(c *relay.Checkup) { c.URL = "http://127.0.0.1:1" }, nil, finding.Failure, "relay", "check relay-url"},
		{"another server", nil, func(c *relay.Checkup) { c.URL += "/elsewhere" }, nil, finding.Failure, "relay", "answers 404 to /healthz"},
		{"GitHub refuses it", nil, nil, errors.New("401"), finding.Failure, "relay", "Contents: Read and write"},
		{"unsigned", func(c *relay.Config) { c.Insecure = true }, nil, nil, finding.Failure, "relay /webhook/sentry", "--insecure"},
		{"another secret of Sentry's", nil, func(c *relay.Checkup) { c.SentrySecret = "old" }, nil, finding.Failure, "relay /webhook/sentry", "copy the secret"},
		{"another secret of Slack's", nil, func(c *relay.Checkup) { c.SlackSecret = "old" }, nil, finding.Failure, "relay /webhook/slack", "copy the secret"},
		{"no token", func(c *relay.Config) { c.Token = "" }, nil, nil, finding.Warning, "relay /trigger-scan", "ERRMON_RELAY_TOKEN"},
		{"no Sentry", func(c *relay.Config) { c.Token, c.SentrySecret = "", "" }, nil, nil, finding.Warning, "relay /webhook/sentry", "set SENTRY_CLIENT_SECRET"},
		{"no Slack", func(c *relay.Config) { c.Token, c.SlackSecret = "", "" }, nil, nil, finding.Warning, "relay /webhook/slack", "set SLACK_SIGNING_SECRET"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config, checkup := whole, known
			config.Log, config.Clock = slog.New(slog.NewTextHandler(io.Discard, nil)), clock.Clock{Now: func() time.Time { return now }}
			if tt.config != nil {
				tt.config(&config)
			}
			deliver := func(context.Context, relay.Delivery) error {
				t.Error("passed something on")
				return nil
			}
			ready := func(context.Context, bool) error { return tt.ready }
			server := httptest.NewServer(relay.NewReceiver(config, deliver, ready, relay.NewMetrics()).Handler())
			defer server.Close()
			checkup.URL = server.URL
			if tt.check != nil {
				tt.check(&checkup)
			}
			matched := tt.level == finding.OK
			for _, f := range relay.Check(t.Context(), checkup) {
				if tt.level == finding.OK && f.Level != finding.OK {
					t.Errorf("found %+v", f)
				}
				matched = matched || f.Level == tt.level && f.About == tt.about && strings.Contains(f.Text+" "+f.Remedy, tt.says)
			}
			if !matched {
				t.Errorf("found %+v", relay.Check(t.Context(), checkup))
			}
		})
	}
}

// A proxy that redirects would turn a POST into a GET.
func TestCheckFollowsNoRedirect(t *testing.T) {
	server := httptest.NewServer(http.RedirectHandler("https://relay.example/", http.StatusFound))
	defer server.Close()
	found := relay.Check(t.Context(), relay.Checkup{URL: server.URL})
	if len(found) != 1 || found[0].Level != finding.Failure || !strings.Contains(found[0].Text, "302") {
		t.Errorf("found %+v", found)
	}
}

// If the connection breaks, the finding reports it.
func TestCheckLosesTheNetwork(t *testing.T) {
	config := relay.Config{SentrySecret: "s1", Token: "s3", Log: slog.New(slog.DiscardHandler), Clock: clock.System()}
	ready := func(context.Context, bool) error { return nil }
	for n := range 6 {
		relayed := relay.NewReceiver(config, nil, ready, relay.NewMetrics()).Handler()
		sent := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if sent++; sent > n {
				panic(http.ErrAbortHandler)
			}
			relayed.ServeHTTP(w, r)
		}))
		found := relay.Check(t.Context(), relay.Checkup{URL: server.URL, SentrySecret: "s1"})
		if len(found) != 1 || found[0].Level != finding.Failure || !strings.HasPrefix(found[0].Text, "cannot reach "+server.URL+" (") {
			t.Errorf("with %d answers: %+v", n, found)
		}
		if n == 0 && sent > 1 {
			t.Errorf("%d requests to a relay that does not answer, which may take 15 s each", sent)
		}
		server.Close()
	}
}
