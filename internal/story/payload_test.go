package story

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// deliver runs errmon on a payload, as a dispatch does.
func (w *world) deliver(payload string, args ...string) result {
	w.t.Helper()
	return w.run(append([]string{"scan", "--payload", w.payloadFile(payload)}, args...)...)
}

// payloadFile writes a payload and returns its name.
func (w *world) payloadFile(content string) string {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "payload.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

func TestTextPayloadFilesAnIssue(t *testing.T) {
	w := newWorld(t)
	r := w.deliver(`{"action":"errmon","client_payload":{"text":"ERROR payment 4711 failed: card declined","id":"a1","source":"lambda:pay","service":"pay","url":"https://logs.example/a1"}}`)
	r.mustSucceed(t)
	issue := w.find("payment … failed: card declined")
	if got := count(t, issue); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
	for _, part := range []string{"ERROR payment 4711 failed: card declined", "https://logs.example/a1", "lambda:pay"} {
		if !strings.Contains(issue.Body, part) {
			t.Errorf("body lacks %q:\n%s", part, issue.Body)
		}
	}
	w.advance(time.Hour)
	w.deliver(`{"text":"ERROR payment 4711 failed: card declined","id":"a1","service":"pay"}`).mustSucceed(t)
	w.deliver(`{"text":"ERROR payment 4712 failed: card declined","id":"a2","service":"pay"}`).mustSucceed(t)
	if got := count(t, w.find("payment")); got != 2 {
		t.Errorf("counted %d, want 2: a redelivery counts once", got)
	}
}

// TestOneFailureToldThreeWays delivers one failure as a CloudWatch line, as a Slack alert about it, and as
// a Lambda's text, in every order.
func TestOneFailureToldThreeWays(t *testing.T) {
	const slack = `{"slack":{"type":"event_callback","event_id":"Ev1","event":{"type":"message","subtype":"bot_message","channel":"C0ALERTS","ts":"1795341601.000100","text":%q}}}`
	const text = `{"text":%q,"id":"a1","source":"lambda:pay"}`
	for _, failure := range []struct{ name, log, slack, text, title string }{
		{"a line", "ERROR payment 4711 failed: card <visa> declined",
			":rotating_light: *ERROR* in shop: payment 4711 failed: card &lt;visa&gt; declined",
			"ERROR payment 4711 failed: card <visa> declined", "payment … failed: card <visa> declined"},
		{"an alert that names no service", "ERROR payment 4711 failed: card <visa> declined",
			":x: payment 4711 failed: card &lt;visa&gt; declined", "payment 4711 failed: card <visa> declined", "payment … failed: card <visa> declined"},
		{"a trace, and an alert with its first line", "ERROR request failed\n" + nodeTrace,
			":fire: *ERROR* in shop:\n```TypeError: Cannot read properties of undefined (reading 'id')```",
			"request failed\n" + nodeTrace, "TypeError: Cannot read properties of undefined (reading 'id')"},
	} {
		tell := map[string]func(*world) result{
			"log":   func(w *world) result { return w.run("scan") },
			"slack": func(w *world) result { return w.deliver(fmt.Sprintf(slack, failure.slack)) },
			"text":  func(w *world) result { return w.deliver(fmt.Sprintf(text, failure.text)) },
		}
		for _, order := range []string{"log slack text", "log text slack", "slack log text", "slack text log", "text log slack", "text slack log"} {
			t.Run(failure.name+", "+order, func(t *testing.T) {
				w := newWorld(t)
				w.log(time.Minute, "%s", failure.log)
				for _, way := range strings.Fields(order) {
					tell[way](w).mustSucceed(t)
					w.advance(5 * time.Minute)
				}
				w.run("scan").mustSucceed(t)
				issue := w.find(failure.title)
				if len(w.errorIssues()) != 1 || count(t, issue) != 1 {
					t.Errorf("%d issues, count %d; want one that counts 1", len(w.errorIssues()), count(t, issue))
				}
				for _, source := range []string{"| `cloudwatch:eu-central-1:/ecs/shop` | 1 |", "| `slack:C0ALERTS` | 1 |", "| `text:lambda:pay` | 1 |"} {
					if !strings.Contains(issue.Body, source) {
						t.Errorf("the issue lacks %q:\n%s", source, issue.Body)
					}
				}
			})
		}
	}
}

func TestAnAlertBecomesOneErrorOnly(t *testing.T) {
	for _, tt := range []struct {
		name, alert string
		logs        []string
		counts      map[string]int64
	}{
		{"one service takes it over", "ERROR connect ECONNREFUSED", []string{
			`{"level":"error","msg":"connect ECONNREFUSED","service":"cart"}`,
			`{"level":"error","msg":"connect ECONNREFUSED","service":"pay"}`,
			`{"level":"error","msg":"connect ECONNREFUSED","service":"pay"}`,
		}, map[string]int64{"connect ECONNREFUSED": 2, "connect ECONNREFUSED [cart]": 1}},
		{"the head of a trace says too little", "ERROR request failed", []string{"ERROR request failed\n" + nodeTrace},
			map[string]int64{"request failed": 1, "TypeError: Cannot read properties of undefined (reading 'id') in Cart.total": 1}},
		{"the line of two exceptions is one's", "TypeError: Cannot read properties of undefined (reading 'id')",
			[]string{"ERROR request failed\n" + nodeTrace, "ERROR request failed\n" + strings.ReplaceAll(nodeTrace, "Cart.total", "Cart.sum")},
			map[string]int64{"TypeError: Cannot read properties of undefined (reading 'id')": 1, "TypeError: Cannot read properties of undefined (reading 'id') in Cart.": 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.deliver(fmt.Sprintf(`{"text":%q}`, tt.alert)).mustSucceed(t)
			for i, line := range tt.logs {
				w.log(time.Duration(i+1)*time.Minute, "%s", line)
			}
			for range 2 {
				w.run("scan").mustSucceed(t)
				w.advance(15 * time.Minute)
			}
			issues := w.errorIssues()
			if len(issues) != len(tt.counts) {
				t.Errorf("%d issues, want %d: %v", len(issues), len(tt.counts), issues)
			}
			for title, want := range tt.counts {
				for full, issue := range issues {
					if full == title && count(t, issue) != want || strings.HasSuffix(title, ".") && strings.HasPrefix(full, title) && count(t, issue) != 1 {
						t.Errorf("%s counts %d, want %d", full, count(t, issue), want)
					}
				}
			}
		})
	}
}
