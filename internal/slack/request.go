package slack

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

// The headers of a signed request. The signature is "v0=" and the hexadecimal HMAC-SHA256 of "v0:", the
// timestamp, ":" and the raw body, keyed with the app's signing secret. The timestamp is in Unix seconds.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
const (
	SignatureHeader = "X-Slack-Signature"
	TimestampHeader = "X-Slack-Request-Timestamp"
	// SignatureAge is how far a request's timestamp may be in the past or future, as Slack recommends.
	SignatureAge = 5 * time.Minute
)

// The errors of VerifySignature.
var (
	ErrUnsigned       = errors.New("the headers " + SignatureHeader + " and " + TimestampHeader + " are not both set")
	ErrStale          = errors.New("the request's timestamp is more than 5 minutes off: if all are, sync this machine's clock with NTP")
	ErrWrongSignature = errors.New("the signature does not match this body, timestamp and signing secret")
)

// VerifySignature returns nil if Slack signed the body with the secret within SignatureAge of now, or else
// ErrUnsigned, ErrStale or ErrWrongSignature. body must be the raw bytes. It compares in constant time.
func VerifySignature(secret, signature, timestamp string, body []byte, now time.Time) error {
	if signature == "" || timestamp == "" {
		return ErrUnsigned
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return ErrWrongSignature
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > SignatureAge || age < -SignatureAge {
		return ErrStale
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + timestamp + ":"))
	mac.Write(body)
	if !hmac.Equal([]byte(signature), []byte("v0="+hex.EncodeToString(mac.Sum(nil)))) {
		return ErrWrongSignature
	}
	return nil
}

// slackBody is any body that Slack posts, or a message in the format of an incoming webhook.
type slackBody struct {
	Type    string // such as "event_callback"
	Team    any    // an object if somebody clicked a button or used a dialog
	EventID string `json:"event_id"`
	AppID   string `json:"api_app_id"` // the app that received it, which is errmon's own
	Event   *slackMessage
	// The fields of a slash command.
	Command     string
	SSLCheck    string `json:"ssl_check"`
	ChannelID   string `json:"channel_id"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
	// The fields of a message; a command uses Text too. Workflow Builder may send Message and Link.
	slackMessage
	Message payload.Text
	Link    string
}

// Options control how a payload is read. Rules apply only to payloads from Slack.
type Options struct {
	payload.Origin
	Rules Rules
}

// Object returns a request's body as JSON. A form is a slash command, or has the JSON in its field payload.
func Object(body []byte) ([]byte, error) {
	if json.Valid(body) {
		return body, nil
	}
	text := strings.TrimSpace(string(body))
	form, err := url.ParseQuery(text)
	if err != nil || strings.HasPrefix(text, "{") || !slices.ContainsFunc([]string{"payload", "command", "text", "ssl_check"}, form.Has) {
		return nil, errors.New("it is neither a complete JSON object nor a form from Slack")
	}
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	if inner, ok := fields["payload"]; ok {
		return []byte(inner), nil
	}
	return json.Marshal(fields)
}

// ReadRequest reads an event, slash command or message. raw is JSON, or a body for Object as a JSON string.
func ReadRequest(raw json.RawMessage, o Options) (payload.Payload, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		var err error
		if raw, err = Object([]byte(text)); err != nil {
			return payload.Payload{}, err
		}
	}
	var b slackBody
	err := json.Unmarshal(raw, &b)
	_, clicked := b.Team.(map[string]any)
	switch {
	case clicked: // checked before err: user and channel are objects too
		return payload.Skip(otherType(cmp.Or(b.Type, "interaction"))), nil
	case b.Event != nil && !slices.Contains([]string{"", "message", "app_mention"}, b.Event.Type):
		return payload.Skip(otherType(b.Event.Type)), nil // before err, because its fields may be objects too
	case err != nil:
		return payload.Payload{}, fmt.Errorf("it is not a Slack body: %w", err)
	case b.Command != "" && b.Type != "event_callback": // "/errmon VERB …"
		m := slackMessage{Channel: b.ChannelID, ChannelName: b.ChannelName, request: b.TriggerID}
		p := m.command(decodeMrkdwn(b.Text), raw, o)
		p.Commands[0].ResponseURL = b.ResponseURL
		return p, nil
	case b.Event != nil && (b.Type == "event_callback" || b.Type == "" || b.Type == "message"):
		return b.event(raw, o), nil
	case b.Type != "" && b.Type != "message":
		return payload.Skip(otherType(b.Type)), nil
	case b.SSLCheck != "": // Slack tests the command's URL
		return payload.Skip(otherType("ssl_check")), nil
	}
	m := b.slackMessage
	m.Text, m.Permalink = cmp.Or(m.Text, string(b.Message)), cmp.Or(m.Permalink, b.Link)
	if strings.TrimSpace(m.Text) == "" && len(m.Blocks) == 0 && len(m.Attachments) == 0 {
		return payload.Payload{}, errors.New("it is not a Slack event or command, and has no text, blocks or attachments")
	}
	return m.payload(raw, o), nil
}

func (b slackBody) event(raw json.RawMessage, o Options) payload.Payload {
	m := *b.Event
	m.ourApp, m.request = b.AppID, b.EventID
	switch {
	case m.Type != "app_mention":
		return m.payload(raw, o)
	case !addressed.MatchString(m.Text):
		return payload.Skip("a Slack mention that is not at the start of its message")
	}
	p := m.command(decodeMrkdwn(addressed.ReplaceAllString(m.Text, "")), raw, o)
	if p.Commands[0].Verb == payload.Help { // people also mention errmon in chats
		return payload.Skip("a Slack mention that does not begin with scan, status or file")
	}
	return p
}

// addressed matches the mention at the start of "@errmon VERB …".
var addressed = regexp.MustCompile(`^\s*<@[^>]*>[\s:,]*`)

func otherType(kind string) string {
	return fmt.Sprintf("Slack's %q is neither a message nor a command", payload.Word(kind))
}

// Rules decide which messages count as errors.
type Rules struct {
	Channels   []string // ids, or names with or without "#"; empty for all
	Match      []string // a message must contain one of these words; empty for all
	IgnoreApps []string // names or ids of apps to ignore
}

// anyFold reports whether the list contains one of the values, ignoring empty ones, case and a leading "#".
func anyFold(list []string, values ...string) bool {
	return slices.ContainsFunc(values, func(v string) bool {
		return v != "" && slices.ContainsFunc(list, func(item string) bool {
			return strings.EqualFold(strings.TrimPrefix(item, "#"), strings.TrimPrefix(v, "#"))
		})
	})
}

// harmless matches phrases such as "no errors", which contain a word of Rules.Match but mean the opposite.
var harmless = regexp.MustCompile(`(?i)\b(?:no|0|zero|without)(?: (?:more|further|new|fatal|critical))? (?:errors?|exceptions?|failures?|failed|timeouts?)\b`)

// matches reports whether text, minus harmless phrases, has a word that ends in one of r.Match or its plural.
func (r Rules) matches(text string) bool {
	var words []string
	for _, w := range r.Match {
		words = append(words, regexp.QuoteMeta(w))
	}
	pattern := regexp.MustCompile(`(?i)(?:` + strings.Join(words, "|") + `)s?(?:\W|_|$)`)
	return pattern.MatchString(harmless.ReplaceAllString(text, ""))
}

func (m slackMessage) command(text string, raw json.RawMessage, o Options) payload.Payload {
	verb, about := text, ""
	if end := strings.IndexAny(text, " \t\n"); end >= 0 {
		verb, about = text[:end], strings.TrimSpace(text[end:])
	}
	c := payload.Command{ID: m.request, Verb: strings.ToLower(verb)}
	var filed []event.Event
	switch {
	case c.Verb == payload.Scan:
		c.Since = about
	case c.Verb == payload.Status:
	case c.Verb == payload.File && about != "": // Rules do not apply
		e := m.event(about, raw, o)
		e.Level = max(e.Level, event.Error)
		filed = append(filed, e)
	default:
		c.Verb = payload.Help
	}
	return payload.Payload{Commands: []payload.Command{c}, Events: filed}
}
