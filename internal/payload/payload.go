// Package payload defines the content of a repository_dispatch: errors, changes to Sentry issues, commands.
// The packages sentry, slack and inbound decode webhooks into a Payload.
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

// Payload is the decoded content of a repository_dispatch.
type Payload struct {
	Events   []event.Event       // errors with their delivery ids, not yet parsed by intake; a missing level is Unknown
	Issues   []event.SentryIssue // State is empty if the webhook was about an event of the issue
	Commands []Command           // from people in Slack
	Skipped  []string            // notices about deliveries that are not errors, with the reason
	Refused  []error             // one for each event of an envelope that could not be read
}

// Skip returns a payload with nothing to file and a notice of the reason. why has no full stop.
func Skip(why string) Payload { return Payload{Skipped: []string{"Skipped: " + why + "."}} }

// The verbs of a command.
const (
	Scan   = "scan"   // scan the sources, starting at Since if it is set
	Status = "status" // report the totals
	File   = "file"   // file the events in the payload
	Help   = "help"   // list the verbs
)

// Command is a request from somebody in Slack.
type Command struct {
	ID    string // id of the request, the same if Slack sends it again; may be empty
	Verb  string
	Since string // start of a scan as typed, a duration or a time; may be empty or invalid
	// ResponseURL accepts an answer for 30 minutes; may be empty. It is foreign: check its host before use.
	ResponseURL string
}

// Origin describes a delivery apart from its body.
type Origin struct {
	Now time.Time // the time of events that do not have one
	Run string    // id of the workflow run, used for a delivery without an id; empty outside Actions
}

// DeliveryID identifies a delivery by its own id, else by the run that it started, else by its body's hash.
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

// plainWord matches a name that is safe to quote in errmon's own messages.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,60}$`)

// Word returns a name from a payload, such as a type, if a message may quote it, or else a placeholder.
func Word(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "(not a name)"
}

// Lines joins parts, one per line. It skips a part that repeats earlier text; a part that contains all of the
// earlier text replaces it.
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

// Text decodes a JSON string. Other values, such as the numbers that some senders write, stay JSON.
type Text string

// UnmarshalJSON accepts every JSON value; null is the empty text.
func (t *Text) UnmarshalJSON(raw []byte) error {
	var text string // null leaves it empty
	if json.Unmarshal(raw, &text) != nil {
		var compact bytes.Buffer
		_ = json.Compact(&compact, raw) // no error: the decoder has validated raw
		text = compact.String()
	}
	*t = Text(text)
	return nil
}

// Trim returns the text without leading and trailing white space.
func (t Text) Trim() string { return strings.TrimSpace(string(t)) }
