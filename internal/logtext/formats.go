package logtext

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// format is a head whose level is missing, part of another word, or where the general reader expects none.
type format struct {
	name           string
	leads          string      // its beginnings, separated by "|", at the start of the line or after a time
	level          event.Level // overridden by the groups "level" and "severity", and by a higher one in "head"
	*regexp.Regexp             // its groups are the parts of the head, see readAs; the message is the whole text by default
}

var pattern = regexp.MustCompile

// formatsBy holds the formats by the first byte of their lead: one copy of a format for each of its leads.
var formatsBy [256][]*format

func init() {
	for _, f := range formats {
		for f.leads = range strings.SplitSeq(f.leads, "|") {
			formatsBy[f.leads[0]] = append(formatsBy[f.leads[0]], new(f))
		}
	}
}

// special reads a head from the table of formats at the reader's current position.
func (r *headReader) special() bool {
	s := r.s[r.at:]
	for _, f := range formatsBy[s[0]] { // comparing the second byte rules out most of them cheaply
		if (len(f.leads) == 1 || len(s) > 1 && f.leads[1] == s[1]) && strings.HasPrefix(s, f.leads) && r.readAs(f, s) {
			return true
		}
	}
	return false
}

// readAs reads s as a line of the format, and reports whether it is one.
func (r *headReader) readAs(f *format, s string) bool {
	h := r.h
	h.level, h.message, h.logger, h.format, h.structured = f.level, s, "", f.name, true
	switch _, digits := run(s); {
	case f.name == "glog": // by hand, faster than an expression
		h.readGlog(s)
	case f.name == "Redis" && !strings.HasPrefix(s[digits:], ":"): // saves the expression, since most lines begin with a digit
		return false
	case f.Regexp != nil:
		found := f.FindStringSubmatch(s)
		if found == nil {
			return false
		}
		for i, part := range f.SubexpNames() {
			switch part {
			case "level":
				h.level, _ = bracketLevel(found[i])
			case "logger":
				h.logger = found[i]
			case "request":
				h.requestID = cmp.Or(found[i], h.requestID)
			case "message":
				h.message = found[i]
			case "cause":
				h.message = withCause(h.message, found[i])
			case "severity":
				h.level = severities[found[i][0]&7]
			case "head": // an inner head of any format
				inner := readHead(found[i], false, event.Unknown)
				h.level, h.message, h.logger = max(h.level, inner.level), inner.message, inner.logger
			}
		}
	}
	if h.level == event.Unknown {
		return false
	}
	if h.level >= event.Warn {
		readTail(&h)
	}
	r.h = h
	return true
}

// readGlog reads glog's "E1122 10:00:00.123456       1 cart.go:42] ", and CockroachDB's, which adds the year.
func (h *head) readGlog(s string) {
	_, n := run(s[1:])
	if n != 4 && n != 6 && n != 8 || len(s) < n+9 || s[n+1] != ' ' || s[n+4] != ':' {
		return
	}
	_, rest, _ := strings.Cut(s, "] ")
	h.level, h.message = letterLevels[s[0]], strings.TrimSpace(rest)
	if strings.HasPrefix(h.message, `"`) && h.level >= event.Warn { // klog's structured entries: a quoted message, then pairs
		message, length := pairValue(h.message)
		h.message = message + h.message[length:]
	}
}

// loggedByRuntime matches the error types that Lambda's runtimes also log themselves.
const loggedByRuntime = `Runtime\.(?:ImportModule|UserCodeSyntax|HandlerNotFound|MalformedHandlerName)\w*|[a-z]\S*|\w+`

const redis = `^\d+:[XCSM] (?:\d+ \w+ [\d: .]+|\S+T\S+ )` // the process, its role and the time, which Valkey can print in ISO 8601

// formats are tried in this order. The catalogue in package intake's testdata has an example of most of them.
var formats = []format{
	{"AWS Lambda", "REPORT RequestId: ", event.Error, pattern(`\tError Type: (?P<message>Runtime\.OutOfMemory)`)}, // nothing else is logged
	{"AWS Lambda", "START RequestId: |END RequestId: |REPORT RequestId: |INIT_START Runtime Version: ", event.Info, nil},
	{"AWS Lambda", "Task timed out after |Error: Runtime exited|Runtime exited |Process exited before completing request", event.Error, nil},
	{"AWS Lambda", "INIT_REPORT ", event.Info, pattern(`\tError Type: (?P<message>` + loggedByRuntime + `)\s*$`)},
	{"AWS Lambda", "INIT_REPORT ", event.Error, pattern(`\tStatus: (?P<message>error|timeout)(?:\tError Type: (?P<cause>\S+))?`)},
	{"net/http", "http: panic serving ", event.Error, nil},
	{"glog", "I0|I1|I2|W0|W1|W2|E0|E1|E2|F0|F1|F2", event.Unknown, nil},
	{"PHP", "NOTICE: PHP message: |PHP message: ", event.Info, pattern(`PHP message: (?P<head>.*)`)}, // from PHP-FPM: the inner level counts
	{"PHP", "PHP Fatal error: |PHP Catchable fatal error: |PHP Recoverable fatal error: ", event.Fatal, nil},
	{"PHP", "PHP Parse error: ", event.Error, nil},
	{"PHP", "PHP Warning: |PHP Deprecated: ", event.Warn, pattern(`:\s*(?P<message>.*)`)},
	{"PHP", "PHP Notice: ", event.Info, pattern(`:\s*(?P<message>.*)`)},
	// The message is on the next line.
	{".NET console", "trce: |dbug: |info: |warn: |fail: |crit: ", event.Unknown, pattern(`^(?P<level>\w+): (?P<logger>[^\s\[]+)\[\d+\]\s*(?P<message>.*)`)},
	{"Rack", "Rack app (", event.Error, pattern(`: #<(?P<message>.*?)>?$`)},
	// The message is on the next line.
	{"gin", "[Recovery] ", event.Error, pattern(`^\[Recovery\] [\d/: .-]*panic recovered:\s*(?P<message>.*)`)},
	{"gin", "Error #0", event.Error, pattern(`^Error #\d+: (?P<message>.*)`)}, // an error that a handler passed to Context.Error
	{"Erlang", "=ERROR REPORT==== |=CRASH REPORT==== |=SUPERVISOR REPORT==== ", event.Error, pattern(`(?P<message>)`)},
	{"Erlang", "=WARNING REPORT==== ", event.Warn, pattern(`(?P<message>)`)},
	{"Erlang", "=INFO REPORT==== |=PROGRESS REPORT==== ", event.Info, pattern(`(?P<message>)`)},
	{"CouchDB", "[error] |[critical] |[warning] |[notice] |[info] ", event.Unknown, pattern(`^\[(?P<level>\w+)\] \S+Z \S+@\S+ <[\d.]+> \S+ (?P<message>.*)`)},
	{"Couchbase", "[ns_server:|[ns_doctor:|[rebalance:|[user:|[stats:|[couchdb:|[views:", event.Unknown, pattern(`^\[(?P<logger>\w+):(?P<level>\w+),[^\]]*\](?P<message>.*)`)},
	{"SAP HANA", "[1|[2|[3|[4|[5|[6|[7|[8|[9", event.Unknown, pattern(`^\[\d+\]\{-?\d+\}\[[-\d/]+\] \S+ \S+ (?P<level>[a-z]) (?P<logger>\S+) +\S+\(\d+\) : (?P<message>.*)`)},
	{"librdkafka", "%0|%1|%2|%3|%4|%5|%6|%7", event.Unknown, pattern(`^%(?P<severity>\d)\|[\d.]+\|(?P<logger>\w+)\|\S+\| (?:\[thrd:\S+\]: )?(?:\S+: )?(?P<message>.*)`)},
	{"SQL Server", "spid|Logon ", event.Error, pattern(`^(?P<logger>[A-Za-z]+)\w* +Error: (?P<message>\d+, Severity: (?:1[1-9]|2\d), .*)`)}, // the message is on the next line
	{"SQL Server", "spid|Logon ", event.Info, pattern(`^(?:spid\d+s?|Logon) +(?P<message>.*)`)},
	{"PostgreSQL csvlog", `,"|,,`, event.Unknown, pattern(`^,(?:[^,]*,){10}(?P<level>[A-Z]+),\w{5},"(?P<message>(?:[^"]|"")*)"`)},
	{"Spark", "20/|21/|22/|23/|24/|25/|26/|27/|28/|29/", event.Unknown, pattern(`^\d\d/\d\d/\d\d \d\d:\d\d:\d\d (?P<level>[A-Z]+) +(?P<logger>[\w.$]+): (?P<message>.*)`)},
	{"PyTorch", "[rank", event.Unknown, pattern(`^\[rank\d+\]:\[(?P<level>[IWEF])\d+ [^\]]*\] (?P<message>.*)`)},
	{"GLib", "(|** (", event.Unknown, pattern(`^(?:\*\* )?\([^():]+:\d+\): (?:(?P<logger>\w+)-)?(?P<level>[A-Z]+)(?: \*\*)?: (?:[\d:.]+: )?(?P<message>.*)`)},
	{"WebLogic", "<", event.Unknown, pattern(`^<\w+ \d+, \d{4}[^>]*> <(?P<level>\w+)> <(?P<logger>[^>]*)> (?:<[^<>]*> )*<(?P<message>.*?)>? ?$`)},
	{"Payara", "[20", event.Unknown, pattern(`^\[[^\]]*\] \[[^\]]*\] \[(?P<level>[A-Z]+)\] \[[^\]]*\] \[(?P<logger>[^\]]*)\] \[tid: .*\[\[ *(?P<message>.*?)(?:\]\])?$`)},
	{"ColdFusion", `"Error","|"Fatal","|"Warning","|"Information","`, event.Unknown, pattern(`^"(?P<level>\w+)",(?:"[^"]*",){4}"(?P<message>.*?)"?$`)},
	{"Resque", "** [", event.Error, pattern(`^\*\* \[[^\]]*\] \d+: \(.*\) failed: (?P<message>.*)`)},
	{"Resque", "** [", event.Info, pattern(`^\*\* \[[^\]]*\] \d+: (?P<message>.*)`)},
	{"Delayed Job", "[Worker(", event.Error, pattern(`^\[Worker\(.*?\)\] (?P<message>Job .* FAILED .*)`)}, // printed in addition to the log line
	{"Solid Queue", "SolidQueue-", event.Error, pattern(`^SolidQueue-\S+ (?P<message>Error .*)`)},         // Rails 8 prints no levels
	{"supervisord", "INFO gave up: |INFO exited: ", event.Error, pattern(`^INFO (?P<message>gave up: .*|exited: .*not expected\))`)},
	{"pnpm", "ERR_PNPM_|ELIFECYCLE  ", event.Error, pattern(`^\w+  (?P<message>.*)`)},
	{"yarn", "error Command failed |error An unexpected error ", event.Error, pattern(`^error (?P<message>.*)`)},
	{"Laravel queue", `App\`, event.Error, pattern(`^(?P<message>App\\\S+) \.{3,} \S+ FAIL$`)},
	{"App Runner", "[AppRunner] ", event.Error, pattern(`^\[AppRunner\] (?P<message>.*\b[Ff]ailed\b.*)`)},
	{"AWS CLI", "An error occurred (|upload failed: |download failed: |copy failed: |move failed: |delete failed: ", event.Error, nil},
	{"curl", "curl: (", event.Error, pattern(`^curl: (?P<message>.*)`)},
	{"bash", "/|./|bash: ", event.Warn, pattern(`^\S+: (?:line )?\d+: warning: (?P<message>.*)`)},
	{"bash", "/|./|bash: ", event.Error, pattern(`^\S+: (?:line )?\d+: (?P<message>.*)`)},
	// Sidekiq logs a job's exception below error because it retries the job
	{"Sidekiq", "pid=", event.Error, pattern(`^pid=\d+ tid=\S+ (?:\S+=\S+ )*WARN: (?P<message>(?:(?:\w+::)+\w+|\w+(?:Error|Exception)): .*)`)},
	{"Sidekiq", "pid=", event.Error, pattern(`^pid=\d+ tid=\S+ (?:\S+=\S+ )*INFO: (?P<message>.* \((?:(?:\w+::)+\w+|\w+(?:Error|Exception))\))$`)},
	{"Azure Functions", "Executed '", event.Error, pattern(`^(?P<message>Executed '.*' \(Failed, .*)`)},
	{"Vite", "[vite] Internal server error: ", event.Error, pattern(`error: (?P<message>.*)`)},
	{"Clojure", "Execution error ", event.Error, pattern(`^Execution error .*\):?\.?$`)},
	{"Lua", "lua: |luajit: |lua5", event.Error, pattern(`^lua\S*: (?P<message>\S+:\d+: .*)`)},
	{"Dart", "Unhandled exception:", event.Error, pattern(`^Unhandled exception:(?P<message>)$`)},
	{"Fortran", "Fortran runtime error: ", event.Error, nil},
	{"uWSGI", "!!! uWSGI process ", event.Fatal, nil},
	{"hapi", "Debug: internal, ", event.Error, pattern(`error(?P<message>)$`)},
	{"Prisma", "prisma:error", event.Error, pattern(`^prisma:error ?(?P<message>.*)`)},
	// nginx describes the request after the message.
	{"nginx", "[debug] |[info] |[notice] |[warn] |[error] |[crit] |[alert] |[emerg] ", event.Unknown, pattern(`^\[(?P<level>\w+)\] \d+#\d+:? (?:\*\d+ )?(?P<message>.*?)(?:, client: .*)?$`)},
	{"nginx", "nginx: [", event.Unknown, pattern(`^nginx: \[(?P<level>\w+)\] (?:\d+#\d+: )?(?P<message>.*)`)},
	{"HAProxy", "[ALERT] |[WARNING] |[NOTICE] ", event.Unknown, pattern(`^\[(?P<level>\w+)\][ \d/]*\(\d+\) : (?P<message>.*)`)}, // newer versions print no time
	// Redis marks warnings, errors and its startup notes alike with "#"
	{"Redis", "1|2|3|4|5|6|7|8|9", event.Error, pattern(redis + `# (?P<message>(?:Error|Fatal|FATAL|Failed|Can't|Cannot|Could not|Unable|Bad |Background |Short read|Unrecoverable).*)`)},
	{"Redis", "1|2|3|4|5|6|7|8|9", event.Warn, pattern(redis + `# (?P<message>.*)`)},
	{"Redis", "1|2|3|4|5|6|7|8|9", event.Info, pattern(redis + `[*.-] (?P<message>.*)`)},
	{"TiDB", "[20", event.Unknown, pattern(`^\[[^\]]*\] \[(?P<level>\w+)\] \[[^\]]*:\d+\] \["?(?P<message>[^\]]*?)"?\](?:.*?\[error="?(?P<cause>.*?)"?\](?: \[.*)?|.*\]|)$`)},
	{"Oracle", "ORA-", event.Error, pattern(`^ORA-\d+:`)},
	// Of the lines about a failure, only those that give its reason are errors.
	{"API Gateway", "(", event.Error, pattern(`^\((?P<request>[0-9a-f-]{36})\) (?P<message>(?:Execution failed due to|Lambda execution failed with status) .*)`)},
	// The words are listed because other programs begin their lines with a request id as well.
	{"API Gateway", "(", event.Info, pattern(`^\((?P<request>[0-9a-f-]{36})\) (?P<message>(?:API|AWS|Authorizer|Endpoint|Execution|Extended|Gateway|Lambda|` +
		`Method|Received|Sending|Starting|Successfully|Usage|Verifying|X-[Rr]ay) .*)`)},
	{"CodeBuild", "[Container] ", event.Error, pattern(`^\[Container\] \S+ \S+ (?P<message>Phase context status code: \S.*)`)},
	{"CodeBuild", "[Container] ", event.Info, pattern(`^\[Container\] [\d/]+ \S+ (?P<message>.*)`)},
	{"Heroku router", "at=error code=", event.Error, pattern(`^at=error code=(?P<message>\S+)(?: desc="(?P<cause>[^"]*)")?(?:.* request_id=(?P<request>\S+))?`)},
	{"Heroku router", "at=info method=", event.Info, pattern(`^(?P<message>.* request_id=(?P<request>\S+).*|.*)$`)},
	{"Airflow", "{{", event.Unknown, pattern(`^\{\{\S+\}\} (?P<head>.*)`)},  // the source position comes first
	{"NestJS", "[Nest] ", event.Unknown, pattern(`^\[Nest\] (?P<head>.*)`)}, // "Nest" is not the logger
	{"GORM", "/", event.Unknown, pattern(`^\S+\.go:\d+ (?P<head>.*)`)},      // the caller's position comes first
	{"WordPress", "WordPress database error ", event.Error, nil},
	{"npm", "npm ERR! |npm error |npm WARN |npm warn ", event.Unknown, pattern(`^npm (?P<level>\S+) (?P<message>.*)`)},
	{"Liberty", "0000", event.Unknown, pattern(`^[0-9a-f]{8} (?P<logger>\S+) +(?P<level>[IWEF]) (?P<message>.*)`)},
	{"Liberty", "0000", event.Info, pattern(`^[0-9a-f]{8} (?P<logger>\S+) +[AOR] (?P<message>.*)`)}, // audit, System.out and System.err
	{"Passenger", "[ C |[ E |[ W |[ N |[ I |[ D ", event.Unknown, pattern(`^\[ (?P<level>\w) .*? \]: (?P<message>.*)`)},
	{"R", "Error in ", event.Error, pattern(`^.*?\) : `)},
	{"Julia", "┌ Error: |┌ Warning: |┌ Info: ", event.Unknown, pattern(`^┌ (?P<level>\w+): (?P<message>.*)`)},
}

// postgreSQL is recognised by the two spaces after its level, which no other program prints. The configurable
// log_line_prefix precedes the level.
var postgreSQL = &format{"PostgreSQL", "", event.Unknown,
	pattern(`(?:^|[^A-Za-z])(?P<level>ERROR|FATAL|PANIC|LOG|WARNING|NOTICE|INFO):  (?P<message>.*)`)}
