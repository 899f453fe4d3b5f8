package logtext

import (
	"cmp"
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
	cause = cmp.Or(cause, message)
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
	e := entry{carried: carried{first: cleanText(message)}}
	e.read(keys)
	var p pending
	p.begin(&e)
	if inner, ok := p.finish(keys); ok && inner.Stack != "" {
		return inner
	}
	return event.Event{}
}

// stackText reads a stack field: a string, or an array of lines as AWS Lambda writes it.
func stackText(value string) string {
	if !strings.HasPrefix(value, "[") {
		return cleanText(scalar(value))
	}
	return frameText(decoded(value))
}

// maxSpelled bounds the members that are spelled out: the first ones say errors apart.
const maxSpelled = 12

// spellIfMute gives an error that has neither message nor stack a message.
func (f *fields) spellIfMute(e *event.Event) {
	if e.Message == "" && e.Stack == "" && e.Level >= event.Warn {
		var words []string
		spellInto(&words, f.record, f.keys)
		e.Message = clip(strings.Join(words, ", "))
	}
}

// spellInto puts the members of a record that has no message into words, as in
// `code: E_TIMEOUT, op: charge`, so that different errors do not look alike.
// What is a field of its own, such as the time, is no part of it.
func spellInto(words *[]string, object string, keys *keyTable) {
	eachMember(object, func(key, value string) {
		k, known := keys.byName[key]
		switch {
		case len(*words) >= maxSpelled:
		case value[0] == '{' && keys.holds(key):
			spellInto(words, value, keys)
		case !known, field(k.field) == fieldLevelName && fieldLevel(key, scalar(value)) == event.Unknown:
			*words = append(*words, key+": "+plainValue(value))
		case k.field == int(fieldMessage) && value[0] == '[':
			*words = append(*words, plainValue(value))
		}
	})
}

// plainValue is a value without the quotes that a template would take for those of a variable part.
func plainValue(value string) string {
	if value[0] == '"' {
		return unquote(value)
	}
	return strings.ReplaceAll(value, `"`, "")
}
