package logtext

import (
	"cmp"
	"encoding/json"
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
	read func(record string, e *event.Event) bool
}

var services []service

func init() { // a record of Step Functions holds one of any kind
	services = []service{
		{"Step Functions", []string{`"execution_arn"`, `"previous_event_id"`}, readStepFunctions},
		{"AppSync", []string{`"graphQLAPIId"`, `"logType"`}, readAppSync},
		{"MongoDB", []string{`{"t":{"$date"`, `"ctx"`}, readMongoDB},
		{"GELF", []string{`"short_message"`, `"level"`}, readGELF},
		{"Nextcloud", []string{`"reqId"`, `"remoteAddr"`, `"level"`}, readNextcloud},
		{"klog", []string{`{"ts":`, `"caller":"`, `"err":"`}, readKlog},
	}
}

// fillService reads what a record without a logger's level says in its service's
// own way, and reports whether nothing is left to read.
func (f *fields) fillService(e *event.Event) bool {
	for _, s := range services {
		if e.Level != event.Unknown || !containsAll(f.record, s.marks) {
			continue
		}
		read := *e // a copy, so that no other record's event goes to the heap
		done := s.read(f.record, &read)
		if *e = read; done {
			return true
		}
	}
	return false
}

func containsAll(s string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(s, part) {
			return false
		}
	}
	return true
}

// readStepFunctions counts executions that failed. A task that failed may be
// tried again or caught.
func readStepFunctions(record string, e *event.Event) bool {
	var r struct {
		Type    string
		Details struct{ Error, Cause string }
		ARN     string `json:"execution_arn"` // …:execution:MACHINE:NAME, of express ones …:express:MACHINE:NAME:ID
	}
	if json.Unmarshal([]byte(record), &r) != nil {
		return false
	}
	if parts := strings.Split(r.ARN, ":"); len(parts) > 7 {
		e.Service, e.RequestID = parts[6], parts[7]
	}
	level := event.Info
	switch {
	case r.Type == "ExecutionFailed", r.Type == "ExecutionTimedOut":
		level = event.Error
	case strings.HasSuffix(r.Type, "Failed"), strings.HasSuffix(r.Type, "TimedOut"), strings.HasSuffix(r.Type, "Aborted"):
		level = event.Warn
	}
	cause := r.Details.Cause
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
func readAppSync(record string, e *event.Event) bool {
	var r struct {
		Errors       []json.RawMessage
		FieldInError bool
		ParentType   string
		FieldName    string
	}
	if json.Unmarshal([]byte(record), &r) != nil || !r.FieldInError || len(r.Errors) == 0 {
		return false
	}
	e.Level, e.Message, e.Logger = event.Error, plainValue(string(r.Errors[0])), r.ParentType+"."+r.FieldName
	return true
}

// readMongoDB reads the letter of a level; debug has "D1" to "D5".
func readMongoDB(record string, e *event.Event) bool {
	var r struct{ S, C string }
	if json.Unmarshal([]byte(record), &r) == nil && r.S != "" {
		e.Logger = r.C
		e.Level = map[byte]event.Level{'F': event.Fatal, 'E': event.Error, 'W': event.Warn, 'I': event.Info, 'D': event.Debug}[r.S[0]]
	}
	return false
}

// readKlog reads an error, whose level klog leaves out.
func readKlog(_ string, e *event.Event) bool {
	e.Level = event.Error
	return false
}

// readNextcloud reads levels from 0 (debug) to 4 (fatal).
func readNextcloud(record string, e *event.Event) bool {
	var r struct{ Level *int }
	if json.Unmarshal([]byte(record), &r) == nil && r.Level != nil && *r.Level >= 0 && *r.Level <= 4 {
		e.Level = event.Debug + event.Level(*r.Level)
	}
	return false
}

// readGELF reads Graylog's levels, which are syslog's.
func readGELF(record string, e *event.Event) bool {
	var r struct{ Level *int }
	if json.Unmarshal([]byte(record), &r) == nil && r.Level != nil {
		e.Level = syslogLevel(*r.Level)
	}
	e.Release = "" // "version" is GELF's own
	return false
}
