package sentry

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

// sentryBody is the body of a webhook of Sentry's integration platform, and of
// the legacy WebHooks plugin, whose keys stand in plugin.
type sentryBody struct {
	Action string
	Data   *struct {
		Issue       *wireIssue
		Event       *webhookEvent
		Error       *webhookEvent
		MetricAlert *metricAlert `json:"metric_alert"`

		Installation json.RawMessage
		CommentID    payload.Text `json:"comment_id"`
		RunID        payload.Text `json:"run_id"`

		Title       string `json:"description_title"` // of a metric alert, as is Text
		Text        string `json:"description_text"`
		WebURL      string `json:"web_url"`
		Environment string
	}
	plugin
}

type plugin struct {
	ID          payload.Text // of the Sentry issue
	ProjectSlug string       `json:"project_slug"`
	Level       string
	Culprit     string
	Message     string
	URL         string
	Event       *webhookEvent
}

// ReadWebhook reads the body of a webhook, whichever of Sentry's two kinds it is.
func ReadWebhook(raw json.RawMessage, o payload.Origin) (payload.Payload, error) {
	var b sentryBody
	if err := json.Unmarshal(raw, &b); err != nil {
		return payload.Payload{}, fmt.Errorf("it is not a Sentry webhook: %w", err)
	}
	switch {
	case b.Data == nil && b.ProjectSlug != "" && b.Event != nil:
		return b.legacy(o, raw), nil
	case b.Data == nil:
		return payload.Payload{}, errors.New("it is not a Sentry webhook: data is missing")
	case b.Data.Event != nil:
		return b.Data.Event.payload(o, raw), nil
	case b.Data.Error != nil:
		return b.Data.Error.payload(o, raw), nil
	case b.Data.Issue != nil:
		return b.issue()
	case b.Data.MetricAlert != nil:
		return b.metricAlert(o, raw), nil
	case b.Data.Installation != nil:
		return payload.Skip("a Sentry integration was installed or removed"), nil
	case b.Data.CommentID != "":
		return payload.Skip("a comment on a Sentry issue"), nil
	case b.Data.RunID != "":
		return payload.Skip("Sentry's Seer reports its work (%s)", payload.Word(b.Action)), nil
	}
	return payload.Payload{}, errors.New("it is a Sentry webhook about an unknown resource: send issue, error, event_alert or metric_alert")
}

// issue reads what happened to an issue. What Sentry counted of it is a total, so
// that it needs no id of a delivery.
func (b sentryBody) issue() (payload.Payload, error) {
	t := b.Data.Issue.tracked()
	if !validID.MatchString(t.ID) {
		return payload.Payload{}, errors.New("its issue has no id")
	}
	if t.Level == event.Unknown {
		t.Level = event.Error
	}
	switch b.Action {
	case "created", "unresolved":
		t.State = event.Unresolved
	case "resolved":
		t.State = event.Resolved
	case "ignored", "archived":
		t.State = event.Ignored
	case "assigned":
		return payload.Skip("a Sentry issue was assigned to somebody"), nil
	default:
		return payload.Skip("an irrelevant change to a Sentry issue (%s)", payload.Word(b.Action)), nil
	}
	return payload.Payload{Issues: []event.SentryIssue{t}}, nil
}

func (b sentryBody) legacy(o payload.Origin, raw json.RawMessage) payload.Payload {
	e := *b.Event
	e.IssueID = payload.Text(cmp.Or(e.IssueID.Trim(), b.ID.Trim()))
	e.Level = payload.Text(cmp.Or(b.Level, e.Level.Trim()))
	e.WebURL = cmp.Or(e.WebURL, b.URL)
	e.Title, e.Message = cmp.Or(e.Title, b.Message), cmp.Or(e.Message, b.Message)
	e.Culprit = cmp.Or(e.Culprit, b.Culprit)
	e.project = b.ProjectSlug
	return e.payload(o, raw)
}

// metricAlert is a rule about numbers that was broken.
type metricAlert struct {
	ID        payload.Text
	Title     string
	Projects  []string
	AlertRule struct {
		Name        string
		Environment string
	} `json:"alert_rule"`
	DateStarted time.Time `json:"date_started"`
}

func (b sentryBody) metricAlert(o payload.Origin, raw json.RawMessage) payload.Payload {
	a := b.Data.MetricAlert
	var level event.Level
	switch b.Action {
	case "critical":
		level = event.Error
	case "warning":
		level = event.Warn
	case "resolved":
		return payload.Skip("a Sentry metric alert was resolved")
	default:
		return payload.Skip("a Sentry metric alert with an unknown action")
	}
	name := cmp.Or(a.AlertRule.Name, a.Title)
	id := ""
	if a.ID.Trim() != "" {
		id = "metric alert " + a.ID.Trim() + " " + b.Action
	}
	e := event.Event{
		Deliveries: []string{o.DeliveryID(id, raw)}, Source: "sentry", URL: b.Data.WebURL, Time: a.DateStarted, Level: level,
		Message: "Sentry metric alert: " + name, Text: payload.Lines("Sentry metric alert: "+name, b.Data.Title, b.Data.Text), Environment: a.AlertRule.Environment,
	}
	if len(a.Projects) == 1 {
		e.Service = a.Projects[0]
	}
	return payload.Payload{Events: []event.Event{e}}
}

// Identify returns the id of the event that a webhook is about, and what all events of
// its issue have in common; each is empty if the body does not contain it. A change of
// an issue has neither: each is a delivery of its own.
func Identify(body []byte) (id, issue string) {
	var b sentryBody
	_ = json.Unmarshal(body, &b) // a part of another type names nothing
	switch d := b.Data; {
	case d != nil && d.Event != nil:
		return d.Event.EventID.Trim(), d.Event.IssueID.Trim()
	case d != nil && d.Error != nil:
		return d.Error.EventID.Trim(), d.Error.IssueID.Trim()
	case d != nil && d.Issue != nil:
		return "", ""
	case b.Event != nil: // the legacy plugin's
		id = cmp.Or(b.Event.EventID.Trim(), b.Event.ID.Trim())
	}
	return id, b.ID.Trim()
}

// SignatureHeader carries a webhook's signature: the HMAC-SHA256 of the raw body
// under the integration's client secret, in hexadecimal.
// https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
const SignatureHeader = "Sentry-Hook-Signature"

// What VerifySignature finds wrong.
var (
	ErrUnsigned       = errors.New("there is no " + SignatureHeader + " header")
	ErrWrongSignature = errors.New("the signature does not match this body and client secret")
)

// VerifySignature returns nil for a body, as its bytes arrived, that was signed
// with the client secret, and ErrUnsigned or ErrWrongSignature for others.
// It takes the same time for each wrong signature. The scheme signs no time, so
// that a replay is only known by the event's id.
func VerifySignature(secret, signature string, body []byte) error {
	if signature == "" {
		return ErrUnsigned
	}
	got, err := hex.DecodeString(signature)
	if err != nil {
		return ErrWrongSignature
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	if !hmac.Equal(got, mac.Sum(nil)) {
		return ErrWrongSignature
	}
	return nil
}
