package relay

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	sentryWeb = "/webhook/sentry"
	slackWeb  = "/webhook/slack"

	alert   = `{"action":"triggered","data":{"event":{"event_id":"e1","issue_id":"7","title":"boom"}}}`
	message = `{"token":"x","type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"C1","text":"ERROR boom"}}`
)

// row is one request and its expected result.
type row struct {
	name, method, path string
	headers            map[string]string
	body               string
	status             int
	id                 string // id of the dispatched event; "" for none, "*" for any, "scan" for a scan
	answer             string // part of the answer's text
	again              int    // status when it is sent a second time; 0 to not send it again
}

func rows(t *testing.T) []row {
	post := func(name, path string, headers map[string]string, body string, status int, id string) row {
		return row{name: name, method: "POST", path: path, headers: headers, body: body, status: status, id: id}
	}
	with := func(headers map[string]string, name, value string) map[string]string {
		headers[name] = value
		return headers
	}
	slash := url.Values{"token": {"t"}, "command": {"/errmon"}, "text": {"scan 6h"}, "trigger_id": {"1.2"}, "response_url": {"https://hooks.slack.com/x"}}.Encode()
	form := url.Values{"payload": {`{"text":"ERROR boom","attachments":[{"text":"in shop"}]}`}}.Encode()
	legacy := `{"id":"7","project":"shop","project_slug":"shop","message":"boom","level":"error","url":"https://sentry.io/x","event":{"event_id":"e1"}}`
	const hello, installed = `{"hello":1}`, `{"action":"created","data":{"installation":{"status":"installed"}}}`
	chat := strings.Replace(message, `"channel"`, `"user":"U1","channel"`, 1)
	chat = strings.Replace(chat, "ERROR boom", "lunch?", 1)
	verify := `{"token":"x","challenge":"3eZbrw1aB","type":"url_verification"}`
	return []row{
		post("event alert", sentryWeb, sentrySigned(alert), alert, 202, "e1"),
		post("wrong secret", sentryWeb, map[string]string{"Sentry-Hook-Signature": sign("other", alert)}, alert, 401, ""),
		post("no signature", sentryWeb, nil, alert, 401, ""),
		post("truncated signature", sentryWeb, map[string]string{"Sentry-Hook-Signature": sign(sentrySecret, alert)[:40]}, alert, 401, ""),
		post("signature of another body", sentryWeb, sentrySigned(alert), alert+" ", 401, ""),
		post("wrong signature, right token", sentryWeb, with(bearer(token), "Sentry-Hook-Signature", sign("other", alert)), alert, 401, ""),
		post("legacy plugin with the token", sentryWeb, bearer(token), legacy, 202, "e1"),
		post("legacy plugin, token as a password", sentryWeb, map[string]string{"Authorization": "Basic OnJlbGF5LXRva2Vu"}, legacy, 202, "e1"),
		post("legacy plugin, wrong token", sentryWeb, bearer("relay-toke"), legacy, 401, ""),
		post("legacy plugin, another scheme", sentryWeb, map[string]string{"Authorization": "Token " + token}, legacy, 401, ""),
		post("signed junk", sentryWeb, sentrySigned("not json"), "not json", 400, ""),
		post("a signed list", sentryWeb, sentrySigned("[1]"), "[1]", 400, ""),
		post("signed half", sentryWeb, sentrySigned(alert[:40]), alert[:40], 400, ""),
		post("signed nothing", sentryWeb, sentrySigned(""), "", 400, ""),
		post("installation", sentryWeb, with(sentrySigned(installed), "Sentry-Hook-Resource", "installation"), installed, 200, ""),
		{name: "signed, and not a webhook", method: "POST", path: sentryWeb, headers: sentrySigned(hello), body: hello, status: 400, answer: "data is missing"},
		{name: "signed, about something unknown", method: "POST", path: sentryWeb, headers: sentrySigned(`{"action":"x","data":{"y":1}}`), body: `{"action":"x","data":{"y":1}}`,
			status: 400, answer: "send issue, error, event_alert or metric_alert"},
		{name: "signed for Slack, and not of Slack", method: "POST", path: slackWeb, headers: slackSigned(hello, now), body: hello, status: 400, answer: "no text, blocks or attachments"},
		{name: "a text without text", method: "POST", path: slackWeb, headers: bearer(token), body: `{"text":" "}`, status: 400, answer: "text is empty"},
		{name: "a text of an unknown level", method: "POST", path: slackWeb, headers: bearer(token), body: `{"text":"boom","level":"loud"}`, status: 400, answer: "level loud"},
		{name: "wrong method", method: "GET", path: sentryWeb, status: 405},
		{name: "replay", method: "POST", path: sentryWeb, headers: sentrySigned(alert), body: alert, status: 202, id: "e1", again: 200},

		post("message", slackWeb, slackSigned(message, now), message, 202, "Ev1"),
		{name: "message again", method: "POST", path: slackWeb, headers: slackSigned(message, now), body: message, status: 202, id: "Ev1", again: 200},
		post("4 minutes old", slackWeb, slackSigned(message, now.Add(-4*time.Minute)), message, 202, "Ev1"),
		post("stale", slackWeb, slackSigned(message, now.Add(-6*time.Minute)), message, 401, ""),
		post("from the future", slackWeb, slackSigned(message, now.Add(6*time.Minute)), message, 401, ""),
		post("signature without its time", slackWeb, map[string]string{"X-Slack-Signature": slackSigned(message, now)["X-Slack-Signature"]}, message, 401, ""),
		post("no signature of Slack", slackWeb, nil, message, 401, ""),
		post("truncated signature of Slack", slackWeb, with(slackSigned(message, now), "X-Slack-Signature", "v0=12"), message, 401, ""),
		post("Sentry's signature", slackWeb, sentrySigned(message), message, 401, ""),
		{name: "challenge", method: "POST", path: slackWeb, headers: slackSigned(verify, now), body: verify, status: 200, answer: "3eZbrw1aB"},
		post("unsigned challenge", slackWeb, nil, verify, 401, ""),
		{name: "slash command", method: "POST", path: slackWeb, headers: slackSigned(slash, now), body: slash, status: 200, id: "1.2", answer: `"ephemeral"`},
		post("message in a form", slackWeb, slackSigned(form, now), form, 202, "*"),
		post("text from Workflow Builder", slackWeb, bearer(token), `{"id":"w1","text":"ERROR boom"}`, 202, "w1"),
		post("text with any Content-Type", slackWeb, with(bearer(token), "Content-Type", "text/plain"), `{"text":"ERROR boom"}`, 202, "*"),
		{name: "two texts without ids are two", method: "POST", path: slackWeb, headers: bearer(token), body: `{"text":"ERROR boom"}`, status: 202, id: "*", again: 202},
		post("text with a wrong token", slackWeb, bearer("x"), `{"text":"boom"}`, 401, ""),
		post("signed junk as Slack", slackWeb, slackSigned("%%%", now), "%%%", 400, ""),
		post("reaction", slackWeb, slackSigned(`{"type":"event_callback","event":{"type":"reaction_added"}}`, now), `{"type":"event_callback","event":{"type":"reaction_added"}}`, 200, ""),
		post("new channel", slackWeb, slackSigned(`{"type":"event_callback","event":{"type":"channel_created","channel":{"id":"C1"}}}`, now), `{"type":"event_callback","event":{"type":"channel_created","channel":{"id":"C1"}}}`, 200, ""),
		post("a person's chat", slackWeb, slackSigned(chat, now), chat, 200, ""),
		post("Slack's check of the URL", slackWeb, slackSigned("ssl_check=1&token=x", now), "ssl_check=1&token=x", 200, ""),
		{name: "PUT", method: "PUT", path: slackWeb, body: message, status: 405},

		post("trigger", "/trigger-scan", bearer(token), "", 202, "scan"),
		post("trigger, wrong token", "/trigger-scan", bearer("x"), "", 401, ""),
		post("trigger without a token", "/trigger-scan", nil, "", 401, ""),
		{name: "trigger by GET", method: "GET", path: "/trigger-scan", headers: bearer(token), status: 405},

		{name: "health", method: "GET", path: "/healthz", status: 200, answer: "ok"},
		{name: "ready", method: "GET", path: "/readyz", status: 200, answer: "ready"},
		{name: "metrics are elsewhere", method: "GET", path: "/metrics", status: 404},
		post("unknown route", "/webhook/teams", bearer(token), alert, 404, ""),
		{name: "root", method: "GET", path: "/", status: 404},
		{name: "a path above", method: "GET", path: "/webhook/sentry/../../healthz/x", status: 404},
	}
}

func TestRequests(t *testing.T) {
	all := rows(t)
	for _, name := range []string{"docs-webhooks/event_alert.triggered.json", "docs-webhooks/error.created.json", "docs-webhooks/issue.json",
		"integration-platform-example/mock_issue_resolved_webhook.json", "integration-platform-example/mock_event_alert_triggered_webhook.json"} {
		all = append(all, row{name: "sentry/" + name, method: "POST", path: sentryWeb, status: 202, id: "*"})
	}
	all = append(all, row{name: "sentry/docs-webhooks/metric_alert.json", method: "POST", path: sentryWeb, status: 200, answer: "skipped"}) // an alert that is resolved
	for _, name := range []string{"MessagePayload", "MessageBotPayload", "AppMentionPayload"} {                                             // without a text, or not at its start
		all = append(all, row{name: "slack/java-slack-sdk/events/" + name + ".json", method: "POST", path: slackWeb, status: 200, answer: "skipped"})
	}
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			if strings.HasSuffix(r.name, ".json") {
				r.body = real(t, r.name)
				r.headers = sentrySigned(r.body)
				if r.path == slackWeb {
					r.body = strings.Replace(r.body, `"type": ""`, `"type": "event_callback"`, 1) // the samples leave it empty
					r.headers = slackSigned(r.body, now)
				}
			}
			r.check(t)
		})
	}
}

func (r row) check(t *testing.T) {
	var log bytes.Buffer
	var gh gitHub
	address, stop := open(t, config(&log), gh.dispatch, 0)
	status, answer := send(t, r.method, address+r.path, r.headers, r.body)
	if status != r.status || !strings.Contains(answer, r.answer) {
		t.Errorf("%d %q, want %d %q\n%s", status, answer, r.status, r.answer, log.String())
	}
	want := 1
	if r.again != 0 {
		if status, answer = send(t, r.method, address+r.path, r.headers, r.body); status != r.again {
			t.Errorf("the second time %d %q, want %d", status, answer, r.again)
		}
		if r.again == 202 {
			want = 2
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	switch {
	case r.id == "" && len(gh.kinds) > 0:
		t.Errorf("dispatched %v %v", gh.kinds, gh.ids)
	case r.id == "scan" && strings.Join(gh.kinds, " ") != TypeScan:
		t.Errorf("dispatched %v, want a scan", gh.kinds)
	case r.id == "*" && len(gh.ids) != want, r.id != "" && r.id != "*" && r.id != "scan" && (len(gh.ids) != 1 || gh.ids[r.id] != 1):
		t.Errorf("dispatched %v, want %s", gh.ids, r.id)
	}
	for _, secret := range []string{sentrySecret, slackSecret, token, "boom"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log shows %q:\n%s", secret, log.String())
		}
	}
}

func TestSlackDropsEvents(t *testing.T) {
	var log bytes.Buffer
	address, stop := open(t, config(&log), new(gitHub).dispatch, 0)
	const limited = `{"type":"app_rate_limited","token":"x","team_id":"T1","minute_rate_limited":1518467820,"api_app_id":"A1"}`
	status, answer := send(t, http.MethodPost, address+slackWeb, slackSigned(limited, now), limited)
	if err := stop(); err != nil || status != http.StatusOK || !strings.Contains(log.String(), "Slack drops events") {
		t.Errorf("%d %q, %v\n%s", status, answer, err, log.String())
	}
}

func TestUnconfiguredRoutesDoNotExist(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   map[string]int
	}{
		{"Sentry alone", func(c *Config) { c.SlackSecret, c.Token = "", "" }, map[string]int{sentryWeb: 401, slackWeb: 404, "/trigger-scan": 404}},
		{"Slack alone", func(c *Config) { c.SentrySecret, c.Token = "", "" }, map[string]int{sentryWeb: 404, slackWeb: 401, "/trigger-scan": 404}},
		{"the token alone", func(c *Config) { c.SentrySecret, c.SlackSecret = "", "" }, map[string]int{sentryWeb: 401, slackWeb: 401, "/trigger-scan": 401}},
		{"insecure", func(c *Config) { c.SentrySecret, c.SlackSecret, c.Token, c.Insecure = "", "", "", true }, map[string]int{sentryWeb: 400, slackWeb: 202, "/trigger-scan": 202}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			var gh gitHub
			cfg := config(&log)
			c.change(&cfg)
			address, stop := open(t, cfg, gh.dispatch, 0)
			for path, want := range c.want {
				if status, _ := send(t, "POST", address+path, nil, `{"text":"boom"}`); status != want {
					t.Errorf("%s answers %d, want %d", path, status, want)
				}
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}
