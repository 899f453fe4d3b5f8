package logtext

import (
	"strings"
	"unicode/utf8"
)

// This file decides whether a word in front of a message is its level.

// accepts decides whether the level word of n bytes is one: by how it is
// written, what is before it, and how it is set off from what follows.
func (r *headReader) accepts(s string, n int, how spelling) bool {
	right := r.right(s, n, how)
	set := right == afterMark || right == afterTime
	switch {
	case right == atStart, how <= small && (isNothing(s[n:]) || isAlarm(s[:n])):
		return false
	case how == letter && !set:
		return r.left == afterTime && s[0] != 'I' && s[0] != 'A' || r.left >= afterMark && r.left < afterWord && r.timed
	case how == letter:
		return r.left != afterWord || r.timed
	case how == capital && r.left != afterWord:
		return set || !titles(s[n:])
	case how == capital:
		return !isNegated(r.names) && (set || r.timed && r.plain == 1 && isLower(r.names) && !mentions(s[n:]))
	case r.left == atStart:
		return set && (s[0] != 'E' || s[n] != ':' || right == afterTime) // "Error: …" is an exception
	case set:
		return r.left != afterWord && r.plain == 0
	case r.left == afterTime && how == small && !mentions(s[n:]):
		return s[0] >= 'a' && s[0] != 'p'
	}
	return r.left == afterMark && how == small && s[0] >= 'a' && (r.placed || startsSentence(s[n:]))
}

// startsSentence reports whether the next word is in title case.
func startsSentence(s string) bool {
	s = strings.TrimLeft(s, " ")
	return len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z'
}

// right returns what follows a level of n bytes: atStart where it goes on as
// another word, and else afterWord for a word.
func (r *headReader) right(s string, n int, how spelling) edge {
	if n == len(s) {
		return afterWord
	}
	loud := how == capital || how == letter
	next := byte(' ')
	if n+1 < len(s) {
		next = s[n+1]
	}
	spaced := next == ' ' || next == '\t'
	mark := false
	switch c := s[n]; c {
	case ' ':
		return behindBlank(s[n:], loud)
	case '\t', '|', ']', '>', '}', ';', '[', '*', '#', '~':
		mark = true
	case ')':
		mark = how != letter
	case '/':
		mark = loud || r.timed && n+1 < len(s) && isLetter(s[n+1])
	case '{', '<', '@':
		mark = loud
	case ':':
		mark = spaced || next == ':' || loud || r.left != atStart
	case ',':
		mark = loud || !spaced
	case '(':
		end := strings.IndexByte(s[n:], ')')
		mark = !strings.HasPrefix(s[n:], "(s)") && (loud || end > 1 && isWord(s[n+1:n+end]) && strings.HasPrefix(s[n+end:], "): "))
	case '!':
		mark = loud || spaced
	case '-':
		mark = spaced || next == '-' || next == '>'
	case '=':
		mark = next == '=' || next == '>'
	default:
		mark = c >= utf8.RuneSelf
	}
	if mark {
		return afterMark
	}
	return atStart
}

// behindBlank returns what follows a level and a blank.
func behindBlank(s string, loud bool) edge {
	rest := strings.TrimLeft(s, " ")
	if rest == "" {
		return afterWord
	}
	switch c := rest[0]; {
	case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z':
		if _, n := timeAt(rest); n > 0 && delimited(rest, n) {
			return afterTime
		}
	case strings.IndexByte("[|:;>*~@\t", c) >= 0 || c >= utf8.RuneSelf:
		return afterMark
	case c == '#' || c == '(' || c == '<' || c == '{':
		if loud {
			return afterMark
		}
	case c == '-' && len(rest) > 1 && (rest[1] == ' ' || rest[1] == '-' || rest[1] == '>'):
		return afterMark
	}
	if len(s)-len(rest) > 1 {
		return afterMark
	}
	return afterWord
}

// isNothing recognises the value of a count or a field that says there is no error.
func isNothing(s string) bool {
	s, ok := strings.CutPrefix(s, ":")
	s = strings.TrimSpace(s)
	if !ok {
		return false
	}
	switch strings.ToLower(s) {
	case "none", "null", "nil", "<nil>", "no", "yes", "true", "false", "undefined", "-", "0", "n/a":
		return true
	}
	return strings.HasPrefix(s, "0 ") || strings.HasPrefix(s, "0,")
}

// isAlarm recognises a level that sentences use as often, unless it is in capitals or brackets.
func isAlarm(word string) bool {
	switch strings.ToLower(word) {
	case "alert", "emergency", "panic":
		return true
	}
	return false
}

// titles recognises what follows on "ERROR" in titles and counts.
func titles(s string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(s, " "), " ")
	switch strings.TrimSuffix(word, ":") {
	case "rate", "rates", "count", "counts", "budget", "levels", "lines", "is", "are", "pages", "codes", "messages", "rules",
		"RATE", "RATES", "COUNT", "LOG", "LOGS", "PATH", "MESSAGES", "RULES":
		return true
	}
	return false
}

// mentions recognises what follows on "error" in sentences that speak of one.
func mentions(s string) bool {
	s = strings.TrimLeft(s, " ")
	n := 0
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	switch strings.ToLower(s[:n]) {
	case "error", "errors", "exception", "exceptions", "from", "in", "to", "of", "on", "at", "is", "was", "are", "were", "and", "or", "after", "for", "with", "by", "has", "had", "if", "as",
		"handler", "handlers", "handling", "count", "counts", "counter", "rate", "rates", "code", "codes", "page", "pages", "boundary", "report",
		"reports", "reporting", "log", "logs", "logging", "logger", "budget", "message", "messages", "callback", "middleware", "threshold",
		"thresholds", "metric", "metrics", "level", "levels", "correction", "recovery", "mode", "section", "path", "status", "tracking":
		return true
	}
	return false
}
