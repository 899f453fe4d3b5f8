package logtext

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// logfmt reads a line that begins with a pair and has a level and a message among its pairs.
func (r *headReader) logfmt() bool {
	n := nameEndIn(r.s)
	if n == 0 || n == len(r.s) || r.s[n] != '=' {
		return false
	}
	readLogfmt(&r.h, r.s)
	return r.h.level != event.Unknown
}

// readLogfmt reads a line of key=value pairs, as logrus and slog's text handler
// print it, into h. A line counts as one if it has a level and a message of its own.
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
	h.requestID = cmp.Or(f.text(fieldRequestID), h.requestID)
	h.lane = cmp.Or(f.text(fieldThread), h.lane)
	h.origin = origin{f.text(fieldService), f.text(fieldRelease), f.text(fieldCommit), f.text(fieldEnvironment), f.text(fieldTraceID)}
	h.message = withCause(message, cause)
	h.stack = logfmtStack(f.text(fieldStack), message, cause)
}

// keepPairs keeps every pair of the line. An unquoted value goes on up to
// the next pair, since some print a message of several words so.
func (f *fields) keepPairs(line string) {
	for line != "" {
		n := nameEndIn(line)
		if n == 0 || n == len(line) || line[n] != '=' {
			_, rest, _ := strings.Cut(line, " ")
			line = rest
			continue
		}
		end := n + 1 + wordsValue(line[n+1:])
		f.keep(line[:n], line[n+1:end], 0)
		line = line[end:]
	}
}

// wordsValue returns the length of the value that s begins with, which may be several words
// without quotes, or quoted but cut off before the closing quote.
func wordsValue(s string) int {
	_, n := pairValue(s)
	if stringEnd(s) == 0 {
		n += wordsUpToPair(s[n:])
	}
	return n
}

// wordsUpToPair returns the length of the words that s begins with before the next pair.
func wordsUpToPair(s string) int {
	at, end := 0, 0
	for word := range strings.SplitSeq(s, " ") {
		if n := nameEndIn(word); n > 0 && n < len(word) && word[n] == '=' {
			break
		}
		if at += len(word) + 1; word != "" {
			end = at - 1
		}
	}
	return end
}

// pairValue reads the value that s begins with, unquoted, and returns its length.
func pairValue(s string) (value string, length int) {
	if s != "" && s[0] == '"' {
		if n := stringEnd(s); n > 0 {
			return logfmtUnquote(s[:n]), n
		}
	}
	n := upTo(s, " \t|;]),")
	return s[:n], n
}

// logfmtUnquote decodes a value that begins with a quote. One that was cut off has no closing quote.
func logfmtUnquote(quoted string) string {
	if value, err := strconv.Unquote(quoted); err == nil {
		return value
	}
	if stringEnd(quoted) == 0 {
		return quoted[1:]
	}
	return unquote(quoted)
}

// logfmtStack returns the text of the trace that a field holds: one of its own, or the error, which
// some print with its stack. The message then is no more than its first line.
func logfmtStack(stack, message, cause string) string {
	stack = cmp.Or(stack, cause)
	if !strings.Contains(stack, "\n") || !stacktrace.HasTrace(stack) {
		return ""
	}
	if stacktrace.BeginsWithFrames(stack) {
		return withCause(message, cause) + "\n" + stack
	}
	return stack
}

// withCause adds to a message the error that was logged with it, without which
// "request failed" would be the same error for every reason.
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
