package logtext

import (
	"strings"
	"time"
)

// carried is a text without what carried it here.
type carried struct {
	body    string
	time    time.Time
	stream  string // the stream that the prefix names
	stamped bool
	partial bool // the line goes on in a later record
}

// unwrap removes, at the start of the text:
//
//	2026-11-22T10:00:00.123000+00:00 stream rest   aws logs tail
//	2026-11-22T10:00:00 rest                       aws logs tail --format short
//	2026-11-22T10:00:00.123456789Z stdout F rest   containerd, CRI-O
//	2026-11-22T10:00:00.123456789Z rest            docker logs -t
//
// A date and time joined by "T" at the start of a line is always taken for the
// transport's: what carries it puts it before every line, so that only without
// it frames are seen to be frames.
func unwrap(s string) carried {
	if len(s) < len("2006-01-02T15:04:05") || s[10] != 'T' || s[4] != '-' {
		return carried{body: s}
	}
	at, n := isoTime(s)
	if n == 0 || n < len(s) && s[n] != ' ' && s[n] != '\t' {
		return carried{body: s}
	}
	c := carried{time: at, stamped: true}
	if n == len(s) {
		return c
	}
	c.body = s[n+1:]
	if cri, ok := cutCRI(c.body); ok {
		c.partial = c.body[len("stdout ")] == 'P'
		c.body = cri
	} else if strings.HasSuffix(s[:n], "+00:00") && s[n] == ' ' {
		c.stream, c.body = cutTailStream(c.body)
	}
	return c
}

// cutCRI removes the stream and the tag that container runtimes print; the tag
// says whether the line is full or partial.
func cutCRI(s string) (string, bool) {
	rest, ok := strings.CutPrefix(s, "stdout ")
	if !ok {
		rest, ok = strings.CutPrefix(s, "stderr ")
	}
	if !ok || len(rest) < 2 || rest[0] != 'F' && rest[0] != 'P' || rest[1] != ' ' {
		return s, false
	}
	return rest[2:], true
}

// cutTailStream splits off the stream's name as "aws logs tail" prints it: one
// word with a slash, a dash or a digit in it that is no level.
func cutTailStream(s string) (stream, body string) {
	word, rest, _ := strings.Cut(s, " ")
	if word == "" || !strings.ContainsAny(word, "/-0123456789") || strings.ContainsAny(word, "\t\"'=(){}:,") {
		return "", s
	}
	if word[0] == '[' || word[0] == '-' {
		return "", s
	}
	return word, rest
}
