package logtext

import (
	"cmp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// fields holds the values of one structured record as raw text.
type fields struct {
	record string // the raw record
	keys   *keyTable
	values [fieldCount]string
	ranks  [fieldCount]int16
	raised string      // the raw exception, if the record contains one as an object or a list
	level  event.Level // the value of the level field
	pairs  bool        // the values are in logfmt
}

// readFields reads a record that is exactly one JSON object, or returns nil. An object longer than MaxText
// that was cut off is read up to the cut if it has a level before that.
func readFields(s string, keys *keyTable) *fields {
	if !strings.HasPrefix(s, "{") {
		return nil
	}
	f := &fields{record: s, keys: keys}
	rest, ok := f.object(s, "", 0)
	if !ok && len(s) > MaxText {
		_, _ = f.object(s+`"}`, "", 0) // most are cut inside a string
		rest, ok = "", f.level != event.Unknown
	}
	if !ok || skipSpace(rest) != "" {
		return nil
	}
	return f
}

// maxNesting bounds the depth to which objects are searched for fields.
const maxNesting = 4

func (f *fields) object(s, prefix string, depth int) (rest string, ok bool) {
	return eachMember(s, func(key, value string) { f.member(prefix+key, value, depth) })
}

// member reads one member. The members of an object logged as the message count as the record's own.
func (f *fields) member(key, value string, depth int) {
	if (value[0] == '{' || value[0] == '[') && f.raised == "" && exceptionKeys[key[strings.LastIndexByte(key, '.')+1:]] {
		f.raised = value
		if key == "cause" {
			f.raised = f.record // the record is the error itself, as winston logs it
		}
	}
	if value[0] == '{' && f.keys.holds(key) && depth < maxNesting {
		prefix := key + "."
		if key == "message" {
			prefix = ""
		}
		f.object(value, prefix, depth+1)
		return
	}
	f.keep(key, value, depth)
}

// keep stores a value if its key belongs to a field and none of a better rank is stored. A level that cannot
// be parsed is skipped.
func (f *fields) keep(key, value string, depth int) {
	k, ok := f.keys.nested(key)
	if !ok || value == "" || value[0] == '{' || value == "null" || value == `""` {
		return
	}
	if k.field == fieldStack && isID(scalar(value)) { // go-zero's "trace"
		k.field = fieldTraceID
	}
	k.rank += int16(depth * 100) // less nested keys win
	if f.values[k.field] != "" && k.rank >= f.ranks[k.field] {
		return
	}
	if k.field == fieldLevelName {
		level := fieldLevel(key, f.plain(value))
		if level == event.Unknown {
			return
		}
		f.level = level
	}
	f.values[k.field], f.ranks[k.field] = value, k.rank
}

func (f *fields) text(which field) string { return f.plain(f.values[which]) }

// plain returns a value without its quotes, or "" for a JSON value that is neither a string nor a number.
func (f *fields) plain(value string) string {
	if f.pairs && !strings.HasPrefix(value, `"`) {
		return value
	}
	return scalar(value)
}

// lines returns a field's text, which AWS Lambda may log as a list of lines.
func (f *fields) lines(which field) string {
	if value := f.values[which]; strings.HasPrefix(value, "[") {
		return frameText(decoded(value))
	}
	return cleanText(f.text(which))
}

func (f *fields) fill(e *event.Event) {
	f.fillIDs(e)
	if e.Time.IsZero() {
		e.Time = fieldTime(f.text(fieldTimestamp))
	}
	message, cause := cmp.Or(f.text(fieldMessage), f.text(fieldPrinted)), f.text(fieldErrorMessage)
	e.Stack = clip(f.stack(message, cause))
	if f.raised != "" || strings.HasPrefix(f.values[fieldStack], "[{") {
		raised := *e // a copy, so that only events with an exception escape to the heap
		cause = cmp.Or(f.raise(&raised), cause)
		*e = raised
	}
	var inner event.Event
	if e.Stack == "" {
		if g := readFields(message, f.keys); g != nil {
			g.fill(&inner)
		} else {
			inner = failureIn(message, f.keys)
		}
		e.Stack, message = inner.Stack, cmp.Or(inner.Message, message)
	}
	e.Level = cmp.Or(f.level, inner.Level)
	before := e.Level
	done := f.fillPlatform(e) || f.fillService(e)
	if f.level == event.Unknown && e.Level == before && (e.Stack != "" || f.values[fieldErrorType] != "") {
		e.Level = max(e.Level, event.Error)
	}
	if done {
		return
	}
	if e.Level == event.Unknown {
		first, _, _ := strings.Cut(message, "\n")
		e.Level = readHead(first, false, event.Unknown).level
	}
	if e.Stack == "" || message == "" {
		message = withCause(message, cause)
	}
	e.Message = clip(message)
	f.spellIfMute(e)
}

func (f *fields) fillIDs(e *event.Event) {
	e.Logger = f.text(fieldLogger)
	e.Commit = f.text(fieldCommit)
	e.Release = cmp.Or(f.text(fieldRelease), e.Commit)
	e.Environment = f.text(fieldEnvironment)
	e.RequestID = f.text(fieldRequestID)
	e.TraceID = f.text(fieldTraceID)
	e.Service = cmp.Or(f.text(fieldService), e.Service)
	name := f.text(fieldName)
	switch {
	case name == "" || stacktrace.IsExceptionName(name): // winston copies the fields of an error into the record
	case f.values[fieldHost] != "": // bunyan and pino log the service as the name, next to the host
		e.Service = name
	case e.Logger == "":
		e.Logger = name
	}
}

// stack returns the stack trace. If it begins with frames, the exception in other fields is put first.
func (f *fields) stack(message, cause string) string {
	stack := f.lines(fieldVerbose)
	if !stacktrace.HasTrace(stack) {
		stack = f.lines(fieldStack)
	}
	if text := f.lines(fieldPrinted); isBlank(stack) && stacktrace.HasTrace(text) {
		return text
	}
	if isBlank(stack) && f.values[fieldErrorType] == "" && strings.Contains(cause, "\n") && stacktrace.HasTrace(cause) {
		return cause // printed with its stack
	}
	if isBlank(stack) || !strings.Contains(stack, "\n") && !stacktrace.HasTrace(stack) {
		return ""
	}
	if !stacktrace.BeginsWithFrames(stack) {
		return stack
	}
	cause = cmp.Or(cause, message)
	if name := strings.TrimSuffix(strings.TrimPrefix(f.text(fieldErrorType), "Function<"), ">"); name != "" { // AWS Lambda's Ruby runtime
		cause = name + ": " + cause
	}
	return cause + "\n" + stack
}

// failureIn reads a message that contains a trace as an event. It returns a zero event if there is no trace.
func failureIn(message string, keys *keyTable) event.Event {
	if strings.HasPrefix(message, "{") || !strings.Contains(message, "\n") && !stacktrace.IsWhole(message) ||
		!stacktrace.HasTrace(message) {
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

// maxSpelled bounds the members spelled out in a message; the first ones are enough to distinguish errors.
const maxSpelled = 12

// spellIfMute makes a message from the fields of an event at warn or worse without message and stack.
func (f *fields) spellIfMute(e *event.Event) {
	if e.Message == "" && e.Stack == "" && e.Level >= event.Warn {
		var words []string
		spellInto(&words, f.record, f.keys)
		e.Message = clip(strings.Join(words, ", "))
	}
}

// spellInto appends the members that set no field of the event, such as `code: E_TIMEOUT` and `op: charge`.
func spellInto(words *[]string, object string, keys *keyTable) {
	eachMember(object, func(key, value string) {
		k, known := keys.byName[key]
		switch {
		case len(*words) >= maxSpelled:
		case value[0] == '{' && keys.holds(key):
			spellInto(words, value, keys)
		case !known, k.field == fieldLevelName && fieldLevel(key, scalar(value)) == event.Unknown:
			*words = append(*words, key+": "+plainValue(value))
		case k.field == fieldMessage && value[0] == '[':
			*words = append(*words, plainValue(value))
		}
	})
}

// plainValue returns a value without quotes, because grouping treats quoted text as variable.
func plainValue(value string) string {
	if value[0] == '"' {
		return unquote(value)
	}
	return strings.ReplaceAll(value, `"`, "")
}
