// Package inbound reads what a repository_dispatch carries: the error itself, from a relay, from the body of
// a Sentry or Slack webhook, or from anyone's program.
//
// # Shapes
//
// A payload is a JSON object of at most MaxBody bytes. The first of these keys that it has names its shape:
//
//	{"errmon": …}  the envelope of errmon's own relay, see envelope.go
//	{"sentry": …}  the body of a Sentry webhook, see sentry.ReadWebhook
//	{"slack": …}   the body of a Slack event, command or message, see slack.ReadRequest
//	{"text": …}    a line of text and what else is known, see readText
//
// The whole event that GitHub passes to a workflow is read too, and so is the bare body of a webhook.
//
// A payload without a known shape is refused, never guessed: the error names its keys.
// Anything known not to be an error, such as a person's chat, is skipped with a reason.
//
// All text that comes out is foreign.
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

// MaxBody is the longest payload, in bytes: GitHub accepts 64 KB, and Sentry's webhooks hold a whole event.
const MaxBody = 1 << 20

// Read reads the event file of a workflow, its client_payload, or the body of a webhook.
func Read(body []byte, o slack.Options) (payload.Payload, error) {
	if len(body) > MaxBody {
		return payload.Payload{}, fmt.Errorf("the payload is larger than the limit of %d bytes", MaxBody)
	}
	fields, err := object(body)
	if err != nil {
		if form, formErr := slack.Object(body); formErr == nil && !json.Valid(body) { // a command is a form
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

// shapeOf returns the shape of a payload, empty if it is unknown, and the part to read.
func shapeOf(fields map[string]json.RawMessage, body []byte) (string, json.RawMessage) {
	for _, key := range []string{"errmon", "sentry", "slack"} { // the other keys of a text are beside it
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
	return fmt.Errorf("the payload has an unknown shape, with %s: send it under errmon, sentry, slack or text (see examples/webhooks.md)", seen)
}

// readText reads an error from a text as logged. A message beside it identifies the error better.
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
		Deliveries: []string{o.DeliveryID(field("id"), raw)}, // id: of this occurrence, if the sender has one
		Source:     "text", Stream: field("source"), URL: field("url"), Time: o.Now, Level: level,
		Text: payload.Lines(field("title"), field("text"), field("message")), Message: field("message"), Stack: string(body["stack"]),
		Service: field("service"), Environment: field("environment"), Release: field("release"),
	}}}, nil
}
