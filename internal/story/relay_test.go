package story

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/cli"
	"github.com/org/errmon-action/internal/clock"
)

const (
	relaySecret = "relay-test-secret"
	relayToken  = "relay-test-token-0"
)

// relay runs errmon relay in the world until stop is called, which returns the exit code and the log.
func (w *world) relay(args ...string) (url string, stop func() (int, string)) {
	w.t.Helper()
	env := maps.Clone(w.env)
	maps.Copy(env, map[string]string{"SENTRY_CLIENT_SECRET": relaySecret, "SLACK_SIGNING_SECRET": relaySecret, "ERRMON_RELAY_TOKEN": relayToken, "ERRMON_COALESCE": "0s"})
	ctx, cancel := context.WithCancel(w.t.Context())
	out, in := io.Pipe()
	code := make(chan int, 1)
	go func() {
		c := cli.Command{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: in, Clock: clock.System(), Getenv: func(name string) string { return env[name] }}
		code <- c.Main(ctx, append([]string{"relay", "--listen", "127.0.0.1:0"}, args...))
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	var log bytes.Buffer
	for url == "" && lines.Scan() {
		fmt.Fprintln(&log, lines.Text())
		if m := regexp.MustCompile(`"address":"([^"]+)"`).FindStringSubmatch(lines.Text()); m != nil {
			url = "http://" + m[1]
		}
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines.Scan() {
			fmt.Fprintln(&log, lines.Text())
		}
	}()
	return url, func() (int, string) { cancel(); <-read; return <-code, log.String() }
}

func post(t *testing.T, url, body string, headers map[string]string) int {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
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
	answer.Body.Close()
	return answer.StatusCode
}

func sentrySigned(body string) map[string]string {
	mac := hmac.New(sha256.New, []byte(relaySecret))
	mac.Write([]byte(body))
	return map[string]string{"Sentry-Hook-Signature": hex.EncodeToString(mac.Sum(nil))}
}

// TestRelayToIssues sends webhooks to the relay, and passes what GitHub receives to a scan, as a workflow
// would.
func TestRelayToIssues(t *testing.T) {
	type webhook struct{ path, body string }
	send := []webhook{
		{"/webhook/sentry", `{"action":"triggered","data":{"event":{"event_id":"e1","issue_id":"7","title":"KeyError: 'sku'","level":"error","metadata":{"type":"KeyError","value":"'sku'"}}}}`},
		{"/webhook/slack", `{"text":"ERROR payment 4711 failed: card declined","id":"a1","service":"pay"}`},
		{"/webhook/slack", `{"text":"ERROR payment 4711 failed: card declined","id":"a2","service":"pay"}`},
		{"/webhook/slack", `{"text":"ERROR payment 4711 failed: card declined","id":"a2","service":"pay"}`},
	}
	titles := map[string]int64{"KeyError": 1, "payment … failed": 2}
	for _, name := range []string{"docs-webhooks/event_alert.triggered.json", "docs-webhooks/error.created.json", "docs-webhooks/issue.json",
		"integration-platform-example/mock_event_alert_triggered_webhook.json"} {
		if body, err := os.ReadFile("../../../shared/data/sentry/" + name); err == nil {
			send = append(send, webhook{"/webhook/sentry", string(body)})
			titles["ReferenceError"], titles["This is a test error"] = 0, 0 // filed, but counted by Sentry itself
		}
	}
	w := newWorld(t)
	url, stop := w.relay()
	for _, s := range send {
		headers := sentrySigned(s.body)
		if s.path == "/webhook/slack" {
			headers = map[string]string{"Authorization": "Bearer " + relayToken}
		}
		if status := post(t, url+s.path, s.body, headers); status != http.StatusAccepted && status != http.StatusOK {
			t.Fatalf("%s answered %d to %.200s", s.path, status, s.body)
		}
	}
	code, log := stop()
	if code != exitDone || strings.Contains(log, relaySecret) || strings.Contains(log, "card declined") {
		t.Fatalf("exit code %d, log:\n%s", code, log)
	}
	for _, d := range w.github.Dispatches() {
		event, err := json.Marshal(map[string]any{"action": d.EventType, "client_payload": d.Payload})
		if err != nil {
			t.Fatal(err)
		}
		w.deliver(string(event)).mustSucceed(t)
	}
	for title, want := range titles {
		found := 0
		for name, issue := range w.errorIssues() {
			if strings.Contains(name, title) {
				found++
				if got := count(t, issue); want > 0 && got != want {
					t.Errorf("%s counts %d, want %d", name, got, want)
				}
			}
		}
		if found == 0 {
			t.Errorf("no issue says %q: %v", title, w.errorIssues())
		}
	}
}

func TestRelayMistakes(t *testing.T) {
	good := map[string]string{"ERRMON_RELAY_TOKEN": relayToken, "GITHUB_TOKEN": "token", "GITHUB_REPOSITORY": "acme/shop"}
	for _, c := range []struct {
		name string
		env  map[string]string // added to the good settings; an empty value removes one
		args []string
		want []string
	}{
		{"all at once", map[string]string{"ERRMON_RELAY_TOKEN": "", "GITHUB_TOKEN": "", "GITHUB_REPOSITORY": "shop", "ERRMON_COALESCE": "soon"}, nil,
			[]string{"no secret is set", "nothing authenticates to GitHub", `repository "shop" (environment variable GITHUB_REPOSITORY) must be OWNER/REPO`,
				`coalesce "soon" (environment variable ERRMON_COALESCE) is not a duration: write it as 90s`}},
		{"token and App", map[string]string{"GITHUB_APP_ID": "1"}, nil, []string{"both set", "needs all of"}},
		{"a key that is none", map[string]string{"GITHUB_TOKEN": "", "GITHUB_APP_ID": "1", "GITHUB_APP_INSTALLATION": "2", "GITHUB_APP_KEY": "-----BEGIN"}, nil, []string{"github-app-key"}},
		{"no such key file", nil, []string{"--github-app-key", "/nonexistent"}, []string{"github-app-key (flag --github-app-key) is neither"}},
		{"insecure beyond loopback", nil, []string{"--insecure", "--listen", ":8080"}, []string{"--insecure lets anyone in, and :8080 is not a loopback address"}},
		{"no address", nil, []string{"--listen", "8080"}, []string{`"8080" to listen on is not HOST:PORT`}},
		{"a secret with a space", map[string]string{"SLACK_SIGNING_SECRET": "a b"}, nil, []string{"slack-signing-secret (environment variable SLACK_SIGNING_SECRET) has white space"}},
		{"a token that can be guessed", map[string]string{"ERRMON_RELAY_TOKEN": relayToken[:15]}, nil, []string{"relay-token (environment variable ERRMON_RELAY_TOKEN) has 15 characters: use at least 16", "openssl rand -hex 32"}},
		{"no address for metrics", nil, []string{"--metrics-listen", "9090"}, []string{`metrics-listen "9090" is not an address`}},
		{"an endless window", nil, []string{"--coalesce", "2h"}, []string{`coalesce "2h" (flag --coalesce) must be between 0 and 10m`}},
		{"a scan's flag", nil, []string{"--log-groups", "x"}, []string{"unknown flag: --log-groups"}},
		{"a mistyped flag", nil, []string{"--slack-signing-secre", "x"}, []string{"unknown flag: --slack-signing-secre: did you mean --slack-signing-secret?"}},
		{"an argument", nil, []string{"now"}, []string{`unknown command "now" for "errmon relay"`}},
		{"a queue without Lambda", nil, []string{"--queue-url", "https://x"}, []string{"queue-url is only for AWS Lambda"}},
		{"a wrong API address", map[string]string{"GITHUB_API_URL": "ftp://x"}, nil, []string{"check GITHUB_API_URL"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := maps.Clone(good)
			maps.Copy(env, c.env)
			var errs bytes.Buffer
			cmd := cli.Command{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &errs, Clock: clock.System(), Getenv: func(name string) string { return env[name] }}
			if code := cmd.Main(t.Context(), append([]string{"relay"}, c.args...)); code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			for _, want := range c.want {
				if !strings.Contains(errs.String(), want) {
					t.Errorf("stderr lacks %q:\n%s", want, errs.String())
				}
			}
		})
	}
}

// TestRelayMetrics checks that metrics are served on their own address, and never on that of the webhooks.
func TestRelayMetrics(t *testing.T) {
	w := newWorld(t)
	w.env["ERRMON_METRICS_LISTEN"] = "127.0.0.1:0"
	url, stop := w.relay()
	if status := get(t, url+"/metrics"); status != http.StatusNotFound {
		t.Errorf("beside the webhooks: %d", status)
	}
	_, log := stop()
	m := regexp.MustCompile(`"metrics_address":"([^"]+)"`).FindStringSubmatch(log)
	if m == nil {
		t.Fatalf("no address in the log:\n%s", log)
	}
	if status := get(t, "http://"+m[1]+"/metrics"); status != http.StatusOK {
		t.Errorf("at its own address: %d", status)
	}
	for path := range strings.SplitSeq("/ /webhook/slack /healthz", " ") {
		if status := get(t, "http://"+m[1]+path); status != http.StatusNotFound {
			t.Errorf("%s is served beside the metrics: %d", path, status)
		}
	}
}

func get(t *testing.T, url string) int {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}
