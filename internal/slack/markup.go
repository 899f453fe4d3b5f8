package slack

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
)

// slackBlock is a block of a message or an element of rich text, of any type.
type slackBlock struct {
	Type     string
	Text     any // see texts
	Fields   any
	Elements []slackBlock
	URL      string
	UserID   string `json:"user_id"`
	Style    any    // an object for text, a string for a button or a list
}

// texts returns the texts of a field, which is a string, a text object or a list of those.
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

type slackAttachment struct {
	Fallback, Pretext, Title, Text string
	Fields                         []struct{ Title, Value payload.Text }
	Blocks                         []slackBlock
}

func note(e *event.Event, name, value string) bool {
	value = strings.TrimSpace(value)
	switch strings.ToLower(strings.Trim(strings.TrimSpace(name), ":")) {
	case "service", "app", "application", "function":
		e.Service = value
	case "environment", "env", "stage":
		e.Environment = value
	case "release", "version":
		e.Release = value
	case "level", "severity":
		e.Level, _ = event.ParseLevel(value)
	default:
		return false
	}
	return true
}

// read returns the message's text as displayed, one part per line, and an event with details from its fields.
func (m slackMessage) read() (text string, said event.Event) {
	all := append([]string{decodeMrkdwn(m.Text)}, lines(m.Blocks, &said)...)
	for _, a := range m.Attachments {
		parts := append([]string{decodeMrkdwn(a.Pretext), decodeMrkdwn(a.Title), decodeMrkdwn(a.Text)}, lines(a.Blocks, &said)...)
		for _, f := range a.Fields {
			value := decodeMrkdwn(string(f.Value))
			if !note(&said, string(f.Title), value) && value != "" {
				parts = append(parts, strings.TrimPrefix(decodeMrkdwn(string(f.Title))+": "+value, ": "))
			}
		}
		if payload.Lines(parts...) == "" {
			parts = append(parts, decodeMrkdwn(a.Fallback))
		}
		all = append(all, parts...)
	}
	const most = 300 // Slack accepts 50 blocks, and shows the first 20 attachments, each with a few parts
	return payload.Lines(all[:min(len(all), most)]...), said
}

// lines returns the texts of blocks. It skips actions, contexts and others that do not describe the error.
func lines(blocks []slackBlock, said *event.Event) (parts []string) {
	for _, b := range blocks {
		switch b.Type {
		case "section", "header", "markdown":
			parts = append(parts, texts(b.Text)...)
			for _, f := range texts(b.Fields) {
				name, value, _ := strings.Cut(f, "\n")
				if !note(said, name, value) {
					parts = append(parts, f)
				}
			}
		case "rich_text":
			for _, e := range b.Elements {
				parts = append(parts, e.rich())
			}
		}
	}
	return parts
}

// rich returns the text of a rich text element, with each item of a list on its own line.
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
	var parts strings.Builder
	for _, e := range b.Elements {
		parts.WriteString(e.rich())
		if b.Type == "rich_text_list" {
			parts.WriteByte('\n')
		}
	}
	return strings.TrimRight(parts.String(), "\n")
}

// code matches inline code, or a code block that is not all backticks. Any other backticks are text.
var code = regexp.MustCompile("(?s)```(`{0,2}[^`].*?)```|`([^`\n]+)`")

// decodeMrkdwn returns a text as displayed, without emoji and style marks. Code keeps both.
func decodeMrkdwn(text string) string {
	var b strings.Builder
	from := 0
	for _, m := range code.FindAllStringSubmatchIndex(text, -1) {
		before := text[from:m[0]]
		from = m[1]
		b.WriteString(unstyled(before))
		if m[2] < 0 {
			b.WriteString(unescape(linksOf(text[m[4]:m[5]])))
			continue
		}
		if strings.TrimSpace(before) != "" && !strings.HasSuffix(before, "\n") { // a code block gets its own lines
			b.WriteByte('\n')
		}
		b.WriteString(unescape(linksOf(strings.Trim(text[m[2]:m[3]], "\n"))))
		if !strings.HasPrefix(text[from:], "\n") {
			b.WriteByte('\n')
		}
	}
	b.WriteString(unstyled(text[from:]))
	return strings.TrimSpace(b.String())
}

func unstyled(text string) string {
	text = linksOf(text)
	for _, m := range styles {
		text = m.ReplaceAllString(text, "$1$2$3")
	}
	return unescape(withoutEmoji(quotes.ReplaceAllString(text, "")))
}

var (
	// A style mark counts only at the edge of a word, so that snake_case and "a * b" stay.
	styles = []*regexp.Regexp{
		regexp.MustCompile(`(?m)(^|[\s(\[{"'>_~])\*([^\s*](?:[^*\n]*[^\s*])?)\*($|[\s)\]}"'.,:;!?_~<|-])`),
		regexp.MustCompile(`(?m)(^|[\s(\[{"'>*~])_([^\s_](?:[^_\n]*[^\s_])?)_($|[\s)\]}"'.,:;!?*~<|-])`),
		regexp.MustCompile(`(?m)(^|[\s(\[{"'>*_])~([^\s~](?:[^~\n]*[^\s~])?)~($|[\s)\]}"'.,:;!?*_<|-])`),
	}
	quotes = regexp.MustCompile(`(?m)^&gt;(?:&gt;&gt;)? ?`)
	links  = regexp.MustCompile(`<([^<>|\n]*)(?:\|([^<>\n]*))?>`)
)

func linksOf(text string) string {
	return links.ReplaceAllStringFunc(text, func(link string) string {
		m := links.FindStringSubmatch(link)
		target, label := m[1], m[2]
		switch {
		case strings.HasPrefix(target, "!date"), label != "" && !strings.ContainsAny(target[:min(1, len(target))], "@#!"):
			return label
		case strings.HasPrefix(target, "!"): // @here or a group
			return ""
		case label != "": // a person or a channel
			return target[:1] + strings.TrimLeft(label, "@#")
		}
		return strings.TrimPrefix(target, "mailto:")
	})
}

// emoji matches names such as ":fire:" next to white space or punctuation, not the colons in times and URLs.
var emoji = regexp.MustCompile(`(^|[ \t\n*_~(\[|])(?::[a-z+-][a-z0-9_+'-]*:(?::skin-tone-\d:)?)+($|[ \t\n:*_~)\]|.,!])`)

// withoutEmoji drops emoji in two passes, because one match includes the space that the next one needs.
func withoutEmoji(text string) string {
	return emoji.ReplaceAllString(emoji.ReplaceAllString(text, "$1$2"), "$1$2")
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace
