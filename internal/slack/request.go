package slack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

// slackBody is the body that Slack posts, whatever it is about, and a message as
// an incoming webhook takes it.
type slackBody struct {
	Type    string // "event_callback", or the kind of another request
	EventID string `json:"event_id"`
	AppID   string `json:"api_app_id"` // the app that Slack sent it to, which is ours
	Event   *slackMessage

	// Of a slash command.
	Command     string
	ChannelID   string `json:"channel_id"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`

	// Of a message, and the text of a command. Workflow Builder's variables have
	// whatever names people gave them.
	slackMessage
	Message payload.Text
	Link    string
}

// Options are what a request of Slack is read with.
type Options struct {
	payload.Origin
	Rules Rules
}

// ReadRequest reads the body of a Slack event, a slash command or a message. A
// command comes as a form, so that its body may stand here as a string.
func ReadRequest(raw json.RawMessage, o Options) (payload.Payload, error) {
	b, err := slackBodyOf(raw)
	if err != nil {
		return payload.Payload{}, err
	}
	switch {
	case b.Type == "event_callback" && b.Event != nil:
		return b.event(raw, o)
	case b.Command != "":
		return b.slashCommand(raw, o), nil
	case b.Type != "" && b.Type != "message":
		return payload.Skip("%s", otherType(b.Type)), nil
	case b.Event != nil:
		return b.event(raw, o)
	}
	m := b.slackMessage
	m.Text = cmp.Or(m.Text, string(b.Message))
	m.Permalink = cmp.Or(m.Permalink, b.Link)
	if strings.TrimSpace(m.Text) == "" && len(m.Blocks) == 0 && len(m.Attachments) == 0 {
		return payload.Payload{}, errors.New("it is not a Slack event or command, and has no text, blocks or attachments")
	}
	return m.payload("", raw, o), nil
}

// slackBodyOf reads an object, or a string that holds one or a form.
func slackBodyOf(raw json.RawMessage) (slackBody, error) {
	var b slackBody
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if !strings.HasPrefix(strings.TrimSpace(text), "{") {
			return slackForm(text)
		}
		raw = json.RawMessage(text)
	}
	if kind, ok := interaction(raw); ok {
		return slackBody{Type: kind}, nil
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return slackBody{}, fmt.Errorf("it is not a Slack body: %w", err)
	}
	return b, nil
}

// slackForm reads the form of a slash command, or of an interaction, which holds
// JSON in one field.
func slackForm(text string) (slackBody, error) {
	form, err := url.ParseQuery(strings.TrimSpace(text))
	if err != nil || len(form) == 0 {
		return slackBody{}, errors.New("it is neither JSON nor a form")
	}
	if inner := form.Get("payload"); inner != "" {
		kind, ok := interaction([]byte(inner))
		if !ok {
			return slackBody{}, errors.New("the payload of its form is not an interaction")
		}
		return slackBody{Type: kind}, nil
	}
	b := slackBody{
		Command: form.Get("command"), ChannelID: form.Get("channel_id"), ResponseURL: form.Get("response_url"), TriggerID: form.Get("trigger_id"),
	}
	b.ChannelName, b.Text = form.Get("channel_name"), form.Get("text")
	return b, nil
}

// interaction recognises the body of a click or a dialog, where team, user and channel are
// objects.
func interaction(raw []byte) (kind string, ok bool) {
	var b struct {
		Type string
		Team map[string]any
	}
	ok = json.Unmarshal(raw, &b) == nil && b.Team != nil
	return cmp.Or(b.Type, "interaction"), ok
}

// IsForm reports whether a body is a form that Slack sends: a command, or a click.
func IsForm(body []byte) bool {
	b, err := slackForm(string(body))
	return err == nil && (b.Command != "" || b.Type != "")
}

func (b slackBody) event(raw json.RawMessage, o Options) (payload.Payload, error) {
	m := *b.Event
	m.ourApp = b.AppID
	switch m.Type {
	case "app_mention":
		return m.mention(b.EventID, raw, o), nil
	case "message", "":
		return m.payload(b.EventID, raw, o), nil
	}
	return payload.Skip("%s", otherType(m.Type)), nil
}

func otherType(kind string) string {
	switch kind {
	case "url_verification":
		return "Slack checks a webhook's URL, which only a server can answer"
	case "app_rate_limited":
		return "Slack dropped events because there were too many"
	}
	return fmt.Sprintf("Slack's %q is neither a message nor a command", payload.Word(kind))
}

// Rules decide which messages are errors.
type Rules struct {
	Channels   []string // ids, or names with or without "#"; empty for all
	Match      []string // words; a message must hold one of them; empty for all messages
	IgnoreApps []string // names or ids of apps whose messages are not errors
}

func (r Rules) hears(m slackMessage) bool {
	return len(r.Channels) == 0 || anyFold(r.Channels, "#", m.Channel, m.ChannelName)
}

func (r Rules) ignores(m slackMessage) bool {
	return anyFold(r.IgnoreApps, "", m.AppID, m.BotID, m.Username, m.BotProfile.AppID, m.BotProfile.Name)
}

// anyFold reports whether one of the values is in the list, in any case, and
// without prefix. Empty values are not.
func anyFold(list []string, prefix string, values ...string) bool {
	for _, item := range list {
		for _, v := range values {
			if v != "" && strings.EqualFold(strings.TrimPrefix(item, prefix), strings.TrimPrefix(v, prefix)) {
				return true
			}
		}
	}
	return false
}

// harmless are the phrases that hold such a word and say the opposite.
var harmless = regexp.MustCompile(`(?i)\b(?:no|0|zero|without)(?: (?:more|further|new|fatal|critical))? (?:errors?|exceptions?|failures?|failed|timeouts?)\b`)

// matches reports whether a text holds one of the words. A word may end another,
// as in "TypeError", and may stand in the plural.
func (r Rules) matches(text string) bool {
	var words []string
	for _, w := range r.Match {
		words = append(words, regexp.QuoteMeta(w))
	}
	pattern := regexp.MustCompile(`(?i)(?:` + strings.Join(words, "|") + `)s?(?:\W|_|$)`)
	return pattern.MatchString(harmless.ReplaceAllString(text, ""))
}

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
		return payload.Skip("a Slack mention that is not at the start of its message")
	}
	p := m.command(decodeMrkdwn(addressed.ReplaceAllString(m.Text, "")), m.delivery(eventID), raw, o)
	if p.Commands[0].Verb == payload.Help {
		return payload.Skip("a Slack mention that does not begin with scan, status or file")
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
	case verb == payload.File && about != "": // whatever words it holds
		e := m.event(about, o.DeliveryID(id, raw), o)
		e.Level = max(e.Level, event.Error)
		return payload.Payload{Commands: []payload.Command{{Verb: payload.File}}, Events: []event.Event{e}}
	}
	return payload.Payload{Commands: []payload.Command{{Verb: payload.Help}}}
}

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
