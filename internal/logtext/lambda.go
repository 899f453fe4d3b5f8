package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// isLambdaPlatform tells the lines that AWS Lambda's platform prints about
// every invocation in its text format.
func isLambdaPlatform(message string) bool {
	for _, word := range [...]string{"START RequestId: ", "END RequestId: ", "REPORT RequestId: ", "INIT_START Runtime Version: "} {
		if strings.HasPrefix(message, word) {
			return true
		}
	}
	return false
}

// isLambdaFailure tells what the platform prints, without a level, when it
// ended an invocation. The REPORT line repeats it, and is no second error.
func isLambdaFailure(message string) bool {
	return strings.HasPrefix(message, "Task timed out after ") ||
		strings.HasPrefix(message, "Error: Runtime exited") ||
		strings.HasPrefix(message, "Runtime exited") ||
		strings.HasPrefix(message, "Process exited before completing request") ||
		strings.HasPrefix(message, "http: panic serving ")
}

// fillPlatform reads a record of the platform in its JSON format, and reports
// false for every other record. Of the records about one invocation only the
// first that tells the failure counts, and only where the platform ended it:
// what a handler throws is logged by the runtime as well.
func (f *fields) fillPlatform(e *event.Event) bool {
	kind := f.text(fieldRecordType)
	if !strings.HasPrefix(kind, "platform.") {
		return false
	}
	status := f.text(fieldStatus)
	e.Level, e.Message = event.Info, kind
	if status != "" {
		e.Message = kind + ": " + status
	}
	if kind != "platform.report" && kind != "platform.initReport" && (status == "timeout" || status == "failure") {
		e.Level = event.Error
	}
	return true
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
	if e.RequestID == "" {
		e.RequestID = requestID
	}
	if e.Logger == "" {
		e.Logger = logger
	}
	return true
}
