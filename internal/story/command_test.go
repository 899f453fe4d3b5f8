package story

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// hook receives the answers to Slack commands.
type hook struct {
	url     string
	answers []string
}

func (w *world) withHook() *hook {
	h := &hook{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.answers = append(h.answers, string(body))
	}))
	w.t.Cleanup(server.Close)
	h.url = server.URL + "/commands/T01/1/x"
	w.env["SLACK_API_URL"] = server.URL + "/api"
	return h
}

func TestSlashCommands(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string // parts of the answer
		issues     int
		code       int
	}{
		{"scan", "scan", []string{"Scanned: 1 event of 1 error: 1 created", "• created <https://github.com/acme/shop/issues/", "`order … lost`, 1 event"}, 1, 0},
		{"scan an older stretch", "scan 2d", []string{"Scanned: 2 events of 2 errors: 2 created"}, 2, 0},
		{"scan since nonsense", "scan often", []string{"The start time is neither a duration such as 6h"}, 0, 0},
		{"status", "status", []string{"Errors: 0 open, 0 closed, 0 muted, 0 waiting"}, 0, 0},
		{"file", "file ERROR in post: 12 parcels lost", []string{"Filed.", "• created <https://github.com/acme/shop/issues/1|#1> `parcels lost`, 1 event"}, 1, 0},
		{"anything else", "please", []string{"`scan` reads the sources now"}, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			h := w.withHook()
			w.log(5*time.Minute, "ERROR order 1 lost")
			w.log(30*time.Hour, "ERROR the b store is down")
			r := w.deliver(fmt.Sprintf(`{"slack":{"command":"/errmon","text":%q,"channel_id":"C01","response_url":%q,"trigger_id":"1.2"}}`, tt.text, h.url))
			if r.code != tt.code || len(w.errorIssues()) != tt.issues {
				t.Errorf("code %d, %d issues, want %d and %d\n%s%s", r.code, len(w.errorIssues()), tt.code, tt.issues, r.stdout, r.stderr)
			}
			if len(h.answers) != 1 || !strings.Contains(h.answers[0], `"response_type":"ephemeral"`) {
				t.Fatalf("answered %q", h.answers)
			}
			plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026lt;`, "<", `\u0026gt;`, ">").Replace(h.answers[0])
			for _, part := range tt.want {
				if !strings.Contains(plain, part) {
					t.Errorf("the answer lacks %q: %s", part, plain)
				}
			}
		})
	}
}

func TestAnswersGoToSlackOnly(t *testing.T) {
	for _, address := range []string{"https://evil.example/commands/1", "http://hooks.slack.com/commands/1", "https://hooks.slack.com.evil.example/x",
		"https://user@hooks.slack.com/x", "https://hooks.slack.com:8443/x", "file:///etc/passwd", "::"} {
		w := newWorld(t)
		r := w.deliver(fmt.Sprintf(`{"slack":{"command":"/errmon","text":"status","response_url":%q}}`, address)).mustSucceed(t)
		if !strings.Contains(r.stderr, "response_url is not at Slack: nothing was sent there") {
			t.Errorf("%s: %s", address, r.stderr)
		}
	}
}

func TestMentionScans(t *testing.T) {
	w := newWorld(t)
	w.log(5*time.Minute, "ERROR order 1 lost")
	w.deliver(`{"slack":{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention","user":"U1","channel":"C01","ts":"1795341601.000100","text":"<@U0ERRMON> scan"}}}`).mustSucceed(t)
	if got := count(t, w.find("lost")); got != 1 {
		t.Errorf("counted %d", got)
	}
}

func TestDispatchEvents(t *testing.T) {
	for _, tt := range []struct {
		name, event, body string
		code, issues      int
		says              string
	}{
		{"a payload", "repository_dispatch", `{"action":"anything","client_payload":{"text":"ERROR payment failed"}}`, 0, 1, "1 created"},
		{"the type that scans", "repository_dispatch", `{"action":"errmon-scan","client_payload":{}}`, 0, 1, "1 created"},
		{"another event scans", "workflow_dispatch", `{"inputs":{}}`, 0, 1, "1 created"},
		{"an unknown shape", "repository_dispatch", `{"action":"errmon","client_payload":{"foo":1,"bar":2}}`, 1, 0, "with the keys bar, foo: send it under errmon, sentry, slack or text"},
		{"no payload", "repository_dispatch", `{"action":"errmon","client_payload":null}`, 1, 0, "client_payload"},
		{"truncated", "repository_dispatch", `{"action":"errmon","client_payload":{"text":"ERR`, 1, 0, "not a complete JSON object"},
		{"over-large", "repository_dispatch", `{"text":"` + strings.Repeat("x", 1<<20) + `"}`, 1, 0, "larger than the limit"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.inActions()
			w.env["GITHUB_EVENT_NAME"], w.env["GITHUB_EVENT_PATH"], w.env["GITHUB_RUN_ID"] = tt.event, w.payloadFile(tt.body), "4711"
			w.log(5*time.Minute, "ERROR order 1 lost")
			r := w.run()
			if r.code != tt.code || len(w.errorIssues()) != tt.issues || !strings.Contains(r.stdout, tt.says) {
				t.Errorf("code %d, %d issues\n%s%s", r.code, len(w.errorIssues()), r.stdout, r.stderr)
			}
		})
	}
}
