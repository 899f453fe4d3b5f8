package logtext

import "strings"

// field is a property of an event that a structured record can contain.
type field int

const (
	fieldNone field = iota
	fieldLevelName
	fieldTimestamp
	fieldMessage
	fieldErrorType
	fieldErrorMessage
	fieldStack
	fieldPrinted // the whole line as text, such as loguru's
	fieldVerbose // an error printed with its stack by github.com/pkg/errors
	fieldLogger
	fieldName // the logger's name, or the service's in bunyan and pino
	fieldHost
	fieldService
	fieldRelease
	fieldCommit
	fieldEnvironment
	fieldRequestID
	fieldTraceID
	fieldThread // the thread or process
	fieldNode
	fieldRecordType // the type of AWS Lambda's own records
	fieldStatus
	fieldCount
)

// fieldKeys are the keys that loggers use for a field, separated by spaces, preferred key first. A dot stands
// for a nested object or for a dot in the key itself. spellings adds the other ways to write a key.
var fieldKeys = [fieldCount]string{
	fieldLevelName: `level_name log.level level levelname severity log_level lvl severity_text severity.text level.name
		level.text level.label level.value level.levelStr error_severity severity_label log_severity sev levelno level_value
		priority priority_name syslog_severity syslog.severity syslog_level message_type @l l status at s severity_number`,
	fieldTimestamp: `@timestamp timestamp time ts t asctime event_time time_millis instant.epochSecond @t time_unix_nano date
		datetime created_at created logged_at when record.time.timestamp`,
	fieldMessage: `message msg event body body.stringValue log @m RenderedMessage @mt MessageTemplate short_message log_message
		text_payload description content m event_message desc`,
	fieldErrorType: `err.type error.type errorType err.name error.name exception.type exception_name thrown.name exception.class
		exception.exception_class attributes.exception.type _error_type`,
	fieldErrorMessage: `err.message error.message errorMessage err error panic exception.message exception.exception_message
		thrown.message attributes.exception.message _error_message`,
	fieldStack: `err.stack error.stack_trace error.stack stack_trace exc_info exception exception.stacktrace
		exception.stack_trace exception.backtrace throwable_information attributes.exception.stacktrace thrown.extendedStackTrace
		stack stacktrace trace traceback @x _error_stack_trace full_message cause`,
	fieldPrinted: `text`,
	fieldVerbose: `errorVerbose`,
	fieldLogger: `logger_name logger record.name log.logger scope.name source_context Properties.SourceContext category module
		component channel target c _log_logger`,
	fieldName: `name`,
	fieldHost: `hostname`,
	fieldService: `service service.name service_name dd.service resource.service.name resource.attributes.service.name
		serviceContext.service app application app_name Properties.Application labels.service labels.app
		kubernetes.labels.app.kubernetes.io/name kubernetes.labels.app_kubernetes_io/name kubernetes.labels.app
		kubernetes.labels.k8s-app`,
	fieldRelease: `release dd.version service.version resource.service.version resource.attributes.service.version
		serviceContext.version app_version Properties.Version version labels.version kubernetes.labels.version
		kubernetes.labels.app.kubernetes.io/version kubernetes.labels.app_kubernetes_io/version`,
	fieldCommit: `git.commit.sha dd.git.commit.sha vcs.ref.head.revision resource.attributes.vcs.ref.head.revision
		resource.vcs.ref.head.revision git_commit_sha git_sha commit_sha git_commit commit revision labels.commit`,
	fieldEnvironment: `environment dd.env service.environment deployment.environment.name deployment.environment
		resource.attributes.deployment.environment.name resource.attributes.deployment.environment resource.deployment.environment
		Properties.Environment env labels.environment labels.env`,
	fieldRequestID: `request_id function_request_id req_id req.id request.id http.request.id aws_request_id AWSRequestId
		correlation_id record.requestId Properties.RequestId attributes.request.id x_request_id reqid req rid`,
	fieldTraceID: `trace_id trace.id dd.trace_id traceID @tr Properties.TraceId xray_trace_id otelTraceID
		logging.googleapis.com/trace span.trace_id attributes.trace_id`,
	fieldThread:     `thread thread_name tid thread.name process.thread.name goroutine thread_id pid process process_id`,
	fieldNode:       `host node host.name`,
	fieldRecordType: `type`,
	fieldStatus:     `record.status`,
}

// wholes are objects in which some loggers nest the record's own fields.
var wholes = func() map[string]bool {
	keys := []string{}
	for _, key := range strings.Fields(`log meta metadata header attributes context event record fields data info entry payload msg body
		extra extensions details properties level severity jsonPayload @fields attrs`) {
		keys = append(keys, spellings(key)...)
	}
	return set(strings.Join(keys, " "))
}()

// keyed is the field of a key, and the key's rank among the field's keys; the lowest rank is preferred.
type keyed struct {
	field field
	rank  int16
}

// keyTable holds the field of each key, and the objects in which such keys may be nested.
type keyTable struct {
	byName     map[string]keyed
	containers map[string]bool
}

var commonKeys = newKeyTable(nil)

// teamFields are the fields for which a team may name its own keys.
var teamFields = map[string]field{
	"level": fieldLevelName, "message": fieldMessage, "logger": fieldLogger, "service": fieldService, "release": fieldRelease, "commit": fieldCommit,
	"environment": fieldEnvironment, "request-id": fieldRequestID, "trace-id": fieldTraceID, "stack": fieldStack, "error-type": fieldErrorType,
	"error-message": fieldErrorMessage,
}

// newKeyTable returns a table of the loggers' keys and the team's, which take precedence.
func newKeyTable(team map[string][]string) *keyTable {
	t := &keyTable{byName: map[string]keyed{}, containers: map[string]bool{"message": true}}
	for f, keys := range fieldKeys {
		for rank, key := range strings.Fields(keys) {
			for _, spelled := range spellings(key) {
				if _, taken := t.byName[spelled]; !taken {
					t.add(spelled, keyed{field(f), int16(rank)})
				}
			}
		}
	}
	for name, keys := range team {
		if f, ok := teamFields[name]; ok {
			for i, key := range keys {
				t.add(key, keyed{f, int16(i - 1000)})
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

// nested returns the field of a key, which may be nested in one of wholes.
func (t *keyTable) nested(key string) (keyed, bool) {
	k, ok := t.byName[key]
	for !ok {
		if key, ok = inner(key); !ok {
			return k, false
		}
		k, ok = t.byName[key]
		switch k.field {
		case fieldName, fieldHost, fieldRelease, fieldCommit, fieldEnvironment, fieldRecordType, fieldStatus, fieldThread:
			return k, false // inside another object, it may well describe something else
		}
	}
	return k, true
}

// holds reports whether the object at the key may contain fields.
func (t *keyTable) holds(key string) bool {
	within, ok := inner(key)
	return t.containers[key] || wholes[key] || ok && t.holds(within)
}

// inner returns the key without its first part, if that is one of wholes.
func inner(key string) (string, bool) {
	outer, inner, dotted := strings.Cut(key, ".")
	return inner, dotted && wholes[outer]
}

func fieldOf(key string) field { return commonKeys.byName[key].field }

// spellings returns the ways to write a key: log_level, logLevel, LogLevel, loglevel, log-level, LOG_LEVEL,
// LOGLEVEL, @log_level. A key with a dot, a capital letter or a leading sign is written only one way.
func spellings(key string) []string {
	all := []string{key}
	if strings.ContainsAny(key, ".@/") || key[0] == '_' || strings.ToLower(key) != key {
		return all
	}
	pascal := ""
	for word := range strings.SplitSeq(key, "_") {
		pascal += strings.ToUpper(word[:1]) + word[1:]
	}
	joined := strings.ReplaceAll(key, "_", "")
	all = append(all, key[:1]+pascal[1:], pascal, joined, strings.ReplaceAll(key, "_", "-"), strings.ToUpper(key), strings.ToUpper(joined))
	if key != "version" && len(key) > 1 {
		all = append(all, "@"+key)
	}
	return all
}
