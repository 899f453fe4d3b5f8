package slack_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/slack"
	"github.com/org/errmon-action/internal/slack/slacktest"
)

// FuzzMessage checks that, whatever a log contains, the message is within Slack's limits, its only link is
// ours, and nobody is notified. Slack parses "@here" only as "<!here>".
func FuzzMessage(f *testing.F) {
	f.Add("<!channel> <@U1> <https://evil.example|x>", "a`b` & *c*\n> d", int64(3))
	f.Add(strings.Repeat("&", 5000), "\u202e@here #general", int64(-1))
	f.Fuzz(func(t *testing.T, title, place string, events int64) {
		r := safe.NewRedactor().Section()
		_, blocks := slack.Message("acme/shop", []slack.Error{{
			Kind: slack.Regressed, Title: r.Mrkdwn(title, 1000), Place: r.Mrkdwn(place, 300), Events: events, Number: 7,
			URL: "https://github.com/acme/shop/issues/7",
		}})
		raw, err := json.Marshal(blocks)
		if err != nil {
			t.Fatal(err)
		}
		var sent []slacktest.Block
		if err := json.Unmarshal(raw, &sent); err != nil {
			t.Fatal(err)
		}
		if err := slacktest.Validate(sent); err != nil {
			t.Fatal(err)
		}
		text := sent[1].Text.Text
		if strings.Count(text, "<") != 1 || !strings.HasPrefix(text, "*Regressed* <https://github.com/acme/shop/issues/7|#7> ") {
			t.Errorf("links to more than the issue: %q", text)
		}
		if strings.Count(text, "\n") != 1 {
			t.Errorf("more lines than ours: %q", text)
		}
	})
}
