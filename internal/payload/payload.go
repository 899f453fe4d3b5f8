// Package payload is the content of a repository_dispatch: errors, changes of Sentry issues, and commands.
// Each service decodes its own webhooks into a Payload, in its own room.
//
// All text in a Payload is foreign.
//
// It is pure and may import event.
package payload

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// Payload is what was delivered.
type Payload struct {
	Events   []event.Event       // the errors, with the ids of their deliveries, not framed; a missing level is Unknown
	Issues   []event.SentryIssue // with the state that a webhook reports, or without one if only an event came
	Commands []Command           // from people in Slack
	Skipped  []string            // notices of what is not an error, and why
	Refused  []error             // the parts of an envelope that could not be read
}

// Skip returns a payload with nothing to file, and why, without a full stop.
func Skip(why string) Payload { return Payload{Skipped: []string{"Skipped: " + why + "."}} }

// The verbs of a command.
const (
	Scan   = "scan"   // scan the sources, from Since if it is set
	Status = "status" // report the totals
	File   = "file"   // file the payload's events
	Help   = "help"   // list the verbs
)

// Command is a request from somebody in Slack.
type Command struct {
	ID    string // of the request, which Slack may send again; may be empty
	Verb  string
	Since string // of a scan, as typed: a duration or a time; may be empty or wrong
	// ResponseURL takes the answer, for 30 minutes; may be empty. It is foreign: check its host before use.
	ResponseURL string
}

// Origin is what is known about a delivery besides its body.
type Origin struct {
	Now time.Time // the time of events that have none of their own
	Run string    // id of the workflow run, which names a delivery without an id; empty outside Actions
}

// DeliveryID names a delivery by its own id, else by the run that it started, else by its body.
func (o Origin) DeliveryID(own string, body []byte) string {
	switch {
	case own != "":
		return "id " + own
	case o.Run != "":
		return "run " + o.Run
	}
	sum := sha256.Sum256(body)
	return "body " + hex.EncodeToString(sum[:])
}

// plainWord matches what our own messages may quote from a payload.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,60}$`)

// Word returns a name from a payload, such as a type, so that a message may quote it.
func Word(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "(not a name)"
}

// Lines joins parts, one per line, and leaves out those contained in another.
func Lines(parts ...string) string {
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

// Text is a JSON string. Other JSON, such as the numbers that some senders write instead, stays as it is.
type Text string

// UnmarshalJSON accepts every JSON value; null is the empty text.
func (t *Text) UnmarshalJSON(raw []byte) error {
	var text string // null leaves it empty
	if json.Unmarshal(raw, &text) != nil {
		var compact bytes.Buffer
		_ = json.Compact(&compact, raw) // the decoder checked it
		text = compact.String()
	}
	*t = Text(text)
	return nil
}

// Trim returns the text without white space around it.
func (t Text) Trim() string { return strings.TrimSpace(string(t)) }
