package logtext

import (
	"cmp"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// This file reads exceptions logged as objects. No two loggers use the same keys, but each logs some of
// type, message, frames and cause. Keys are compared without regard to case and "_".

var exceptionKeys = set("exception exceptions error error_detail err thrown throwable exc_info stack_trace cause Exception")

// The keys of an exception, preferred key first.
var (
	typeKeys    = []string{"exctype", "exceptiontype", "exceptionclass", "errortype", "classname", "class", "type", "name", "kind"}
	messageKeys = []string{"excvalue", "exceptionmessage", "errormessage", "message", "value", "msg"}
	framesKeys  = []string{"frames", "steparray", "extendedstacktrace", "stacktraceelements", "stacktrace",
		"stacktracestring", "backtrace", "traceback", "trace", "stack"}
	causeKeys = []string{"cause", "causedby", "previous", "innerexception", "inner"}
)

// The keys of a frame, preferred key first.
var (
	functionKeys = []string{"function", "methodname", "method", "functionname", "func", "name"}
	moduleKeys   = []string{"classname", "declaringclass", "class", "module"}
	fileKeys     = []string{"filename", "file", "path", "source"}
	lineKeys     = []string{"linenumber", "lineno", "line"}
)

// maxCauses bounds the causes of an exception; the first ones matter most.
const maxCauses = 10

// object is a decoded JSON object, with keys in lower case and without "_", and numbers as text.
type object map[string]any

func newObject(value any) object {
	members, _ := value.(map[string]any)
	o := object{}
	for _, key := range slices.Sorted(maps.Keys(members)) { // sorted, so that the same key always wins if several become equal
		value := members[key]
		if number, ok := value.(float64); ok {
			value = strconv.FormatFloat(number, 'f', -1, 64)
		}
		o[strings.ReplaceAll(strings.ToLower(key), "_", "")] = value
	}
	return o
}

func first[T any](o object, keys ...string) (member T) {
	for _, key := range keys {
		if value, ok := o[key].(T); ok {
			return value
		}
	}
	return member
}

// raise gives the event the exceptions that the record contains as objects, unless the event's stack already
// has them. If they have no frames, it returns the first one as text for the message instead.
func (f *fields) raise(e *event.Event) string {
	if f.level != event.Unknown && f.level < event.Warn {
		return ""
	}
	thrown := decoded(f.raised)
	if stack := f.values[fieldStack]; f.raised == "" && strings.HasPrefix(stack, "[{") { // zerolog logs the stack next to the error
		message := cmp.Or(f.text(fieldErrorMessage), f.text(fieldMessage))
		thrown = map[string]any{"type": f.text(fieldErrorType), "message": message, "frames": decoded(stack)}
	}
	chain := appendExceptions(nil, thrown)
	if len(chain) == 0 && e.Stack == "" {
		return first[string](newObject(thrown), messageKeys...)
	}
	read, _ := stacktrace.Parse(e.Stack)
	typed := len(read) == 0 || read[0].Type != ""
	if len(chain) < len(read) || len(chain) == len(read) && typed || f.raised == f.record && len(read) == 0 {
		return ""
	}
	if slices.ContainsFunc(chain, func(x event.Exception) bool { return len(x.Frames) > 0 }) {
		e.Exceptions, e.Runtime, e.Stack = chain, runtimeOf(chain[0].Frames), clip(event.StackText(chain))
		stacktrace.Adopt(e)
		return ""
	}
	if name := chain[0].Type; name == "Error" || name == "error" {
		return chain[0].Message
	}
	return strings.TrimSuffix(chain[0].Type+": "+chain[0].Message, ": ")
}

// decoded returns the decoded JSON value, or nil if it is invalid.
func decoded(value string) (v any) {
	_ = json.Unmarshal([]byte(value), &v)
	return v
}

func appendExceptions(chain []event.Exception, value any) []event.Exception {
	if list, ok := value.([]any); ok {
		for _, item := range list {
			chain = appendExceptions(chain, item)
		}
		return chain
	}
	o := newObject(value)
	if inner := o["exception"]; inner != nil { // Quarkus nests it in "causedBy"
		return appendExceptions(chain, inner)
	}
	x := event.Exception{Type: first[string](o, typeKeys...), Message: first[string](o, messageKeys...)}
	frames, cause := first[any](o, framesKeys...), first[any](o, causeKeys...)
	if inner, ok := frames.(map[string]any); ok { // Sentry's "stacktrace"
		frames = first[any](newObject(inner), framesKeys...)
	}
	if list, ok := frames.([]any); ok && len(list) > 0 && x.Type == "" {
		x.Type = "error" // Go errors have no type name
	}
	if x.Type == "" || x.Message == "" && frames == nil && cause == nil || len(chain) > maxCauses {
		return chain
	}
	if text := frameText(frames); text != "" {
		if read, _ := stacktrace.Parse(x.Type + ": " + x.Message + "\n" + text); len(read) > 0 {
			read[0].Type, read[0].Message = x.Type, x.Message
			if len(read) > 1 {
				cause = nil // the text already contains it
			}
			return appendExceptions(append(chain, read...), cause)
		}
	}
	x.Frames = readFrames(frames, o)
	return appendExceptions(append(chain, x), cause)
}

// frameText returns a stack that is a string or a list of strings, and "" for anything else.
func frameText(value any) string {
	switch value := value.(type) {
	case string:
		if inner, ok := strings.CutPrefix(value, "["); ok && strings.HasSuffix(inner, ")]") { // Java's Arrays.toString
			value = "\tat " + strings.ReplaceAll(inner[:len(inner)-1], "), ", ")\n\tat ")
		}
		return cleanText(value)
	case []any:
		var lines []string
		for _, item := range value {
			if line, ok := item.(string); ok {
				if strings.HasPrefix(line, "at ") { // AWS Lambda's .NET runtime removes the indentation
					line = "   " + line
				}
				lines = append(lines, cleanText(line))
			}
		}
		return strings.Join(lines, "\n")
	}
	return ""
}

// readFrames reads frames as objects or "file:line" (Monolog). The exception's fields may hold the top one.
func readFrames(value any, thrown object) (frames []event.Frame) {
	top := placeFrame(first[string](thrown, "file"))
	if top.Line == 0 {
		top.Line, _ = strconv.Atoi(first[string](thrown, "line"))
	}
	if top.Line != 0 && runtimes[path.Ext(top.File)] != "" {
		frames = append(frames, top)
	}
	list, _ := value.([]any)
	for _, item := range list {
		if place, ok := item.(string); ok {
			frames = append(frames, placeFrame(place))
			continue
		}
		o := newObject(item)
		f := event.Frame{Function: first[string](o, functionKeys...), Module: first[string](o, moduleKeys...)}
		f.File = first[string](o, fileKeys...)
		f.Line, _ = strconv.Atoi(first[string](o, lineKeys...))
		frames = append(frames, f)
	}
	if runtimeOf(frames) == "python" {
		slices.Reverse(frames) // Python logs the oldest call first
	}
	return frames
}

func placeFrame(place string) event.Frame {
	colon := strings.LastIndexByte(place, ':')
	if line, err := strconv.Atoi(place[colon+1:]); err == nil && colon > 0 {
		return event.Frame{File: place[:colon], Line: line}
	}
	return event.Frame{File: place}
}

// runtimes maps the extension of a source file to the runtime of its frames.
var runtimes = map[string]string{
	".py": "python", ".java": "java", ".kt": "java", ".scala": "java", ".groovy": "java", ".php": "php", ".js": "node", ".mjs": "node",
	".cjs": "node", ".ts": "node", ".rb": "ruby", ".go": "go", ".rs": "rust", ".cs": "dotnet", ".ex": "elixir", ".exs": "elixir",
}

// runtimeOf returns the runtime of the frames, named as in package stacktrace. Frames with a class but
// without a known file extension are Java's.
func runtimeOf(frames []event.Frame) string {
	for _, f := range frames {
		if name := runtimes[path.Ext(f.File)]; name != "" {
			return name
		}
	}
	if len(frames) > 0 && frames[0].Module != "" {
		return "java"
	}
	return ""
}
