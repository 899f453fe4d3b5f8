package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/stacktrace"
)

// This file takes the words of a head between its level and the message.

// afterLevel takes what stands between the level and the message.
func (r *headReader) afterLevel() {
	tabbed := strings.HasPrefix(r.rest, "\t")
	r.rest = strings.TrimLeft(r.rest, " \t:|,")
	r.rest = strings.TrimPrefix(r.rest, "- ")
	for r.afterLevelWord() {
	}
	if tabbed {
		r.zapCaller()
	}
	r.loggerAfterLevel()
}

// afterLevelWord takes a time, an id, a thread in brackets, or Spring's
// "12345 --- ".
func (r *headReader) afterLevelWord() bool {
	rest := ""
	switch {
	case r.rest == "":
		return false
	case len(r.rest) >= 36 && isUUID(r.rest[:36]):
		r.head.requestID, rest = r.rest[:36], r.rest[36:]
	case strings.HasPrefix(r.rest, "RequestId: ") && len(r.rest) > 46 && isUUID(r.rest[11:47]):
		r.head.requestID, rest = r.rest[11:47], r.rest[47:]
	case r.rest[0] == '[' || r.rest[0] == '(':
		end := strings.IndexAny(r.rest, "])")
		if end < 0 || end > 60 || end+1 == len(r.rest) || strings.ContainsAny(r.rest[1:end], "\"'{") || r.rest[1:end] == "cause" {
			return false
		}
		if r.head.lane == "" {
			r.head.lane = r.rest[1:end]
		}
		rest = r.rest[end+1:]
	default:
		at, n := timeAt(r.rest)
		if n == 0 {
			return r.springPid()
		}
		if r.head.time.IsZero() {
			r.head.time = at
		}
		rest = r.rest[n:]
	}
	r.rest = strings.TrimLeft(strings.TrimPrefix(rest, ":"), " \t")
	r.rest = strings.TrimPrefix(r.rest, "- ")
	return true
}

func (r *headReader) springPid() bool {
	pid, rest, ok := strings.Cut(r.rest, " --- ")
	if !ok || !isNumber(pid) {
		return false
	}
	r.rest = rest
	return true
}

// zapCaller takes zap's "shop	cart/cart.go:42	", the logger being optional.
func (r *headReader) zapCaller() {
	for range 2 {
		word, rest, ok := strings.Cut(r.rest, "\t")
		if !ok || strings.Contains(word, " ") {
			return
		}
		if strings.Contains(word, ".go:") {
			r.rest = rest
			return
		}
		if next, _, _ := strings.Cut(rest, "\t"); strings.Contains(next, ".go:") && !strings.Contains(next, " ") {
			r.head.logger, r.rest = word, rest
		}
	}
}

// loggerAfterLevel takes "com.acme.Cart - ", "com.acme.Cart   : ",
// "com.acme.Cart: " or Flask's "in app: ".
func (r *headReader) loggerAfterLevel() {
	s := strings.TrimPrefix(r.rest, "in ")
	flask := len(s) < len(r.rest)
	end := strings.IndexAny(s, " :")
	if end <= 0 || !isWord(s[:end]) || stacktrace.IsHeader(s) {
		return
	}
	name, rest := s[:end], s[end:]
	trimmed := strings.TrimLeft(rest, " ")
	switch {
	case !flask && strings.HasPrefix(trimmed, "- "), !flask && strings.HasPrefix(trimmed, ": ") && trimmed != rest:
		r.rest = trimmed[2:]
	case strings.HasPrefix(rest, ": ") && (flask || strings.Contains(name, ".")):
		r.rest = rest[2:]
	default:
		return
	}
	r.head.logger = name
}
