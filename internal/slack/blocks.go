package slack

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

// slackBlock is a part of a message's layout, and of rich text. The objects in it
// have so many forms that one takes them all.
type slackBlock struct {
	Type     string
	Text     slackTexts
	Fields   slackTexts
	Elements []slackBlock
	Name     string // of an emoji or a user
	URL      string
	UserID   string `json:"user_id"`
	Style    slackStyle
}

// slackTexts are the texts of a block: a string, an object with a text, or a list of those.
type slackTexts []string

// UnmarshalJSON takes any of the forms, and nothing from a form that it does not know.
func (t *slackTexts) UnmarshalJSON(raw []byte) error {
	var text string
	var object struct{ Type, Text string }
	var list []struct{ Type, Text string }
	switch {
	case json.Unmarshal(raw, &text) == nil:
		*t = slackTexts{text}
	case json.Unmarshal(raw, &object) == nil:
		*t = slackTexts{mrkdwnUnlessPlain(object.Type, object.Text)}
	case json.Unmarshal(raw, &list) == nil:
		for _, item := range list {
			*t = append(*t, mrkdwnUnlessPlain(item.Type, item.Text))
		}
	}
	return nil
}

// mrkdwnUnlessPlain decodes a text object.
func mrkdwnUnlessPlain(kind, text string) string {
	if kind == "plain_text" {
		return unescape(withoutEmoji(text))
	}
	return decodeMrkdwn(text)
}

// slackStyle is of text, an object; that of a button or a list is a word.
type slackStyle struct{ Code bool }

// UnmarshalJSON takes the object, and nothing from a word.
func (s *slackStyle) UnmarshalJSON(raw []byte) error {
	var object struct{ Code bool }
	_ = json.Unmarshal(raw, &object) // a word has no code
	s.Code = object.Code
	return nil
}

// slackAttachment is the older way to lay a message out.
type slackAttachment struct {
	Fallback string
	Pretext  string
	Title    string
	Text     string
	Fields   []struct{ Title, Value payload.Text }
	Blocks   []slackBlock
}

// aside is what a message says beside its text.
type aside struct {
	service, environment, release string
	level                         event.Level
}

// note keeps a field that has a name known.
func (a *aside) note(name, value string) bool {
	value = strings.TrimSpace(value)
	switch strings.ToLower(strings.Trim(strings.TrimSpace(name), ":")) {
	case "service", "app", "application", "function":
		a.service = value
	case "environment", "env", "stage":
		a.environment = value
	case "release", "version":
		a.release = value
	case "level", "severity":
		a.level, _ = event.ParseLevel(value)
	default:
		return false
	}
	return true
}

// maxParts bounds what is read of a message: Slack takes 50 blocks and 20
// attachments, of which some have a few parts.
const maxParts = 300

// read returns the message's text as people see it, its parts one below the
// other, and what it says beside. Where there are blocks, the text above them
// is what notifications show, and often says the same.
func (m slackMessage) read() (string, aside) {
	var said aside
	parts := []string{decodeMrkdwn(m.Text)}
	for _, b := range m.Blocks {
		parts = append(parts, b.lines(&said)...)
	}
	for _, a := range m.Attachments {
		parts = append(parts, a.lines(&said)...)
	}
	return payload.Lines(parts[:min(len(parts), maxParts)]...), said
}

func (a slackAttachment) lines(said *aside) []string {
	parts := []string{decodeMrkdwn(a.Pretext), decodeMrkdwn(a.Title), decodeMrkdwn(a.Text)}
	for _, b := range a.Blocks {
		parts = append(parts, b.lines(said)...)
	}
	for _, f := range a.Fields {
		value := decodeMrkdwn(string(f.Value))
		if !said.note(string(f.Title), value) && value != "" {
			parts = append(parts, strings.TrimPrefix(decodeMrkdwn(string(f.Title))+": "+value, ": "))
		}
	}
	if payload.Lines(parts...) == "" {
		parts = append(parts, decodeMrkdwn(a.Fallback))
	}
	return parts
}

// lines returns the texts of a block. Buttons and the small print of a context are
// no part of what happened.
func (b slackBlock) lines(said *aside) []string {
	switch b.Type {
	case "section", "header", "markdown":
		parts := append([]string{}, b.Text...)
		for _, f := range b.Fields {
			name, value, _ := strings.Cut(f, "\n")
			if !said.note(name, value) {
				parts = append(parts, f)
			}
		}
		return parts
	case "rich_text":
		var parts []string
		for _, e := range b.Elements {
			parts = append(parts, e.rich())
		}
		return parts
	}
	return nil
}

// rich returns the text of an element of rich text, on one line, or of a list,
// an item a line.
func (b slackBlock) rich() string {
	switch b.Type {
	case "text":
		if b.Style.Code {
			return strings.Join(b.Text, "")
		}
		return withoutEmoji(strings.Join(b.Text, ""))
	case "link":
		return cmp.Or(strings.Join(b.Text, ""), b.URL)
	case "user":
		return "@" + b.UserID
	}
	var out strings.Builder
	for _, e := range b.Elements {
		if b.Type == "rich_text_list" && out.Len() > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(e.rich())
	}
	return strings.TrimRight(out.String(), "\n")
}
