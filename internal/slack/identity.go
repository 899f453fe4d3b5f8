package slack

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/org/errmon-action/internal/payload"
)

// Identify returns the id of a request, and what is the same in repetitions of its
// message; each is empty if the body does not contain it.
func Identify(body []byte) (id, message string) {
	var w struct {
		EventID payload.Text `json:"event_id"`
		Trigger payload.Text `json:"trigger_id"`
		Event   struct {
			Type, Subtype, Channel, Text payload.Text
			Attachments                  json.RawMessage
		}
	}
	_ = json.Unmarshal(body, &w) // a part of another type names nothing
	id = cmp.Or(w.EventID.Trim(), w.Trigger.Trim())
	e := w.Event
	if e.Text.Trim() == "" {
		return id, ""
	}
	return id, strings.Join([]string{e.Type.Trim(), e.Subtype.Trim(), e.Channel.Trim(), e.Text.Trim(), string(e.Attachments)}, "\x00")
}
