package logtext

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
)

// This file takes the words of a head: its level, and names, numbers and pairs.

// word takes a word that may be the level, or belong in front of it.
func (r *headReader) word(s string) bool {
	n := 0
	for n < len(s) && n <= maxLevelWord && isLetter(s[n]) {
		n++
	}
	if level, how := levelWord(s[:n]); level != event.Unknown && r.accepts(s, n, how) {
		r.take(level, n)
		return true
	}
	return r.other(s)
}

// accepts decides whether the level word of n bytes is one: by how it is
// written, what is before it, and how it is set off from what follows.
func (r *headReader) accepts(s string, n int, how spelling) bool {
	right := r.right(s, n, how)
	set := right == afterMark || right == afterTime
	switch {
	case right == atStart, how <= small && isNothing(s[n:]):
		return false
	case how == letter && !set:
		return r.left == afterTime && s[0] != 'I' && s[0] != 'A' || r.left >= afterMark && r.left < afterWord && r.timed
	case how == letter:
		return r.left != afterWord || r.timed
	case how == capital && r.left != afterWord:
		return true
	case how == capital:
		return set || r.timed && r.plain == 1 && isLower(r.names) && !mentions(s[n:])
	case r.left == atStart:
		return set && (s[0] != 'E' || s[n] != ':' || right == afterTime) // "Error: …" is an exception
	case set:
		return r.left != afterWord && r.plain == 0
	case r.left == afterTime && how == small && !mentions(s[n:]):
		return s[0] != 'p' && s[0] != 'E' && s[0] != 'W' || namesNext(s[n:])
	}
	return r.left == afterMark && how == small && s[0] >= 'a' && startsSentence(s[n:])
}

// startsSentence tells whether the next word is in title case.
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
	switch c := s[n]; c {
	case ' ':
		return behindBlank(s[n:], loud)
	case '\t', '|', ']', '>', '}', ')', ';':
		return afterMark
	case ':':
		return markIf(spaced || next == ':' || loud || r.left != atStart)
	case ',':
		return markIf(loud || !spaced)
	case '[', '*', '#', '~':
		return afterMark
	case '/', '{', '<', '@':
		return markIf(loud)
	case '(':
		return markIf(loud && !strings.HasPrefix(s[n:], "(s)"))
	case '!':
		return markIf(loud || spaced)
	case '-':
		return markIf(spaced || next == '-' || next == '>')
	case '=':
		return markIf(next == '=' || next == '>')
	default:
		return markIf(c >= utf8.RuneSelf)
	}
}

func markIf(yes bool) edge {
	if yes {
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
	case strings.IndexByte("[|:;>*~\t", c) >= 0 || c >= utf8.RuneSelf:
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

// isNothing tells the value of a count or a field that says there is no error.
func isNothing(s string) bool {
	s, ok := strings.CutPrefix(s, ":")
	s = strings.TrimSpace(s)
	if !ok {
		return false
	}
	switch strings.ToLower(s) {
	case "none", "null", "nil", "<nil>", "no", "false", "undefined", "-", "0", "n/a":
		return true
	}
	return strings.HasPrefix(s, "0 ")
}

// mentions tells what follows on "error" in sentences that speak of one.
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

// namesNext tells whether the next word is a name or a pair, as no sentence has.
func namesNext(s string) bool {
	s = strings.TrimLeft(s, " ")
	n := nameEndIn(s)
	return n > 0 && n < len(s) && s[n] == '=' || n > 0 && (strings.IndexByte(s[:n], '.') > 0 || strings.Contains(s[:n], "::")) && s[n-1] != '.'
}

// other takes a word in front of the level that is none itself.
func (r *headReader) other(s string) bool {
	n := nameEndIn(s)
	if n == 0 || n == len(s) || s[n-1] == '.' {
		return false
	}
	if i := strings.Index(s[:n], "::"); i > 0 && separatesLevel(s[i:n]) {
		n = i
	}
	name := s[:n]
	if level, cut := levelBehind(name, s[n:]); level != event.Unknown {
		r.nameOf(name[:cut])
		r.take(level, n)
		return true
	}
	switch s[n] {
	case '=':
		return r.pairAt(s, n)
	case ':':
		if fieldOf(name) == fieldLevelName {
			return r.pairAt(s, n)
		}
	case ' ', '\t', '|', ';', ',', '[', '(', '<', '>', '{':
	default:
		if s[n] < utf8.RuneSelf {
			return false
		}
	}
	return r.named(s, name)
}

// separatesLevel tells whether one of the parts of s between "::" is a level.
func separatesLevel(s string) bool {
	for part := range strings.SplitSeq(s, "::") {
		if _, how := levelWord(part); how >= small {
			return true
		}
	}
	return false
}

// named takes a number, an id or a name.
func (r *headReader) named(s, name string) bool {
	left := afterName
	switch {
	case isID(name):
		r.h.requestID = name
		r.sure(time.Time{}, len(name))
		return true
	case name == "RequestId" && len(s) > 47 && isUUID(s[11:47]):
		r.h.requestID = s[11:47]
		r.sure(time.Time{}, 47)
		return true
	case isNumber(name):
	case isOrdinary(name):
		r.plain++
		left = afterWord
		fallthrough
	default:
		r.names = name
	}
	r.next(len(name), left)
	return r.plain < 2
}

// isOrdinary tells a word that a sentence may have.
func isOrdinary(s string) bool {
	for i := 0; i < len(s); i++ {
		if (s[i] < 'a' || s[i] > 'z') && (i > 0 || s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return true
}

func isLower(s string) bool { return s != "" && s[0] >= 'a' && s[0] <= 'z' }

// levelBehind reads "production.ERROR" and "worker/error", and returns where
// the name ends.
func levelBehind(name, rest string) (event.Level, int) {
	i := strings.LastIndexAny(name, "./:")
	if i <= 0 || !isLetter(name[0]) || rest[0] == '=' || rest[0] == '(' {
		return event.Unknown, 0
	}
	level, how := levelWord(name[i+1:])
	if how == capital || how == small && name[i] == '/' {
		return level, len(strings.TrimRight(name[:i], ":"))
	}
	return event.Unknown, 0
}

// nameOf keeps the name that a level is attached to: Laravel's is the environment.
func (r *headReader) nameOf(name string) {
	switch name {
	case "production", "prod", "staging", "local", "development", "dev", "testing", "test", "qa", "preview":
		r.h.from().environment = name
	default:
		r.names = name
	}
}

// pairAt takes the pair of s whose key has n bytes.
func (r *headReader) pairAt(s string, n int) bool {
	value, end := pairValue(s[n+1:])
	if fieldOf(s[:n]) == fieldLevelName {
		level := fieldLevel(s[:n], value)
		if level == event.Unknown || n+1+end == len(s) {
			return false
		}
		r.take(level, n+1+end)
		return true
	}
	r.pair(s[:n], value)
	r.next(n+1+end, afterName)
	return true
}

// pair keeps a value that the head gives a name.
func (r *headReader) pair(key, value string) {
	value = strings.Trim(value, ` "`)
	switch fieldOf(key) {
	case fieldLogger, fieldName:
		r.names = value
	case fieldRequestID:
		r.h.requestID = value
	case fieldTraceID:
		r.h.from().traceID = value
	case fieldService:
		r.h.from().service = value
	case fieldTimestamp:
		r.timed = true
		if r.h.time.IsZero() {
			r.h.time = fieldTime(value)
		}
	case fieldThread:
		r.h.lane = value
	}
}
