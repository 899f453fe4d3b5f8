package logtext

// field is something that an event can take from a structured record.
type field int

const (
	fieldNone field = iota
	fieldLevelName
	fieldSeverity // OpenTelemetry's number
	fieldTimestamp
	fieldMessage
	fieldErrorType
	fieldErrorMessage
	fieldStack
	fieldPrinted // all that a logger prints as text
	fieldVerbose // an error printed with its stack by github.com/pkg/errors
	fieldLogger
	fieldName // the logger's name, but the service's for bunyan and pino
	fieldHost
	fieldService
	fieldRelease
	fieldEnvironment
	fieldRequestID
	fieldTraceID
	fieldRecordType // of AWS Lambda's own records
	fieldStatus
	fieldCount
)

// fieldKeys are the keys by which loggers name a field, the one to prefer
// first. Nested objects are written with dots, whether they are nested in the
// record or their key has the dots itself.
var fieldKeys = [fieldCount][]string{
	fieldLevelName: {"level_name", "log.level", "level", "levelname", "severity", "loglevel", "logLevel", "log_level", "lvl",
		"severityText", "severity_text", "SeverityText", "Level", "@l", "record.level.name", "context.logLevel"},
	fieldSeverity: {"severityNumber", "severity_number", "SeverityNumber"},
	fieldTimestamp: {"@timestamp", "timestamp", "time", "ts", "asctime", "eventTime", "timeMillis", "instant.epochSecond", "@t",
		"Timestamp", "timeUnixNano", "date", "record.time.timestamp"},
	fieldMessage:      {"message", "msg", "event", "body", "body.stringValue", "Body", "log", "@m", "RenderedMessage", "@mt", "MessageTemplate", "short_message", "fields.message", "record.message"},
	fieldErrorType:    {"err.type", "error.type", "errorType", "err.name", "error.name", "exception.type", "exception_name", "thrown.name", "exception.class", "exception.exception_class", "attributes.exception.type", "context.exception.class", "record.exception.type", "record.errorType"},
	fieldErrorMessage: {"err.message", "error.message", "errorMessage", "err", "error", "panic", "exception.message", "exception.exception_message", "thrown.message", "attributes.exception.message", "context.exception.message", "fields.error"},
	fieldStack: {"err.stack", "error.stack_trace", "error.stack", "stack_trace", "stackTrace", "exc_info", "exception", "exception.stacktrace",
		"exception.stack_trace", "attributes.exception.stacktrace", "thrown.extendedStackTrace", "stack", "stacktrace", "trace", "traceback", "@x", "Exception"},
	fieldPrinted:     {"text"},
	fieldVerbose:     {"errorVerbose"},
	fieldLogger:      {"logger_name", "loggerName", "logger", "log.logger", "scope.name", "SourceContext", "Properties.SourceContext", "Category", "record.name", "channel", "target"},
	fieldName:        {"name"},
	fieldHost:        {"hostname"},
	fieldService:     {"service", "service.name", "serviceName", "service_name", "resource.service.name", "resource.attributes.service.name", "app", "application", "Application", "Properties.Application", "labels.service", "context.application"},
	fieldRelease:     {"release", "service.version", "resource.service.version", "app_version"},
	fieldEnvironment: {"environment", "service.environment", "deployment.environment", "resource.deployment.environment", "env"},
	fieldRequestID: {"requestId", "request_id", "function_request_id", "req_id", "reqId", "req.id", "http.request.id", "aws_request_id", "AWSRequestId",
		"correlation_id", "correlationId", "record.requestId", "RequestId", "Properties.RequestId", "CorrelationId", "attributes.request.id"},
	fieldTraceID:    {"trace_id", "traceId", "trace.id", "dd.trace_id", "traceID", "TraceId", "@tr", "Properties.TraceId", "xray_trace_id"},
	fieldRecordType: {"type"},
	fieldStatus:     {"record.status"},
}

// keyed is the field of a key, and the key's place among the field's keys.
type keyed struct{ field, rank int }

// keyTable tells the field of a key, and the objects in which some field's key
// is nested.
type keyTable struct {
	byName     map[string]keyed
	containers map[string]bool
}

// commonKeys are those of the loggers.
var commonKeys = newKeyTable(nil)

// teamFields are the fields for which a team may name keys of its own.
var teamFields = map[string]field{
	"level": fieldLevelName, "message": fieldMessage, "logger": fieldLogger, "service": fieldService, "release": fieldRelease,
	"environment": fieldEnvironment, "request-id": fieldRequestID, "trace-id": fieldTraceID, "stack": fieldStack, "error-type": fieldErrorType,
	"error-message": fieldErrorMessage,
}

// newKeyTable returns the loggers' keys and the team's, which come first.
func newKeyTable(team map[string][]string) *keyTable {
	t := &keyTable{byName: map[string]keyed{}, containers: map[string]bool{"message": true}}
	for f, keys := range fieldKeys {
		for rank, key := range keys {
			t.add(key, keyed{f, rank})
		}
	}
	for name, keys := range team {
		for i, key := range keys {
			if f, ok := teamFields[name]; ok {
				t.add(key, keyed{int(f), i - 1000})
			}
		}
	}
	return t
}

func (t *keyTable) add(key string, k keyed) {
	t.byName[key] = k
	for i := range key {
		if key[i] == '.' {
			t.containers[key[:i]] = true
		}
	}
}
