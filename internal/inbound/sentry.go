package inbound

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// sentryBody is the body of a webhook of Sentry's integration platform, and of
// the legacy WebHooks plugin, whose keys stand in plugin.
type sentryBody struct {
	Action string
	Data   *struct {
		Issue       *sentryIssue
		Event       *sentryEvent
		Error       *sentryEvent
		MetricAlert *metricAlert `json:"metric_alert"`

		Installation json.RawMessage
		CommentID    scalar `json:"comment_id"`
		RunID        scalar `json:"run_id"`

		Title       string `json:"description_title"` // of a metric alert, as is Text
		Text        string `json:"description_text"`
		WebURL      string `json:"web_url"`
		Environment string
	}
	plugin
}

// plugin is what the legacy WebHooks plugin posts of an alert.
type plugin struct {
	ID          scalar // of the Sentry issue
	ProjectSlug string `json:"project_slug"`
	Level       string
	Culprit     string
	Message     string
	URL         string
	Event       *sentryEvent
}

// sentryIssue is an issue as Sentry's API shows it. Who it is assigned to is not read.
type sentryIssue struct {
	ID        scalar
	ShortID   string
	Title     string
	Culprit   string
	Level     string
	Permalink string
	WebURL    string `json:"web_url"`
	Count     scalar
	FirstSeen time.Time
	LastSeen  time.Time
	Project   struct{ Slug string }
}

// readSentry reads the body of a webhook, whichever of Sentry's two kinds it is.
func readSentry(raw json.RawMessage, o Options) (Payload, error) {
	var b sentryBody
	if err := json.Unmarshal(raw, &b); err != nil {
		return Payload{}, fmt.Errorf("it is no webhook of Sentry: %w", err)
	}
	switch {
	case b.Data == nil && b.ProjectSlug != "" && b.Event != nil:
		return b.legacy(o, raw), nil
	case b.Data == nil:
		return Payload{}, errors.New("it is no webhook of Sentry: data is missing")
	case b.Data.Event != nil:
		return b.Data.Event.payload(o, raw), nil
	case b.Data.Error != nil:
		return b.Data.Error.payload(o, raw), nil
	case b.Data.Issue != nil:
		return b.issue()
	case b.Data.MetricAlert != nil:
		return b.metricAlert(o, raw), nil
	case b.Data.Installation != nil:
		return skipped("Sentry says that an integration was installed or removed"), nil
	case b.Data.CommentID != "":
		return skipped("a comment on a Sentry issue"), nil
	case b.Data.RunID != "":
		return skipped("Sentry's Seer tells of its work (%s)", word(b.Action)), nil
	}
	return Payload{}, errors.New("it is a webhook of Sentry about something that is not known: send issue, error, event_alert or metric_alert")
}

// issueID keeps ids, which become part of a key, to what Sentry makes.
var issueID = regexp.MustCompile(`^[0-9]{1,30}$`)

// issue reads what happened to an issue. What Sentry counted of it is a total, so
// that it needs no id of a delivery.
func (b sentryBody) issue() (Payload, error) {
	i := b.Data.Issue
	if !issueID.MatchString(i.ID.trim()) {
		return Payload{}, errors.New("its issue has no id")
	}
	t := i.tracked()
	switch b.Action {
	case "created", "unresolved":
		t.State = event.Unresolved
	case "resolved":
		t.State = event.Resolved
	case "ignored", "archived":
		t.State = event.Ignored
	case "assigned":
		return skipped("a Sentry issue was assigned to somebody"), nil
	default:
		return skipped("nothing that matters here happened to a Sentry issue (%s)", word(b.Action)), nil
	}
	return Payload{Issues: []event.Tracked{t}}, nil
}

func (i sentryIssue) tracked() event.Tracked {
	level, known := event.ParseLevel(i.Level)
	if !known {
		level = event.Error
	}
	total, _ := strconv.ParseInt(i.Count.trim(), 10, 64) // none is 0
	return event.Tracked{
		ID: i.ID.trim(), Name: i.ShortID, Title: i.Title, URL: first(i.Permalink, i.WebURL), Project: i.Project.Slug,
		Level: level, Total: max(total, 0), First: i.FirstSeen, Last: i.LastSeen,
	}
}

// legacy reads the plugin's alert.
func (b sentryBody) legacy(o Options, raw json.RawMessage) Payload {
	e := *b.Event
	e.IssueID = scalar(first(e.IssueID.trim(), b.ID.trim()))
	e.Level = scalar(first(b.Level, e.Level.trim()))
	e.WebURL = first(e.WebURL, b.URL)
	e.Title, e.Message = first(e.Title, b.Message), first(e.Message, b.Message)
	e.Culprit = first(e.Culprit, b.Culprit)
	e.project = b.ProjectSlug
	return e.payload(o, raw)
}

// metricAlert is a rule about numbers that was broken.
type metricAlert struct {
	ID        scalar
	Title     string
	Projects  []string
	AlertRule struct {
		Name        string
		Environment string
	} `json:"alert_rule"`
	DateStarted time.Time `json:"date_started"`
}

func (b sentryBody) metricAlert(o Options, raw json.RawMessage) Payload {
	a := b.Data.MetricAlert
	var level event.Level
	switch b.Action {
	case "critical":
		level = event.Error
	case "warning":
		level = event.Warn
	case "resolved":
		return skipped("a metric alert of Sentry was resolved")
	default:
		return skipped("a metric alert of Sentry without an action that is known")
	}
	name := first(a.AlertRule.Name, a.Title)
	id := ""
	if a.ID.trim() != "" {
		id = "metric alert " + a.ID.trim() + " " + b.Action
	}
	e := event.Event{
		Deliveries: []string{deliveryID(id, o, raw)}, Source: "sentry", URL: b.Data.WebURL, Time: a.DateStarted, Level: level,
		Message: "Sentry metric alert: " + name, Text: lines("Sentry metric alert: "+name, b.Data.Title, b.Data.Text), Environment: a.AlertRule.Environment,
	}
	if len(a.Projects) == 1 {
		e.Service = a.Projects[0]
	}
	return Payload{Events: []event.Event{e}}
}
