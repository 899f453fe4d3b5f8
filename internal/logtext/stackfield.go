package logtext

import (
	"encoding/json"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// stack returns the text of the record's stack trace, with the exception above
// its frames where the logger keeps it in fields of its own.
func (f *fields) stack(message, cause string) string {
	stack := stackText(f.values[fieldVerbose])
	if !stacktrace.HasTrace(stack) {
		stack = stackText(f.values[fieldStack])
	}
	if text := stackText(f.values[fieldPrinted]); isBlank(stack) && stacktrace.HasTrace(text) {
		return text
	}
	if isBlank(stack) || !strings.Contains(stack, "\n") && !stacktrace.HasTrace(stack) {
		return ""
	}
	if !stacktrace.BeginsWithFrames(stack) {
		return stack
	}
	if cause == "" {
		cause = message
	}
	if name := f.text(fieldErrorType); name != "" {
		cause = name + ": " + cause
	}
	return cause + "\n" + stack
}

// failureIn returns what a message says that holds a trace, as an event of its
// own; a zero one where it holds none.
func failureIn(message string, keys *keyTable) event.Event {
	if strings.HasPrefix(message, "{") || !strings.Contains(message, "\n") && !stacktrace.IsWhole(message) || !stacktrace.HasTrace(message) {
		return event.Event{}
	}
	e := entry{first: cleanText(message)}
	e.read(keys)
	var p pending
	p.begin(&e)
	if inner, ok := p.finish(keys); ok && inner.Stack != "" {
		return inner
	}
	return event.Event{}
}

// stackText reads a stack field: a string, or an array of lines as AWS Lambda
// writes it.
func stackText(value string) string {
	switch {
	case value == "":
		return ""
	case value[0] != '[':
		return cleanText(scalar(value))
	}
	var items []any
	_ = json.Unmarshal([]byte(value), &items) // none if it is no list
	return frameText(items)
}
