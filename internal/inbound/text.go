package inbound

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

// textBody is what anyone's program sends. Only text has to be there.
type textBody struct {
	ID          payload.Text `json:"id"` // of this occurrence, if the sender has one
	Text        payload.Text `json:"text"`
	Source      payload.Text `json:"source"` // who sends it
	Title       payload.Text `json:"title"`
	Message     payload.Text `json:"message"`
	Level       payload.Text `json:"level"`
	Stack       payload.Text `json:"stack"`
	URL         payload.Text `json:"url"`
	Service     payload.Text `json:"service"`
	Environment payload.Text `json:"environment"`
	Release     payload.Text `json:"release"`
}

// readText reads one error from a text, which is a line as logged, or a line
// with its stack trace. A message beside it says better what identifies the error.
func readText(raw json.RawMessage, o payload.Origin) (payload.Payload, error) {
	var b textBody
	if err := json.Unmarshal(raw, &b); err != nil {
		return payload.Payload{}, err
	}
	if b.Text.Trim() == "" {
		return payload.Payload{}, errors.New("text is empty: send the line that was logged")
	}
	level, known := event.ParseLevel(b.Level.Trim())
	if !known && b.Level.Trim() != "" {
		return payload.Payload{}, fmt.Errorf("level %s is none of trace, debug, info, warn, error and fatal", payload.Word(b.Level.Trim()))
	}
	return payload.Payload{Events: []event.Event{{
		Deliveries:  []string{o.DeliveryID(b.ID.Trim(), raw)},
		Source:      "text",
		Stream:      b.Source.Trim(),
		URL:         b.URL.Trim(),
		Time:        o.Now,
		Level:       level,
		Text:        payload.Lines(string(b.Title), string(b.Text), string(b.Message)),
		Message:     b.Message.Trim(),
		Stack:       string(b.Stack),
		Service:     b.Service.Trim(),
		Environment: b.Environment.Trim(),
		Release:     b.Release.Trim(),
	}}}, nil
}
