package logtext

import (
	"cmp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// This file reads key=value pairs, as logrus and slog's text handler print them: a whole line of them, or
// those behind a message.

// readLogfmt reads a line of pairs into h, if it has a level and a message of its own.
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

// say takes the message of a line, and the error and the ids in the fields behind it.
func (h *head) say(f *fields, message, cause string) {
	h.stack, h.message = f.stack(message, cause), withCause(message, cause)
	h.requestID = cmp.Or(h.requestID, f.text(fieldRequestID))
	h.traceID = cmp.Or(f.text(fieldTraceID), h.traceID)
}

// readTail reads the error that loggers print behind the message in their formats for people, and removes
// it: the pairs of slog, logrus and zerolog, and zap's object of fields.
func readTail(h *head) {
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

// keepPairs keeps every pair of the line. An unquoted value goes on up to the next
// pair, since some loggers print a message of several words that way.
func (f *fields) keepPairs(line string) {
	for line != "" {
		n := nameEndIn(line)
		if n == 0 || n == len(line) || line[n] != '=' {
			_, line, _ = strings.Cut(line, " ")
			continue
		}
		_, end := pairValue(line[n+1:])
		if end += n + 1; stringEnd(line[n+1:]) == 0 { // no quotes, or cut off inside them
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

// pairValue reads the value at the start of s, unquoted, and returns its length.
func pairValue(s string) (value string, length int) {
	if n := stringEnd(s); n > 0 {
		return unquote(s[:n]), n
	}
	n := upTo(s, " \t|;]),")
	return s[:n], n
}

// withCause adds to a message the error that was logged with it, without which
// "request failed" would be the same error for every cause.
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
