package relay

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/org/errmon-action/internal/inbound"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/slack"
)

// resourceHeader names the subject of a Sentry webhook. It is not signed.
const resourceHeader = "Sentry-Hook-Resource"

func (d *Receiver) sentryWebhook(r *http.Request, body []byte, signed bool) verdict {
	if signed {
		if err := sentry.VerifySignature(d.cfg.SentrySecret, r.Header.Get(sentry.SignatureHeader), body); err != nil {
			return unauthorized(err)
		}
	}
	entry, err := inbound.NewEntry("sentry", body, "")
	if err != nil {
		return junk(err)
	}
	if resource := r.Header.Get(resourceHeader); resource == "installation" || resource == "comment" {
		return skipped(entry.IDs[0], "a webhook about "+resource+" is not an error")
	}
	return d.pass(r, Delivery{Entry: entry})
}

func (d *Receiver) slackWebhook(r *http.Request, body []byte, signed bool) verdict {
	id := rand.Text() // unsigned requests without an id of their own are never replays
	if signed {
		var err error
		if id, err = d.slackSigned(r, body); err != nil {
			return unauthorized(err)
		}
	}
	body, err := slackBody(body)
	if err != nil {
		return junk(err)
	}
	var kind slackKind
	if err := json.Unmarshal(body, &kind); err != nil {
		return junk(errors.New("it is not a message, event or command from Slack"))
	}
	switch {
	case kind.Type == "url_verification":
		return verdict{status: http.StatusOK, word: "challenge", body: kind.Challenge}
	case kind.Type == "app_rate_limited":
		d.cfg.Log.Warn("Slack drops events for this app, because there are too many")
		return skipped(id, "Slack reports its rate limit")
	case kind.Type == "event_callback" && kind.Event.Type != "message" && kind.Event.Type != "app_mention":
		return skipped(id, "an event that is neither a message nor a mention")
	case kind.SSLCheck != "":
		return skipped(id, "Slack checks that the command's URL answers")
	}
	entry, err := inbound.NewEntry(kind.shape(), body, id)
	if err != nil {
		return junk(err)
	}
	v := d.pass(r, Delivery{Entry: entry})
	if kind.Command != "" && v.status == http.StatusAccepted { // Slack shows people an error for all but 200
		v.status, v.headers = http.StatusOK, map[string]string{"Content-Type": "application/json"}
		v.body = `{"response_type":"ephemeral","text":"errmon got it: the workflow will answer here in a minute or two."}`
	}
	return v
}

func skipped(id, reason string) verdict {
	return verdict{status: http.StatusOK, word: "skipped", id: id, reason: reason, body: "skipped\n"}
}

// slackSigned verifies a request's signature and names the request: a replay has
// the same signed time and body.
func (d *Receiver) slackSigned(r *http.Request, body []byte) (id string, err error) {
	signature, timestamp := r.Header.Get(slack.SignatureHeader), r.Header.Get(slack.TimestampHeader)
	sum := sha256.Sum256(slices.Concat([]byte(timestamp+":"), body))
	return hex.EncodeToString(sum[:16]), slack.VerifySignature(d.cfg.SlackSecret, signature, timestamp, body, d.cfg.Clock.Now())
}

// slackBody returns the body as one JSON object. It arrives as JSON, whatever its
// Content-Type, or as a form: a slash command, or a message in the field payload.
func slackBody(body []byte) ([]byte, error) {
	if json.Valid(body) {
		return body, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || !slices.ContainsFunc([]string{"payload", "command", "text", "ssl_check"}, form.Has) {
		return nil, errors.New("it is neither a complete JSON object nor a form from Slack")
	}
	if form.Has("payload") {
		return []byte(form.Get("payload")), nil
	}
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	return json.Marshal(fields)
}

// slackKind holds the fields that distinguish requests.
type slackKind struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	Event     struct {
		Type string `json:"type"`
	} `json:"event"`
	Command     string          `json:"command"`
	SSLCheck    string          `json:"ssl_check"`
	Text        json.RawMessage `json:"text"`
	Blocks      json.RawMessage `json:"blocks"`
	Attachments json.RawMessage `json:"attachments"`
	Channel     json.RawMessage `json:"channel"`
}

// shape returns "text" for a plain text, which any program may have sent, and
// "slack" for Slack's own forms.
func (k slackKind) shape() string {
	if k.Text != nil && k.Type == "" && k.Command == "" && k.Blocks == nil && k.Attachments == nil && k.Channel == nil {
		return "text"
	}
	return "slack"
}
