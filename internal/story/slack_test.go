package story

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/slack/slacktest"
)

// withSlack adds a Slack and sets its webhook.
func (w *world) withSlack() *slacktest.Server {
	w.t.Helper()
	server := slacktest.New()
	listening := httptest.NewServer(server)
	w.t.Cleanup(listening.Close)
	w.env["SLACK_WEBHOOK_URL"], w.env["SLACK_API_URL"] = listening.URL+slacktest.WebhookPath, listening.URL+"/api"
	return server
}

// asBot sets the bot instead of the webhook.
func (w *world) asBot(channel string) {
	delete(w.env, "SLACK_WEBHOOK_URL")
	w.env["SLACK_BOT_TOKEN"], w.env["SLACK_CHANNEL"] = "xoxb-test", channel
}

func TestSlackIsToldOnce(t *testing.T) {
	w := newWorld(t)
	server := w.withSlack()
	told := func(want ...string) {
		t.Helper()
		got := []string{}
		for _, m := range server.Messages() {
			got = append(got, m.Text)
		}
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Fatalf("told %q, want %q", got, want)
		}
	}
	w.run("scan").mustSucceed(t)
	told()
	w.log(time.Minute, "ERROR request failed\n%s", nodeTrace)
	w.log(time.Minute, "ERROR the b store is down")
	w.run("scan", "--dry-run").mustSucceed(t)
	told()
	w.run("scan").mustSucceed(t)
	told("acme/shop: 2 new errors")
	section := server.Messages()[0].Blocks[1].Text.Text
	if !strings.Contains(section, "*New* <https://github.com/acme/shop/issues/") || !strings.Contains(server.Messages()[0].Raw, "/app/src/cart.js:10`") {
		t.Errorf("says %s", section)
	}
	w.advance(15 * time.Minute)
	w.log(time.Minute, "ERROR the b store is down")
	w.run("scan").mustSucceed(t)
	told("acme/shop: 2 new errors")

	w.github.Close(w.find("store is down").Number, "completed")
	w.advance(15 * time.Minute)
	for range 120 {
		w.log(time.Minute, "ERROR request failed\n%s", nodeTrace)
	}
	w.log(time.Minute, "ERROR the b store is down")
	w.run("scan").mustSucceed(t)
	told("acme/shop: 2 new errors", "acme/shop: 1 regressed, 1 escalated errors")
}

func TestSlackFailsAndTheIssuesAreFiled(t *testing.T) {
	w := newWorld(t)
	server := w.withSlack()
	server.Configure(func(s *slacktest.Settings) { s.Webhook = "no_service" })
	w.log(time.Minute, "ERROR the b store is down")
	r := w.run("scan").mustSucceed(t)
	if len(w.errorIssues()) != 1 || !strings.Contains(r.stderr, "warning: the Slack message failed") || !strings.Contains(r.stderr, "slack-webhook-url") {
		t.Errorf("%d issues, printed %s", len(w.errorIssues()), r.stderr)
	}
	if strings.Contains(r.stdout+r.stderr, slacktest.WebhookPath) {
		t.Errorf("tells the webhook: %s", r.stderr)
	}
}

func TestSlackAsBotWaitsWhereItIsToldTo(t *testing.T) {
	w := newWorld(t)
	server := w.withSlack()
	w.asBot("#" + slacktest.ChannelName)
	refused := false
	server.Configure(func(s *slacktest.Settings) {
		s.Break = func(fake.Request) *fake.Fault {
			if refused {
				return nil
			}
			refused = true
			return &fake.Fault{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "30"}}
		}
	})
	w.log(time.Minute, "ERROR the b store is down")
	before := w.now
	w.run("scan").mustSucceed(t)
	if len(server.Messages()) != 1 || w.now.Sub(before) < 30*time.Second {
		t.Errorf("%d messages after %s", len(server.Messages()), w.now.Sub(before))
	}
}

func TestSlackIsToldOfFiveHundredErrorsInOneMessage(t *testing.T) {
	w := newWorld(t)
	server := w.withSlack()
	w.github.Configure(func(s *githubtest.Settings) { s.Unlimited = true })
	for i := range 500 {
		w.log(time.Minute, "ERROR request failed\n%s", strings.ReplaceAll(nodeTrace, "Cart.total", fmt.Sprintf("Cart.%c%c%c", 'a'+i/100, 'a'+i/10%10, 'a'+i%10)))
	}
	w.run("scan", "--max-new-issues", "500").mustSucceed(t)
	messages := server.Messages()
	if len(w.errorIssues()) != 500 || len(messages) != 1 || messages[0].Text != "acme/shop: 500 new errors" {
		t.Fatalf("%d issues, %d messages", len(w.errorIssues()), len(messages))
	}
	if last := messages[0].Blocks[len(messages[0].Blocks)-1]; last.Elements[0].Text != "and 480 more: <https://github.com/acme/shop/issues|all issues>" {
		t.Errorf("ends in %+v", last)
	}
}
