package logtext

import (
	"cmp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// fields holds the values of one structured record, each as it is written.
type fields struct {
	record string // as it is written
	keys   *keyTable
	values [fieldCount]string
	ranks  [fieldCount]int16
	raised string      // the exception that it holds as an object, as it is written
	level  event.Level // as the field of the level says
	pairs  bool        // the values are written as logfmt's
}

// readFields reads a record that is one JSON object and nothing else, or returns nil. Of a record
// that was cut because of its length it reads the members before the cut.
func readFields(s string, keys *keyTable) *fields {
	if !strings.HasPrefix(s, "{") {
		return nil
	}
	f := &fields{record: s, keys: keys}
	rest, ok := f.object(s, "", 0)
	if !ok && len(s) > MaxText {
		_, _ = f.object(s+`"}`, "", 0) // cut in a string, as most are
		ok = f.level != event.Unknown
		rest = ""
	}
	if !ok || skipSpace(rest) != "" {
		return nil
	}
	return f
}

// maxNesting bounds how deep fields are looked for.
const maxNesting = 4

// object reads the members of the object that s begins with, whose keys the
// prefix completes, and returns what follows it.
func (f *fields) object(s, prefix string, depth int) (rest string, ok bool) {
	return eachMember(s, func(key, value string) { f.member(prefix+key, value, depth) })
}

// member keeps a value that some field asks for. The message may be an object,
// which a program logged as it was: its members count as the record's own.
func (f *fields) member(key, value string, depth int) {
	if (value[0] == '{' || value[0] == '[') && f.raised == "" && exceptionKeys[key[strings.LastIndexByte(key, '.')+1:]] {
		f.raised = value
		if key == "cause" {
			f.raised = f.record // which is the error itself, as winston logs one
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

// keep takes a value that some field asks for. A level's must name a level.
func (f *fields) keep(key, value string, depth int) {
	k, ok := f.keys.nested(key)
	if !ok || value == "" || value[0] == '{' || value == "null" || value == `""` {
		return
	}
	if field(k.field) == fieldStack && isID(scalar(value)) { // go-zero's "trace"
		k.field = int(fieldTraceID)
	}
	k.rank += depth * 100 // what is nearer to the surface wins, key for key
	if f.values[k.field] != "" && int16(k.rank) >= f.ranks[k.field] {
		return
	}
	if field(k.field) == fieldLevelName {
		level := fieldLevel(key, f.plain(value))
		if level == event.Unknown {
			return
		}
		f.level = level
	}
	f.values[k.field], f.ranks[k.field] = value, int16(k.rank)
}

// text returns a field's string or number, "" where there is none.
func (f *fields) text(which field) string { return f.plain(f.values[which]) }

// plain is a value without its quotes, "" where it is no string or number.
func (f *fields) plain(value string) string {
	if !f.pairs {
		return scalar(value)
	}
	if strings.HasPrefix(value, `"`) {
		return logfmtUnquote(value)
	}
	return value
}

// fill completes the event by the fields.
func (f *fields) fill(e *event.Event) {
	f.fillIDs(e)
	if e.Time.IsZero() {
		e.Time = fieldTime(f.text(fieldTimestamp))
	}
	message := cmp.Or(f.text(fieldMessage), f.text(fieldPrinted))
	cause := f.text(fieldErrorMessage)
	e.Stack = clip(f.stack(message, cause))
	if f.raised != "" || strings.HasPrefix(f.values[fieldStack], "[{") {
		raised := *e // a copy, so that no other record's event goes to the heap
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
	if e.Level = f.levelBy(e.Stack); f.values[fieldLevelName] == "" && f.values[fieldSeverity] == "" {
		e.Level = max(e.Level, inner.Level)
	}
	if f.fillPlatform(e) || f.fillService(e) {
		return
	}
	if e.Level == event.Unknown {
		first, _, _ := strings.Cut(message, "\n")
		e.Level = readHead(first, false, event.Unknown).level
	}
	e.Message = clip(message)
	if e.Stack == "" || message == "" {
		e.Message = clip(withCause(message, cause))
	}
	f.spellIfMute(e)
}

// fillIDs takes the fields that only name things.
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
	case name == "" || stacktrace.IsExceptionName(name): // winston copies an error's own fields
	case f.values[fieldHost] != "": // bunyan and pino print the host with it
		e.Service = name
	case e.Logger == "":
		e.Logger = name
	}
}

// levelBy returns the field's level, else that of the record's shape.
func (f *fields) levelBy(stack string) event.Level {
	if f.level != event.Unknown {
		return f.level
	}
	level := otelLevel(f.text(fieldSeverity))
	if level == event.Unknown && (stack != "" || f.values[fieldErrorType] != "") {
		return event.Error
	}
	return level
}
