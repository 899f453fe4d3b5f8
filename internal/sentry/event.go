package sentry

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/stacktrace"
)

// wireEvent is what is read of an event, in the API and in webhooks. It has no field for the user.
type wireEvent struct {
	ID          payload.Text
	EventID     payload.Text `json:"event_id"` // in webhooks, where ID may be missing
	IssueID     payload.Text `json:"issue_id"` // in webhooks
	Title       string
	Message     string
	Culprit     string
	Level       payload.Text
	Logger      string
	Platform    string
	Environment string
	Release     payload.Text // an object in the API
	DateCreated string       // in the API, like the entries
	Datetime    string       // in webhooks, like the next ones
	Received    float64      // seconds since 1970
	URL         string       // the API's, which contains the project's slug
	WebURL      string       `json:"web_url"`
	Tags        tags
	Contexts    contexts
	Entries     []struct {
		Type string
		Data json.RawMessage
	}
	Exception struct{ Values []wireException }
	Interface struct{ Values []wireException } `json:"sentry.interfaces.Exception"` // in older servers

	project string // slug, if the webhook has it beside the event
}

// Event returns an event of an issue by its id, or the source.Newest; the zero Event if Sentry keeps none any
// more. Of the issue it uses the fields ID, Title, URL, Project and Level.
func (c *Client) Event(ctx context.Context, issue event.SentryIssue, id string) (event.Event, error) {
	var w wireEvent
	a, err := c.get(ctx, "get event", c.issue(issue.ID)+"events/"+url.PathEscape(id)+"/", nil, &w)
	switch {
	case a.Status == http.StatusNotFound:
		return event.Event{}, nil
	case err != nil:
		return event.Event{}, err
	}
	return w.event(event.Event{
		Source: c.Key(), Stream: issue.ID, Issue: issue.ID, URL: issue.URL, Level: issue.Level, Message: issue.Title, Service: issue.Project,
	}), nil
}

// event completes an event, which has what is known beside the one on the wire.
func (w *wireEvent) event(e event.Event) event.Event {
	e.ID, e.Exceptions = cmp.Or(w.EventID.Trim(), w.ID.Trim()), w.exceptions()
	e.Runtime = cmp.Or(map[string]string{"javascript": "browser", "csharp": "dotnet"}[w.Platform], w.Platform)
	e.Service, e.Environment = cmp.Or(w.Tags["service"], e.Service), cmp.Or(w.Environment, w.Tags["environment"])
	e.RequestID, e.Logger = cmp.Or(w.Tags["request_id"], w.Tags["transaction_id"]), cmp.Or(w.Logger, w.Tags["logger"])
	if level, ok := event.ParseLevel(cmp.Or(w.Level.Trim(), w.Tags["level"])); ok {
		e.Level = level
	}
	if at, err := time.Parse(time.RFC3339, cmp.Or(w.DateCreated, w.Datetime)); err == nil {
		e.Time = at
	} else if w.Received > 0 && w.Received < 1e11 {
		e.Time = time.UnixMilli(int64(w.Received * 1000)).UTC()
	}
	var release struct{ Version string }
	if json.Unmarshal([]byte(w.Release), &release) != nil {
		release.Version = w.Release.Trim()
	}
	e.Release = cmp.Or(release.Version, w.Tags["release"])
	trace, _ := w.Contexts["trace"].(map[string]any)
	e.TraceID, _ = trace["trace_id"].(string)
	e.Message = cmp.Or(w.Message, w.Title, e.Message, "an event of Sentry")
	if len(e.Exceptions) > 0 {
		x := e.Exceptions[0]
		e.Message = strings.TrimPrefix(x.Type+": "+x.Message, ": ")
		e.Stack = event.StackText(e.Exceptions)
	}
	e.Text = payload.Lines(cmp.Or(e.Stack, e.Message), w.Message)
	if facts := w.facts(); facts != "" {
		e.Text += "\n\n" + facts
	}
	stacktrace.Adopt(&e)
	return e
}

// contexts are facts by name. PHP writes an empty list where there are none.
type contexts map[string]any

// UnmarshalJSON reads anything but an object as no contexts.
func (c *contexts) UnmarshalJSON(raw []byte) error {
	_ = json.Unmarshal(raw, (*map[string]any)(c))
	return nil
}

// tags are values by key. The API writes a list of objects with a key and a value, webhooks pairs or objects.
type tags map[string]string

// UnmarshalJSON takes both forms, and reads any other as no tags.
func (t *tags) UnmarshalJSON(raw []byte) error {
	*t = tags{}
	var list []json.RawMessage
	_ = json.Unmarshal(raw, &list)
	for _, item := range list {
		var pair []payload.Text
		var object struct{ Key, Value payload.Text }
		if json.Unmarshal(item, &pair) == nil && len(pair) == 2 {
			object.Key, object.Value = pair[0], pair[1]
		} else if json.Unmarshal(item, &object) != nil {
			continue
		}
		(*t)[object.Key.Trim()] = object.Value.Trim()
	}
	return nil
}

// exceptions returns the chain, the exception that surfaced first; without any, a thread's frames.
func (w *wireEvent) exceptions() []event.Exception {
	values := map[string][]wireException{}
	for _, entry := range w.Entries {
		var data struct{ Values []wireException }
		if json.Unmarshal(entry.Data, &data) == nil { // an unreadable entry counts as absent
			values[entry.Type] = data.Values
		}
	}
	for _, chain := range [][]wireException{values["exception"], w.Exception.Values, w.Interface.Values} {
		if len(chain) > 0 {
			return chainOf(chain)
		}
	}
	for _, v := range values["threads"] {
		if x := v.exception(); len(x.Frames) > 0 {
			x.Type, x.Message = "", cmp.Or(w.Message, w.Title)
			return []event.Exception{x}
		}
	}
	return nil
}

// Limits of what is shown of an event besides its trace, in bytes.
const (
	maxValue = 200
	maxFacts = 4000
)

// facts lists the tags and the plain values of the contexts, one a line, except those that identify the user.
// A value that is too long is left out rather than cut: nobody recognises half a secret.
func (w *wireEvent) facts() string {
	var lines []string
	length := 0
	add := func(key string, value any) {
		line := strings.Join(strings.Fields(fmt.Sprintf("%s: %v", key, value)), " ")
		if value == "" || personal.MatchString(key) || len(line) > maxValue || length+len(line) > maxFacts || slices.Contains(lines, line) {
			return
		}
		lines, length = append(lines, line), length+len(line)
	}
	add("culprit", w.Culprit)
	for _, key := range slices.Sorted(maps.Keys(w.Tags)) {
		add(key, w.Tags[key])
	}
	for _, name := range slices.Sorted(maps.Keys(w.Contexts)) {
		fields, _ := w.Contexts[name].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			switch fields[key].(type) {
			case string, float64, bool:
				if key != "type" {
					add(name+"."+key, fields[key])
				}
			}
		}
	}
	return strings.Join(lines, "\n")
}

// personal matches keys under which SDKs and Sentry put the user.
var personal = regexp.MustCompile(`(?i)^(?:user|geo|ip)(?:\.|$)|e-?mail|ip[_-]?address|user_?name|user_?id|phone`)

// wireException is one value of an event's exception, in the API and in webhooks.
type wireException struct {
	Type       string
	Value      string
	Module     string
	Stacktrace struct{ Frames []wireFrame } // the oldest call first
	Mechanism  struct {
		Source      string
		ExceptionID *int `json:"exception_id"`
		ParentID    *int `json:"parent_id"`
	}
}

// wireFrame is one frame, symbolicated if possible. The API writes camel case, webhooks snake case.
type wireFrame struct {
	Function     string
	Module       string
	Filename     string
	AbsPath      string
	AbsPathSnake string `json:"abs_path"`
	Line         int    `json:"lineno"` // "lineNo" too: the case does not matter
	Column       int    `json:"colno"`
	InApp        bool
	InAppSnake   bool `json:"in_app"`
}

// chainOf returns the chain of exceptions, the one that surfaced first. Sentry lists it last, and the frames
// of each with the oldest call first. It leaves out what went wrong while an exception was handled
// ("suppressed"), which did not cause it, and the causes of that.
func chainOf(values []wireException) []event.Exception {
	dropped := map[int]bool{}
	for range values { // a parent may stand after its children
		for _, v := range values {
			if m := v.Mechanism; m.ExceptionID != nil && (strings.HasPrefix(m.Source, "suppressed") || m.ParentID != nil && dropped[*m.ParentID]) {
				dropped[*m.ExceptionID] = true
			}
		}
	}
	var chain []event.Exception
	for _, v := range slices.Backward(values) {
		if id := v.Mechanism.ExceptionID; id == nil || !dropped[*id] {
			chain = append(chain, v.exception())
		}
	}
	return chain
}

// exception returns the value as an event.Exception, its type with the module, as most runtimes print it.
func (v wireException) exception() event.Exception {
	x := event.Exception{Type: v.Type, Message: v.Value}
	if v.Module != "" {
		x.Type = v.Module + "." + v.Type
	}
	for _, f := range slices.Backward(v.Stacktrace.Frames) {
		x.Frames = append(x.Frames, event.Frame{
			Function: f.Function, Module: f.Module, File: cmp.Or(f.AbsPath, f.AbsPathSnake, f.Filename),
			Line: max(f.Line, 0), Column: max(f.Column, 0), InApp: f.InApp || f.InAppSnake,
		})
	}
	return x
}
