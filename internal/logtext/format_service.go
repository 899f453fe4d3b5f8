package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// serviceFormats are the heads of servers and services.
var serviceFormats = []format{
	{"CouchDB", []string{"[error] ", "[critical] ", "[warning] ", "[notice] ", "[info] "},
		"[error] 2026-11-22T10:00:00.123456Z couchdb@127.0.0.1 <0.44.0> 8f5e1c2a0b no price", "[notice] 2026-11-22T10:00:00.123456Z couchdb@127.0.0.1 <0.44.0> -------- GET /error 200",
		event.Unknown, pattern(`^\[(?P<level>\w+)\] \S+Z \S+@\S+ <[\d.]+> \S+ (?P<message>.*)`), nil},
	{"Couchbase", []string{"[ns_server:", "[ns_doctor:", "[rebalance:", "[user:", "[stats:", "[couchdb:", "[views:"},
		"[ns_server:error,2026-11-22T10:00:00.123Z,ns_1@10.0.0.1:<0.44.0>:pay:do:41]no price", "[ns_server:info,2026-11-22T10:00:00.123Z,ns_1@10.0.0.1:<0.44.0>:pay:do:40]no error",
		event.Unknown, pattern(`^\[(?P<logger>\w+):(?P<level>\w+),[^\]]*\](?P<message>.*)`), nil},
	{"SAP HANA", []string{"[1", "[2", "[3", "[4", "[5", "[6", "[7", "[8", "[9"},
		"[1044]{-1}[-1/-1] 2026-11-22 10:00:00.123456 e Statement        Pay.cpp(00041) : no price", "[1044]{-1}[-1/-1] 2026-11-22 10:00:00.123456 i Statement        Pay.cpp(00040) : no error",
		event.Unknown, pattern(`^\[\d+\]\{-?\d+\}\[[-\d/]+\] \S+ \S+ (?P<level>[a-z]) (?P<logger>\S+) +\S+\(\d+\) : (?P<message>.*)`), nil},
	{"PostgreSQL csvlog", []string{`,"`, ",,"}, `2026-11-22 10:00:00.123 UTC,"u","db",7,"10.0.0.1:1",65f2,1,"INSERT",2026-11-22 10:00:00 UTC,3/7,0,ERROR,23505,"no price",,,`,
		`2026-11-22 10:00:00.123 UTC,,,7,,65f2,1,,2026-11-22 10:00:00 UTC,,0,LOG,00000,"no ERROR",,,`, event.Unknown, pattern(`^,(?:[^,]*,){10}(?P<level>[A-Z]+),\w{5},"(?P<message>(?:[^"]|"")*)"`), nil},
	{"Spark", []string{"20/", "21/", "22/", "23/", "24/", "25/", "26/", "27/", "28/", "29/"},
		"26/11/22 10:00:00 ERROR Executor: no price", "26/11/22 10:00:00 INFO Executor: no error", event.Unknown,
		pattern(`^\d\d/\d\d/\d\d \d\d:\d\d:\d\d (?P<level>[A-Z]+) +(?P<logger>[\w.$]+): (?P<message>.*)`), nil},
	{"PyTorch", []string{"[rank"}, "[rank0]:[E1122 10:00:00.123456789 ProcessGroupNCCL.cpp:616] no price", "[rank0]:[I1122 10:00:00.123456789 ProcessGroupNCCL.cpp:616] no error",
		event.Unknown, pattern(`^\[rank\d+\]:\[(?P<level>[IWEF])\d+ [^\]]*\] (?P<message>.*)`), nil},
	{"GLib", []string{"(", "** ("}, "(shop:1044): GLib-CRITICAL **: 10:00:00.123: no price", "(shop:1044): GLib-INFO: 10:00:00.123: no error", event.Unknown,
		pattern(`^(?:\*\* )?\([^():]+:\d+\): (?:(?P<logger>\w+)-)?(?P<level>[A-Z]+)(?: \*\*)?: (?:[\d:.]+: )?(?P<message>.*)`), nil},
	{"WebLogic", []string{"<"}, "<Nov 22, 2026 10:00:00,123 AM UTC> <Error> <HTTP> <BEA-101017> <no price>", "<Nov 22, 2026 10:00:00,123 AM UTC> <Notice> <Log> <BEA-170027> <no error>",
		event.Unknown, pattern(`^<\w+ \d+, \d{4}[^>]*> <(?P<level>\w+)> <(?P<logger>[^>]*)> (?:<[^<>]*> )*<(?P<message>.*?)>? ?$`), nil},
	{"Payara", []string{"[20"}, "[2026-11-22T10:00:00.123+0000] [Payara 6] [SEVERE] [] [shop] [tid: _ThreadID=4] [[", "[2026-11-22T10:00:00.123+0000] [Payara 6] [INFO] [] [error] [tid: _ThreadID=4] [[",
		event.Unknown, pattern(`^\[[^\]]*\] \[[^\]]*\] \[(?P<level>[A-Z]+)\] \[[^\]]*\] \[(?P<logger>[^\]]*)\] \[tid: .*\[\[ *(?P<message>.*?)(?:\]\])?$`), nil},
	{"ColdFusion", []string{`"Error","`, `"Fatal","`, `"Warning","`, `"Information","`}, `"Error","ajp-1","11/22/26","10:00:00","shop","no price"`, `"Information","ajp-1","11/22/26","10:00:00","shop","no error"`,
		event.Unknown, pattern(`^"(?P<level>\w+)",(?:"[^"]*",){4}"(?P<message>.*?)"?$`), nil},
	{"Resque", []string{"** ["}, "** [10:00:00 2026-11-22] 1044: (Job{shop} | Pay | [7]) failed: #<RuntimeError: no price>", "",
		event.Error, pattern(`^\*\* \[[^\]]*\] \d+: \(.*\) failed: (?P<message>.*)`), nil},
	{"Resque", []string{"** ["}, "", "** [10:00:00 2026-11-22] 1044: done: (Job{shop} | Error | [7])", event.Info, pattern(`^\*\* \[[^\]]*\] \d+: (?P<message>.*)`), nil},
	{"Azure Functions", []string{"Executed '"}, "[2026-11-22T10:00:00.123Z] Executed 'Pay' (Failed, Id=7, Duration=12ms)", "", event.Error, pattern(`^(?P<message>Executed '.*' \(Failed, .*)`), nil},
	{"Vite", []string{"[vite] Internal server error: "}, "10:00:00 AM [vite] Internal server error: no price", "", event.Error, pattern(`error: (?P<message>.*)`), nil},
	{"Clojure", []string{"Execution error "}, "Execution error (ExceptionInfo) at shop.core/pay (core.clj:41).", "", event.Error, pattern(`^Execution error .*\):?\.?$`), nil},
	{"Lua", []string{"lua: ", "luajit: ", "lua5"}, "lua: shop.lua:3: no price", "", event.Error, pattern(`^lua\S*: (?P<message>\S+:\d+: .*)`), nil},
	{"Dart", []string{"Unhandled exception:"}, "Unhandled exception:", "", event.Error, pattern(`^Unhandled exception:(?P<message>)$`), nil},
	{"Fortran", []string{"Fortran runtime error: "}, "Fortran runtime error: Index '4' above upper bound", "", event.Error, nil, nil},
	{"uWSGI", []string{"!!! uWSGI process "}, "!!! uWSGI process 44 got Segmentation Fault !!!", "", event.Fatal, nil, nil},
	{"hapi", []string{"Debug: internal, "}, "Debug: internal, implementation, error", "", event.Error, pattern(`error(?P<message>)$`), nil},
	{"Prisma", []string{"prisma:error"}, "prisma:error no price", "", event.Error, pattern(`^prisma:error ?(?P<message>.*)`), nil},
	{"nginx", []string{"[debug] ", "[info] ", "[notice] ", "[warn] ", "[error] ", "[crit] ", "[alert] ", "[emerg] "}, // behind the message it names the request
		`2026/11/22 10:00:00 [error] 29#29: *1 connect() failed (111: Connection refused), client: 10.0.0.7, server: shop`, "2026/11/22 10:00:00 [notice] 1#1: error_log is on",
		event.Unknown, pattern(`^\[(?P<level>\w+)\] \d+#\d+:? (?:\*\d+ )?(?P<message>.*?)(?:, client: .*)?$`), nil},
	{"nginx", []string{"nginx: ["}, `nginx: [emerg] host not found in upstream "app"`, "",
		event.Unknown, pattern(`^nginx: \[(?P<level>\w+)\] (?:\d+#\d+: )?(?P<message>.*)`), nil},
	{"HAProxy", []string{"[ALERT] ", "[WARNING] ", "[NOTICE] "}, // newer versions print no time
		"[ALERT] 072/115958 (1) : proxy 'api' has no server available!", "[WARNING]  (1) : Health check failed, ALERT",
		event.Unknown, pattern(`^\[(?P<level>\w+)\][ \d/]*\(\d+\) : (?P<message>.*)`), nil},
	{"Redis", []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"},
		"1:M 22 Nov 2026 10:00:00.123 # Can't save in background: fork: Cannot allocate memory", "1:C 22 Nov 2026 10:00:00.123 # Redis is starting", event.Unknown, nil, readRedis},
	{"TiDB", []string{"[20"},
		`[2026/11/22 10:00:00.123 +00:00] [ERROR] [server.go:44] ["no price"] [conn=7] [error="broken pipe"]`, `[2026/11/22 10:00:00.123 +00:00] [INFO] [server.go:40] ["no error"]`,
		event.Unknown, pattern(`^\[[^\]]*\] \[(?P<level>\w+)\] \[[^\]]*:\d+\] \["?(?P<message>[^\]]*?)"?\](?:.*?\[error="?(?P<cause>.*?)"?\](?: \[.*)?|.*\]|)$`), nil},
	{"Oracle", []string{"ORA-"}, "ORA-00060: Deadlock detected.", "", event.Error, pattern(`^ORA-\d+:`), nil},
	{"API Gateway", []string{"("}, // of the lines about one failure the first that says why counts
		"(8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f) Execution failed due to configuration error: Malformed Lambda proxy response", "",
		event.Error, pattern(`^\((?P<request>[0-9a-f-]{36})\) (?P<message>(?:Execution failed due to|Lambda execution failed with status) .*)`), nil},
	{"API Gateway", []string{"("}, "", "(8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f) Method completed with status: 502", // other programs begin their lines with a request's id as well
		event.Info, pattern(`^\((?P<request>[0-9a-f-]{36})\) (?P<message>(?:API|AWS|Authorizer|Endpoint|Execution|Extended|Gateway|Lambda|Method|Received|Sending|Starting|Successfully|Usage|Verifying|X-[Rr]ay) .*)`), nil},
	{"CodeBuild", []string{"[Container] "}, "[Container] 2026/11/22 10:00:00 Phase context status code: COMMAND_EXECUTION_ERROR Message: exit status 1", "",
		event.Error, pattern(`^\[Container\] \S+ \S+ (?P<message>Phase context status code: \S.*)`), nil},
	{"CodeBuild", []string{"[Container] "}, "", "[Container] 2026/11/22 10:00:00 Phase context status code:  Message: ",
		event.Info, pattern(`^\[Container\] [\d/]+ \S+ (?P<message>.*)`), nil},
	{"Heroku router", []string{"at=error code="}, `at=error code=H12 desc="Request timeout" method=GET path="/"`, "",
		event.Error, pattern(`^at=error code=(?P<message>\S+)(?: desc="(?P<cause>[^"]*)")?(?:.* request_id=(?P<request>\S+))?`), nil},
	{"Heroku router", []string{"at=info method="}, "", `at=info method=GET path="/error" status=200`,
		event.Info, pattern(`^(?P<message>.* request_id=(?P<request>\S+).*|.*)$`), nil},
	{"PHP-FPM", []string{"WARNING: [pool "}, // what a worker printed
		`[22-Nov-2026 10:00:00] WARNING: [pool www] child 7 said into stderr: "PHP Fatal error:  x in /a.php on line 1"`, `WARNING: [pool www] child 7 said into stderr: "no error"`,
		event.Info, pattern(`: "(?P<head>.*?)"?$`), nil},
	{"NestJS", []string{"[Nest] "}, // which is no logger
		"[Nest] 29  - 11/22/2026, 8:06:28 PM   ERROR [Pay] no price", "[Nest] 29  - 11/22/2026, 8:06:28 PM     LOG [Pay] no error",
		event.Unknown, pattern(`^\[Nest\] (?P<head>.*)`), nil},
	{"GORM", []string{"/"}, // the caller's place comes first
		`2026/11/22 10:00:00 /app/orders.go:41 ERROR: relation "orders" does not exist`, "", event.Unknown, pattern(`^\S+\.go:\d+ (?P<head>.*)`), nil},
	{"WordPress", []string{"WordPress database error "}, "[22-Nov-2026 10:00:00 UTC] WordPress database error Deadlock found for query SELECT 1", "", event.Error, nil, nil},
	{"npm", []string{"npm ERR! ", "npm error ", "npm WARN ", "npm warn "}, "npm ERR! code ELIFECYCLE", "npm warn deprecated error-ex",
		event.Unknown, pattern(`^npm (?P<level>\S+) (?P<message>.*)`), nil},
	{"Liberty", []string{"0000"}, "[11/22/26 10:00:00:123 UTC] 00000044 com.ibm.ws.Helper       E CWWKZ0013E: no price", "",
		event.Unknown, pattern(`^[0-9a-f]{8} (?P<logger>\S+) +(?P<level>[IWEF]) (?P<message>.*)`), nil},
	{"Liberty", []string{"0000"}, "", "[11/22/26 10:00:00:123 UTC] 00000044 com.ibm.ws.Helper       A no error", // audit, System.out and System.err
		event.Info, pattern(`^[0-9a-f]{8} (?P<logger>\S+) +[AOR] (?P<message>.*)`), nil},
	{"Passenger", []string{"[ C ", "[ E ", "[ W ", "[ N ", "[ I ", "[ D "},
		"[ E 2026-11-22 10:00:00.1234 44/T5 age/Cor/App.cpp:221 ]: no price", "[ N 2026-11-22 10:00:00.1234 44/T1 age/Cor/Main.cpp:13 ]: no error",
		event.Unknown, pattern(`^\[ (?P<level>\w) .*? \]: (?P<message>.*)`), nil},
	{"R", []string{"Error in "}, "Error in pay(order) : no price", "", event.Error, pattern(`^.*?\) : `), nil},
	{"Julia", []string{"┌ Error: ", "┌ Warning: ", "┌ Info: "}, "┌ Error: no price", "┌ Info: no error", event.Unknown, pattern(`^┌ (?P<level>\w+): (?P<message>.*)`), nil},
}

// redisFailures are what Redis's failures begin with. It has one mark for
// warnings, errors, and what it says when it starts.
var redisFailures = []string{"Error", "Fatal", "FATAL", "Failed", "Can't", "Cannot", "Could not", "Unable", "Bad ", "Short read", "Unrecoverable"}

// readRedis reads "1:M 22 Nov 2026 10:00:00.123 # message".
func readRedis(s string) (head, bool) {
	pid, rest, _ := strings.Cut(s, ":")
	if !isNumber(pid) || len(rest) < 3 || strings.IndexByte("XCSM", rest[0]) < 0 || rest[1] != ' ' {
		return head{}, false
	}
	_, n := timeAt(rest[2:])
	rest = strings.TrimSpace(rest[2+n:])
	mark, message, ok := strings.Cut(rest, " ")
	if n == 0 || !ok || len(mark) != 1 {
		return head{}, false
	}
	h := head{level: event.Info, message: message}
	if mark == "#" {
		h.level = event.Warn
		for _, word := range redisFailures {
			if strings.HasPrefix(message, word) {
				h.level = event.Error
			}
		}
	}
	return h, strings.Contains("#*-.", mark)
}

// postgreSQL puts two blanks behind the colon of its levels, as nothing else does.
// What stands in front of them is up to log_line_prefix.
var postgreSQL = format{name: "PostgreSQL", pattern: pattern(`(?:^|[^A-Za-z])(?P<level>ERROR|FATAL|PANIC|LOG|WARNING|NOTICE|INFO):  (?P<message>.*)`)}
