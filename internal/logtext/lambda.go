package logtext

import (
	"cmp"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// isPlatform recognises the records of Lambda's platform in its JSON format.
func (f *fields) isPlatform() bool { return strings.HasPrefix(f.text(fieldRecordType), "platform.") }

// fillPlatform reads a record of the platform in its JSON format, and reports
// false for every other record. All records about one failure have one message.
func (f *fields) fillPlatform(e *event.Event) bool {
	if !f.isPlatform() {
		return false
	}
	kind, status := f.text(fieldRecordType), f.text(fieldStatus)
	e.Level, e.Message = event.Info, kind
	if status != "timeout" && status != "error" && status != "failure" {
		return true
	}
	e.Message = "invocation failed: "
	if strings.HasPrefix(kind, "platform.init") {
		e.Message = "initialization failed: "
	}
	e.Message += withCause(status, f.text(fieldErrorType))
	if kind != "platform.initReport" { // it has no id by which once could find initRuntimeDone
		e.Level = event.Error
	}
	return true
}

// failed is what AWS Lambda said of failures in one stream.
type failed struct {
	logged string // the request of the last error that was logged
	ended  string // what the platform said last of an invocation that failed
}

// once lowers the level of all but the first record about a failed invocation:
// what a handler throws is logged by the runtime too, and the platform reports
// each failure in two records.
func (last *failed) once(f *fields, e *event.Event) {
	switch id := e.RequestID; {
	case e.Level < event.Error || id == "":
	case !f.isPlatform():
		last.logged = id
	case id == last.ended, id == last.logged && f.text(fieldStatus) == "error":
		e.Level = event.Info
	default:
		last.ended = id
	}
}

// readEmbedded reads the JSON object that a message of text consists of, or
// ends with where Lambda's Node runtime reports an error that nobody caught
// ("Invoke Error	{"errorType":…"). It reports false where there is none.
func readEmbedded(e *event.Event, level event.Level, keys *keyTable) bool {
	start := 0
	if !strings.HasPrefix(e.Message, "{") {
		if start = strings.Index(e.Message, `{"errorType":`); start < 0 {
			return false
		}
	}
	f := readFields(e.Message[start:], keys)
	if f == nil {
		return false
	}
	words, requestID, logger := strings.TrimSpace(e.Message[:start]), e.RequestID, e.Logger
	f.fill(e)
	if f.values[fieldLevelName] == "" && level != event.Unknown {
		e.Level = level
		f.spellIfMute(e)
	}
	e.Message = withCause(words, e.Message)
	e.RequestID, e.Logger = cmp.Or(e.RequestID, requestID), cmp.Or(e.Logger, logger)
	return true
}
