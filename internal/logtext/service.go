package logtext

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// This file reads the JSON records of services that do not name their level as
// loggers do.

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
		{"MySQL", []string{`"prio":`, `"err_code":`, `"label":`}, readMySQL},
		{"GELF", []string{`"short_message"`, `"level"`}, readGELF},
		{"Nextcloud", []string{`"reqId"`, `"remoteAddr"`, `"level"`}, readNextcloud},
		{"klog", []string{`{"ts":`, `"caller":"`, `"err":"`}, readKlog},
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

// readStepFunctions counts executions that failed. A task that failed may be
// tried again or caught.
func readStepFunctions(r *serviceRecord, e *event.Event) bool {
	if parts := strings.Split(r.ARN, ":"); len(parts) > 7 {
		e.Service, e.RequestID = parts[6], parts[7]
	}
	e.Level = event.Info
	switch {
	case r.Type == "ExecutionFailed", r.Type == "ExecutionTimedOut":
		e.Level = event.Error
	case strings.HasSuffix(r.Type, "Failed"), strings.HasSuffix(r.Type, "TimedOut"), strings.HasSuffix(r.Type, "Aborted"):
		e.Level = event.Warn
	}
	level, cause := e.Level, r.Details.Cause
	if strings.HasPrefix(cause, "{") {
		if thrown := readFields(cause, commonKeys); thrown != nil {
			thrown.fill(e) // what a Lambda function threw
			cause = e.Message
		}
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

// readMySQL reads the level, which MySQL calls a label.
func readMySQL(r *serviceRecord, e *event.Event) bool {
	e.Level = fieldLevel("label", r.Label)
	return false
}

// readKlog reads an error, whose level klog leaves out.
func readKlog(_ *serviceRecord, e *event.Event) bool {
	e.Level = event.Error
	return false
}

// readNextcloud reads levels from 0 (debug) to 4 (fatal).
func readNextcloud(r *serviceRecord, e *event.Event) bool {
	if r.Level != nil && *r.Level >= 0 && *r.Level <= 4 {
		e.Level = event.Debug + event.Level(*r.Level)
	}
	return false
}

// readGELF reads Graylog's levels, which are syslog's.
func readGELF(r *serviceRecord, e *event.Event) bool {
	if r.Level != nil {
		e.Level = syslogLevel(*r.Level)
	}
	e.Release = "" // "version" is GELF's own
	return false
}
