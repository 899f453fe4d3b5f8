package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// serviceFormats are the heads of servers and services.
var serviceFormats = []format{
	{"nginx", []string{"[debug] ", "[info] ", "[notice] ", "[warn] ", "[error] ", "[crit] ", "[alert] ", "[emerg] ", "nginx: ["},
		`2026/11/22 10:00:00 [error] 29#29: *1 connect() failed (111: Connection refused), client: 10.0.0.7, server: shop`, "2026/11/22 10:00:00 [notice] 1#1: error_log is on", readNginx},
	{"HAProxy", []string{"[ALERT] ", "[WARNING] ", "[NOTICE] "},
		"[ALERT] 072/115958 (1) : proxy 'api' has no server available!", "[WARNING]  (1) : Health check failed, ALERT", readHAProxy},
	{"Redis", []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"},
		"1:M 22 Nov 2026 10:00:00.123 # Can't save in background: fork: Cannot allocate memory", "1:C 22 Nov 2026 10:00:00.123 # Redis is starting", readRedis},
	{"TiDB", []string{"[20"},
		`[2026/11/22 10:00:00.123 +00:00] [ERROR] [server.go:44] ["no price"] [conn=7] [error="broken pipe"]`, `[2026/11/22 10:00:00.123 +00:00] [INFO] [server.go:40] ["no error"]`, readTiDB},
	{"Oracle", []string{"ORA-"}, "ORA-00060: Deadlock detected.", "", readOracle},
	{"API Gateway", []string{"("},
		"(8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f) Execution failed due to configuration error: Malformed Lambda proxy response",
		"(8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f) Method completed with status: 502", readAPIGateway},
	{"CodeBuild", []string{"[Container] "},
		"[Container] 2026/11/22 10:00:00 Phase context status code: COMMAND_EXECUTION_ERROR Message: exit status 1",
		"[Container] 2026/11/22 10:00:00 Phase context status code:  Message: ", readCodeBuild},
	{"Heroku router", []string{"at=error code=", "at=info method="},
		`at=error code=H12 desc="Request timeout" method=GET path="/"`, `at=info method=GET path="/error" status=200`, readHerokuRouter},
	{"PHP-FPM", []string{"WARNING: [pool "},
		`[22-Nov-2026 10:00:00] WARNING: [pool www] child 7 said into stderr: "PHP Fatal error:  x in /a.php on line 1"`, `WARNING: [pool www] child 7 said into stderr: "no error"`, readPHPWorker},
	{"NestJS", []string{"[Nest] "}, "[Nest] 29  - 11/22/2026, 8:06:28 PM   ERROR [Pay] no price", "[Nest] 29  - 11/22/2026, 8:06:28 PM     LOG [Pay] no error", readNest},
	{"GORM", []string{"/"}, `2026/11/22 10:00:00 /app/orders.go:41 ERROR: relation "orders" does not exist`, "", readGORM},
	{"WordPress", []string{"WordPress database error "}, "[22-Nov-2026 10:00:00 UTC] WordPress database error Deadlock found for query SELECT 1", "", readFailure},
	{"npm", []string{"npm ERR! ", "npm error ", "npm WARN ", "npm warn "}, "npm ERR! code ELIFECYCLE", "npm warn deprecated error-ex", readNPM},
	{"Liberty", []string{"0"},
		"[11/22/26 10:00:00:123 UTC] 00000044 com.ibm.ws.Helper       E CWWKZ0013E: no price", "[11/22/26 10:00:00:123 UTC] 00000044 com.ibm.ws.Helper       A no error", readLiberty},
	{"Passenger", []string{"[ C ", "[ E ", "[ W ", "[ N ", "[ I ", "[ D "},
		"[ E 2026-11-22 10:00:00.1234 44/T5 age/Cor/App.cpp:221 ]: no price", "[ N 2026-11-22 10:00:00.1234 44/T1 age/Cor/Main.cpp:13 ]: no error", readPassenger},
	{"R", []string{"Error in "}, "Error in pay(order) : no price", "", readR},
	{"Julia", []string{"┌ Error: ", "┌ Warning: ", "┌ Info: "}, "┌ Error: no price", "┌ Info: no error", readJulia},
}

// readNginx reads "[error] 29#29: *1 message, client: …", and "nginx: [emerg] message".
// What follows names the request, not the error.
func readNginx(s string) (head, bool) {
	inner, starting := strings.CutPrefix(s, "nginx: ")
	name, rest, _ := strings.Cut(inner[1:], "] ")
	process, after, found := strings.Cut(rest, ": ")
	if pid, tid, ok := strings.Cut(process, "#"); found && ok && isNumber(pid) && isNumber(tid) {
		rest = after
	} else if !starting {
		return head{}, false
	}
	if connection, after, _ := strings.Cut(rest, " "); strings.HasPrefix(connection, "*") && isNumber(connection[1:]) {
		rest = after
	}
	message, _, _ := strings.Cut(rest, ", client: ")
	return head{level: bracketLevel(name), message: message}, true
}

// readHAProxy reads "[ALERT] 072/115958 (1) : message"; newer versions print no time.
func readHAProxy(s string) (head, bool) {
	name, rest, _ := strings.Cut(s[1:], "]")
	rest = strings.TrimLeft(rest, " 0123456789/")
	pid, message, ok := strings.Cut(rest, ") : ")
	return head{level: bracketLevel(name), message: message}, ok && strings.HasPrefix(pid, "(") && isNumber(pid[1:])
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

// readTiDB reads `[time] [LEVEL] [file:line] ["message"] [key=value]`, as TiDB, TiKV and PD print it.
func readTiDB(s string) (head, bool) {
	stamp, rest, _ := strings.Cut(s, "] [")
	level, rest, _ := strings.Cut(rest, "] [")
	caller, rest, ok := strings.Cut(rest, "] [")
	message, fields, _ := strings.Cut(rest, "]")
	_, n := timeAt(stamp[1:])
	h := head{level: bracketLevel(level), message: strings.Trim(message, `"`)}
	if _, cause, found := strings.Cut(fields, "[error="); found {
		cause, _, _ = strings.Cut(cause, "] [")
		h.message = withCause(h.message, strings.Trim(cause, `"]`))
	}
	return h, ok && n > 0 && h.level != event.Unknown && strings.Contains(caller, ":") && strings.HasSuffix(s, "]")
}

func readOracle(s string) (head, bool) {
	code, _, ok := strings.Cut(s[len("ORA-"):], ":")
	return head{level: event.Error, message: s}, ok && isNumber(code)
}

// readAPIGateway reads a line of an execution log, which names the request. Of
// the lines about one failure the first that says why counts.
func readAPIGateway(s string) (head, bool) {
	id, message, ok := strings.Cut(s[1:], ") ")
	h := head{level: event.Info, requestID: id, message: message}
	if strings.HasPrefix(message, "Execution failed due to ") || strings.HasPrefix(message, "Lambda execution failed with status ") {
		h.level = event.Error
	}
	// Other programs begin their lines with the request's id as well.
	return h, ok && isUUID(id) && readHead(message, false, event.Unknown).level == event.Unknown
}

// readCodeBuild counts the phases that failed.
func readCodeBuild(s string) (head, bool) {
	s = strings.TrimPrefix(s, "[Container] ")
	_, n := timeAt(s)
	h := head{level: event.Info, message: strings.TrimSpace(s[n:])}
	if code, ok := strings.CutPrefix(h.message, "Phase context status code: "); ok && code != "" && code[0] != ' ' {
		h.level = event.Error
	}
	return h, n > 0
}

func readHerokuRouter(s string) (head, bool) {
	h := head{level: event.Info, message: s}
	pairs(s, func(key, value string) {
		switch key {
		case "code":
			h.level, h.message = event.Error, value
		case "desc":
			what, _ := pairValue(value)
			h.message = withCause(h.message, what)
		case "request_id":
			h.requestID = value
		}
	})
	return h, true
}

// readPHPWorker reads what a worker of PHP-FPM printed.
func readPHPWorker(s string) (head, bool) {
	_, said, ok := strings.Cut(s, `: "`)
	inner := readHead(strings.TrimSuffix(said, `"`), false, event.Unknown)
	return head{level: max(inner.level, event.Info), message: inner.message}, ok
}

// readNest reads the head behind the name of the framework, which is no logger.
func readNest(s string) (head, bool) {
	h := readHead(s[len("[Nest] "):], false, event.Unknown)
	return head{level: h.level, message: h.message, logger: h.logger}, h.level != event.Unknown
}

// readGORM reads "/app/orders.go:41 ERROR: message", the place being the caller's.
func readGORM(s string) (head, bool) {
	place, rest, _ := strings.Cut(s, " ")
	h := readHead(rest, true, event.Unknown)
	return head{level: h.level, message: h.message}, strings.Contains(place, ".go:") && h.level != event.Unknown
}

func readNPM(s string) (head, bool) {
	word, message, _ := strings.Cut(strings.TrimPrefix(s, "npm "), " ")
	if word == "WARN" || word == "warn" {
		return head{level: event.Warn, message: message}, true
	}
	return head{level: event.Error, message: message}, true
}

// readLiberty reads "00000044 com.ibm.ws.Helper       E message"; the logger is padded.
func readLiberty(s string) (head, bool) {
	thread, rest, _ := strings.Cut(s, " ")
	logger, rest, _ := strings.Cut(rest, " ")
	rest = strings.TrimLeft(rest, " ")
	if len(thread) != 8 || hexLength(thread) != 8 || len(rest) < 3 || rest[1] != ' ' || strings.IndexByte("AIWEFOR", rest[0]) < 0 {
		return head{}, false
	}
	level := event.Info // A, O and R: audit, System.out and System.err
	if strings.IndexByte("WEF", rest[0]) >= 0 {
		level = levelLetter(rest[0])
	}
	return head{level: level, logger: logger, message: rest[2:]}, isWord(logger)
}

func readPassenger(s string) (head, bool) {
	_, message, ok := strings.Cut(s, " ]: ")
	return head{level: levelLetter(s[2]), message: message}, ok
}

// readR reads the error of a call: "Error in pay(order) : message".
func readR(s string) (head, bool) {
	call, _, ok := strings.Cut(s, " : ")
	return head{level: event.Error, message: s}, ok && strings.HasSuffix(call, ")")
}

func readJulia(s string) (head, bool) {
	name, message, ok := strings.Cut(strings.TrimPrefix(s, "┌ "), ": ")
	return head{level: bracketLevel(name), message: message}, ok
}

// postgresLevels are PostgreSQL's, of which nothing else prints two blanks behind
// the colon. What stands in front of them is up to log_line_prefix.
var postgresLevels = [...]string{"ERROR:  ", "FATAL:  ", "PANIC:  ", "LOG:  ", "WARNING:  ", "NOTICE:  ", "INFO:  "}

// postgres reads a line of PostgreSQL by the level that comes first.
func (r *headReader) postgres() bool {
	end := strings.Index(r.s, ":  ")
	if end < 0 {
		return false
	}
	for _, word := range postgresLevels {
		before, _ := strings.CutSuffix(r.s[:end+3], word)
		if len(before) < end && (before == "" || !isLetter(before[len(before)-1])) {
			r.h.level, r.h.message, r.h.format = bracketLevel(word), r.s[end+3:], "PostgreSQL"
			return true
		}
	}
	return false
}
