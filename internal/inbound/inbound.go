// Package inbound reads the payload of a repository_dispatch. It comes from the relay, from a sender of
// Sentry or Slack webhook bodies, or from any program that reports an error.
//
// # Shapes
//
// A payload is a JSON object of at most MaxBody bytes. The first of these keys that it contains is its shape:
//
//	{"errmon": …}  the envelope of errmon's own relay, see envelope.go
//	{"sentry": …}  the body of a Sentry webhook, see sentry.ReadWebhook
//	{"slack": …}   the body of a Slack event, command or message, see slack.ReadRequest
//	{"text": …}    a line of text and optional details, see readText
//
// Read also accepts a form from Slack, and the whole event file that GitHub passes to a workflow. It
// recognises the bare body of a webhook by that body's own keys, before the key "text".
//
// A payload of an unknown shape is refused, and the error names its keys. Anything known not to be an error,
// such as a chat message, is skipped with a reason.
//
// All text in the result is foreign.
//
// It may import event, payload, sentry and slack.
package inbound

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/slack"
)

// MaxBody is the maximum size of a payload in bytes. GitHub accepts 64 KB; a Sentry webhook may be larger.
const MaxBody = 1 << 20

// Read reads the event file of a workflow, its client_payload, or the body of a webhook.
func Read(body []byte, o slack.Options) (payload.Payload, error) {
	if len(body) > MaxBody {
		return payload.Payload{}, fmt.Errorf("the payload is larger than the limit of %d bytes", MaxBody)
	}
	fields, err := object(body)
	if err != nil {
		if form, formErr := slack.Object(body); formErr == nil && !json.Valid(body) { // a slash command is a form, not JSON
			return readShape("slack", form, o)
		}
		return payload.Payload{}, fmt.Errorf("the payload: %w", err)
	}
	if inner, ok := fields["client_payload"]; ok {
		body = inner
		if fields, err = object(inner); err != nil {
			return payload.Payload{}, fmt.Errorf("the event's client_payload: %w", err)
		}
	}
	key, raw := shapeOf(fields, body)
	if key == "" {
		return payload.Payload{}, unknown(fields)
	}
	p, err := readShape(key, raw, o)
	if err != nil {
		return payload.Payload{}, fmt.Errorf("the %s payload: %w", key, err)
	}
	return p, nil
}

func readShape(shape string, raw json.RawMessage, o slack.Options) (payload.Payload, error) {
	switch shape {
	case "errmon":
		return readEnvelope(raw, o)
	case "sentry":
		return sentry.ReadWebhook(raw, o.Origin)
	case "slack":
		return slack.ReadRequest(raw, o)
	}
	return readText(raw, o.Origin)
}

// shapeOf returns the shape of a payload and the part of it to read. The shape is empty if it is unknown.
func shapeOf(fields map[string]json.RawMessage, body []byte) (string, json.RawMessage) {
	for _, key := range []string{"errmon", "sentry", "slack"} { // not text, whose details are keys beside it
		if raw, ok := fields[key]; ok {
			return key, raw
		}
	}
	has := func(keys ...string) bool {
		return !slices.ContainsFunc(keys, func(key string) bool { return fields[key] == nil })
	}
	switch { // the bare body of a webhook
	case has("data", "installation"), has("data", "action"), has("project_slug", "event"):
		return "sentry", body
	case has("type", "event"), has("type", "team_id"), has("type", "challenge"),
		has("team", "user"), has("command", "response_url"), has("blocks"), has("attachments"):
		return "slack", body
	case has("text"):
		return "text", body
	}
	return "", nil
}

func object(body []byte) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	err := json.Unmarshal(body, &fields)
	switch {
	case fields == nil && json.Valid(body):
		return nil, errors.New("it is JSON, but not an object")
	case err != nil:
		return nil, fmt.Errorf("it is not a complete JSON object: %w", err)
	}
	return fields, nil
}

func unknown(fields map[string]json.RawMessage) error {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		keys = append(keys, payload.Word(key))
	}
	seen := "no keys at all"
	if len(keys) > 0 {
		seen = "the keys " + strings.Join(keys[:min(len(keys), 12)], ", ")
	}
	return fmt.Errorf("the payload has an unknown shape, with %s: "+
		"send it under errmon, sentry, slack or text (see examples/webhooks.md)", seen)
}

// readText reads an error from a logged text. If the sender adds a message, intake reads that instead.
func readText(raw json.RawMessage, o payload.Origin) (payload.Payload, error) {
	var body map[string]payload.Text
	if err := json.Unmarshal(raw, &body); err != nil {
		return payload.Payload{}, err
	}
	field := func(name string) string { return body[name].Trim() }
	level, known := event.ParseLevel(field("level"))
	switch {
	case field("text") == "":
		return payload.Payload{}, errors.New("text is empty: send the line that was logged")
	case !known && field("level") != "":
		return payload.Payload{}, fmt.Errorf("level %s is not trace, debug, info, warn, error or fatal", payload.Word(field("level")))
	}
	return payload.Payload{Events: []event.Event{{
		Deliveries: []string{o.DeliveryID(field("id"), raw)}, // a sender may give each occurrence an id
		Source:     "text", Stream: field("source"), URL: field("url"), Time: o.Now, Level: level,
		Text: payload.Lines(field("title"), field("text"), field("message")), Message: field("message"), Stack: string(body["stack"]),
		Service: field("service"), Environment: field("environment"), Release: field("release"),
	}}}, nil
}
