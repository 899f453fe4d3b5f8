package sentry

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

// webhook is a body from the integration platform or, in the fields below Data, the legacy WebHooks plugin.
type webhook struct {
	Action string
	Data   *struct {
		Issue        *wireIssue
		Event        *wireEvent
		Error        *wireEvent
		MetricAlert  *metricAlert `json:"metric_alert"`
		Installation json.RawMessage
		CommentID    payload.Text `json:"comment_id"`
		RunID        payload.Text `json:"run_id"`

		Title  string `json:"description_title"` // for a metric alert, like Text and WebURL
		Text   string `json:"description_text"`
		WebURL string `json:"web_url"`
	}

	ID          payload.Text // issue id
	ProjectSlug string       `json:"project_slug"`
	Level       payload.Text
	Culprit     string
	Message     string
	URL         string
	Event       *wireEvent
}

// metricAlert is an alert rule that fired because a metric crossed its threshold.
type metricAlert struct {
	ID        payload.Text
	Title     string
	Projects  []string
	AlertRule struct {
		Name        string
		Environment string
	} `json:"alert_rule"`
	DateStarted moment `json:"date_started"`
}

// ReadWebhook reads the body of a webhook from the integration platform or the legacy WebHooks plugin.
func ReadWebhook(raw json.RawMessage, o payload.Origin) (payload.Payload, error) {
	var b webhook
	if err := json.Unmarshal(raw, &b); err != nil {
		return payload.Payload{}, fmt.Errorf("it is not a Sentry webhook: %w", err)
	}
	switch {
	case b.Data == nil && b.ProjectSlug != "" && b.Event != nil:
		e := b.Event
		e.project, e.IssueID, e.Level = b.ProjectSlug, cmp.Or(e.IssueID, b.ID), cmp.Or(b.Level, e.Level)
		e.WebURL, e.Culprit, e.Message = cmp.Or(e.WebURL, b.URL), cmp.Or(e.Culprit, b.Culprit), cmp.Or(e.Message, b.Message)
		return e.payload(o, raw), nil
	case b.Data == nil:
		return payload.Payload{}, errors.New("it is not a Sentry webhook: data is missing")
	case b.Data.Event != nil || b.Data.Error != nil:
		return cmp.Or(b.Data.Event, b.Data.Error).payload(o, raw), nil
	case b.Data.Issue != nil:
		return b.issue()
	case b.Data.MetricAlert != nil:
		return b.metricAlert(o, raw), nil
	case b.Data.Installation != nil || b.Data.CommentID != "" || b.Data.RunID != "":
		return payload.Skip("a Sentry webhook about an installation, a comment or Seer: " + payload.Word(b.Action)), nil
	}
	return payload.Payload{}, errors.New("it is a Sentry webhook about an unknown resource: send issue, error, event_alert or metric_alert")
}

// issue reads a change to an issue. It needs no delivery id, because Sentry's count is a total.
func (b webhook) issue() (payload.Payload, error) {
	t := b.Data.Issue.tracked()
	if !validID.MatchString(t.ID) {
		return payload.Payload{}, errors.New("its issue has no id")
	}
	t.Level = cmp.Or(t.Level, event.Error)
	t.State = map[string]event.State{
		"created": event.Unresolved, "unresolved": event.Unresolved, "resolved": event.Resolved,
		"ignored": event.Ignored, "archived": event.Ignored,
	}[b.Action]
	if t.State == "" {
		return payload.Skip("an irrelevant change to a Sentry issue: " + payload.Word(b.Action)), nil
	}
	return payload.Payload{Issues: []event.SentryIssue{t}}, nil
}

func (b webhook) metricAlert(o payload.Origin, raw json.RawMessage) payload.Payload {
	a := b.Data.MetricAlert
	level := map[string]event.Level{"critical": event.Error, "warning": event.Warn}[b.Action]
	if level == event.Unknown {
		return payload.Skip("a Sentry metric alert that is neither critical nor a warning: " + payload.Word(b.Action))
	}
	id := a.ID.Trim()
	if id != "" {
		id = "metric alert " + id + " " + b.Action
	}
	title := "Sentry metric alert: " + cmp.Or(a.AlertRule.Name, a.Title)
	e := event.Event{
		Deliveries: []string{o.DeliveryID(id, raw)}, Source: "sentry", URL: b.Data.WebURL, Time: a.DateStarted.Time, Level: level,
		Message: title, Text: payload.Lines(title, b.Data.Title, b.Data.Text), Environment: a.AlertRule.Environment,
	}
	if len(a.Projects) == 1 {
		e.Service = a.Projects[0]
	}
	return payload.Payload{Events: []event.Event{e}}
}

// payload returns the event and, if known, the Sentry issue that it belongs to.
func (w *wireEvent) payload(o payload.Origin, raw json.RawMessage) payload.Payload {
	_, path, _ := strings.Cut(w.URL, "/api/0/projects/")
	_, path, _ = strings.Cut(path, "/") // skips the organization's slug
	slug, _, _ := strings.Cut(path, "/")
	slug = cmp.Or(w.project, slug)
	e := w.event(event.Event{Source: "sentry", Stream: slug, URL: w.WebURL, Time: o.Now, Service: slug})
	e.Deliveries = []string{o.DeliveryID(e.ID, raw)}
	if !validID.MatchString(w.IssueID.Trim()) {
		return payload.Payload{Events: []event.Event{e}}
	}
	e.Issue = w.IssueID.Trim()
	i := event.SentryIssue{ID: e.Issue, Title: e.Message, URL: e.URL, Project: e.Service, Level: e.Level, First: e.Time, Last: e.Time}
	if at := strings.Index(i.URL, "/events/"); at > 0 { // the event's URL starts with the issue's
		i.URL = i.URL[:at+1]
	}
	return payload.Payload{Events: []event.Event{e}, Issues: []event.SentryIssue{i}}
}

// SignatureHeader carries a webhook's signature: the HMAC-SHA256 of the raw body
// under the integration's client secret, in hexadecimal.
// https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
const SignatureHeader = "Sentry-Hook-Signature"

// VerifySignature returns nil if the body was signed with the client secret. body must be the raw bytes. It
// compares in constant time. Sentry does not sign a timestamp, so only the event's id reveals a replay.
func VerifySignature(secret, signature string, body []byte) error {
	if signature == "" {
		return errors.New("there is no " + SignatureHeader + " header")
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	if got, err := hex.DecodeString(signature); err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return errors.New("the signature does not match this body and client secret")
	}
	return nil
}
