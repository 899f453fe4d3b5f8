package logtext

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// This file walks JSON without decoding values that are not needed, since most records only need their level.
// It also reads key=value pairs, as logrus and slog's text handler print them.

// eachMember calls take with each key and raw value, and returns the text after the object, or false if it is
// malformed or cut off.
func eachMember(s string, take func(key, value string)) (rest string, ok bool) {
	for {
		s = skipSpace(s[1:]) // after the brace or comma
		n := stringEnd(s)
		if n == 0 {
			return strings.CutPrefix(s, "}")
		}
		key := unquote(s[:n])
		if s = skipSpace(s[n:]); !strings.HasPrefix(s, ":") {
			return s, false
		}
		s = skipSpace(s[1:])
		if n = valueEnd(s); n <= 0 {
			return s, false
		}
		take(key, s[:n])
		if s = skipSpace(s[n:]); !strings.HasPrefix(s, ",") {
			return strings.CutPrefix(s, "}")
		}
	}
}

func skipSpace(s string) string {
	if s != "" && s[0] > ' ' {
		return s
	}
	return strings.TrimLeft(s, " \t\r\n")
}

// stringEnd returns the length of the quoted string at the start of s, or 0 if there is none.
func stringEnd(s string) int {
	if s == "" || s[0] != '"' {
		return 0
	}
	for i := 1; ; {
		quote := strings.IndexByte(s[i:], '"')
		if quote < 0 {
			return 0
		}
		i += quote + 1
		if text := s[:i-1]; (len(text)-len(strings.TrimRight(text, `\`)))%2 == 0 { // an odd number escapes the quote
			return i
		}
	}
}

// valueEnd returns the length of the JSON value at the start of s, or 0 or inString if it is cut off.
func valueEnd(s string) int {
	switch {
	case strings.HasPrefix(s, `"`):
		return stringEnd(s)
	case strings.HasPrefix(s, "{"), strings.HasPrefix(s, "["):
		return nestedEnd(s)
	}
	return span(s, func(c byte) bool { return strings.IndexByte(",}] \t\r\n", c) < 0 })
}

// inString is returned for an object cut off inside a string. Its parts must be joined without a line break.
const inString = -1

// nestedEnd returns the length of the object or list at the start of s, or 0 or inString if it is cut off.
func nestedEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n := stringEnd(s[i:])
			if n == 0 {
				return inString
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// unquote decodes a string in JSON or Go syntax. The closing quote may be missing if the string was cut off.
func unquote(quoted string) string {
	if len(quoted) < 2 || quoted[len(quoted)-1] != '"' {
		return quoted[1:]
	}
	inner := quoted[1 : len(quoted)-1]
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	if s, err := strconv.Unquote(quoted); err == nil {
		return s
	}
	if s, ok := decoded(quoted).(string); ok {
		return s
	}
	return inner
}

// scalar returns the text of a string or the digits of a number, and "" for anything else.
func scalar(value string) string {
	switch {
	case strings.HasPrefix(value, `"`):
		return unquote(value)
	case value != "" && (value[0] == '-' || isDigit(value[0])):
		return value
	}
	return ""
}

// readLogfmt reads a line of pairs into h if it has a message or an error, and it or h has a level.
func readLogfmt(h *head, line string) {
	f := fields{keys: commonKeys, pairs: true}
	f.keepPairs(line)
	level := cmp.Or(f.level, h.level)
	message, cause := cmp.Or(f.text(fieldMessage), f.text(fieldPrinted)), f.text(fieldErrorMessage)
	if level == event.Unknown || message == "" && cause == "" {
		return
	}
	h.level, h.structured, h.format = level, true, "logfmt"
	h.time = cmp.Or(h.time, fieldTime(f.text(fieldTimestamp)))
	h.logger = cmp.Or(f.text(fieldLogger), h.logger)
	h.requestID, h.lane = cmp.Or(f.text(fieldRequestID), h.requestID), cmp.Or(f.text(fieldThread), h.lane)
	h.origin = origin{f.text(fieldService), f.text(fieldRelease), f.text(fieldCommit), f.text(fieldEnvironment), ""}
	h.say(&f, message, cause)
}

// say takes the message of a line, and the error and ids from the fields after it.
func (h *head) say(f *fields, message, cause string) {
	h.stack, h.message = f.stack(message, cause), withCause(message, cause)
	h.requestID = cmp.Or(h.requestID, f.text(fieldRequestID))
	h.traceID = cmp.Or(f.text(fieldTraceID), h.traceID)
}

// readTail reads and removes the error after a message: pairs of slog, logrus and zerolog, or zap's object.
func readTail(h *head) {
	if i := strings.Index(h.message, "    at "); i > 0 && stacktrace.HasTrace(h.message[i:]) {
		lines := strings.NewReplacer("    at ", "\n   at ", "    --- ", "\n   --- ", "  ---> ", "\n ---> ") // of .NET's SingleLine
		h.stack, h.message = lines.Replace(h.message), h.message[:i]
		return
	}
	s := strings.TrimSuffix(strings.TrimSuffix(h.message, " []"), " {}")
	if start := strings.Index(s, "{\""); start > 0 && strings.HasSuffix(s, "}") && (s[start-1] == ' ' || s[start-1] == '\t') {
		if f := readFields(s[start:], commonKeys); f != nil && f.values[fieldErrorType] == "" {
			h.say(f, strings.TrimRight(s[:start], " \t=>:-"), cmp.Or(f.text(fieldErrorMessage), f.text(fieldMessage)))
			return
		}
	}
	for _, key := range [...]string{" err=", " error="} {
		if i := strings.Index(h.message, key); i >= 0 {
			f := fields{keys: commonKeys, pairs: true}
			f.keepPairs(h.message[i+1:])
			h.say(&f, strings.TrimRight(h.message[:i], " |"), f.text(fieldErrorMessage))
			return
		}
	}
}

// keepPairs keeps every pair. A value extends to the next pair, since some loggers do not quote spaces.
func (f *fields) keepPairs(line string) {
	for line != "" {
		n := nameEndIn(line)
		if n == 0 || n == len(line) || line[n] != '=' {
			_, line, _ = strings.Cut(line, " ")
			continue
		}
		_, end := pairValue(line[n+1:])
		if end += n + 1; stringEnd(line[n+1:]) == 0 { // unquoted, or cut off inside quotes
			at := end
			for word := range strings.SplitSeq(line[end:], " ") {
				if m := nameEndIn(word); m > 0 && m < len(word) && word[m] == '=' {
					break
				}
				if at += len(word) + 1; word != "" {
					end = at - 1
				}
			}
		}
		f.keep(line[:n], line[n+1:end], 0)
		line = line[end:]
	}
}

// pairValue returns the value at the start of s without quotes, and its length in s.
func pairValue(s string) (value string, length int) {
	if n := stringEnd(s); n > 0 {
		return unquote(s[:n]), n
	}
	n := span(s, func(c byte) bool { return strings.IndexByte(" \t|;]),", c) < 0 })
	return s[:n], n
}

// withCause adds the error logged with a message. Otherwise every "request failed" would be the same error.
func withCause(message, cause string) string {
	if first, rest, ok := strings.Cut(cause, "\n"); ok && stacktrace.HasTrace(rest) {
		cause = first
	}
	switch {
	case cause == "" || cause == "nil" || cause == "<nil>" || cause == "null" || strings.Contains(message, cause):
		return message
	case message == "":
		return cause
	}
	return strings.TrimSuffix(message, ":") + ": " + cause
}
