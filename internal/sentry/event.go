package sentry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// wireEvent is what is read of an event. It has no field for the user.
type wireEvent struct {
	EventID     string
	Title       string
	Message     string
	Platform    string
	Culprit     string
	DateCreated time.Time
	Tags        []struct{ Key, Value string }
	Contexts    map[string]any
	Release     *struct{ Version string }
	Entries     []struct {
		Type string
		Data json.RawMessage
	}
}

// wireException is one value of an event's exception.
type wireException struct {
	Type       string
	Value      string
	Module     string
	Stacktrace *struct{ Frames []wireFrame }
	Mechanism  *struct {
		Source      string
		ExceptionID *int `json:"exception_id"`
		ParentID    *int `json:"parent_id"`
	}
}

// wireFrame is one frame, symbolicated by Sentry where it could be.
type wireFrame struct {
	Function string
	Module   string
	Filename string
	AbsPath  string
	LineNo   int
	ColNo    int
	InApp    bool
}

// LatestEvent returns the newest event of an issue, or the zero Event where
// Sentry keeps none any more.
func (c *Client) LatestEvent(ctx context.Context, issue event.Tracked) (event.Event, error) {
	return c.Event(ctx, issue, "latest")
}

// Event returns one event of an issue by its id, or the zero Event where Sentry
// keeps it no longer. Of the issue the fields ID, URL, Project and Level are used.
func (c *Client) Event(ctx context.Context, issue event.Tracked, id string) (event.Event, error) {
	const kind = "get event"
	a, err := c.get(ctx, kind, c.organization("issues/"+url.PathEscape(issue.ID)+"/events/"+url.PathEscape(id)+"/"), nil)
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusNotFound {
		return event.Event{}, nil
	}
	if err != nil {
		return event.Event{}, err
	}
	var w wireEvent
	if err := json.Unmarshal(a.body, &w); err != nil {
		return event.Event{}, fmt.Errorf("get event: Sentry's answer is unusable: check sentry-url: %w", err)
	}
	return w.event(c.Key(), issue), nil
}

func (w *wireEvent) event(source string, issue event.Tracked) event.Event {
	e := event.Event{
		ID: w.EventID, Source: source, Stream: issue.ID, Issue: issue.ID, URL: issue.URL, Time: w.DateCreated, Level: issue.Level,
		Message: firstOf(w.Message, w.Title, issue.Title), Runtime: runtime(w.Platform), Exceptions: w.exceptions(),
		Service: firstOf(w.tag("service"), issue.Project), Environment: w.tag("environment"), Release: w.tag("release"),
		RequestID: firstOf(w.tag("request_id"), w.tag("transaction_id")), Logger: w.tag("logger"),
	}
	if level, ok := event.ParseLevel(w.tag("level")); ok {
		e.Level = level
	}
	if w.Release != nil {
		e.Release = w.Release.Version
	}
	e.TraceID, _ = w.context("trace")["trace_id"].(string)
	if len(e.Exceptions) > 0 {
		x := e.Exceptions[0]
		e.Message = x.Type + ": " + x.Message
		e.Stack = event.StackText(e.Exceptions)
	}
	e.Text = firstOf(e.Stack, e.Message)
	if facts := w.facts(); facts != "" {
		e.Text += "\n\n" + facts
	}
	return e
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func (w *wireEvent) tag(key string) string {
	for _, t := range w.Tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}

// runtimes are the platforms whose names differ from ours.
var runtimes = map[string]string{"javascript": "browser", "csharp": "dotnet"}

// runtime names a platform as package stacktrace does.
func runtime(platform string) string {
	if name, ok := runtimes[platform]; ok {
		return name
	}
	return platform
}

// exceptions returns the chain, the exception that surfaced first. Sentry lists
// it last, and the frames of each with the oldest call first. Where the event
// has a thread's frames and no exception, they are those of its message.
func (w *wireEvent) exceptions() []event.Exception {
	values := w.values("exception")
	dropSuppressed(&values)
	var chain []event.Exception
	for _, v := range slices.Backward(values) {
		chain = append(chain, v.exception())
	}
	if len(chain) > 0 {
		return chain
	}
	for _, v := range w.values("threads") {
		if x := v.exception(); len(x.Frames) > 0 {
			x.Type, x.Message = "", firstOf(w.Message, w.Title)
			return []event.Exception{x}
		}
	}
	return nil
}

// values reads the values of one kind of entry. An entry that cannot be read
// counts as absent: there is more in the event than it.
func (w *wireEvent) values(kind string) []wireException {
	for _, entry := range w.Entries {
		var data struct{ Values []wireException }
		if entry.Type == kind && json.Unmarshal(entry.Data, &data) == nil {
			return data.Values
		}
	}
	return nil
}

// dropSuppressed leaves out what went wrong while an exception was handled,
// which is no cause of it, and its own causes.
func dropSuppressed(values *[]wireException) {
	dropped := map[int]bool{}
	for range *values { // a parent may stand behind its children
		for _, v := range *values {
			if m := v.Mechanism; m != nil && m.ExceptionID != nil &&
				(strings.HasPrefix(m.Source, "suppressed") || m.ParentID != nil && dropped[*m.ParentID]) {
				dropped[*m.ExceptionID] = true
			}
		}
	}
	*values = slices.DeleteFunc(*values, func(v wireException) bool {
		return v.Mechanism != nil && v.Mechanism.ExceptionID != nil && dropped[*v.Mechanism.ExceptionID]
	})
}

// exception turns a value into ours. The module of its type stands in front of
// that, as most runtimes print it.
func (v wireException) exception() event.Exception {
	x := event.Exception{Type: v.Type, Message: v.Value}
	if v.Module != "" {
		x.Type = v.Module + "." + v.Type
	}
	if v.Stacktrace == nil {
		return x
	}
	for _, f := range slices.Backward(v.Stacktrace.Frames) {
		x.Frames = append(x.Frames, event.Frame{
			Function: f.Function, Module: f.Module, File: firstOf(f.AbsPath, f.Filename),
			Line: max(f.LineNo, 0), Column: max(f.ColNo, 0), InApp: f.InApp,
		})
	}
	return x
}
