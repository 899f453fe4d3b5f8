// Package inbound reads what a repository_dispatch carries: the error itself,
// from a relay, from the body of a Sentry or Slack webhook, or from anyone's
// program.
//
// # Shapes
//
// A payload is a JSON object of at most MaxBody bytes. The key that it stands
// under names its shape, and the first of these that is there counts:
//
//	{"errmon": …}  the envelope of errmon's own relay, see envelope.go
//	{"sentry": …}  the body of a Sentry webhook, see sentry.ReadWebhook
//	{"slack": …}   the body of a Slack event, command or message, see slack.ReadRequest
//	{"text": …}    a line of text and what is known beside it, see readText
//
// The whole event that GitHub hands to a workflow is read too, and a webhook's body
// that stands under no key.
//
// What no shape fits is refused and never guessed: a truncated or unknown
// payload is an error that names the keys seen. What is known and not an error, such
// as a person's chat, is skipped with a reason.
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

// MaxBody is how long a payload may be, in bytes. GitHub takes 64 KB of payload and
// sends it with a description of the repository; Sentry's webhooks hold a whole event.
const MaxBody = 1 << 20

// Options are what a payload is read with.
type Options struct {
	payload.Origin
	Slack slack.Rules
}

// Read reads a payload: the event file of a workflow, the client_payload alone,
// or the body of a webhook. Its error says what is wrong with it and what would
// be right.
func Read(body []byte, o Options) (payload.Payload, error) {
	if len(body) > MaxBody {
		return payload.Payload{}, fmt.Errorf("the payload is larger than the limit of %d bytes", MaxBody)
	}
	fields, err := object(body)
	if err != nil {
		if slack.IsForm(body) { // a command comes as a form
			quoted, _ := json.Marshal(string(body)) // a text is always encoded
			return readShape("slack", quoted, o)
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

// readShape reads what stands under a key.
func readShape(key string, raw json.RawMessage, o Options) (p payload.Payload, err error) {
	switch key {
	case "errmon":
		p, err = readEnvelope(raw, o)
	case "sentry":
		p, err = sentry.ReadWebhook(raw, o.Origin)
	case "slack":
		p, err = slack.ReadRequest(raw, slack.Options{Origin: o.Origin, Rules: o.Slack})
	case "text":
		p, err = readText(raw, o.Origin)
	}
	p.Shape = key
	return p, err
}

// shapeOf returns the shape of a payload, by its key or else by what webhooks hold,
// and what to read of it.
func shapeOf(fields map[string]json.RawMessage, body []byte) (string, json.RawMessage) {
	for _, key := range []string{"errmon", "sentry", "slack"} { // a text's other keys stand beside it
		if raw, ok := fields[key]; ok {
			return key, raw
		}
	}
	for _, s := range bare {
		if !slices.ContainsFunc(s.keys, func(key string) bool { return fields[key] == nil }) {
			return s.shape, body
		}
	}
	return "", nil
}

// bare are the keys by which the body of a webhook is known that stands under none.
var bare = []struct {
	shape string
	keys  []string
}{
	{"sentry", []string{"data", "installation"}},
	{"sentry", []string{"data", "action"}},
	{"sentry", []string{"project_slug", "event"}},
	{"slack", []string{"type", "event"}},
	{"slack", []string{"type", "team_id"}},
	{"slack", []string{"type", "challenge"}},
	{"slack", []string{"team", "user"}},
	{"slack", []string{"command", "response_url"}},
	{"slack", []string{"blocks"}},
	{"slack", []string{"attachments"}},
	{"text", []string{"text"}},
}

func object(body []byte) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	switch err := json.Unmarshal(body, &fields); {
	case json.Valid(body) && fields == nil:
		return nil, errors.New("it is JSON, but not an object")
	case err != nil:
		return nil, fmt.Errorf("it is not a complete JSON object: %w", err)
	}
	return fields, nil
}

// unknown returns an error that names the keys seen and the ones understood.
func unknown(fields map[string]json.RawMessage) error {
	const maxShown = 12
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		keys = append(keys, payload.Word(key))
	}
	seen := "no keys at all"
	if len(keys) > 0 {
		seen = "the keys " + strings.Join(keys[:min(len(keys), maxShown)], ", ")
	}
	return fmt.Errorf("the payload has an unknown shape, with %s: send it under errmon, sentry, slack or text (see examples/webhooks.md)", seen)
}

// readText reads one error from a text, which is a line as logged, or a line
// with its stack trace. A message beside it says better what identifies the error.
// Only text has to be there: anyone's program may send it.
func readText(raw json.RawMessage, o payload.Origin) (payload.Payload, error) {
	var body map[string]payload.Text
	if err := json.Unmarshal(raw, &body); err != nil {
		return payload.Payload{}, err
	}
	field := func(name string) string { return body[name].Trim() }
	if field("text") == "" {
		return payload.Payload{}, errors.New("text is empty: send the line that was logged")
	}
	level, known := event.ParseLevel(field("level"))
	if !known && field("level") != "" {
		return payload.Payload{}, fmt.Errorf("level %s is not trace, debug, info, warn, error or fatal", payload.Word(field("level")))
	}
	return payload.Payload{Events: []event.Event{{
		Deliveries:  []string{o.DeliveryID(field("id"), raw)}, // id: of this occurrence, if the sender has one
		Source:      "text",
		Stream:      field("source"), // who sends it
		URL:         field("url"),
		Time:        o.Now,
		Level:       level,
		Text:        payload.Lines(field("title"), field("text"), field("message")),
		Message:     field("message"),
		Stack:       string(body["stack"]),
		Service:     field("service"),
		Environment: field("environment"),
		Release:     field("release"),
	}}}, nil
}
