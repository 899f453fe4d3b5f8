package slack

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// escape escapes text as Slack requires.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace

// FuzzMrkdwn quotes a log line in a code block, as alerts do. Decoding must return the line unchanged,
// whatever it contains.
func FuzzMrkdwn(f *testing.F) {
	for _, line := range []string{"ERROR a <b> & *c* _d_ ~e~ :fire: <@U1>", "x", "a\n  b", "&lt;", ">>> q", "`"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		decodeMrkdwn(line)
		line = strings.TrimSpace(line)
		if line == "" || strings.Contains(line, "`") || !utf8.ValidString(line) {
			return
		}
		if got := decodeMrkdwn(":fire: *ERROR* in x:\n```" + escape(line) + "```"); got != "ERROR in x:\n"+line {
			t.Errorf("%q became %q", line, got)
		}
	})
}
