package logtext

import (
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// This file takes the words of a head up to its level.

// word takes one word in front of the level; it reports false where a sentence
// begins.
func (r *headReader) word() bool {
	if at, n := timeAt(r.rest); n > 0 && delimited(r.rest, n) {
		r.sure(at, r.rest[n:])
		return true
	}
	if r.rest[0] == '[' || r.rest[0] == '<' {
		return r.bracket()
	}
	if level := glogLevel(r.rest); level != event.Unknown && r.kept == "" {
		return r.glog(level)
	}
	end := strings.IndexAny(r.rest, " \t|")
	if end < 0 {
		end = len(r.rest)
	}
	word := r.rest[:end]
	if r.level(word) {
		return true
	}
	return r.other(word, end)
}

// sure takes a word that belongs to the head whatever follows.
func (r *headReader) sure(at time.Time, rest string) {
	if r.head.time.IsZero() {
		r.head.time = at
	}
	r.head.structured, r.timed = true, true
	r.rest = strings.TrimLeft(rest, " \t")
	r.kept = r.rest
}

// delimited tells whether the word of n bytes ends there.
func delimited(s string, n int) bool {
	return n == len(s) || strings.IndexByte(" \t|]:,", s[n]) >= 0
}

// bracket takes "[main]", "[error]", "[2026-11-22 10:00:00]" or "<3>".
func (r *headReader) bracket() bool {
	closing := byte(']')
	if r.rest[0] == '<' {
		closing = '>'
	}
	end := strings.IndexByte(r.rest, closing)
	if end < 0 || end > 80 {
		return false
	}
	inner := r.rest[1:end]
	rest := strings.TrimLeft(r.rest[end+1:], " \t:")
	if at, n := timeAt(inner); n > 0 && n == len(inner) {
		r.sure(at, rest)
		return true
	}
	r.head.level = bracketLevel(inner)
	if r.head.level == event.Unknown {
		r.head.lane = inner
	}
	if isUUID(inner) {
		r.head.requestID = inner
	}
	r.rest, r.timed, r.loose = rest, false, 0
	return true
}

// glog takes "E1122 10:00:00.123456       1 cart.go:42] ".
func (r *headReader) glog(level event.Level) bool {
	r.head.level = level
	if _, rest, ok := strings.Cut(r.rest, "] "); ok {
		r.rest = rest
	}
	return true
}

// level takes the level, which a word is in capitals, and else only if it is
// followed by a colon or comes right after the time.
func (r *headReader) level(word string) bool {
	name, after, colon := strings.Cut(word, ":")
	if i := strings.IndexByte(name, '['); i == 4 { // logrus: ERRO[0012]
		if level := capitalLevel(name[:i]); level != event.Unknown {
			r.take(level, len(word))
			return true
		}
	}
	name = strings.TrimRight(name, ",")
	level := capitalLevel(name)
	if level == event.Unknown && r.logger == "" && (colon && after == "" || r.timed) {
		level = smallLevel(name)
	}
	if level == event.Unknown || r.loose > 0 && !r.separated(len(word)) && !colon {
		return false
	}
	if colon && after != "" && !isWord(after) && !strings.Contains(after, ":") {
		return false
	}
	r.take(level, len(word)-len(after))
	if colon && after != "" {
		r.loggerBeforeColon()
	}
	return true
}

func (r *headReader) take(level event.Level, n int) {
	r.head.level = level
	r.head.logger = r.logger
	r.rest = r.rest[n:]
}

// separated tells whether a separator follows the word of n bytes.
func (r *headReader) separated(n int) bool {
	rest := r.rest[n:]
	return strings.HasPrefix(rest, "\t") || strings.HasPrefix(rest, " - ") || strings.HasPrefix(rest, " | ") ||
		strings.HasPrefix(rest, "|") || strings.HasPrefix(rest, " : ") || strings.HasPrefix(rest, " [") || strings.HasPrefix(rest, " --- ")
}

// loggerBeforeColon takes Python's "root:" of "ERROR:root:no price".
func (r *headReader) loggerBeforeColon() {
	if name, rest, ok := strings.Cut(r.rest, ":"); ok && isWord(name) {
		r.head.logger, r.rest = name, rest
	}
}

// other takes a word in front of the level that is none itself.
func (r *headReader) other(word string, end int) bool {
	after := strings.TrimLeft(r.rest[end:], " \t|")
	switch {
	case word == "-" || word == "|" || word == "---" || word == ":" || word == "":
		if after == r.rest {
			return false
		}
		r.loose = 0
	case isUUID(word):
		r.head.requestID = word
		r.sure(time.Time{}, after)
		r.timed = false
		return true
	case word == "RequestId:" && len(after) >= 36 && isUUID(after[:36]):
		r.head.requestID = after[:36]
		r.sure(time.Time{}, after[36:])
		return true
	case isNumber(word):
	case isWord(strings.TrimSuffix(word, ":")):
		r.logger = strings.TrimSuffix(word, ":")
		if word == r.logger && !strings.HasPrefix(r.rest[end:], "|") && !strings.HasPrefix(r.rest[end:], " |") {
			r.loose++
		}
		if r.loose > 1 {
			return false
		}
	default:
		return false
	}
	r.rest, r.timed = after, false
	return true
}
