package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// serviceFormats are the heads of servers and services.
var serviceFormats = []format{
	{"nginx", []string{"[debug] ", "[info] ", "[notice] ", "[warn] ", "[error] ", "[crit] ", "[alert] ", "[emerg] "}, // behind the message it names the request
		`2026/11/22 10:00:00 [error] 29#29: *1 connect() failed (111: Connection refused), client: 10.0.0.7, server: shop`, "2026/11/22 10:00:00 [notice] 1#1: error_log is on",
		event.Unknown, pattern(`^\[(?P<level>\w+)\] \d+#\d+: (?:\*\d+ )?(?P<message>.*?)(?:, client: .*)?$`), nil},
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
