package story

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/relay"
)

// withRelay adds a relay with all routes, and returns the deliveries that it would pass on.
func (w *world) withRelay(c clock.Clock, ready func(context.Context, bool) error, change func(*relay.Config)) *[]relay.Delivery {
	w.t.Helper()
	config := relay.Config{
		SentrySecret: "sentry-secret", SlackSecret: "slack-secret", Token: "relay-token",
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: c,
	}
	if change != nil {
		change(&config)
	}
	passed := &[]relay.Delivery{}
	deliver := func(_ context.Context, d relay.Delivery) error {
		*passed = append(*passed, d)
		return nil
	}
	listening := httptest.NewServer(relay.NewReceiver(config, deliver, ready, relay.NewMetrics()).Handler())
	w.t.Cleanup(listening.Close)
	w.env["ERRMON_RELAY_URL"] = listening.URL
	return passed
}

// TestGuideSignedRequests runs the guide's signed requests unchanged.
func TestGuideSignedRequests(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s", tool)
		}
	}
	_, section, _ := strings.Cut(pages(t)["examples/testing.md"], "\n## The relay\n")
	blocks := blockShape.FindAllStringSubmatch(section, -1)
	if len(blocks) != 3 {
		t.Fatalf("%d blocks, want those for Sentry, Slack and a scan", len(blocks))
	}
	w := newWorld(t)
	passed := w.withRelay(clock.System(), nil, nil)
	for _, secret := range []string{"right", "wrong"} {
		for i, block := range blocks {
			cmd := exec.Command("bash", "-euc", block[2])
			cmd.Env = append(os.Environ(), "RELAY="+w.env["ERRMON_RELAY_URL"])
			for name, value := range map[string]string{"SENTRY_CLIENT_SECRET": "sentry-secret", "SLACK_SIGNING_SECRET": "slack-secret", "ERRMON_RELAY_TOKEN": "relay-token"} {
				if secret == "wrong" {
					value = "wrong"
				}
				cmd.Env = append(cmd.Env, name+"="+value)
			}
			out, err := cmd.CombinedOutput()
			status := map[string]string{"right": "202", "wrong": "401"}[secret]
			if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), status) {
				t.Errorf("block %d with the %s secret: %v, %s; want %s\n%s", i+1, secret, err, out, status, block[2])
			}
		}
	}
	if len(*passed) != len(blocks) || !(*passed)[2].Scan {
		t.Errorf("passed on %+v", *passed)
	}
}

// TestGuidePayloads files the payloads of the guide's signed requests.
func TestGuidePayloads(t *testing.T) {
	page := pages(t)["examples/testing.md"]
	bodies := regexp.MustCompile(`(?s)\nbody='(.*?)'\n`).FindAllStringSubmatch(page, -1)
	titles := []string{"ReferenceError: heck is not defined", "order … lost"}
	if len(bodies) != len(titles) {
		t.Fatalf("%d bodies", len(bodies))
	}
	for i, body := range bodies {
		w := newWorld(t)
		if err := os.WriteFile("payload.json", []byte(body[1]), 0o644); err != nil {
			t.Fatal(err)
		}
		r := w.run("scan", "--payload", "payload.json").mustSucceed(t)
		if issue := w.find(titles[i]); count(t, issue) != 1 {
			t.Errorf("%s counts %d\n%s", issue.Title, count(t, issue), r.stdout)
		}
	}
}
