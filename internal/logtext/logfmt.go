package logtext

import (
	"strconv"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// readLogfmt reads a line of key=value pairs, as logrus and slog's text handler
// print it, into h. A line counts as one if it has a level= of its own.
func readLogfmt(h *head) {
	value, ok := logfmtValue(h.message, "level", "lvl", "severity")
	level := fieldLevel(value)
	if !ok || level == event.Unknown {
		return
	}
	h.level, h.structured = level, true
	line := h.message
	if at, ok := logfmtValue(line, "time", "ts", "t"); ok && h.time.IsZero() {
		h.time = fieldTime(at)
	}
	if name, ok := logfmtValue(line, "logger", "component"); ok {
		h.logger = name
	}
	if id, ok := logfmtValue(line, "request_id", "requestId", "req_id"); ok {
		h.requestID = id
	}
	if message, ok := logfmtValue(line, "msg", "message"); ok {
		cause, _ := logfmtValue(line, "error", "err")
		h.message = withCause(message, cause)
		h.stack = logfmtStack(line, message, cause)
	}
}

// readTail reads the error among the pairs that slog, logrus and zerolog print
// after the message in their formats for people, and takes it off the message.
func readTail(h *head) {
	for _, key := range []string{"err", "error"} {
		i := strings.Index(h.message, " "+key+"=")
		if i < 0 {
			continue
		}
		cause, _ := logfmtValue(h.message, key)
		message := strings.TrimSpace(h.message[:i])
		h.stack = logfmtStack(h.message, message, cause)
		h.message = withCause(message, cause)
		return
	}
}

// logfmtStack returns the text of the trace that a field holds: one of its own,
// or the error, which some print with its stack. The message then is no more
// than its first line.
func logfmtStack(line, message, cause string) string {
	stack, ok := logfmtValue(line, "stack", "stacktrace", "exc_info")
	if !ok {
		stack = cause
	}
	if !strings.Contains(stack, "\n") || !stacktrace.HasTrace(stack) {
		return ""
	}
	if stacktrace.BeginsWithFrames(stack) {
		return withCause(message, cause) + "\n" + stack
	}
	return stack
}

// logfmtValue returns the value of the first of keys that the line has.
func logfmtValue(line string, keys ...string) (string, bool) {
	for _, key := range keys {
		for from := 0; ; {
			i := strings.Index(line[from:], key)
			if i < 0 {
				break
			}
			i += from
			from = i + len(key)
			if (i == 0 || line[i-1] == ' ') && strings.HasPrefix(line[from:], "=") {
				return logfmtUnquote(line[from+1:]), true
			}
		}
	}
	return "", false
}

// logfmtUnquote reads the value that s begins with.
func logfmtUnquote(s string) string {
	if quoted, err := strconv.QuotedPrefix(s); err == nil && s[0] == '"' {
		if value, err := strconv.Unquote(quoted); err == nil {
			return value
		}
	}
	value, _, _ := strings.Cut(s, " ")
	return value
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
