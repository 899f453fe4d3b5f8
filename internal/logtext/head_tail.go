package logtext

import (
	"cmp"
	"regexp"
	"strings"
)

// This file takes off a message what loggers print behind it.

// phrases are messages that hold an exception in words of their framework.
var phrases = []struct {
	lead      string
	pattern   *regexp.Regexp
	exception string
}{
	{"Uncaught PHP Exception ", pattern(`^Uncaught PHP Exception (\S+): "(.*)" at \S+ line \d+.*`), "$1: $2"},
	{"Error performing ", pattern(`^Error performing .* in [\d.]+ms: (.*)`), "$1"},
}

// plain takes off the message what surrounds the words: a phrase of a framework,
// and the logger or the place that stands in a column of its own behind it.
func (h *head) plain() {
	for _, p := range phrases {
		if strings.HasPrefix(h.message, p.lead) {
			h.message = p.pattern.ReplaceAllString(h.message, p.exception)
		}
	}
	if _, id, ok := strings.Cut(h.message, " [request-id: "); ok { // swift-log's
		id, _, _ = strings.Cut(id, "]")
		h.requestID = cmp.Or(h.requestID, id)
	}
	i := strings.LastIndex(h.message, "  ") + 2
	if i < 2 || i == len(h.message) {
		return
	}
	message, column := h.message[:i], h.message[i:]
	if sourceLine.MatchString(column) {
		h.message = strings.TrimRight(message, " ")
	}
	if end := closedAt(column); column[0] == '[' && end > 1 && isWord(column[1:end]) && onlyPairs(column[end+1:]) {
		h.logger = cmp.Or(h.logger, column[1:end])
		h.message = message + strings.TrimLeft(column[end+1:], " ")
	}
}

// sourceLine is a place that rich prints behind a message.
var sourceLine = pattern(`^[\w./-]+\.\w+:\d+$`)

// onlyPairs reports whether nothing but pairs follows.
func onlyPairs(s string) bool {
	s = strings.TrimLeft(s, " ")
	n := nameEndIn(s)
	return s == "" || n > 0 && n < len(s) && s[n] == '='
}
