package inbound

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// sentryEvent is an event as webhooks carry it. It has no field for the user whom
// it befell.
type sentryEvent struct {
	EventID     scalar `json:"event_id"`
	ID          scalar // the same, of the legacy plugin
	IssueID     scalar `json:"issue_id"`
	Title       string
	Message     string
	Culprit     string
	Level       scalar
	Logger      string
	Platform    string
	Environment string
	Release     scalar
	Datetime    string
	Received    float64 // seconds since 1970
	URL         string  // of the API, which names the project by its slug
	WebURL      string  `json:"web_url"`
	Metadata    struct{ Type, Value string }
	Tags        sentryTags
	Exception   sentryExceptions
	Interface   sentryExceptions `json:"sentry.interfaces.Exception"` // as older servers name it

	project string // slug, where it is told beside the event
}

// sentryExceptions is the chain of an event, the cause first.
type sentryExceptions struct{ Values []sentryException }

type sentryException struct {
	Type, Value, Module string
	Stacktrace          *struct{ Frames []sentryFrame } // the oldest call first
}

type sentryFrame struct {
	Function string
	Module   string
	Filename string
	AbsPath  string `json:"abs_path"`
	Line     int    `json:"lineno"`
	Column   int    `json:"colno"`
	InApp    bool   `json:"in_app"`
}

// sentryTags are pairs, or objects with a key and a value.
type sentryTags map[string]string

// UnmarshalJSON takes both forms, and no tags from any other.
func (t *sentryTags) UnmarshalJSON(raw []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	*t = sentryTags{}
	for _, item := range list {
		var pair []scalar
		var object struct{ Key, Value scalar }
		switch {
		case json.Unmarshal(item, &pair) == nil && len(pair) == 2:
			(*t)[pair[0].trim()] = pair[1].trim()
		case json.Unmarshal(item, &object) == nil:
			(*t)[object.Key.trim()] = object.Value.trim()
		}
	}
	return nil
}

// payload files the event, and names the Sentry issue that it belongs to.
func (s sentryEvent) payload(o Options, raw json.RawMessage) Payload {
	e := s.event(o, raw)
	p := Payload{Events: []event.Event{e}}
	if e.Issue != "" {
		p.Issues = []event.Tracked{{
			ID: e.Issue, Title: s.title(), URL: issuePage(e.URL), Project: e.Service, Level: e.Level, First: e.Time, Last: e.Time,
		}}
	}
	return p
}

func (s sentryEvent) event(o Options, raw json.RawMessage) event.Event {
	id := first(s.EventID.trim(), s.ID.trim())
	level, _ := event.ParseLevel(first(s.Level.trim(), s.Tags["level"]))
	e := event.Event{
		ID: id, Deliveries: []string{deliveryID(id, o, raw)},
		Source: "sentry", Stream: s.slug(), URL: s.WebURL, Time: s.time(o.Now), Level: level,
		Message: s.title(), Exceptions: s.exceptions(), Runtime: runtimeOf(s.Platform),
		Logger: s.Logger, Service: first(s.Tags["service"], s.slug()),
		Environment: first(s.Environment, s.Tags["environment"]), Release: first(s.Release.trim(), s.Tags["release"]),
	}
	if issueID.MatchString(s.IssueID.trim()) {
		e.Issue = s.IssueID.trim()
	}
	if len(e.Exceptions) > 0 {
		e.Stack = event.StackText(e.Exceptions)
	}
	e.Text = lines(first(e.Stack, s.title()), s.Message)
	if s.Culprit != "" {
		e.Text += "\n\nculprit: " + s.Culprit
	}
	return e
}

// title is the event's own, or what its exception says.
func (s sentryEvent) title() string {
	if s.Title == "" && s.Metadata.Type != "" {
		return strings.TrimSuffix(s.Metadata.Type+": "+s.Metadata.Value, ": ")
	}
	return first(s.Title, s.Message, "an event of Sentry")
}

// slug is the project's, which stands in the address of the event.
func (s sentryEvent) slug() string {
	if s.project != "" {
		return s.project
	}
	_, rest, ok := strings.Cut(s.URL, "/api/0/projects/")
	if parts := strings.Split(rest, "/"); ok && len(parts) > 1 {
		return parts[1]
	}
	return ""
}

func (s sentryEvent) time(now time.Time) time.Time {
	if t, err := time.Parse(time.RFC3339, s.Datetime); err == nil {
		return t
	}
	if s.Received > 0 && s.Received < 1e11 {
		return time.UnixMilli(int64(s.Received * 1000)).UTC()
	}
	return now
}

// exceptions returns the chain as all of errmon has it: what surfaced first, and
// the newest call first.
func (s sentryEvent) exceptions() []event.Exception {
	values := s.Exception.Values
	if len(values) == 0 {
		values = s.Interface.Values
	}
	var chain []event.Exception
	for _, v := range slices.Backward(values) {
		x := event.Exception{Type: v.Type, Message: v.Value}
		if v.Module != "" {
			x.Type = v.Module + "." + v.Type
		}
		if v.Stacktrace != nil {
			for _, f := range slices.Backward(v.Stacktrace.Frames) {
				x.Frames = append(x.Frames, event.Frame{
					Function: f.Function, Module: f.Module, File: first(f.AbsPath, f.Filename),
					Line: max(f.Line, 0), Column: max(f.Column, 0), InApp: f.InApp,
				})
			}
		}
		chain = append(chain, x)
	}
	return chain
}

// runtimeOf names a platform as stack traces of it are named.
func runtimeOf(platform string) string {
	switch platform {
	case "javascript":
		return "browser"
	case "csharp":
		return "dotnet"
	}
	return platform
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
