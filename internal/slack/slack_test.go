package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/slack"
	"github.com/org/errmon-action/internal/slack/slacktest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// setup is a client that posts by webhook, one that posts as a bot, the fake Slack they use, and the time
// they slept.
type setup struct {
	server       *slacktest.Server
	webhook, bot *slack.Client
	slept        *[]time.Duration
	url          string
}

// named returns a bot client for a channel given by name.
func (s setup) named(channel string) *slack.Client {
	return slack.New(slack.Config{BotToken: "xoxb-test", Channel: channel, APIURL: s.url + "/api/", Clock: clock.System()})
}

// retryAfter is the Retry-After of limited, in seconds.
const retryAfter = 30

// limited refuses the next n requests with 429.
func limited(n int) func(fake.Request) *fake.Fault {
	return func(fake.Request) *fake.Fault {
		if n--; n < 0 {
			return nil
		}
		return &fake.Fault{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": fmt.Sprint(retryAfter)}}
	}
}

func down(fake.Request) *fake.Fault { return &fake.Fault{Status: http.StatusServiceUnavailable} }

func start(t *testing.T) setup {
	t.Helper()
	server := slacktest.New()
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	slept := &[]time.Duration{}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	c := clock.Clock{
		Now: func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error {
			*slept = append(*slept, d)
			now = now.Add(d)
			return nil
		},
	}
	return setup{
		server:  server,
		webhook: slack.New(slack.Config{WebhookURL: listening.URL + slacktest.WebhookPath, Clock: c}),
		bot:     slack.New(slack.Config{BotToken: "xoxb-test", Channel: "C0001", APIURL: listening.URL + "/api/", Clock: c}),
		slept:   slept,
		url:     listening.URL,
	}
}

func sample(kind slack.Kind, number int, title, place string, events int64) slack.Error {
	r := safe.NewRedactor().Section()
	return slack.Error{
		Kind: kind, Number: number, URL: fmt.Sprintf("https://github.com/acme/shop/issues/%d", number),
		Title: r.Mrkdwn(title, 300), Place: r.Mrkdwn(place, 200), Events: events,
	}
}

func TestMessage(t *testing.T) {
	s := start(t)
	found := []slack.Error{
		sample(slack.Escalated, 4, "connect ECONNREFUSED <*>:5432 [checkout]", "", 1000),
		sample(slack.FirstSeen, 12, "TypeError: Cannot read properties of undefined (reading '<*>') in Cart.total [shop]", "/app/src/cart.js:10", 2),
		sample(slack.Regressed, 7, "<!channel> *bold* <https://evil.example|click> & `code` @here #general :tada: mail a.b@example.com", "handler.py:3", 1),
	}
	for name, client := range map[string]*slack.Client{"webhook": s.webhook, "bot": s.bot} {
		if err := client.Post(t.Context(), "acme/shop", found); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	messages := s.server.Messages()
	if len(messages) != 2 || messages[0].Text != "acme/shop: 1 new, 1 regressed, 1 escalated errors" || messages[0].Text != messages[1].Text {
		t.Fatalf("posted %+v", messages)
	}
	if diff := cmp.Diff(messages[0].Blocks, messages[1].Blocks); diff != "" {
		t.Errorf("webhook and bot differ:\n%s", diff)
	}
	golden(t, "testdata/message.golden.json", messages[0].Raw)
}

func golden(t *testing.T, path, sent string) {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(sent), "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (- wanted):\n%s", path, diff)
	}
}

func TestFiveHundredErrorsMakeOneValidMessage(t *testing.T) {
	s := start(t)
	var found []slack.Error
	for i := range 500 {
		found = append(found, sample(slack.FirstSeen, i+1, strings.Repeat("<&>`long ", 2000), strings.Repeat("é/&", 3000), 1<<62))
	}
	if err := s.webhook.Post(t.Context(), strings.Repeat("o", 39)+"/"+strings.Repeat("r", 100), found); err != nil {
		t.Fatal(err)
	}
	messages := s.server.Messages()
	if len(messages) != 1 {
		t.Fatalf("%d messages, want one", len(messages))
	}
	blocks := messages[0].Blocks
	if err := slacktest.Validate(blocks); err != nil {
		t.Error(err)
	}
	last := blocks[len(blocks)-1]
	if len(blocks) != 22 || len(last.Elements) != 1 || last.Elements[0].Text != "and 480 more: <https://github.com/acme/shop/issues|all issues>" {
		t.Errorf("%d blocks, the last %+v", len(blocks), last)
	}
}

func TestNothingHappened(t *testing.T) {
	s := start(t)
	s.server.Configure(func(to *slacktest.Settings) { to.Break = down }) // a request would fail
	if err := s.webhook.Post(t.Context(), "acme/shop", nil); err != nil {
		t.Error(err)
	}
}

func TestRateLimitIsObeyed(t *testing.T) {
	found := []slack.Error{sample(slack.FirstSeen, 1, "boom", "", 1)}
	for _, tt := range []struct {
		name          string
		limited       int
		posted, slept int
	}{
		{"once", 1, 1, 1}, {"thrice", 3, 1, 3}, {"for good", 99, 0, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t)
			for i, client := range []*slack.Client{s.webhook, s.bot} {
				s.server.Configure(func(to *slacktest.Settings) { to.Break = limited(tt.limited) })
				*s.slept = nil
				err := client.Post(t.Context(), "acme/shop", found)
				if (err == nil) != (tt.posted == 1) || len(s.server.Messages()) != (i+1)*tt.posted {
					t.Errorf("%v, %d messages", err, len(s.server.Messages()))
				}
				if len(*s.slept) != tt.slept || (*s.slept)[0] != retryAfter*time.Second {
					t.Errorf("slept %v", *s.slept)
				}
			}
		})
	}
}

func TestNoTimeToObey(t *testing.T) {
	s := start(t)
	s.server.Configure(func(to *slacktest.Settings) { to.Break = limited(1) })
	c := clock.Clock{Now: func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }}
	ctx, cancel := c.WithTimeout(t.Context(), 10*time.Second, context.DeadlineExceeded)
	defer cancel()
	err := s.webhook.Post(ctx, "acme/shop", []slack.Error{sample(slack.FirstSeen, 1, "boom", "", 1)})
	if err == nil || len(*s.slept) != 0 {
		t.Errorf("%v, slept %v", err, *s.slept)
	}
}

// An error that users see names the input to fix, and never contains the webhook's address.
func TestRefusals(t *testing.T) {
	webhook := func(reason string) func(*slacktest.Settings) {
		return func(to *slacktest.Settings) { to.Webhook = reason }
	}
	auth := func(reason string) func(*slacktest.Settings) {
		return func(to *slacktest.Settings) { to.Auth = reason }
	}
	for _, tt := range []struct {
		name   string
		change func(*slacktest.Settings)
		bot    bool
		says   []string
		check  bool // Check reports it too
	}{
		{"revoked", webhook("no_service"), false, []string{"revoked", "slack-webhook-url"}, true},
		{"hooks disabled", webhook("no_active_hooks"), false, []string{"revoked"}, true},
		{"workspace gone", webhook("no_team"), false, []string{"uninstalled", "slack-webhook-url"}, true},
		{"channel gone", webhook("channel_not_found"), false, []string{"slack-channel"}, true},
		{"channel archived", webhook("channel_is_archived"), false, []string{"unarchive"}, true},
		{"prohibited", webhook("action_prohibited"), false, []string{"administrators"}, true},
		{"down", func(to *slacktest.Settings) { to.Break = down }, false, []string{"503"}, true},
		{"app uninstalled", auth("account_inactive"), true, []string{"install the app again", "slack-bot-token"}, true},
		{"token revoked", auth("token_revoked"), true, []string{"install the app again"}, true},
		{"wrong token", func(to *slacktest.Settings) { to.Token = "another" }, true, []string{"xoxb-", "slack-bot-token"}, true},
		{"no chat:write", func(to *slacktest.Settings) { to.Scopes = []string{"channels:read"} }, true, []string{"chat:write"}, true},
		{"unknown channel", func(to *slacktest.Settings) { to.Channel = "C0002" }, true, []string{"slack-channel"}, true},
		{"archived", func(to *slacktest.Settings) { to.Archive = true }, true, []string{"unarchive"}, true},
		{"not in channel", func(to *slacktest.Settings) { to.Outside = true }, true, []string{"/invite"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t)
			s.server.Configure(tt.change)
			client := s.webhook
			if tt.bot {
				client = s.bot
			}
			err := client.Post(t.Context(), "acme/shop", []slack.Error{sample(slack.FirstSeen, 1, "boom", "", 1)})
			if err == nil {
				t.Fatal("no error")
			}
			told := fmt.Sprintf("%+v", client.Check(t.Context()))
			for _, part := range tt.says {
				if !strings.Contains(err.Error(), part) || !strings.Contains(told, part) {
					t.Errorf("lacks %q: %v\n%s", part, err, told)
				}
			}
			if strings.Contains(err.Error()+told, "secret") || strings.Contains(err.Error()+told, "xoxb-test") {
				t.Errorf("tells a secret: %v\n%s", err, told)
			}
			if len(s.server.Messages()) > 0 {
				t.Error("posted")
			}
		})
	}
}

func TestCheckIsLimited(t *testing.T) {
	s := start(t)
	s.server.Configure(func(to *slacktest.Settings) { to.Break = limited(1) })
	if found := s.webhook.Check(t.Context()); len(found) != 1 || found[0].Level != finding.Warning || found[0].Remedy != "try again later" {
		t.Errorf("%+v", found)
	}
}

func TestUnreachableHidesTheAddress(t *testing.T) {
	client := slack.New(slack.Config{WebhookURL: "http://127.0.0.1:1/services/T/B/secret", Clock: clock.System()})
	err := client.Post(t.Context(), "acme/shop", []slack.Error{sample(slack.FirstSeen, 1, "boom", "", 1)})
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "slack-webhook-url") {
		t.Error(err)
	}
}

// A proxy's page may repeat the webhook's path, which is a secret.
func TestProxyRepeatsTheAddress(t *testing.T) {
	const path = "/services/T0PROXY00/B0PROXY00/hookhookhookhookhookhook"
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "<html>"+strings.Repeat(" ", 40)+"Cannot POST "+r.URL.Path+" here</html>", http.StatusNotFound)
	}))
	defer proxy.Close()
	client := slack.New(slack.Config{WebhookURL: proxy.URL + path, Clock: clock.System()})
	err := client.Post(t.Context(), "acme/shop", []slack.Error{sample(slack.FirstSeen, 1, "boom", "", 1)})
	if err == nil || strings.Contains(err.Error(), "hookhook") || strings.Contains(err.Error(), "T0PROXY00") || !strings.Contains(err.Error(), "404") {
		t.Error(err)
	}
}

func TestCheckPostsNothing(t *testing.T) {
	s := start(t)
	for _, client := range []*slack.Client{s.webhook, s.bot} {
		for _, f := range client.Check(t.Context()) {
			if f.Level != finding.OK {
				t.Errorf("%+v", f)
			}
		}
	}
	for _, name := range []string{"#alerts", "alerts"} {
		found := s.named(name).Check(t.Context())
		if last := found[len(found)-1]; last.Level != finding.OK {
			t.Errorf("%s: %+v", name, last)
		}
	}
	s.server.Configure(func(to *slacktest.Settings) { to.Scopes = []string{"chat:write"} })
	found := s.bot.Check(t.Context())
	if last := found[len(found)-1]; last.Level != finding.Warning || !strings.Contains(last.Remedy, "channels:read") {
		t.Errorf("%+v", last)
	}
	if len(s.server.Messages()) != 0 {
		t.Error("posted")
	}
}
