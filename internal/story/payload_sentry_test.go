package story

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// example reads a handmade payload. Read it before the test changes to its own folder.
func example(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile("../inbound/testdata/examples/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestSentryWebhooksCarryStates(t *testing.T) {
	read := map[string]string{}
	for _, name := range []string{"created", "resolved", "ignored", "archived", "unresolved"} {
		read[name] = example(t, "sentry-issue-"+name)
	}
	for _, tt := range []struct {
		name, then, state, reason string
	}{
		{"created", "", "open", ""},
		{"created twice", "created", "open", ""},
		{"resolved", "resolved", "closed", "completed"},
		{"resolved twice", "resolved resolved", "closed", "completed"},
		{"ignored", "ignored", "closed", "not_planned"},
		{"archived", "archived", "closed", "not_planned"},
		{"resolved, then a regression", "resolved unresolved", "open", "reopened"},
		{"archived, then escalating", "archived unresolved", "open", "reopened"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.deliver(read["created"]).mustSucceed(t)
			for _, action := range strings.Fields(tt.then) {
				w.advance(time.Hour)
				w.deliver(read[action]).mustSucceed(t)
			}
			issue := w.find("TypeError")
			if len(w.errorIssues()) != 1 || issue.State != tt.state || issue.StateReason != tt.reason || count(t, issue) != 3 {
				t.Errorf("%d issues; state %q %q, count %d; want %q %q, 3", len(w.errorIssues()), issue.State, issue.StateReason, count(t, issue), tt.state, tt.reason)
			}
		})
	}
}

func TestResolvedSentryIssueWithoutOurs(t *testing.T) {
	body := example(t, "sentry-issue-resolved")
	w := newWorld(t)
	r := w.deliver(body).mustSucceed(t)
	if !strings.Contains(r.stdout, "Skipped: SHOP-1F is resolved in Sentry, and has no issue here.") || len(r.writes()) != 0 {
		t.Errorf("printed %s, wrote %v", r.stdout, paths(r.writes()))
	}
}

// TestSentryWebhookAndLog delivers a Sentry event that a log also reported, and Sentry's other webhooks
// about it. The result is one issue that happened once.
func TestSentryWebhookAndLog(t *testing.T) {
	alert, failure, plugin := example(t, "sentry-event-alert"), example(t, "sentry-error-created"), example(t, "sentry-legacy-plugin")
	created := strings.Replace(example(t, "sentry-issue-created"), `"count": "3"`, `"count": "1"`, 1)
	log := func(w *world) { w.run("scan").mustSucceed(t) }
	send := func(body string) func(*world) { return func(w *world) { w.deliver(body).mustSucceed(t) } }
	for name, steps := range map[string][]func(*world){
		"log first":     {log, send(alert), send(failure), send(plugin), send(created), log},
		"Sentry first":  {send(alert), send(created), send(failure), send(plugin), log, log},
		"created first": {send(created), send(alert), log, log},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.log(2*time.Minute, "ERROR request failed\n%s", nodeTrace)
			for _, step := range steps {
				step(w)
				w.advance(time.Minute)
			}
			issue := w.find("TypeError")
			if len(w.errorIssues()) != 1 || count(t, issue) != 1 {
				t.Errorf("%d issues, count %d; want one that counts 1", len(w.errorIssues()), count(t, issue))
			}
			for _, part := range []string{"cloudwatch:eu-central-1:/ecs/shop", "sentry:shop", "/issues/4711/"} {
				if !strings.Contains(issue.Body, part) {
					t.Errorf("lacks %q:\n%s", part, issue.Body)
				}
			}
			if strings.Contains(issue.Body, "ann@example.com") || strings.Contains(issue.Body, "203.0.113.9") {
				t.Error("the issue names the user")
			}
		})
	}
}

// TestSentryWebhookIsEnriched fetches what the webhook omits if there is a token, and files the webhook as
// it is if Sentry is down.
func TestSentryWebhookIsEnriched(t *testing.T) {
	for _, tt := range []struct {
		name  string
		down  bool
		title string
		count int64
	}{
		{"up", false, "TypeError: boom of the whole in Cart.total", 12},
		{"down", true, "TypeError: boom", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.withSentry("web")
			id := w.sentry.Put(sentrytest.Issue{Project: "web", Title: "TypeError: boom of the whole", Count: 12, Event: nodeEvent("TypeError", "boom of the whole", "Cart.total")})
			w.sentry.Configure(func(s *sentrytest.Settings) {
				if tt.down {
					s.Break = func(fake.Request) *fake.Fault { return &fake.Fault{Status: 503} }
				}
			})
			body := fmt.Sprintf(`{"sentry":{"action":"created","installation":{},"data":{"issue":{"id":%q,"shortId":"WEB-1","title":"TypeError: boom","level":"error","count":"1","project":{"slug":"web"}}}}}`, id)
			r := w.deliver(body).mustSucceed(t)
			if issue := w.find(tt.title); count(t, issue) != tt.count {
				t.Errorf("count %d, want %d", count(t, issue), tt.count)
			}
			if tt.down != strings.Contains(r.stderr, "filing the webhook as it came") {
				t.Errorf("warned: %s", r.stderr)
			}
		})
	}
}
