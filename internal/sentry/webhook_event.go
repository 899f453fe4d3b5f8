package sentry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/stacktrace"
)

// webhookEvent is an event as webhooks carry it. It has no field for user
// data.
type webhookEvent struct {
	EventID     payload.Text `json:"event_id"`
	ID          payload.Text // the same, of the legacy plugin
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
	URL         string  // of the API, which names the project by its slug
	WebURL      string  `json:"web_url"`
	Metadata    struct{ Type, Value string }
	Tags        tags
	Exception   struct{ Values []wireException }
	Interface   struct{ Values []wireException } `json:"sentry.interfaces.Exception"` // as older servers name it

	project string // slug, if it stands beside the event
}

// payload files the event, and names the Sentry issue that it belongs to.
func (s webhookEvent) payload(o payload.Origin, raw json.RawMessage) payload.Payload {
	e := s.event(o, raw)
	p := payload.Payload{Events: []event.Event{e}}
	if e.Issue != "" {
		p.Issues = []event.SentryIssue{{
			ID: e.Issue, Title: s.title(), URL: issuePage(e.URL), Project: e.Service, Level: e.Level, First: e.Time, Last: e.Time,
		}}
	}
	return p
}

func (s webhookEvent) event(o payload.Origin, raw json.RawMessage) event.Event {
	id := cmp.Or(s.EventID.Trim(), s.ID.Trim())
	level, _ := event.ParseLevel(cmp.Or(s.Level.Trim(), s.Tags.get("level")))
	e := event.Event{
		ID: id, Deliveries: []string{o.DeliveryID(id, raw)},
		Source: "sentry", Stream: s.slug(), URL: s.WebURL, Time: s.time(o.Now), Level: level,
		Message: s.title(), Exceptions: chainOf(s.Exception.Values), Runtime: runtime(s.Platform),
		Logger: s.Logger, Service: cmp.Or(s.Tags.get("service"), s.slug()),
		Environment: cmp.Or(s.Environment, s.Tags.get("environment")), Release: cmp.Or(s.Release.Trim(), s.Tags.get("release")),
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

// title is the event's own, or what its exception says.
func (s webhookEvent) title() string {
	if s.Title == "" && s.Metadata.Type != "" {
		return strings.TrimSuffix(s.Metadata.Type+": "+s.Metadata.Value, ": ")
	}
	return cmp.Or(s.Title, s.Message, "an event of Sentry")
}

// slug is the project's, which stands in the address of the event.
func (s webhookEvent) slug() string {
	_, rest, _ := strings.Cut(s.URL, "/api/0/projects/")
	_, rest, _ = strings.Cut(rest, "/") // the organization
	slug, _, _ := strings.Cut(rest, "/")
	return cmp.Or(s.project, slug)
}

func (s webhookEvent) time(now time.Time) time.Time {
	if t, err := time.Parse(time.RFC3339, s.Datetime); err == nil {
		return t
	}
	if s.Received > 0 && s.Received < 1e11 {
		return time.UnixMilli(int64(s.Received * 1000)).UTC()
	}
	return now
}

// issuePage is the page of the issue, from that of its event.
func issuePage(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if at := strings.Index(u.Path, "/events/"); at > 0 {
		u.Path, u.RawPath = u.Path[:at+1], ""
	}
	return fmt.Sprint(u)
}
