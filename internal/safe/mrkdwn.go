package safe

import (
	"regexp"
	"strings"
)

// Mrkdwn returns s for a Slack message: an inline code span of one line in at
// most limit runes (at least 32), entities counted as they are written, or
// nothing if s is blank. Code is the only form, because mrkdwn has no escapes
// for "*", "_" and "~", and Slack links bare host names everywhere else.
func (r *Redactor) Mrkdwn(s string, limit int) Text {
	text, more := r.prepare(s, limit)
	text = oneLine(text)
	if text == "" {
		return Text{}
	}
	return fit(text, more, limit, " "+cutMark, mrkdwnCode)
}

func mrkdwnCode(s string) string {
	return "`" + mrkdwnEscapes.Replace(partAll(s, mrkdwnLive)) + "`"
}

// mrkdwnEscapes are the three characters that Slack requires as entities, which
// disables <@U1>, <!channel> and <https://h.example|label>, and the backtick, which
// has no entity and cannot occur in a code span.
var mrkdwnEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "'")

// mrkdwnLive matches what Slack interprets in plain text. Notifications, and copies of
// a message in other channels, may show the code's text without its backticks.
var mrkdwnLive = []part{
	{regexp.MustCompile(`@`), "@" + gap},                        // @here, where names are linked
	{regexp.MustCompile(`#([\pL\d])`), "#" + gap + "$1"},        // #channel
	{regexp.MustCompile(`(?i):(//|[a-z+-])`), ":" + gap + "$1"}, // URLs, mailto:, :emoji:
}
