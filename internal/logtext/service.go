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
	Level *int   // GELF and Nextcloud
	Label string // MySQL
	// Step Functions: …:execution:MACHINE:NAME, or …:express:MACHINE:NAME:ID for express workflows
	ARN     string `json:"execution_arn"`
	Type    string
	Details struct{ Error, Cause string }
	// AppSync
	Errors                []json.RawMessage
	FieldInError          bool
	ParentType, FieldName string
}

// fillService reads a record without a level in the format of its service. It reports whether the event is
// complete; if not, fill reads the rest.
func (f *fields) fillService(e *event.Event) bool {
	var r *serviceRecord
	is := func(marks ...string) bool { // the marks together identify the service
		ok := !slices.ContainsFunc(marks, func(mark string) bool { return !strings.Contains(f.record, mark) })
		if ok {
			r = new(serviceRecord)
			_ = json.Unmarshal([]byte(f.record), r) // values of an unexpected type stay empty
		}
		return ok
	}
	switch {
	case e.Level != event.Unknown:
	case is(`"execution_arn"`, `"previous_event_id"`):
		readStepFunctions(r, e)
		return true
	case is(`"graphQLAPIId"`, `"logType"`): // AppSync
		if r.FieldInError && len(r.Errors) > 0 {
			e.Level, e.Message, e.Logger = event.Error, plainValue(string(r.Errors[0])), r.ParentType+"."+r.FieldName
			return true
		}
	case is(`"prio":`, `"err_code":`, `"label":`): // MySQL
		e.Level = fieldLevel("label", r.Label)
	case is(`"short_message"`, `"level"`): // GELF
		if r.Level != nil {
			e.Level = severities[*r.Level&7]
		}
		e.Release = "" // "version" is the version of GELF
	case is(`"reqId"`, `"remoteAddr"`, `"level"`): // Nextcloud
		if r.Level != nil && *r.Level >= 0 && *r.Level <= 4 { // 0 is debug, 4 is fatal
			e.Level = event.Debug + event.Level(*r.Level)
		}
	case is(`{"ts":`, `"caller":"`, `"err":"`): // klog, which omits the level
		e.Level = event.Error
	}
	return false
}

// readStepFunctions treats a failed execution as an error, but a failed task as a warning: the state machine
// may retry it or catch its error.
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
		thrown.fill(e) // the error of a Lambda function
		cause = e.Message
	}
	e.Level, e.Message = level, cmp.Or(withCause(r.Details.Error, cause), r.Type)
}

func (f *fields) isPlatform() bool { return strings.HasPrefix(f.text(fieldRecordType), "platform.") }

var loggedType = regexp.MustCompile("^(?:" + loggedByRuntime + ")$")

// fillPlatform reads a record of Lambda's platform. All records about one failure get the same message.
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
	// An initReport is never an error: without a request id, once cannot match it to its initRuntimeDone.
	if kind != "platform.initReport" && (status != "error" || !loggedType.MatchString(cause)) {
		e.Level = event.Error
	}
	return true
}

// failed holds the latest failures that AWS Lambda reported in one stream.
type failed struct {
	logged string // the request id of the last error logged by the runtime or function
	ended  string // the request id of the last invocation that the platform reported as failed
}

// once lowers a platform record to info if an earlier one reported the same invocation as failed, or if its
// status is "error" and the invocation logged an error: the runtime logs one record and the platform two.
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

// readEmbedded reads a text message that is a JSON object, or that ends with one where Lambda's Node runtime
// reports an uncaught error (`Invoke Error	{"errorType":…`). It reports false if there is no object.
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
