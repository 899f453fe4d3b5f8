package sentry

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/stacktrace"
)

// webhook is the body of a webhook of Sentry's integration platform, or of
// the legacy WebHooks plugin, which has the fields below Data.
type webhook struct {
	Action string
	Data   *struct {
		Issue        *wireIssue
		Event        *webhookEvent
		Error        *webhookEvent
		MetricAlert  *metricAlert `json:"metric_alert"`
		Installation json.RawMessage
		CommentID    payload.Text `json:"comment_id"`
		RunID        payload.Text `json:"run_id"`

		Title  string `json:"description_title"` // of a metric alert, like the next two
		Text   string `json:"description_text"`
		WebURL string `json:"web_url"`
	}

	ID          payload.Text // of the Sentry issue
	ProjectSlug string       `json:"project_slug"`
	Level       string
	Culprit     string
	Message     string
	URL         string
	Event       *webhookEvent
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

// ReadWebhook reads the body of a webhook of either kind.
func ReadWebhook(raw json.RawMessage, o payload.Origin) (payload.Payload, error) {
	var b webhook
	if err := json.Unmarshal(raw, &b); err != nil {
		return payload.Payload{}, fmt.Errorf("it is not a Sentry webhook: %w", err)
	}
	switch {
	case b.Data == nil && b.ProjectSlug != "" && b.Event != nil:
		e := b.Event
		e.IssueID = payload.Text(cmp.Or(e.IssueID.Trim(), b.ID.Trim()))
		e.Level = payload.Text(cmp.Or(b.Level, e.Level.Trim()))
		e.WebURL, e.Culprit = cmp.Or(e.WebURL, b.URL), cmp.Or(e.Culprit, b.Culprit)
		e.Title, e.Message = cmp.Or(e.Title, b.Message), cmp.Or(e.Message, b.Message)
		e.project = b.ProjectSlug
		return e.payload(o, raw), nil
	case b.Data == nil:
		return payload.Payload{}, errors.New("it is not a Sentry webhook: data is missing")
	case b.Data.Event != nil || b.Data.Error != nil:
		return cmp.Or(b.Data.Event, b.Data.Error).payload(o, raw), nil
	case b.Data.Issue != nil:
		return b.issue()
	case b.Data.MetricAlert != nil:
		return b.metricAlert(o, raw), nil
	case b.Data.Installation != nil:
		return payload.Skip("a Sentry integration was installed or removed"), nil
	case b.Data.CommentID != "":
		return payload.Skip("a comment on a Sentry issue"), nil
	case b.Data.RunID != "":
		return payload.Skip("Sentry's Seer reports its work (" + payload.Word(b.Action) + ")"), nil
	}
	return payload.Payload{}, errors.New("it is a Sentry webhook about an unknown resource: send issue, error, event_alert or metric_alert")
}

// issue reads a change of an issue. It needs no delivery id, because Sentry's count is a total.
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
	switch {
	case b.Action == "assigned":
		return payload.Skip("a Sentry issue was assigned to somebody"), nil
	case t.State == "":
		return payload.Skip("an irrelevant change to a Sentry issue (" + payload.Word(b.Action) + ")"), nil
	}
	return payload.Payload{Issues: []event.SentryIssue{t}}, nil
}

func (b webhook) metricAlert(o payload.Origin, raw json.RawMessage) payload.Payload {
	a := b.Data.MetricAlert
	level := map[string]event.Level{"critical": event.Error, "warning": event.Warn}[b.Action]
	switch {
	case b.Action == "resolved":
		return payload.Skip("a Sentry metric alert was resolved")
	case level == event.Unknown:
		return payload.Skip("a Sentry metric alert with an unknown action")
	}
	id := a.ID.Trim()
	if id != "" {
		id = "metric alert " + id + " " + b.Action
	}
	title := "Sentry metric alert: " + cmp.Or(a.AlertRule.Name, a.Title)
	e := event.Event{
		Deliveries: []string{o.DeliveryID(id, raw)}, Source: "sentry", URL: b.Data.WebURL, Time: a.DateStarted, Level: level,
		Message: title, Text: payload.Lines(title, b.Data.Title, b.Data.Text), Environment: a.AlertRule.Environment,
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
	p, _ := ReadWebhook(body, payload.Origin{}) // what cannot be read names nothing
	if len(p.Events) == 0 {
		return "", ""
	}
	return p.Events[0].ID, p.Events[0].Issue
}

// webhookEvent is an event in a webhook. It has no field for user data.
type webhookEvent struct {
	EventID     payload.Text `json:"event_id"`
	ID          payload.Text // the legacy plugin's event id
	IssueID     payload.Text `json:"issue_id"`
	Title       string
	Message     string
	Culprit     string
	Level       payload.Text
	Logger      string
	Platform    string
	Environment string
	Release     payload.Text
	Datetime    string
	Received    float64 // seconds since 1970
	URL         string  // the API's, which contains the project's slug
	WebURL      string  `json:"web_url"`
	Metadata    struct{ Type, Value string }
	Tags        tags
	Exception   struct{ Values []wireException }
	Interface   struct{ Values []wireException } `json:"sentry.interfaces.Exception"` // in older servers

	project string // slug, if the webhook has it beside the event
}

// payload returns the event, and the Sentry issue that it belongs to.
func (s *webhookEvent) payload(o payload.Origin, raw json.RawMessage) payload.Payload {
	e := s.event(o, raw)
	p := payload.Payload{Events: []event.Event{e}}
	if e.Issue == "" {
		return p
	}
	page, err := url.Parse(e.URL) // of the event; its issue's is the part before
	if err != nil {
		page = &url.URL{}
	} else if at := strings.Index(page.Path, "/events/"); at > 0 {
		page.Path, page.RawPath = page.Path[:at+1], ""
	}
	p.Issues = []event.SentryIssue{{
		ID: e.Issue, Title: s.title(), URL: page.String(), Project: e.Service, Level: e.Level, First: e.Time, Last: e.Time,
	}}
	return p
}

func (s *webhookEvent) event(o payload.Origin, raw json.RawMessage) event.Event {
	id := cmp.Or(s.EventID.Trim(), s.ID.Trim())
	level, _ := event.ParseLevel(cmp.Or(s.Level.Trim(), s.Tags["level"]))
	_, path, _ := strings.Cut(s.URL, "/api/0/projects/")
	_, path, _ = strings.Cut(path, "/") // after the organization
	slug, _, _ := strings.Cut(path, "/")
	slug = cmp.Or(s.project, slug)
	e := event.Event{
		ID: id, Deliveries: []string{o.DeliveryID(id, raw)},
		Source: "sentry", Stream: slug, URL: s.WebURL, Time: s.time(o.Now), Level: level,
		Message: s.title(), Exceptions: chainOf(s.Exception.Values), Runtime: runtime(s.Platform),
		Logger: s.Logger, Service: cmp.Or(s.Tags["service"], slug),
		Environment: cmp.Or(s.Environment, s.Tags["environment"]), Release: cmp.Or(s.Release.Trim(), s.Tags["release"]),
	}
	if validID.MatchString(s.IssueID.Trim()) {
		e.Issue = s.IssueID.Trim()
	}
	if len(e.Exceptions) == 0 {
		e.Exceptions = chainOf(s.Interface.Values)
	}
	e.Stack = event.StackText(e.Exceptions)
	e.Text = payload.Lines(cmp.Or(e.Stack, s.title()), s.Message)
	if s.Culprit != "" {
		e.Text += "\n\nculprit: " + s.Culprit
	}
	stacktrace.Adopt(&e)
	return e
}

// title is the event's own, or else what its exception says.
func (s *webhookEvent) title() string {
	if s.Title == "" && s.Metadata.Type != "" {
		return strings.TrimSuffix(s.Metadata.Type+": "+s.Metadata.Value, ": ")
	}
	return cmp.Or(s.Title, s.Message, "an event of Sentry")
}

func (s *webhookEvent) time(now time.Time) time.Time {
	if t, err := time.Parse(time.RFC3339, s.Datetime); err == nil {
		return t
	}
	if s.Received > 0 && s.Received < 1e11 {
		return time.UnixMilli(int64(s.Received * 1000)).UTC()
	}
	return now
}

// SignatureHeader carries a webhook's signature: the HMAC-SHA256 of the raw body
// under the integration's client secret, in hexadecimal.
// https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
const SignatureHeader = "Sentry-Hook-Signature"

// The errors of VerifySignature.
var (
	ErrUnsigned       = errors.New("there is no " + SignatureHeader + " header")
	ErrWrongSignature = errors.New("the signature does not match this body and client secret")
)

// VerifySignature returns nil if the body, as its bytes arrived, was signed with the client secret, and
// ErrUnsigned or ErrWrongSignature otherwise. It takes the same time for each wrong signature. Sentry signs
// no time, so only the event's id reveals a replay.
func VerifySignature(secret, signature string, body []byte) error {
	if signature == "" {
		return ErrUnsigned
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	if got, err := hex.DecodeString(signature); err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return ErrWrongSignature
	}
	return nil
}
