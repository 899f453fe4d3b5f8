package relay

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
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

// slackKind holds the fields that distinguish requests.
type slackKind struct {
	Type        string
	Challenge   string
	Event       struct{ Type string }
	Command     string
	SSLCheck    string `json:"ssl_check"`
	Text        json.RawMessage
	Blocks      json.RawMessage
	Attachments json.RawMessage
	Channel     json.RawMessage
}

func (d *Receiver) slackWebhook(r *http.Request, body []byte, signed bool) verdict {
	id := rand.Text() // unsigned requests without an id of their own are never replays
	if signed {
		signature, timestamp := r.Header.Get(slack.SignatureHeader), r.Header.Get(slack.TimestampHeader)
		if err := slack.VerifySignature(d.cfg.SlackSecret, signature, timestamp, body, d.cfg.Clock.Now()); err != nil {
			return unauthorized(err)
		}
		sum := sha256.Sum256(slices.Concat([]byte(timestamp+":"), body)) // which a replay repeats
		id = hex.EncodeToString(sum[:16])
	}
	body, err := slack.Object(body)
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
	shape := "slack"
	if kind.Text != nil && kind.Type == "" && kind.Command == "" && kind.Blocks == nil && kind.Attachments == nil && kind.Channel == nil {
		shape = "text" // which any program may have sent
	}
	entry, err := inbound.NewEntry(shape, body, id)
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
