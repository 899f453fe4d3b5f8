// Package slacktest is an in-memory Slack for tests, with one incoming webhook and one
// bot with one channel. It answers as Slack does and enforces Slack's limits on messages.
// Serve it with httptest.NewServer; the webhook is at WebhookPath, the API below /api/.
//
// It imports nothing from this project except package fake, so that it cannot share the client's mistakes.
package slacktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/fake"
)

const (
	// WebhookPath is the path of the one webhook.
	WebhookPath = "/services/T0001/B0001/secret"
	// ChannelName is the name of the one channel, without "#".
	ChannelName = "alerts"
)

// Settings are what a test may change between requests. New sets the defaults.
type Settings struct {
	Webhook string                         // reason for refusing the webhook, such as "no_service"; empty to accept it
	Token   string                         // bot token; default "xoxb-test"
	Auth    string                         // reason for refusing the token, such as "token_revoked"; empty to accept it
	Scopes  []string                       // scopes of Token; default chat:write and channels:read
	Channel string                         // id of the channel named ChannelName
	Archive bool                           // the channel is archived
	Outside bool                           // the bot is not in the channel
	Break   func(fake.Request) *fake.Fault // called for each request; nil lets it succeed
}

// Message is a posted message. Raw is the JSON of its blocks.
type Message struct {
	Text, Raw string
	Blocks    []Block
}

// Server is the fake Slack. Create it with New.
type Server struct {
	fake.Service[Settings]
	messages []Message
}

// New returns a Slack that accepts messages.
func New() *Server {
	s := &Server{}
	s.Settings = Settings{Token: "xoxb-test", Scopes: []string{"chat:write", "channels:read"}, Channel: "C0001"}
	return s
}

// Messages returns the messages posted so far.
func (s *Server) Messages() []Message { return fake.Copy(&s.Mutex, &s.messages) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Serve(w, r, &s.Settings.Break, s.answer)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/services/"):
		s.webhook(w, r)
	case strings.HasPrefix(r.URL.Path, "/api/"): // the API always answers 200, with the fields ok and error
		reason, out := s.method(r)
		if reason != "" {
			out = map[string]any{"error": reason}
		}
		out["ok"] = reason == ""
		w.Header().Set("X-OAuth-Scopes", strings.Join(s.Settings.Scopes, ","))
		_ = json.NewEncoder(w).Encode(out)
	default:
		http.NotFound(w, r)
	}
}

// refusals maps a webhook's reasons to status codes. Any other reason is a 404.
var refusals = map[string]int{
	"channel_is_archived": http.StatusGone, "invalid_token": http.StatusForbidden, "action_prohibited": http.StatusForbidden,
	"no_text": http.StatusBadRequest, "invalid_blocks": http.StatusBadRequest, "invalid_payload": http.StatusBadRequest,
}

// webhook checks in Slack's order: the webhook, the payload, the content of the payload.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text   string
		Blocks json.RawMessage
	}
	reason := s.Settings.Webhook
	switch {
	case reason != "":
	case r.URL.Path != WebhookPath:
		reason = "no_service"
	case json.NewDecoder(r.Body).Decode(&in) != nil:
		reason = "invalid_payload"
	default:
		reason = s.accept(in.Text, string(in.Blocks))
	}
	if reason != "" {
		w.WriteHeader(cmp.Or(refusals[reason], http.StatusNotFound))
	}
	io.WriteString(w, cmp.Or(reason, "ok"))
}

func (s *Server) method(r *http.Request) (reason string, fields map[string]any) {
	_ = r.ParseForm() // missing fields are refused below
	token := cmp.Or(r.Form.Get("token"), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	asked := r.Form.Get("channel")
	known := asked == s.Settings.Channel || strings.TrimPrefix(asked, "#") == ChannelName
	channel := map[string]any{"id": s.Settings.Channel, "name": ChannelName}
	channel["is_archived"], channel["is_member"] = s.Settings.Archive, !s.Settings.Outside
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	scope := map[string]string{
		"chat.postMessage": "chat:write", "conversations.info": "channels:read", "conversations.list": "channels:read",
	}[method]
	switch {
	case s.Settings.Auth != "":
		return s.Settings.Auth, nil
	case token != s.Settings.Token:
		return "invalid_auth", nil
	case scope != "" && !slices.Contains(s.Settings.Scopes, scope):
		return "missing_scope", nil
	case method == "auth.test":
		return "", map[string]any{"user": "errmon", "team": "Acme", "user_id": "U0001", "team_id": "T0001"}
	case method == "conversations.list" && r.Form.Get("cursor") == "": // as in Slack, a page before the last may be empty
		return "", map[string]any{"channels": []any{}, "response_metadata": map[string]any{"next_cursor": "next"}}
	case method == "conversations.list":
		return "", map[string]any{"channels": []any{channel}}
	case !known:
		return "channel_not_found", nil
	case method == "conversations.info":
		return "", map[string]any{"channel": channel}
	case method != "chat.postMessage":
		return "unknown_method", nil
	case s.Settings.Archive:
		return "is_archived", nil
	case s.Settings.Outside:
		return "not_in_channel", nil
	}
	reason = s.accept(r.Form.Get("text"), r.Form.Get("blocks"))
	return reason, map[string]any{"channel": s.Settings.Channel, "ts": "1795341630.000100"}
}

// accept stores a message, or returns Slack's reason for refusing it.
func (s *Server) accept(text, raw string) string {
	var blocks []Block
	switch {
	case raw != "" && json.Unmarshal([]byte(raw), &blocks) != nil:
		return "invalid_blocks_format"
	case text == "" && len(blocks) == 0:
		return "no_text"
	case Validate(blocks) != nil:
		return "invalid_blocks"
	}
	s.messages = append(s.messages, Message{Text: text, Blocks: blocks, Raw: raw})
	return ""
}

// Block is a header, section or context block.
type Block struct {
	Type     string
	Text     *Text  // in a header or section
	Elements []Text // in a context
}

// Text is a text object.
type Text struct{ Type, Text string }

// Validate returns why Slack would answer invalid_blocks, according to the limits in its Block Kit reference.
func Validate(blocks []Block) error {
	if len(blocks) > 50 {
		return fmt.Errorf("%d blocks, at most 50", len(blocks))
	}
	limits := map[string]int{"header": 150, "section": 3000, "context": 3000} // characters
	for i, b := range blocks {
		texts := b.Elements
		if b.Type != "context" && b.Text != nil {
			texts = []Text{*b.Text}
		}
		if len(texts) == 0 || len(texts) > 10 {
			return fmt.Errorf("block %d, a %s, has %d texts", i, b.Type, len(texts))
		}
		for _, t := range texts {
			n := utf8.RuneCountInString(t.Text)
			marked := t.Type == "mrkdwn" && b.Type != "header"
			if n == 0 || n > limits[b.Type] || t.Type != "plain_text" && !marked {
				return fmt.Errorf("block %d, a %s: a %s of %d characters", i, b.Type, t.Type, n)
			}
		}
	}
	return nil
}
