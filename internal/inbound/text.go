package inbound

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// textBody is what anyone's program sends. Only text has to be there.
type textBody struct {
	ID          scalar `json:"id"` // of this occurrence, if the sender has one
	Text        scalar `json:"text"`
	Source      scalar `json:"source"` // who sends it
	Title       scalar `json:"title"`
	Message     scalar `json:"message"`
	Level       scalar `json:"level"`
	Stack       scalar `json:"stack"`
	URL         scalar `json:"url"`
	Service     scalar `json:"service"`
	Environment scalar `json:"environment"`
	Release     scalar `json:"release"`
}

// readText reads one error from a text, which is a line as logged, or a line
// with its stack trace. A message beside it says better what identifies the error.
func readText(raw json.RawMessage, o Options) (Payload, error) {
	var b textBody
	if err := json.Unmarshal(raw, &b); err != nil {
		return Payload{}, err
	}
	if b.Text.trim() == "" {
		return Payload{}, errors.New("text is empty: it holds the line that tells of the error")
	}
	level, known := event.ParseLevel(b.Level.trim())
	if !known && b.Level.trim() != "" {
		return Payload{}, fmt.Errorf("level %s is none of trace, debug, info, warn, error and fatal", word(b.Level.trim()))
	}
	return Payload{Events: []event.Event{{
		Deliveries:  []string{deliveryID(b.ID.trim(), o, raw)},
		Source:      "text",
		Stream:      b.Source.trim(),
		URL:         b.URL.trim(),
		Time:        o.Now,
		Level:       level,
		Text:        lines(string(b.Title), string(b.Text), string(b.Message)),
		Message:     b.Message.trim(),
		Stack:       string(b.Stack),
		Service:     b.Service.trim(),
		Environment: b.Environment.trim(),
		Release:     b.Release.trim(),
	}}}, nil
}

// deliveryID names a delivery: by its own id, else by the run that it started,
// else, outside Actions, by what it says.
func deliveryID(own string, o Options, raw []byte) string {
	switch {
	case own != "":
		return "id " + own
	case o.Run != "":
		return "run " + o.Run
	}
	sum := sha256.Sum256(raw)
	return "body " + hex.EncodeToString(sum[:])
}

// lines joins the parts that are not said yet.
func lines(parts ...string) string {
	var text string
	for _, part := range parts {
		part = strings.TrimSpace(part)
		switch {
		case part == "" || strings.Contains(text, part):
		case text == "" || strings.Contains(part, text):
			text = part
		default:
			text += "\n" + part
		}
	}
	return text
}
