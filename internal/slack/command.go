package slack

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

// slashCommand reads "/errmon VERB …".
func (b slackBody) slashCommand(raw json.RawMessage, o Options) payload.Payload {
	m := slackMessage{Channel: b.ChannelID, ChannelName: b.ChannelName, Text: b.Text}
	p := m.command(decodeMrkdwn(b.Text), b.TriggerID, raw, o)
	p.Commands[0].ResponseURL = b.ResponseURL
	return p
}

// addressed is how a mention begins.
var addressed = regexp.MustCompile(`^\s*<@[^>]*>[\s:,]*`)

// mention reads "@errmon VERB …". What it does not understand is a chat about
// errmon.
func (m slackMessage) mention(eventID string, raw json.RawMessage, o Options) payload.Payload {
	if !addressed.MatchString(m.Text) {
		return payload.Skip("a mention in Slack that is not at the beginning of its message")
	}
	p := m.command(decodeMrkdwn(addressed.ReplaceAllString(m.Text, "")), m.delivery(eventID), raw, o)
	if p.Commands[0].Verb == payload.Help {
		return payload.Skip("a mention in Slack that begins with none of scan, status and file")
	}
	return p
}

// command reads a verb and what it is about. An id names the delivery of what is filed.
func (m slackMessage) command(text, id string, raw json.RawMessage, o Options) payload.Payload {
	verb, about := text, ""
	if end := strings.IndexAny(text, " \t\n"); end >= 0 {
		verb, about = text[:end], strings.TrimSpace(text[end:])
	}
	switch verb = strings.ToLower(verb); {
	case verb == payload.Scan:
		return payload.Payload{Commands: []payload.Command{{Verb: payload.Scan, Since: about}}}
	case verb == payload.Status:
		return payload.Payload{Commands: []payload.Command{{Verb: payload.Status}}}
	case verb == payload.File && about != "":
		return payload.Payload{Commands: []payload.Command{{Verb: payload.File}}, Events: []event.Event{m.filed(about, o.DeliveryID(id, raw), o)}}
	}
	return payload.Payload{Commands: []payload.Command{{Verb: payload.Help}}}
}

// filed is what somebody wants filed, whatever words it holds.
func (m slackMessage) filed(text, id string, o Options) event.Event {
	head := readAlert(text)
	return event.Event{
		Deliveries: []string{id}, Source: "slack", Stream: m.channel(), URL: m.link(), Time: m.time(o.Now),
		Level: max(head.level, event.Error), Text: text, Message: head.rest, Service: head.service, Environment: head.environment,
	}
}
