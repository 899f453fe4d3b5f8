package logtext

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// format is a head that the general reader cannot read, because its level is
// part of another word or stands where no head has it.
type format struct {
	name  string
	leads string      // what it begins with, at the start of the line or behind a time; "|" separates several
	level event.Level // if the expression names none
	expr  string      // its groups are the parts of the head, see match; without one the whole line is the message
}

var pattern = regexp.MustCompile

// compiled is a format ready for use, at one of its leads.
type compiled struct {
	format
	lead    string
	pattern *regexp.Regexp
}

// formatsBy holds the formats by the first byte of their leads.
var formatsBy [256][]*compiled

func init() { // some formats hold a head of any format
	for _, f := range formats {
		c := compiled{format: f}
		if f.expr != "" {
			c.pattern = pattern(f.expr)
		}
		for c.lead = range strings.SplitSeq(f.leads, "|") {
			formatsBy[c.lead[0]] = append(formatsBy[c.lead[0]], new(c))
		}
	}
}

// special reads a head of the table at the place that the reader has reached.
func (r *headReader) special() bool {
	s := r.s[r.at:]
	for _, f := range formatsBy[s[0]] { // the second byte separates most of them, cheaply
		if (len(f.lead) == 1 || len(s) > 1 && f.lead[1] == s[1]) && strings.HasPrefix(s, f.lead) && r.readAs(f, s) {
			return true
		}
	}
	return false
}

// readAs reads s as a line of the format, and reports whether it is one.
func (r *headReader) readAs(f *compiled, s string) bool {
	h, ok := f.match(s)
	if !ok {
		return false
	}
	r.h.level, r.h.message, r.h.logger = h.level, h.message, h.logger
	r.h.requestID = cmp.Or(h.requestID, r.h.requestID)
	r.h.format, r.h.structured = f.name, true
	if h.level >= event.Warn {
		readTail(&r.h)
	}
	return true
}

// match reads a text that begins with a lead, without the name of the format.
func (f *compiled) match(s string) (head, bool) {
	h := head{level: f.level, message: s}
	switch {
	case f.name == "glog": // faster than an expression
		return readGlog(s)
	case f.name == "Redis":
		return readRedis(s)
	case f.pattern == nil:
		return h, true
	}
	found := f.pattern.FindStringSubmatch(s)
	if found == nil {
		return head{}, false
	}
	for i, part := range f.pattern.SubexpNames() {
		switch part {
		case "level":
			h.level, _ = bracketLevel(found[i])
		case "logger":
			h.logger = found[i]
		case "request":
			h.requestID = found[i]
		case "message":
			h.message = found[i]
		case "cause":
			h.message = withCause(h.message, found[i])
		case "head": // of any format
			inner := readHead(found[i], false, event.Unknown)
			h.level, h.message, h.logger = max(h.level, inner.level), inner.message, inner.logger
		}
	}
	return h, h.level != event.Unknown
}

// readGlog reads glog's and klog's "E1122 10:00:00.123456       1 cart.go:42] "
// and CockroachDB's, which has the year too.
func readGlog(s string) (head, bool) {
	_, n := run(s[1:])
	if n != 4 && n != 6 && n != 8 || len(s) < n+9 || s[n+1] != ' ' || s[n+4] != ':' {
		return head{}, false
	}
	_, rest, _ := strings.Cut(s, "] ")
	rest = strings.TrimSpace(rest)
	if strings.HasPrefix(rest, `"`) && letterLevels[s[0]] >= event.Warn { // with pairs behind it
		if message, length := pairValue(rest); length > 0 {
			rest = message + rest[length:]
		}
	}
	return head{level: letterLevels[s[0]], message: rest}, true
}

// redisFailures are what Redis's failures begin with. It has one mark for warnings, errors, and notes at its start.
var redisFailures = []string{"Error", "Fatal", "FATAL", "Failed", "Can't", "Cannot", "Could not", "Unable", "Bad ", "Background ", "Short read", "Unrecoverable"}

// readRedis reads "1:M 22 Nov 2026 10:00:00.123 # message".
func readRedis(s string) (head, bool) {
	pid, rest, _ := strings.Cut(s, ":")
	if !isNumber(pid) || len(rest) < 3 || strings.IndexByte("XCSM", rest[0]) < 0 || rest[1] != ' ' {
		return head{}, false
	}
	_, n := timeAt(rest[2:])
	mark, message, ok := strings.Cut(strings.TrimSpace(rest[2+n:]), " ")
	h := head{level: event.Info, message: message}
	if mark == "#" {
		h.level = event.Warn
		if slices.ContainsFunc(redisFailures, func(word string) bool { return strings.HasPrefix(message, word) }) {
			h.level = event.Error
		}
	}
	return h, n > 0 && ok && len(mark) == 1 && strings.Contains("#*-.", mark)
}

// loggedByRuntime matches the types of errors that Lambda's runtimes log themselves, besides reporting them:
// what the function threw, and a handler that cannot be loaded.
const loggedByRuntime = `Runtime\.(?:ImportModule|UserCodeSyntax|HandlerNotFound|MalformedHandlerName)\w*|[a-z]\S*|\w+`

// formats are tried in this order. The catalogue in testdata of package intake has an example of each.
var formats = []format{
	{"AWS Lambda", "START RequestId: |END RequestId: |REPORT RequestId: |INIT_START Runtime Version: ", event.Info, ``},
	{"AWS Lambda", "Task timed out after |Error: Runtime exited|Runtime exited |Process exited before completing request", event.Error, ``},
	{"AWS Lambda", "INIT_REPORT ", event.Info, `\tError Type: (?P<message>` + loggedByRuntime + `)\s*$`},
	{"AWS Lambda", "INIT_REPORT ", event.Error, `\tStatus: (?P<message>error|timeout)(?:\tError Type: (?P<cause>\S+))?`},
	{"net/http", "http: panic serving ", event.Error, ``},
	{"glog", "I0|I1|I2|W0|W1|W2|E0|E1|E2|F0|F1|F2", event.Unknown, ``},
	{"PHP", "NOTICE: PHP message: |PHP message: ", event.Info, `PHP message: (?P<head>.*)`}, // of PHP-FPM: the level inside counts
	{"PHP", "PHP Fatal error: |PHP Catchable fatal error: |PHP Recoverable fatal error: ", event.Fatal, ``},
	{"PHP", "PHP Parse error: ", event.Error, ``},
	{"PHP", "PHP Warning: |PHP Deprecated: ", event.Warn, `:\s*(?P<message>.*)`},
	{"PHP", "PHP Notice: ", event.Info, `:\s*(?P<message>.*)`},
	{".NET console", "trce: |dbug: |info: |warn: |fail: |crit: ", event.Unknown, `^(?P<level>\w+): (?P<logger>[^\s\[]+)\[\d+\]\s*(?P<message>.*)`}, // the message is on the next line
	{"Rack", "Rack app (", event.Error, `: #<(?P<message>.*?)>?$`},
	{"gin", "[Recovery] ", event.Error, `^\[Recovery\] [\d/: .-]*panic recovered:\s*(?P<message>.*)`}, // the message is on the next line
	{"gin", "Error #0", event.Error, `^Error #\d+: (?P<message>.*)`},                                  // what a handler passed to Context.Error
	{"Erlang", "=ERROR REPORT==== |=CRASH REPORT==== |=SUPERVISOR REPORT==== ", event.Error, `(?P<message>)`},
	{"Erlang", "=WARNING REPORT==== ", event.Warn, `(?P<message>)`},
	{"Erlang", "=INFO REPORT==== |=PROGRESS REPORT==== ", event.Info, `(?P<message>)`},
	{"CouchDB", "[error] |[critical] |[warning] |[notice] |[info] ", event.Unknown, `^\[(?P<level>\w+)\] \S+Z \S+@\S+ <[\d.]+> \S+ (?P<message>.*)`},
	{"Couchbase", "[ns_server:|[ns_doctor:|[rebalance:|[user:|[stats:|[couchdb:|[views:", event.Unknown, `^\[(?P<logger>\w+):(?P<level>\w+),[^\]]*\](?P<message>.*)`},
	{"SAP HANA", "[1|[2|[3|[4|[5|[6|[7|[8|[9", event.Unknown, `^\[\d+\]\{-?\d+\}\[[-\d/]+\] \S+ \S+ (?P<level>[a-z]) (?P<logger>\S+) +\S+\(\d+\) : (?P<message>.*)`},
	{"PostgreSQL csvlog", `,"|,,`, event.Unknown, `^,(?:[^,]*,){10}(?P<level>[A-Z]+),\w{5},"(?P<message>(?:[^"]|"")*)"`},
	{"Spark", "20/|21/|22/|23/|24/|25/|26/|27/|28/|29/", event.Unknown, `^\d\d/\d\d/\d\d \d\d:\d\d:\d\d (?P<level>[A-Z]+) +(?P<logger>[\w.$]+): (?P<message>.*)`},
	{"PyTorch", "[rank", event.Unknown, `^\[rank\d+\]:\[(?P<level>[IWEF])\d+ [^\]]*\] (?P<message>.*)`},
	{"GLib", "(|** (", event.Unknown, `^(?:\*\* )?\([^():]+:\d+\): (?:(?P<logger>\w+)-)?(?P<level>[A-Z]+)(?: \*\*)?: (?:[\d:.]+: )?(?P<message>.*)`},
	{"WebLogic", "<", event.Unknown, `^<\w+ \d+, \d{4}[^>]*> <(?P<level>\w+)> <(?P<logger>[^>]*)> (?:<[^<>]*> )*<(?P<message>.*?)>? ?$`},
	{"Payara", "[20", event.Unknown, `^\[[^\]]*\] \[[^\]]*\] \[(?P<level>[A-Z]+)\] \[[^\]]*\] \[(?P<logger>[^\]]*)\] \[tid: .*\[\[ *(?P<message>.*?)(?:\]\])?$`},
	{"ColdFusion", `"Error","|"Fatal","|"Warning","|"Information","`, event.Unknown, `^"(?P<level>\w+)",(?:"[^"]*",){4}"(?P<message>.*?)"?$`},
	{"Resque", "** [", event.Error, `^\*\* \[[^\]]*\] \d+: \(.*\) failed: (?P<message>.*)`},
	{"Resque", "** [", event.Info, `^\*\* \[[^\]]*\] \d+: (?P<message>.*)`},
	{"Delayed Job", "[Worker(", event.Error, `^\[Worker\(.*?\)\] (?P<message>Job .* FAILED .*)`}, // what it prints besides logging it
	{"Solid Queue", "SolidQueue-", event.Error, `^SolidQueue-\S+ (?P<message>Error .*)`},         // Rails 8 prints no levels
	{"supervisord", "INFO gave up: |INFO exited: ", event.Error, `^INFO (?P<message>gave up: .*|exited: .*not expected\))`},
	{"pnpm", "ERR_PNPM_|ELIFECYCLE  ", event.Error, `^\w+  (?P<message>.*)`},
	{"yarn", "error Command failed |error An unexpected error ", event.Error, `^error (?P<message>.*)`},
	{"Laravel queue", `App\`, event.Error, `^(?P<message>App\\\S+) \.{3,} \S+ FAIL$`},
	{"App Runner", "[AppRunner] ", event.Error, `^\[AppRunner\] (?P<message>.*\b[Ff]ailed\b.*)`},
	{"AWS CLI", "An error occurred (", event.Error, ``},
	{"curl", "curl: (", event.Error, `^curl: (?P<message>.*)`},
	{"bash", "/", event.Warn, `^/\S+: (?:line )?\d+: warning: (?P<message>.*)`},
	{"bash", "/", event.Error, `^/\S+: (?:line )?\d+: (?P<message>.*)`},
	// what a job raised, at a level below error since it is tried again
	{"Sidekiq", "pid=", event.Error, `^pid=\d+ tid=\S+ (?:\S+=\S+ )*WARN: (?P<message>(?:(?:\w+::)+\w+|\w+(?:Error|Exception)): .*)`},
	{"Sidekiq", "pid=", event.Error, `^pid=\d+ tid=\S+ (?:\S+=\S+ )*INFO: (?P<message>.* \((?:(?:\w+::)+\w+|\w+(?:Error|Exception))\))$`},
	{"Azure Functions", "Executed '", event.Error, `^(?P<message>Executed '.*' \(Failed, .*)`},
	{"Vite", "[vite] Internal server error: ", event.Error, `error: (?P<message>.*)`},
	{"Clojure", "Execution error ", event.Error, `^Execution error .*\):?\.?$`},
	{"Lua", "lua: |luajit: |lua5", event.Error, `^lua\S*: (?P<message>\S+:\d+: .*)`},
	{"Dart", "Unhandled exception:", event.Error, `^Unhandled exception:(?P<message>)$`},
	{"Fortran", "Fortran runtime error: ", event.Error, ``},
	{"uWSGI", "!!! uWSGI process ", event.Fatal, ``},
	{"hapi", "Debug: internal, ", event.Error, `error(?P<message>)$`},
	{"Prisma", "prisma:error", event.Error, `^prisma:error ?(?P<message>.*)`},
	{"nginx", "[debug] |[info] |[notice] |[warn] |[error] |[crit] |[alert] |[emerg] ", event.Unknown, `^\[(?P<level>\w+)\] \d+#\d+:? (?:\*\d+ )?(?P<message>.*?)(?:, client: .*)?$`}, // behind the message it names the request
	{"nginx", "nginx: [", event.Unknown, `^nginx: \[(?P<level>\w+)\] (?:\d+#\d+: )?(?P<message>.*)`},
	{"HAProxy", "[ALERT] |[WARNING] |[NOTICE] ", event.Unknown, `^\[(?P<level>\w+)\][ \d/]*\(\d+\) : (?P<message>.*)`}, // newer versions print no time
	{"Redis", "1|2|3|4|5|6|7|8|9", event.Unknown, ``},
	{"TiDB", "[20", event.Unknown, `^\[[^\]]*\] \[(?P<level>\w+)\] \[[^\]]*:\d+\] \["?(?P<message>[^\]]*?)"?\](?:.*?\[error="?(?P<cause>.*?)"?\](?: \[.*)?|.*\]|)$`},
	{"Oracle", "ORA-", event.Error, `^ORA-\d+:`},
	{"API Gateway", "(", event.Error, `^\((?P<request>[0-9a-f-]{36})\) (?P<message>(?:Execution failed due to|Lambda execution failed with status) .*)`}, // of the lines about one failure the first that says why counts
	{"API Gateway", "(", event.Info, `^\((?P<request>[0-9a-f-]{36})\) (?P<message>(?:API|AWS|Authorizer|Endpoint|Execution|Extended|Gateway|Lambda|Method|Received|Sending|Starting|Successfully|Usage|Verifying|X-[Rr]ay) .*)`}, // other programs begin their lines with a request's id as well
	{"CodeBuild", "[Container] ", event.Error, `^\[Container\] \S+ \S+ (?P<message>Phase context status code: \S.*)`},
	{"CodeBuild", "[Container] ", event.Info, `^\[Container\] [\d/]+ \S+ (?P<message>.*)`},
	{"Heroku router", "at=error code=", event.Error, `^at=error code=(?P<message>\S+)(?: desc="(?P<cause>[^"]*)")?(?:.* request_id=(?P<request>\S+))?`},
	{"Heroku router", "at=info method=", event.Info, `^(?P<message>.* request_id=(?P<request>\S+).*|.*)$`},
	{"PHP-FPM", "WARNING: [pool ", event.Info, `: "(?P<head>.*?)"?$`}, // what a worker printed
	{"NestJS", "[Nest] ", event.Unknown, `^\[Nest\] (?P<head>.*)`},    // which is no logger
	{"GORM", "/", event.Unknown, `^\S+\.go:\d+ (?P<head>.*)`},         // the caller's place comes first
	{"WordPress", "WordPress database error ", event.Error, ``},
	{"npm", "npm ERR! |npm error |npm WARN |npm warn ", event.Unknown, `^npm (?P<level>\S+) (?P<message>.*)`},
	{"Liberty", "0000", event.Unknown, `^[0-9a-f]{8} (?P<logger>\S+) +(?P<level>[IWEF]) (?P<message>.*)`},
	{"Liberty", "0000", event.Info, `^[0-9a-f]{8} (?P<logger>\S+) +[AOR] (?P<message>.*)`}, // audit, System.out and System.err
	{"Passenger", "[ C |[ E |[ W |[ N |[ I |[ D ", event.Unknown, `^\[ (?P<level>\w) .*? \]: (?P<message>.*)`},
	{"R", "Error in ", event.Error, `^.*?\) : `},
	{"Julia", "┌ Error: |┌ Warning: |┌ Info: ", event.Unknown, `^┌ (?P<level>\w+): (?P<message>.*)`},
}

// postgreSQL alone puts two blanks behind the colon of its levels. What stands in
// front of them is up to log_line_prefix.
var postgreSQL = &compiled{format: format{name: "PostgreSQL"},
	pattern: pattern(`(?:^|[^A-Za-z])(?P<level>ERROR|FATAL|PANIC|LOG|WARNING|NOTICE|INFO):  (?P<message>.*)`)}
