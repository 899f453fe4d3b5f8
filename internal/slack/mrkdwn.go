package slack

import (
	"regexp"
	"strings"
)

// decodeMrkdwn returns a text of Slack's markup as it was before somebody marked
// it up: links and mentions as people see them, without emoji and without the
// signs of bold, italic, struck and code. What stands in code is as it was typed.
func decodeMrkdwn(text string) string {
	var b strings.Builder
	for _, part := range codeAndText(text) {
		if part.code {
			b.WriteString(unescape(linksOf(part.text)))
		} else {
			b.WriteString(unstyled(part.text))
		}
	}
	return strings.TrimSpace(b.String())
}

// span is a part of a text that is code or is not.
type span struct {
	text string
	code bool
}

// codeAndText parts a text. A block of code is on lines of its own; a backtick
// that begins no code is a backtick.
func codeAndText(text string) []span {
	var spans []span
	from := 0
	for _, m := range code.FindAllStringSubmatchIndex(text, -1) {
		before, block := text[from:m[0]], m[2] >= 0
		from = m[1]
		if !block {
			spans = append(spans, span{text: before}, span{text[m[4]:m[5]], true})
			continue
		}
		if strings.TrimSpace(before) != "" && !strings.HasSuffix(before, "\n") {
			before += "\n"
		}
		spans = append(spans, span{text: before}, span{strings.Trim(text[m[2]:m[3]], "\n"), true})
		if !strings.HasPrefix(text[from:], "\n") {
			spans = append(spans, span{text: "\n"})
		}
	}
	return append(spans, span{text: text[from:]})
}

// code matches a block of code, which is not all backticks, or code within a line.
var code = regexp.MustCompile("(?s)```(`{0,2}[^`].*?)```|`([^`\n]+)`")

// unstyled decodes what is not code.
func unstyled(text string) string {
	text = linksOf(text)
	for _, m := range styles {
		text = m.ReplaceAllString(text, "$1$2$3")
	}
	text = quotes.ReplaceAllString(text, "")
	return unescape(withoutEmoji(text))
}

var (
	// A sign counts where a word begins and where it ends, so that snake_case
	// and "a * b" stay.
	styles = []*regexp.Regexp{
		regexp.MustCompile(`(?m)(^|[\s(\[{"'>_~])\*([^\s*](?:[^*\n]*[^\s*])?)\*($|[\s)\]}"'.,:;!?_~<|-])`),
		regexp.MustCompile(`(?m)(^|[\s(\[{"'>*~])_([^\s_](?:[^_\n]*[^\s_])?)_($|[\s)\]}"'.,:;!?*~<|-])`),
		regexp.MustCompile(`(?m)(^|[\s(\[{"'>*_])~([^\s~](?:[^~\n]*[^\s~])?)~($|[\s)\]}"'.,:;!?*_<|-])`),
	}
	quotes = regexp.MustCompile(`(?m)^&gt;(?:&gt;&gt;)? ?`)
	links  = regexp.MustCompile(`<([^<>|\n]*)(?:\|([^<>\n]*))?>`)
)

// linksOf puts in place of each link and mention what people see.
func linksOf(text string) string {
	return links.ReplaceAllStringFunc(text, func(link string) string {
		m := links.FindStringSubmatch(link)
		target, label := m[1], m[2]
		switch {
		case strings.HasPrefix(target, "!date"), label != "" && !strings.HasPrefix(target, "@") && !strings.HasPrefix(target, "#") && !strings.HasPrefix(target, "!"):
			return label
		case strings.HasPrefix(target, "!"): // @here, or a group that is to look
			return ""
		case label != "": // a person or a channel
			return target[:1] + strings.TrimLeft(label, "@#")
		}
		return strings.TrimPrefix(target, "mailto:")
	})
}

// emoji is a name such as ":fire:", with the colour of a hand maybe.
var emoji = regexp.MustCompile(`:[a-z+-][a-z0-9_+'-]*:(?::skin-tone-\d:)?`)

// withoutEmoji drops them where they stand between white space, signs or beside
// each other, unlike the colons of times and addresses.
func withoutEmoji(text string) string {
	var b strings.Builder
	from := 0
	beside := true // what stands before is not part of a word
	for _, m := range emoji.FindAllStringIndex(text, -1) {
		if m[0] > from {
			beside = strings.IndexByte(" \t\n*_~([|", text[m[0]-1]) >= 0
		}
		if !beside || m[1] < len(text) && strings.IndexByte(" \t\n:*_~)]|.,!", text[m[1]]) < 0 {
			beside = false
			continue
		}
		b.WriteString(text[from:m[0]])
		from = m[1]
	}
	b.WriteString(text[from:])
	return b.String()
}

// unescape restores the three signs that Slack escapes.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace
