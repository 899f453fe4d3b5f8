package slack

import (
	"cmp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

// slackBlock is a part of a message's layout, and of rich text. The objects in it
// have so many forms that one takes them all.
type slackBlock struct {
	Type     string
	Text     any // see texts
	Fields   any
	Elements []slackBlock
	Name     string // of an emoji or a user
	URL      string
	UserID   string `json:"user_id"`
	Style    any    // of text, an object; of a button or a list, a word
}

// texts returns the texts of a field: of a string, an object with a text, or a list
// of those.
func texts(field any) []string {
	switch f := field.(type) {
	case string:
		return []string{f}
	case map[string]any:
		text, _ := f["text"].(string)
		if f["type"] == "plain_text" {
			return []string{unescape(withoutEmoji(text))}
		}
		return []string{decodeMrkdwn(text)}
	case []any:
		var all []string
		for _, item := range f {
			all = append(all, texts(item)...)
		}
		return all
	}
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
		parts := texts(b.Text)
		for _, f := range texts(b.Fields) {
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
	text := strings.Join(texts(b.Text), "")
	switch b.Type {
	case "text":
		if style, _ := b.Style.(map[string]any); style["code"] == true {
			return text
		}
		return withoutEmoji(text)
	case "link":
		return cmp.Or(text, b.URL)
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
