package inbound

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// identity is what of a body names an occurrence and its error, in all shapes
// together.
type identity struct {
	ID      scalar `json:"id"`       // text: the occurrence; the legacy plugin of Sentry: the issue
	EventID scalar `json:"event_id"` // Slack
	Trigger scalar `json:"trigger_id"`
	Action  scalar `json:"action"`
	Data    struct {
		Event *sentryIDs `json:"event"`
		Error *sentryIDs `json:"error"`
		Issue *sentryIDs `json:"issue"`
	} `json:"data"`
	Event struct { // Slack, and Sentry's legacy plugin
		ID          scalar          `json:"id"`
		EventID     scalar          `json:"event_id"`
		Type        scalar          `json:"type"`
		Subtype     scalar          `json:"subtype"`
		Channel     scalar          `json:"channel"`
		Text        scalar          `json:"text"`
		Attachments json.RawMessage `json:"attachments"`
	} `json:"event"`
}

type sentryIDs struct {
	ID      scalar `json:"id"`
	EventID scalar `json:"event_id"`
	IssueID scalar `json:"issue_id"`
}

// NewEntry makes an entry of one occurrence: body is a JSON object, a payload
// of the shape, of at most MaxBody bytes. What names the occurrence in it
// becomes its id; else, for Sentry, its hash; else fallback, which differs
// from delivery to delivery. A body longer than MaxSample is cut. The error
// tells what is wrong with the body.
func NewEntry(shape string, body []byte, fallback string) (Entry, error) {
	if len(body) > MaxBody {
		return Entry{}, fmt.Errorf("the body has %d bytes: at most %d are read", len(body), MaxBody)
	}
	body = bytes.ToValidUTF8(body, []byte("\uFFFD")) // JSON's decoder lets other bytes pass
	fields, err := object(body)
	if err != nil {
		return Entry{}, err
	}
	if shape == "slack" {
		delete(fields, "token") // the deprecated verification token is a secret
	}
	e := Entry{Shape: shape}
	id, key := identify(shape, body)
	if id == "" && shape == "sentry" {
		id = hash(body)
	}
	id = cmp.Or(id, fallback)
	if !plain(id) {
		id = hash([]byte(id))
	}
	e.IDs, e.key = []string{id}, cmp.Or(key, id)
	if e.Sample, err = encode(fields); err != nil {
		return Entry{}, err
	}
	if len(e.Sample) > MaxSample {
		e.Cut = true
		if e.Sample, err = cut(e.Sample); err != nil {
			return Entry{}, err
		}
	}
	if _, err := readShape(shape, e.Sample, Options{}); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// identify returns the occurrence's id, and what all occurrences of its error
// have in common; each is empty where the body does not tell.
func identify(shape string, body []byte) (id, key string) {
	var w identity
	_ = json.Unmarshal(body, &w) // a part of another type names nothing
	switch shape {
	case "sentry":
		return w.sentry()
	case "slack":
		return cmp.Or(w.EventID.trim(), w.Trigger.trim()), w.message()
	}
	fields, _ := object(body)
	delete(fields, "id")
	raw, _ := encode(fields)
	return w.ID.trim(), hash(raw)
}

// message is what is the same in repetitions of a Slack message.
func (w identity) message() string {
	text := w.Event.Text.trim()
	if text == "" {
		return ""
	}
	parts := []string{w.Event.Type.trim(), w.Event.Subtype.trim(), w.Event.Channel.trim(), text, string(w.Event.Attachments)}
	return hash([]byte(strings.Join(parts, "\x00")))
}

// sentry tells the webhooks of an integration, in which the event has an id
// and names its issue, from the legacy plugin's. What happens to an issue has
// no id, and is an event of its own for each action.
func (w identity) sentry() (id, key string) {
	for _, event := range []*sentryIDs{w.Data.Event, w.Data.Error} {
		if event != nil {
			return event.EventID.trim(), ofIssue(event.IssueID.trim())
		}
	}
	if w.Data.Issue != nil {
		return "", ""
	}
	return cmp.Or(w.Event.EventID.trim(), w.Event.ID.trim()), ofIssue(w.ID.trim())
}

func ofIssue(id string) string {
	if id == "" {
		return ""
	}
	return "issue " + id
}

func hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "h-" + hex.EncodeToString(sum[:16])
}

var errTooManyParts = errors.New("it is too large for a dispatch, even without its long parts")
