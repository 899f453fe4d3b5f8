package inbound

import (
	"regexp"
	"strings"
)

// decodeMrkdwn returns a text of Slack's markup as it was before somebody marked
// it up: links and mentions as people see them, without emoji and without the
// signs of bold, italic, struck and code. What stands in code is as it was typed.
func decodeMrkdwn(text string) string {
	var b strings.Builder
	for text != "" {
		before, inside, behind, ok := code(text)
		b.WriteString(unstyled(before))
		if !ok {
			break
		}
		b.WriteString(unescape(linksOf(inside)))
		text = behind
	}
	return strings.TrimSpace(b.String())
}

// code finds the first block or span of code, and what stands around it. A block
// is on lines of its own.
func code(text string) (before, inside, behind string, ok bool) {
	at := strings.IndexByte(text, '`')
	if at < 0 {
		return text, "", "", false
	}
	mark := "`"
	if strings.HasPrefix(text[at:], "```") {
		mark = "```"
	}
	inside, behind, ok = strings.Cut(text[at+len(mark):], mark)
	if !ok || inside == "" || mark == "`" && strings.Contains(inside, "\n") {
		return text, "", "", false
	}
	before = text[:at]
	if mark == "```" {
		inside = strings.Trim(inside, "\n")
		if strings.TrimSpace(before) != "" && !strings.HasSuffix(before, "\n") {
			before += "\n"
		}
		if !strings.HasPrefix(behind, "\n") {
			behind = "\n" + behind
		}
	}
	return before, inside, behind, true
}

// unstyled decodes what is no code.
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

// emoji stands between white space or beside other emoji, unlike the colons of
// times and addresses.
var emoji = regexp.MustCompile(`(^|[\s:*_~(\[|])(:[a-z+-][a-z0-9_+'-]*:(?::skin-tone-\d:)?)($|[\s:*_~)\]|.,!])`)

// withoutEmoji drops names such as ":fire:".
func withoutEmoji(text string) string {
	for {
		next := emoji.ReplaceAllString(text, "$1$3")
		if next == text {
			return text
		}
		text = next
	}
}

// unescape restores the three signs that Slack escapes.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace
