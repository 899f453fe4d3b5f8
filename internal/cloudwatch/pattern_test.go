package cloudwatch_test

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

// lines are printed by loggers and runtimes. They also document what the default pattern matches.
var lines = []struct {
	name string
	line string
}{
	{"FOUND: levels as text", ""},
	{"plain", "2026-03-14 11:59:58 ERROR payment of order 4711 was refused"},
	{"plain, lower case", "error: could not open /etc/shop.yml: permission denied"},
	{"log4j", "2026-03-14 11:59:58,113 ERROR [http-nio-8080-exec-3] c.s.OrderController - Order 4711 not found"},
	{"log4j fatal", "2026-03-14 11:59:58,113 FATAL [main] c.s.Application - cannot bind port 8080"},
	{"logback", "11:59:58.113 [main] ERROR com.shop.Orders -- Order 4711 has no lines"},
	{"Spring Boot", "2026-03-14T11:59:58.113Z ERROR 1 --- [shop] [nio-8080-exec-1] o.a.c.c.C.[.[.[/].[dispatcherServlet] : Servlet.service() threw"},
	{"java.util.logging", "SEVERE: Could not connect to ledger"},
	{"Python logging", "ERROR:shop.orders:order 4711 has no lines"},
	{"Python logging critical", "2026-03-14 11:59:58,113 - shop - CRITICAL - ledger is gone"},
	{"logrus text", `time="2026-03-14T11:59:58Z" level=error msg="charge refused" order=4711`},
	{"logrus text fatal", `time="2026-03-14T11:59:58Z" level=fatal msg="no database"`},
	{"logrus in colours", "\x1b[31mERRO\x1b[0m[0012] charge refused                                 order=4711"},
	{"logrus fatal in colours", "\x1b[31mFATA\x1b[0m[0012] no database"},
	{"slog text", `time=2026-03-14T11:59:58.113Z level=ERROR msg="charge refused" order=4711`},
	{"zap console", "2026-03-14T11:59:58.113Z\tERROR\tshop/charge.go:41\tcharge refused\t{\"order\": 4711}"},
	{"zap development panic", "2026-03-14T11:59:58.113Z\tDPANIC\tshop/charge.go:41\tnegative amount"},
	{"winston simple", `error: charge refused {"order":4711}`},
	{"winston in colours", "\x1b[31merror\x1b[39m: charge refused"},
	{"structlog console", "2026-03-14 11:59:58 [error    ] charge refused                  order=4711"},
	{"structlog console critical", "2026-03-14 11:59:58 [critical ] ledger is gone"},
	{"structlog in colours", "\x1b[2m2026-03-14 11:59:58\x1b[0m [\x1b[31m\x1b[1merror    \x1b[0m] \x1b[1mcharge refused\x1b[0m"},
	{"nginx", `2026/03/14 11:59:58 [error] 29#29: *1 connect() failed (111: Connection refused) while connecting to upstream`},
	{"nginx critical", "2026/03/14 11:59:58 [crit] 29#29: *7 SSL_do_handshake() failed"},
	{"Zig with a scope", "error(shop): order 4711 has no lines"},
	{"Lambda Node text", "2026-03-14T11:59:58.113Z\t8f5e1c2a-0b7d-4e55-9f3a-5d1c2b3a4f5e\tERROR\tcharge refused"},
	{"Lambda Python text", "[ERROR]\t2026-03-14T11:59:58.113Z\t8f5e1c2a-0b7d-4e55-9f3a-5d1c2b3a4f5e\tcharge refused"},

	{"HAProxy", "[ALERT] 072/115958 (1) : proxy 'api' has no server available!"},
	{"glog", "E0314 11:59:58.113123      44 orders.go:41] order 4711 has no lines"},
	{"klog in December", "E1224 11:59:58.113123      44 orders.go:41] order 4711 has no lines"},
	{"Tornado", "[E 260314 11:59:58 web:1871] order 4711 has no lines"},
	{"Semantic Logger", "2026-03-14 11:59:58.113650 E [44:puma] Shop::Orders -- order 4711 has no lines"},
	{"a letter in a column", "2026-03-14 11:59:58|E|shop|order 4711 has no lines"},
	{"Telegraf", "2026-03-14T11:59:58Z E! [outputs.influxdb] connection refused"},
	{"DMS", "2026-03-14T11:59:58 [TARGET_APPLY    ]E:  lock wait timeout exceeded"},
	{"Android", "03-14 11:59:58.113  44  61 E/Shop: order 4711 has no lines"},
	{"Redis", "1:M 14 Mar 2026 11:59:58.113 # Can't save in background: fork: Cannot allocate memory"},
	{"systemd", "<3>Shop.Orders[12] Queue down"},
	{"systemd critical", "<2>Shop.Orders[12] No database"},
	{"a sign", "❌ order 4711 has no lines"},
	{"nginx emergency", `nginx: [emerg] host not found in upstream "api"`},
	{"nginx alert", "2026/03/14 11:59:58 [alert] 1#1: worker process 31 exited"},
	{".NET console", "fail: Shop.Orders[12]"},
	{"swift-log", "2026-03-14T11:59:58+0000 error shop : [Shop] order 4711 has no lines"},
	{"err", "2026-03-14T11:59:58Z err order 4711 has no lines"},
	{"log15", `t=2026-03-14T11:59:58+0000 lvl=eror msg="charge refused"`},
	{"zap console with an error", "2026-03-14T11:59:58.113Z\terror\tshop/charge.go:41\tcharge refused\t{\"error\": \"no database\"}"},
	{".NET on Lambda", "2024-02-25T14:00:46.1Z\t8f5e1c2a-0b7d-4e55-9f3a-5d1c2b3a4f5e\tfail\tQueue down"},
	{"syslog", "<11>1 2026-03-14T11:59:58.113Z h1 app 123 - - order 4711 has no lines"},
	{"syslog of a daemon", "<27>Mar 14 11:59:58 h1 app[123]: order 4711 has no lines"},

	{"FOUND: levels in JSON", ""},
	{"pino", `{"level":50,"time":1773489598113,"pid":1,"hostname":"shop","err":{"type":"Failure","message":"refused"},"msg":"charge refused"}`},
	{"pino fatal", `{"level":60,"time":1773489598113,"pid":1,"hostname":"shop","msg":"no database"}`},
	{"bunyan", `{"name":"shop","hostname":"h","pid":1,"level":50,"msg":"charge refused","time":"2026-03-14T11:59:58.113Z","v":0}`},
	{"winston JSON", `{"level":"error","message":"charge refused","order":4711}`},
	{"zap JSON", `{"level":"error","ts":1773489598.113,"caller":"shop/charge.go:41","msg":"charge refused"}`},
	{"zap JSON fatal", `{"level":"fatal","ts":1773489598.113,"caller":"shop/main.go:17","msg":"no database"}`},
	{"logrus JSON", `{"level":"error","msg":"charge refused","order":4711,"time":"2026-03-14T11:59:58Z"}`},
	{"logrus JSON panic", `{"level":"panic","msg":"negative amount","time":"2026-03-14T11:59:58Z"}`},
	{"slog JSON", `{"time":"2026-03-14T11:59:58.113Z","level":"ERROR","msg":"charge refused","order":4711}`},
	{"structlog JSON", `{"order": 4711, "event": "charge refused", "level": "error", "timestamp": "2026-03-14T11:59:58Z"}`},
	{"structlog JSON critical", `{"event": "ledger is gone", "level": "critical", "timestamp": "2026-03-14T11:59:58Z"}`},
	{"logstash-logback-encoder", `{"@timestamp":"2026-03-14T11:59:58.113Z","@version":"1","message":"charge refused","logger_name":"com.shop.Charge","level":"ERROR","level_value":40000}`},
	{"log4j JsonTemplateLayout", `{"@timestamp":"2026-03-14T11:59:58.113Z","ecs.version":"1.2.0","log.level":"FATAL","message":"no database"}`},
	{"Lambda JSON", `{"timestamp":"2026-03-14T11:59:58.113Z","level":"ERROR","requestId":"8f5e1c2a-0b7d-4e55-9f3a-5d1c2b3a4f5e","message":"charge refused"}`},

	{"JSON in FireLens", `{"container_id":"7f2a","log":"{\"level\":\"error\",\"msg\":\"charge refused\"}","source":"stderr"}`},
	{"pino in FireLens", `{"container_id":"7f2a","log":"{\"level\":50,\"msg\":\"charge refused\"}","source":"stderr"}`},
	{"pino fatal in FireLens", `{"container_id":"7f2a","log":"{\"level\":60,\"msg\":\"no database\"}","source":"stderr"}`},
	{"a level unknown to us, with an error", `{"level":17,"msg":"charge refused","error":"no database"}`},
	{"the same with a space", `{"level": 17, "msg": "charge refused", "error": "no database"}`},
	{"Nextcloud", `{"reqId":"r","level":3,"remoteAddr":"10.0.0.7","app":"core","message":"backend is down"}`},
	{"Nextcloud fatal", `{"reqId":"r","level":4,"remoteAddr":"10.0.0.7","app":"core","message":"backend is down"}`},
	{"journald", `{"PRIORITY":"3","SYSLOG_IDENTIFIER":"app","MESSAGE":"order 4711 has no lines"}`},

	{"FOUND: the platform", ""},
	{"Lambda time-out, text", "2026-03-14T11:59:58.113Z 8f5e1c2a-0b7d-4e55-9f3a-5d1c2b3a4f5e Task timed out after 3.01 seconds"},
	{"Lambda time-out, JSON", `{"time":"2026-03-14T11:59:58.113Z","type":"platform.runtimeDone","record":{"requestId":"8f5e1c2a","status":"timeout","metrics":{"durationMs":3000.0}}}`},
	{"Lambda exit", "RequestId: 8f5e1c2a-0b7d-4e55-9f3a-5d1c2b3a4f5e Error: Runtime exited with error: signal: killed"},
	{"Lambda import", "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'requests'"},
	{"Lambda uncaught", "2026-03-14T11:59:58.113Z\t8f5e1c2a\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"x is undefined\"}"},
	{"Node out of memory", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"},

	{"Step Functions", `{"id":"7","type":"ExecutionFailed","details":{"cause":"card declined"},"previous_event_id":"6"}`},
	{"systemd", "Mar 14 11:59:58 h1 systemd[1]: shop.service: Failed with result 'exit-code'."},
	{"Step Functions time-out", `{"id":"7","type":"ExecutionTimedOut","details":{},"previous_event_id":"6"}`},
	{"abort", "Aborted (core dumped)"},
	{"assertion", "shop: cart.cpp:12: int total(Cart&): Assertion `lines > 0' failed."},

	{"FOUND: heads of traces", ""},
	{"Node", "TypeError: Cannot read properties of undefined (reading 'total')"},
	{"Node cause", "  [cause]: Error: connect ECONNREFUSED 10.0.0.7:5432"},
	{"Node uncaught", "Uncaught:"},
	{"Node rejection", "(node:1) UnhandledPromiseRejectionWarning: refused"},
	{"Python", "Traceback (most recent call last):"},
	{"Python end", "ValueError: order 4711 has no lines"},
	{"Python end without Error", "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='ledger', port=443): Read timed out."},
	{"Python chain", "During handling of the above exception, another exception occurred:"},
	{"Python cause", "The above exception was the direct cause of the following exception:"},
	{"Java", `Exception in thread "main" java.lang.IllegalStateException: no lines`},
	{"Java head", "java.lang.OutOfMemoryError: Java heap space"},
	{"Java cause", "Caused by: com.shop.LedgerUnreachable: ledger:7000"},
	{"Go panic", "panic: runtime error: index out of range [3] with length 3"},
	{"Go signal", "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x49c5a3]"},
	{"Go fatal", "fatal error: all goroutines are asleep - deadlock!"},
	{"Go goroutine", "goroutine 1 [running]:"},
	{"Rust", "thread 'main' panicked at src/main.rs:4:5:"},
	{"PHP", "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted"},

	{"FOUND: frames, one event each", ""},
	{"Node frame", "    at charge (/app/src/charge.js:41:17)"},
	{"Node frame of an async call", "    at async Promise.all (index 0)"},
	{"Node frame without a function", "    at file:///app/src/server.mjs:10:5"},
	{"Python frame", `  File "/app/shop/orders.py", line 41, in charge`},
	{"Python frame in FireLens", `{"container_name":"/shop","log":"  File \"/app/shop/orders.py\", line 41, in charge"}`},
	{"Java frame", "\tat com.shop.Charge.run(Charge.java:41)"},
	{"Kotlin frame", "\tat com.shop.ChargeKt.main(Charge.kt:12)"},
	{"Scala frame", "\tat com.shop.Charge$.apply(Charge.scala:12)"},
	{"Java native frame", "\tat java.base/jdk.internal.misc.Unsafe.park(Native Method)"},
	{"Java frame without source", "\tat com.shop.Charge$$Lambda$14.run(Unknown Source)"},
	{"Java generated frame", "\tat com.shop.Charge$$SpringCGLIB$$0.run(<generated>)"},
	{".NET frame", "   at Acme.Shop.Cart.Share(Int32 parts) in /src/Cart.cs:line 22"},
	{"Ruby frame", "\tfrom /app/shop.rb:92:in `block in <main>'"},
	{"PHP frame", "#0 /app/php/Cart.php(27): App\\Shop\\Cart->charge(42)"},
	{"Elixir frame", "    (shop 0.1.0) lib/cart.ex:13: Shop.Cart.share/1"},
	{"Elixir exit", "** (exit) :closed"},
	{"Perl message", "no address at /app/shop.pl line 12."},
	{"Perl frame", "\tShop::Cart::share(0) called at /app/lib/Shop/Cart.pm line 28"},
	{"Tcl command", "    while executing"},
	{"Java rest of 10 to 19", "\t... 17 more"},
	{"Java rest of 20 to 29", "\t... 23 more"},
	{"Java rest of 30 to 39", "\t... 31 more"},
	{"Java rest of 40 to 49", "\t... 40 more"},
	{"Java rest of 50 to 59", "\t... 55 more"},
	{"Java rest of 60 to 69", "\t... 62 more"},
	{"Java rest of 70 to 79", "\t... 79 more"},
	{"logback rest", "\t... 8 common frames omitted"},
	{"logback rest, again", "\t... 9 common frames omitted"},
	{"Java suppressed", "\tSuppressed: com.shop.LedgerUnreachable: ledger:7000"},
	{"Go call", "main.(*Charge).Run(0xc000012120, {0x52c1a8, 0x5})"},
	{"Go call with a string", "main.charge({0x4c3f2a, 0x4})"},
	{"Go inlined call", "main.charge(...)"},
	{"Go main", "main.main()"},
	{"Go call without arguments", "main.warmUp()"},
	{"Firefox frame", "total@https://shop.example/app/cart.js:10:11"},
	{"Go place", "\t/app/charge.go:41 +0x1d"},
	{"Go creator", "created by net/http.(*Server).Serve in goroutine 1"},

	{".NET, joint", "   --- End of inner exception stack trace ---"},
	{"PHP, outermost frame", "#2 {main}"},
	{"FOUND: deaths of processes", ""},
	{"C++", "terminate called after throwing an instance of 'std::runtime_error'"},
	{"glibc", "*** stack smashing detected ***: terminated"},
	{"shell", "Segmentation fault"},
	{"shell, killed", "!!! uWSGI process 7 got Segmentation Fault !!!"},
	{"bash, missing program", "bash: line 1: shop: command not found"},
	{"shell, core", "Bus error (core dumped)"},
	{"kernel", "[ 4711.113] Memory cgroup out of memory: Killed process 4711 (node) total-vm:2097152kB"},
	{"QUIET: levels below error", ""},
	{"plain info", "2026-03-14 11:59:58 INFO order 4711 was paid"},
	{"plain warning", "2026-03-14 11:59:58 WARN ledger is slow"},
	{"log4j info", "2026-03-14 11:59:58,113 INFO  [main] c.s.Application - Started in 2.1 seconds"},
	{"pino info", `{"level":30,"time":1773489598113,"pid":1,"hostname":"shop","msg":"listening"}`},
	{"pino warning of 50 ms", `{"level":40,"time":1773489598113,"durationMs":50,"msg":"slow"}`},
	{"winston info", `{"level":"info","message":"order paid"}`},
	{"zap info with its caller", `{"level":"info","ts":1773489598.113,"caller":"shop/charge.go:41","msg":"charged"}`},
	{"zap console info", "2026-03-14T11:59:58.113Z\tINFO\tshop/charge.go:41\tcharged\t{\"order\": 4711}"},
	{"logrus debug", `time="2026-03-14T11:59:58Z" level=debug msg="charging" order=4711`},
	{"slog info without an error", `{"time":"2026-03-14T11:59:58.113Z","level":"INFO","msg":"charged","error":null}`},
	{"structlog info", "2026-03-14 11:59:58 [info     ] charged                        errors=0"},
	{"Lambda start", "START RequestId: 8f5e1c2a-0b7d-4e55-9f3a-5d1c2b3a4f5e Version: $LATEST"},
	{"Lambda report", "REPORT RequestId: 8f5e1c2a\tDuration: 12.13 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB"},
	{"Lambda JSON report", `{"time":"2026-03-14T11:59:58.113Z","type":"platform.report","record":{"requestId":"8f5e1c2a","status":"success"}}`},
	{"access log", `10.0.0.7 - - [14/Mar/2026:11:59:58 +0000] "GET /orders/4711 HTTP/1.1" 200 512 "-" "curl/8.5.0"`},
	{"indented text", "    shop is at version 4"},

	{"IN VAIN: what no term can tell apart", ""},
	{"a class named after errors", "2026-03-14 11:59:58 INFO ErrorHandler registered"},
	{"a path", `10.0.0.7 - - "GET /static/Exception.png HTTP/1.1" 200 512`},
	{"good news", "2026-03-14 11:59:58 INFO last run ended with error: none"},
	{"a field that happens to hold the word", `{"level":"info","msg":"filter set","show":"error"}`},
	{"Java's place in an info line", "2026-03-14 11:59:58 INFO (Charge.java:41) - charged"},
	{"a countdown", "2026-03-14 11:59:58 INFO starting in... 3"},

	{"MISSED: what no term can find without finding everything", ""},
	{"Python source line", "    total = sum(line.price for line in order.lines)"},
	{"Java message's second line", "  expected 3 lines but had 0"},
	{"Node: a string is thrown", "Node.js v20.20.2"},
	{"Go: a stack of pkg/errors", "\t/app/go/main.go:31"},
	{"Tcl message", "divide by zero"},
	{"a failure without a level", "could not reach the ledger, giving up"},
}

// TestDefaultFilterPattern matches the lines by the service's rules.
func TestDefaultFilterPattern(t *testing.T) {
	w := newWorld(t)
	w.config.FilterPattern = cloudwatch.DefaultFilterPattern
	var events []cloudwatchtest.Event
	for i, l := range lines {
		if l.line != "" {
			events = append(events, cloudwatchtest.Event{
				Stream: "s", ID: l.name, Time: noon.Add(-time.Hour + time.Duration(i)*time.Second), Message: l.line,
			})
		}
	}
	w.put("/shop", events...)
	records, _, err := read(context.Background(), w.group("/shop"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, r := range records {
		found[r.ID] = true
	}
	want, checked := false, 0
	for _, l := range lines {
		if l.line == "" {
			want = strings.HasPrefix(l.name, "FOUND") || strings.HasPrefix(l.name, "IN VAIN")
			continue
		}
		checked++
		if found[l.name] != want {
			t.Errorf("%s: found is %v, want %v: %q", l.name, found[l.name], want, l.line)
		}
	}
	if checked != len(events) || checked < 60 {
		t.Errorf("checked %d lines of %d", checked, len(events))
	}
}

// Each term is needed: without it, some line above is not matched. A term that others cover should be
// removed.
func TestDefaultFilterPatternHasNoIdleTerm(t *testing.T) {
	terms := strings.Split(strings.TrimSpace(cloudwatch.DefaultFilterPattern), "?")[1:]
	for i := range terms {
		var rest strings.Builder
		for j, term := range terms {
			if j != i {
				rest.WriteString("?" + term)
			}
		}
		if !loses(t, rest.String()) {
			t.Errorf("no line needs ?%s", terms[i])
		}
	}
}

func loses(t *testing.T, pattern string) bool {
	p, err := cloudwatchtest.Compile(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if strings.HasPrefix(l.name, "QUIET") {
			return false
		}
		if l.line != "" && !p(l.line) {
			return true
		}
	}
	return false
}

func TestDefaultFilterPatternFits(t *testing.T) {
	if n := utf8.RuneCountInString(cloudwatch.DefaultFilterPattern); n > 1024 { // the service's model: FilterPattern
		t.Errorf("%d characters", n)
	}
}
