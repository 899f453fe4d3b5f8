package logtext

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
)

// This file takes the words of a head: its level, and names, numbers and pairs.

// word takes a word that may be the level, or belong in front of it.
func (r *headReader) word(s string) bool {
	n := lettersIn(s)
	if level, how := levelWord(s[:n]); level != event.Unknown && r.accepts(s, n, how) {
		r.how = how
		r.take(level, n)
		if s[:n] == "Error" && strings.HasPrefix(s[n:], ": ") {
			r.h.raised = strings.TrimSpace(s)
		}
		return true
	}
	return r.other(s)
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
	if end := compilerPlace(s, n); end > 0 {
		r.next(end, afterMark)
		r.placed = true
		return r.at < len(s)
	}
	if s[n] == '=' || s[n] == ':' && fieldOf(name) == fieldLevelName {
		return r.pairAt(s, n)
	}
	return (strings.IndexByte(" \t|;:,[(<>{", s[n]) >= 0 || s[n] >= utf8.RuneSelf) && r.named(name)
}

// compilerPlace returns the length of the place that compilers print in front of a level,
// "src/pay.ts(4,9): " or "pay.c:4:9: ", in a file whose name has n bytes.
func compilerPlace(s string, n int) int {
	if s[n] != '(' && s[n] != ':' || strings.IndexByte(s[:n], '.') < 1 {
		return 0
	}
	rest := strings.TrimLeft(s[n+1:], "0123456789")
	column := strings.TrimLeft(strings.TrimLeft(rest, ",:"), "0123456789")
	if len(rest) == len(s)-n-1 || len(column) >= len(rest)-1 || !strings.HasPrefix(strings.TrimPrefix(column, ")"), ": ") {
		return 0
	}
	return len(s) - len(column) + strings.Index(column, " ") + 1
}

// separatesLevel reports whether one of the parts of s between "::" is a level.
func separatesLevel(s string) bool {
	for part := range strings.SplitSeq(s, "::") {
		if _, how := levelWord(part); how >= small {
			return true
		}
	}
	return false
}

// named takes a number, an id or a name.
func (r *headReader) named(name string) bool {
	if isID(name) {
		r.h.requestID = name
		r.sure(time.Time{}, len(name))
		return true
	}
	left := afterName
	if isOrdinary(name) {
		r.plain++
		left = afterWord
	}
	if !isNumber(name) {
		r.names = name
	}
	r.next(len(name), left)
	return r.plain < 2
}

// isOrdinary recognises a word that a sentence may have.
func isOrdinary(s string) bool {
	capitals := 0
	for i := range len(s) {
		if s[i] < 'a' {
			capitals++
		}
	}
	return lettersIn(s) == len(s) && (capitals == 0 || capitals == len(s) || capitals == 1 && s[0] < 'a')
}

func isLower(s string) bool { return s != "" && s[0] >= 'a' && s[0] <= 'z' }

// levelBehind reads "production.ERROR" and "worker/error", and returns where the name ends.
func levelBehind(name, rest string) (event.Level, int) {
	i := strings.LastIndexAny(name, "./:")
	if i <= 0 && !strings.HasPrefix(name, "LOG_") || !isLetter(name[0]) || rest[0] == '=' || rest[0] == '(' {
		return event.Unknown, 0
	}
	level, how := levelWord(strings.TrimPrefix(name[i+1:], "LOG_"))
	if how == capital || how == small && name[max(i, 0)] == '/' {
		return level, len(strings.TrimRight(name[:max(i, 0)], ":"))
	}
	return event.Unknown, 0
}

// nameOf keeps the name that a level is attached to: Laravel's is the environment.
func (r *headReader) nameOf(name string) {
	switch name {
	case "production", "prod", "staging", "local", "development", "dev", "testing", "test", "qa", "preview":
		r.h.environment = name
	case "":
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

// pair keeps a value that the head gives a name, and reports whether heads have such.
func (r *headReader) pair(key, value string) bool {
	value = strings.Trim(value, ` "`)
	switch fieldOf(key) {
	case fieldLogger, fieldName:
		r.names = value
	case fieldRequestID:
		r.h.requestID = value
	case fieldTraceID:
		r.h.traceID = value
	case fieldService:
		r.h.service = value
	case fieldTimestamp:
		r.timed = true
		r.h.time = cmp.Or(r.h.time, fieldTime(value))
	case fieldThread:
		r.h.lane = value
	case fieldHost, fieldNode:
	default:
		return false
	}
	return true
}
