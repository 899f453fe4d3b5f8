package inbound

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// The verbs of a command.
const (
	ScanVerb   = "scan"   // scan the sources, since a time if Since is set
	StatusVerb = "status" // say what is known
	FileVerb   = "file"   // file the payload's events
	HelpVerb   = "help"   // say what there is
)

// Command is what somebody in Slack wants done.
type Command struct {
	Verb  string
	Since string // of a scan, as typed: a duration or a time; may be empty or wrong
	// ResponseURL takes the answer, for 30 minutes; empty where nobody waits for
	// one. It comes from the payload: check its host before use.
	ResponseURL string
}

// slashCommand reads "/errmon VERB …".
func (b slackBody) slashCommand(raw json.RawMessage, o Options) Payload {
	m := slackMessage{Channel: b.ChannelID, ChannelName: b.ChannelName, Text: b.Text}
	p := m.command(decodeMrkdwn(b.Text), b.TriggerID, raw, o)
	p.Commands[0].ResponseURL = b.ResponseURL
	return p
}

// addressed is how a mention begins.
var addressed = regexp.MustCompile(`^\s*<@[^>]*>[\s:,]*`)

// mention reads "@errmon VERB …". What it does not understand is a chat about
// errmon.
func (m slackMessage) mention(eventID string, raw json.RawMessage, o Options) Payload {
	if !addressed.MatchString(m.Text) {
		return skipped("a mention in Slack that is not at the beginning of its message")
	}
	p := m.command(decodeMrkdwn(addressed.ReplaceAllString(m.Text, "")), m.delivery(eventID), raw, o)
	if p.Commands[0].Verb == HelpVerb {
		return skipped("a mention in Slack that begins with none of scan, status and file")
	}
	return p
}

// command reads a verb and what it is about. An id names the delivery of what is filed.
func (m slackMessage) command(text, id string, raw json.RawMessage, o Options) Payload {
	verb, about := text, ""
	if end := strings.IndexAny(text, " \t\n"); end >= 0 {
		verb, about = text[:end], strings.TrimSpace(text[end:])
	}
	switch verb = strings.ToLower(verb); {
	case verb == ScanVerb:
		return Payload{Commands: []Command{{Verb: ScanVerb, Since: about}}}
	case verb == StatusVerb:
		return Payload{Commands: []Command{{Verb: StatusVerb}}}
	case verb == FileVerb && about != "":
		return Payload{Commands: []Command{{Verb: FileVerb}}, Events: []event.Event{m.filed(about, deliveryID(id, o, raw), o)}}
	}
	return Payload{Commands: []Command{{Verb: HelpVerb}}}
}

// filed is what somebody wants filed, whatever words it holds.
func (m slackMessage) filed(text, id string, o Options) event.Event {
	head := readAlert(text)
	return event.Event{
		Deliveries: []string{id}, Source: "slack", Stream: m.channel(), URL: m.link(), Time: m.time(o.Now),
		Level: max(head.level, event.Error), Text: text, Message: head.rest, Service: head.service, Environment: head.environment,
	}
}
