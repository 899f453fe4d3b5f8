package logtext

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// This file reads the JSON records of services that do not name their level as loggers do.

// service is one kind of record.
type service struct {
	name  string
	marks []string // parts of the record that together no other kind has
	// read sets the level, and reports whether it set the message too.
	read func(r *serviceRecord, e *event.Event) bool
}

// serviceRecord holds what the services write, each its own members.
type serviceRecord struct {
	Level *int   // GELF's and Nextcloud's
	Label string // MySQL's
	// Step Functions': …:execution:MACHINE:NAME, of express ones …:express:MACHINE:NAME:ID
	ARN     string `json:"execution_arn"`
	Type    string
	Details struct{ Error, Cause string }
	// AppSync's
	Errors                []json.RawMessage
	FieldInError          bool
	ParentType, FieldName string
}

var services []service

func init() { // a record of Step Functions holds one of any kind
	services = []service{
		{"Step Functions", []string{`"execution_arn"`, `"previous_event_id"`}, readStepFunctions},
		{"AppSync", []string{`"graphQLAPIId"`, `"logType"`}, readAppSync},
		{"MySQL", []string{`"prio":`, `"err_code":`, `"label":`}, func(r *serviceRecord, e *event.Event) bool {
			e.Level = fieldLevel("label", r.Label)
			return false
		}},
		{"GELF", []string{`"short_message"`, `"level"`}, func(r *serviceRecord, e *event.Event) bool {
			if r.Level != nil {
				e.Level = syslogLevel(*r.Level)
			}
			e.Release = "" // "version" is GELF's own
			return false
		}},
		{"Nextcloud", []string{`"reqId"`, `"remoteAddr"`, `"level"`}, func(r *serviceRecord, e *event.Event) bool {
			if r.Level != nil && *r.Level >= 0 && *r.Level <= 4 { // from debug to fatal
				e.Level = event.Debug + event.Level(*r.Level)
			}
			return false
		}},
		{"klog", []string{`{"ts":`, `"caller":"`, `"err":"`}, func(_ *serviceRecord, e *event.Event) bool {
			e.Level = event.Error // which it leaves out
			return false
		}},
	}
}

// fillService reads what a record without a logger's level says in its service's
// own way, and reports whether nothing is left to read.
func (f *fields) fillService(e *event.Event) bool {
	for _, s := range services {
		lacks := func(mark string) bool { return !strings.Contains(f.record, mark) }
		if e.Level != event.Unknown || slices.ContainsFunc(s.marks, lacks) {
			continue
		}
		var r serviceRecord
		_ = json.Unmarshal([]byte(f.record), &r) // what is of another type stays empty
		read := *e                               // a copy, so that no other record's event goes to the heap
		done := s.read(&r, &read)
		if *e = read; done {
			return true
		}
	}
	return false
}

// readStepFunctions counts executions that failed. A task that failed may be tried again or caught.
func readStepFunctions(r *serviceRecord, e *event.Event) bool {
	if parts := strings.Split(r.ARN, ":"); len(parts) > 7 {
		e.Service, e.RequestID = parts[6], parts[7]
	}
	e.Level = event.Info
	switch {
	case r.Type == "ExecutionFailed" || r.Type == "ExecutionTimedOut":
		e.Level = event.Error
	case strings.HasSuffix(r.Type, "Failed"), strings.HasSuffix(r.Type, "TimedOut"), strings.HasSuffix(r.Type, "Aborted"):
		e.Level = event.Warn
	}
	level, cause := e.Level, r.Details.Cause
	if thrown := readFields(cause, commonKeys); thrown != nil {
		thrown.fill(e) // what a Lambda function threw
		cause = e.Message
	}
	e.Level, e.Message = level, cmp.Or(withCause(r.Details.Error, cause), r.Type)
	return true
}

// readAppSync counts resolvers that failed.
func readAppSync(r *serviceRecord, e *event.Event) bool {
	if !r.FieldInError || len(r.Errors) == 0 {
		return false
	}
	e.Level, e.Message, e.Logger = event.Error, plainValue(string(r.Errors[0])), r.ParentType+"."+r.FieldName
	return true
}

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

// once lowers the level of all but the first record about a failed invocation: what a handler
// throws is logged by the runtime too, and the platform reports each failure in two records.
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
