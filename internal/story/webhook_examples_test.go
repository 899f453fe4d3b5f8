package story

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// webhookExamples are the example bodies as Sentry and Slack send them.
var webhookExamples = []struct {
	file, path, key, title string
	signed                 func(body string) map[string]string
}{
	{"sentry-webhook-example.json", "/webhook/sentry", "sentry", "TypeError: Cannot read properties of undefined (reading 'id') in Cart.total", sentrySigned},
	{"slack-webhook-example.json", "/webhook/slack", "slack", "payment … failed: card <visa> declined", slackSigned},
}

func slackSigned(body string) map[string]string {
	at := fmt.Sprint(time.Now().Unix())
	mac := hmac.New(sha256.New, []byte(relaySecret))
	mac.Write([]byte("v0:" + at + ":" + body))
	return map[string]string{"X-Slack-Request-Timestamp": at, "X-Slack-Signature": "v0=" + hex.EncodeToString(mac.Sum(nil))}
}

// TestWebhookExamples posts each example, previews it, and wraps it in a dispatch. Each way results in the
// same issue.
func TestWebhookExamples(t *testing.T) {
	for _, e := range webhookExamples {
		file := filepath.Join(storyFolder, repositoryRoot, "examples", e.file)
		body := string(read(t, "", file))
		resource := map[string]string{"Sentry-Hook-Resource": "event_alert"}
		maps.Copy(resource, e.signed(body))
		for _, post := range []struct {
			name    string
			args    []string
			headers map[string]string
		}{
			{"signed", nil, e.signed(body)},
			{"signed, with what it is about", nil, resource},
			{"insecure", []string{"--insecure"}, nil},
			{"insecure, with a form's type", []string{"--insecure"}, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}},
		} {
			t.Run(e.key+" posted "+post.name, func(t *testing.T) { postExample(t, e.path, body, e.title, post.args, post.headers) })
		}
		t.Run(e.key+" previewed", func(t *testing.T) {
			w := newWorld(t)
			w.env = map[string]string{}
			if r := w.run("preview", "--payload", file).mustSucceed(t); !strings.HasPrefix(r.stdout, "1. "+e.title+"\n") {
				t.Errorf("want %q:\n%s", e.title, r.stdout)
			}
		})
		for name, payload := range map[string]string{
			"with its key":    fmt.Sprintf(`{"action":"errmon","client_payload":{%q:%s}}`, e.key, body),
			"without its key": fmt.Sprintf(`{"action":"errmon","client_payload":%s}`, body),
			"bare":            body,
		} {
			t.Run(e.key+" dispatched "+name, func(t *testing.T) {
				w := newWorld(t)
				w.deliver(payload).mustSucceed(t)
				if issue := w.find(e.title); count(t, issue) != 1 {
					t.Errorf("count %d", count(t, issue))
				}
			})
		}
	}
}

// postExample posts a body to the relay, and files what GitHub receives.
func postExample(t *testing.T, path, body, title string, args []string, headers map[string]string) {
	w := newWorld(t)
	url, stop := w.relay(args...)
	if status := post(t, url+path, body, headers); status != http.StatusAccepted {
		t.Errorf("answered %d", status)
	}
	if code, log := stop(); code != exitDone {
		t.Fatalf("exit code %d\n%s", code, log)
	}
	for _, d := range w.github.Dispatches() {
		event, err := json.Marshal(map[string]any{"action": d.EventType, "client_payload": d.Payload})
		if err != nil {
			t.Fatal(err)
		}
		w.deliver(string(event)).mustSucceed(t)
	}
	if issue := w.find(title); count(t, issue) != 1 {
		t.Errorf("count %d", count(t, issue))
	}
}

// TestPreviewOfAnUnreadablePayload checks that a preview refuses what a scan refuses, with the same
// message.
func TestPreviewOfAnUnreadablePayload(t *testing.T) {
	good := `{"shape":"text","ids":["a1"],"sample":{"text":"ERROR payment 4711 failed"}}`
	for _, tt := range []struct {
		name, body, says string
		issues           int
	}{
		{"no known shape", `{"hello":1}`, "with the keys hello", 0},
		{"not JSON", `ERROR payment failed`, "it is not a complete JSON object", 0},
		{"nothing", ``, "it is not a complete JSON object", 0},
		{"not a webhook of Sentry", `{"sentry":{"hello":1}}`, "it is not a Sentry webhook: data is missing", 0},
		{"not a message of Slack", `{"slack":{"hello":1}}`, "has no text, blocks or attachments", 0},
		{"a part of what the relay sent", `{"errmon":{"v":1,"events":[` + good + `,{"shape":"sentry","ids":["a2"],"sample":{"hello":1}}]}}`, "event 2 of the relay's payload", 1},
		{"all that the relay sent", `{"errmon":{"v":1,"events":[{"shape":"sentry","ids":["a2"],"sample":{"hello":1}}]}}`, "event 1 of the relay's payload", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			file := w.payloadFile(tt.body)
			for _, command := range []string{"preview", "scan"} {
				r := w.run(command, "--payload", file)
				if r.code != exitFailed || !strings.Contains(r.stderr, tt.says) {
					t.Errorf("%s: exit code %d, want 1 with %q\n%s%s", command, r.code, tt.says, r.stdout, r.stderr)
				}
				if shown := strings.Contains(r.stdout, "1. payment … failed"); command == "preview" && shown != (tt.issues > 0) {
					t.Errorf("shows an issue: %v\n%s", shown, r.stdout)
				}
			}
			if got := len(w.errorIssues()); got != tt.issues {
				t.Errorf("%d issues, want %d", got, tt.issues)
			}
		})
	}
}
