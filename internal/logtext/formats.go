package logtext

import "github.com/org/errmon-action/internal/event"

// formats are tried in this order. The catalogue in testdata of package intake has an
// example of each.
var formats = []format{
	{"AWS Lambda", "START RequestId: |END RequestId: |REPORT RequestId: |INIT_START Runtime Version: ", event.Info, ``},
	{"AWS Lambda", "Task timed out after |Error: Runtime exited|Runtime exited |Process exited before completing request", event.Error, ``},
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
	{"API Gateway", "(", event.Error, `^\((?P<request>[0-9a-f-]{36})\) (?P<message>(?:Execution failed due to|Lambda execution failed with status) .*)`},                                                                         // of the lines about one failure the first that says why counts
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

// postgreSQL puts two blanks behind the colon of its levels, as nothing else does.
// What stands in front of them is up to log_line_prefix.
var postgreSQL = format{name: "PostgreSQL", expr: `(?:^|[^A-Za-z])(?P<level>ERROR|FATAL|PANIC|LOG|WARNING|NOTICE|INFO):  (?P<message>.*)`}.compile()
