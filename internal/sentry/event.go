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

// wireEvent holds the fields read from an event in the API or a webhook. It has no field for user data.
type wireEvent struct {
	ID          payload.Text
	EventID     payload.Text `json:"event_id"` // in webhooks, in which ID may be missing
	IssueID     payload.Text `json:"issue_id"` // in webhooks
	Title       string
	Message     string
	Culprit     string
	Level       payload.Text
	Logger      string
	Platform    string
	Environment string
	Release     payload.Text // an object in the API, text in webhooks
	DateCreated string       // in the API, like Entries
	Datetime    string       // in webhooks, like Received, URL and WebURL
	Received    float64      // Unix seconds
	URL         string       // the event's address in the API; contains the project's slug
	WebURL      string       `json:"web_url"`
	Tags        tags
	Contexts    contexts
	Entries     []struct {
		Type string
		Data json.RawMessage
	}
	Exception struct{ Values []wireException }
	Interface struct{ Values []wireException } `json:"sentry.interfaces.Exception"` // used by older servers

	project string // slug, if the webhook has one outside the event
}

// Event returns an issue's event by id, or the newest if id is source.Newest. If Sentry no longer has it, the
// result is zero. Event uses the issue's ID, Title, URL, Project and Level.
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
		Source: c.Key(), Stream: issue.ID, Issue: issue.ID, URL: issue.URL,
		Level: issue.Level, Message: issue.Title, Service: issue.Project,
	}), nil
}

// event fills in e from w. e already holds what only the caller knows, and fallbacks.
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

// contexts are Sentry's contexts by name. Sentry's PHP SDK writes an empty list if there are none.
type contexts map[string]any

// UnmarshalJSON reads anything except an object as no contexts.
func (c *contexts) UnmarshalJSON(raw []byte) error {
	_ = json.Unmarshal(raw, (*map[string]any)(c))
	return nil
}

// tags are values by key. The API sends a list of key-value objects, webhooks send those or a list of pairs.
type tags map[string]string

// UnmarshalJSON accepts both forms and skips anything else.
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

// exceptions returns the chain of exceptions, the outermost first, or else the frames of a thread.
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

// Limits on the facts shown with an event, in bytes.
const (
	maxValue = 200  // one line: key and value
	maxFacts = 4000 // all lines
)

// facts returns the culprit, the tags and the contexts' plain values, one per line, except those that identify
// the user. It omits long values instead of cutting them, because redaction would miss half a secret.
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

// personal matches the keys under which Sentry and its SDKs store user data.
var personal = regexp.MustCompile(`(?i)^(?:user|geo|ip)(?:\.|$)|e-?mail|ip[_-]?address|user_?name|user_?id|phone`)

// wireException is one exception of an event in the API or a webhook.
type wireException struct {
	Type       string
	Value      string
	Module     string
	Stacktrace struct{ Frames []wireFrame } // oldest call first
	Mechanism  struct {
		Source      string
		ExceptionID *int `json:"exception_id"`
		ParentID    *int `json:"parent_id"`
	}
}

// wireFrame is one frame, symbolicated if possible. The API uses camel case, webhooks use snake case.
type wireFrame struct {
	Function     string
	Module       string
	Filename     string
	AbsPath      string
	AbsPathSnake string `json:"abs_path"`
	Line         int    `json:"lineno"` // also matches lineNo: encoding/json ignores case
	Column       int    `json:"colno"`
	InApp        bool
	InAppSnake   bool `json:"in_app"`
}

// chainOf returns the chain of exceptions, the outermost first and each with its newest frame first; Sentry
// orders both the other way. It omits suppressed exceptions, such as one thrown by close() after a failure,
// and their causes, because they did not cause the error.
func chainOf(values []wireException) []event.Exception {
	children, dropped := map[int][]int{}, map[int]bool{}
	var dropping []int
	for _, v := range values {
		switch m := v.Mechanism; {
		case m.ExceptionID == nil:
		case strings.HasPrefix(m.Source, "suppressed"):
			dropping = append(dropping, *m.ExceptionID)
		case m.ParentID != nil:
			children[*m.ParentID] = append(children[*m.ParentID], *m.ExceptionID)
		}
	}
	for len(dropping) > 0 {
		id := dropping[0]
		dropping, dropped[id] = append(dropping[1:], children[id]...), true
		delete(children, id) // in a cycle, each is dropped once
	}
	var chain []event.Exception
	for _, v := range slices.Backward(values) {
		if id := v.Mechanism.ExceptionID; id == nil || !dropped[*id] {
			chain = append(chain, v.exception())
		}
	}
	return chain
}

// exception converts v to an event.Exception. The type includes the module, as most runtimes print it.
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
