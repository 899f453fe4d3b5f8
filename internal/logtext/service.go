package logtext

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

type serviceRecord struct {
	Level *int   // GELF's and Nextcloud's
	Label string // MySQL's
	// Step Functions': …:execution:MACHINE:NAME, for express ones …:express:MACHINE:NAME:ID
	ARN     string `json:"execution_arn"`
	Type    string
	Details struct{ Error, Cause string }
	// AppSync's
	Errors                []json.RawMessage
	FieldInError          bool
	ParentType, FieldName string
}

// fillService reads a record without a level as its service writes it, and reports whether that is all of it.
func (f *fields) fillService(e *event.Event) bool {
	var r *serviceRecord
	is := func(marks ...string) bool { // parts of the record that no other kind has together
		ok := !slices.ContainsFunc(marks, func(mark string) bool { return !strings.Contains(f.record, mark) })
		if ok {
			r = new(serviceRecord)
			_ = json.Unmarshal([]byte(f.record), r) // values of another type stay empty
		}
		return ok
	}
	switch {
	case e.Level != event.Unknown:
	case is(`"execution_arn"`, `"previous_event_id"`):
		readStepFunctions(r, e)
		return true
	case is(`"graphQLAPIId"`, `"logType"`): // AppSync's
		if r.FieldInError && len(r.Errors) > 0 {
			e.Level, e.Message, e.Logger = event.Error, plainValue(string(r.Errors[0])), r.ParentType+"."+r.FieldName
			return true
		}
	case is(`"prio":`, `"err_code":`, `"label":`): // MySQL's
		e.Level = fieldLevel("label", r.Label)
	case is(`"short_message"`, `"level"`): // GELF's
		if r.Level != nil {
			e.Level = severities[*r.Level&7]
		}
		e.Release = "" // "version" is GELF's own
	case is(`"reqId"`, `"remoteAddr"`, `"level"`): // Nextcloud's
		if r.Level != nil && *r.Level >= 0 && *r.Level <= 4 { // from debug to fatal
			e.Level = event.Debug + event.Level(*r.Level)
		}
	case is(`{"ts":`, `"caller":"`, `"err":"`): // klog's, which leaves it out
		e.Level = event.Error
	}
	return false
}

// readStepFunctions counts executions that failed. A task that failed may be tried again or caught.
func readStepFunctions(r *serviceRecord, e *event.Event) {
	if parts := strings.Split(r.ARN, ":"); len(parts) > 7 {
		e.Service, e.RequestID = parts[6], parts[7]
	}
	level, cause := event.Info, r.Details.Cause
	switch {
	case r.Type == "ExecutionFailed" || r.Type == "ExecutionTimedOut":
		level = event.Error
	case strings.HasSuffix(r.Type, "Failed"), strings.HasSuffix(r.Type, "TimedOut"), strings.HasSuffix(r.Type, "Aborted"):
		level = event.Warn
	}
	if thrown := readFields(cause, commonKeys); thrown != nil {
		thrown.fill(e) // what a Lambda function threw
		cause = e.Message
	}
	e.Level, e.Message = level, cmp.Or(withCause(r.Details.Error, cause), r.Type)
}

func (f *fields) isPlatform() bool { return strings.HasPrefix(f.text(fieldRecordType), "platform.") }

var loggedType = regexp.MustCompile("^(?:" + loggedByRuntime + ")$")

// fillPlatform reads a record of Lambda's platform. All records about one failure have one message.
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
	cause := f.text(fieldErrorType)
	e.Message += withCause(status, cause)
	// initReport has no id by which once could find initRuntimeDone.
	if kind != "platform.initReport" && (status != "error" || !loggedType.MatchString(cause)) {
		e.Level = event.Error
	}
	return true
}

// failed is what AWS Lambda reported of failures in one stream.
type failed struct {
	logged string // the request of the last error that was logged
	ended  string // the last invocation that the platform reported as failed
}

// once lowers all but the first of the records about an invocation: the runtime's, and two of the platform's.
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

// readEmbedded reads the JSON object that a text message consists of, or ends with where Lambda's Node
// runtime reports an uncaught error (`Invoke Error	{"errorType":…`). It reports false if there is none.
func readEmbedded(e *event.Event, level event.Level, keys *keyTable) bool {
	start := 0
	if !strings.HasPrefix(e.Message, "{") {
		start = strings.Index(e.Message, `{"errorType":`)
	}
	f := readFields(e.Message[max(start, 0):], keys)
	if f == nil {
		return false
	}
	words, requestID, logger := strings.TrimSpace(e.Message[:start]), e.RequestID, e.Logger
	f.fill(e)
	if f.level == event.Unknown && level != event.Unknown {
		e.Level = level
		f.spellIfMute(e)
	}
	e.Message = withCause(words, e.Message)
	e.RequestID, e.Logger = cmp.Or(e.RequestID, requestID), cmp.Or(e.Logger, logger)
	return true
}
