package safe

import "strings"

// Mrkdwn returns s for a Slack message: an inline code span of one line in at
// most limit runes (at least 32), entities counted as they are written, or
// nothing if s is blank. Code is the only form, because mrkdwn has no escapes
// for "*", "_" and "~", and Slack links bare host names everywhere else. Nothing is
// added that would be copied: a message without link_names calls people only by entities.
func (r *Redactor) Mrkdwn(s string, limit int) Text {
	return r.line(s, limit, " "+cutMark, func(s string) string { return "`" + mrkdwnEscapes.Replace(s) + "`" })
}

// mrkdwnEscapes are the three characters that Slack requires as entities, which
// disables <@U1>, <!channel> and <https://h.example|label>, and the backtick, which
// has no entity and cannot occur in a code span.
var mrkdwnEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "'")
