package logtext

import (
	"testing"

	"github.com/org/errmon-action/internal/event"
)

// TestFormats reads examples of the formats in the table. Each must be recognised, and only failures are
// errors.
func TestFormats(t *testing.T) {
	examples := []struct {
		format  string
		failure bool
		line    string
	}{
		{"AWS Lambda", false, "REPORT RequestId: 8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f\tDuration: 1 ms\tStatus: timeout"},
		{"AWS Lambda", true, "REPORT RequestId: 8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f\tDuration: 1 ms\tStatus: error\tError Type: Runtime.OutOfMemory"},
		{"AWS Lambda", false, "REPORT RequestId: 8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f\tDuration: 1 ms\tStatus: error\tError Type: Runtime.ExitError"},
		{"AWS Lambda", true, "RequestId: 8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f Error: Runtime exited with error: exit status 1"},
		{"AWS Lambda", true, "INIT_REPORT Init Duration: 3012.44 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError"},
		{"AWS Lambda", true, "INIT_REPORT Init Duration: 3012.44 ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown"},
		{"AWS Lambda", false, "INIT_REPORT Init Duration: 3012.44 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError"},
		{"AWS Lambda", false, "INIT_REPORT Init Duration: 3012.44 ms\tPhase: init\tStatus: error\tError Type: Runtime.UserCodeSyntaxError"},
		{"AWS Lambda", false, "INIT_REPORT Init Duration: 3012.44 ms\tPhase: init\tStatus: error\tError Type: TypeError"},
		{"AWS Lambda", false, "INIT_REPORT Init Duration: 3012.44 ms\tPhase: init\tStatus: error\tError Type: java.lang.IllegalStateException"},
		{"AWS Lambda", true, "INIT_REPORT Init Duration: 3012.44 ms\tPhase: init\tStatus: timeout"},
		{"net/http", true, "2026/11/22 10:00:00 http: panic serving 127.0.0.1:1: no price"},
		{"glog", true, "E1122 10:00:00.123456       1 cart.go:42] no price"},
		{"glog", false, "I1122 10:00:00.123456       1 error.go:42] no price"},
		{"PHP", false, "NOTICE: PHP message: PHP Warning:  Undefined variable $error"},
		{"PHP", true, "NOTICE: PHP message: PHP Fatal error:  Uncaught Error: x in /a.php:11"},
		{"PHP", true, "PHP Parse error:  syntax error in /a.php on line 1"},
		{"PHP", false, "PHP Warning:  Undefined variable $error in /a.php on line 1"},
		{"PHP", false, "PHP Notice:  Undefined index: error in /a.php on line 1"},
		{".NET console", true, "fail: Shop.Orders[12]"},
		{".NET console", false, "info: Shop.ErrorHandler[0]"},
		{"Rack", true, `2024-08-12 12:26:55 +0000 Rack app ("GET /x" - (10.0.0.1)): #<NoMethodError: x>`},
		{"gin", true, "2024/02/25 14:00:46 [Recovery] 2024/02/25 - 14:00:46 panic recovered:"},
		{"Erlang", true, "=ERROR REPORT==== 22-Nov-2026::10:00:00 ==="},
		{"Erlang", false, "=WARNING REPORT==== 22-Nov-2026::10:00:00 ==="},
		{"Erlang", false, "=INFO REPORT==== 22-Nov-2026::10:00:00 ==="},
		{"CouchDB", true, "[error] 2026-11-22T10:00:00.123456Z couchdb@127.0.0.1 <0.44.0> 8f5e1c2a0b no price"},
		{"CouchDB", false, "[notice] 2026-11-22T10:00:00.123456Z couchdb@127.0.0.1 <0.44.0> -------- GET /error 200"},
		{"Couchbase", true, "[ns_server:error,2026-11-22T10:00:00.123Z,ns_1@10.0.0.1:<0.44.0>:pay:do:41]no price"},
		{"Couchbase", false, "[ns_server:info,2026-11-22T10:00:00.123Z,ns_1@10.0.0.1:<0.44.0>:pay:do:40]no error"},
		{"SAP HANA", true, "[1044]{-1}[-1/-1] 2026-11-22 10:00:00.123456 e Statement        Pay.cpp(00041) : no price"},
		{"SAP HANA", false, "[1044]{-1}[-1/-1] 2026-11-22 10:00:00.123456 i Statement        Pay.cpp(00040) : no error"},
		{"PostgreSQL csvlog", true, `2026-11-22 10:00:00.123 UTC,"u","db",7,"10.0.0.1:1",65f2,1,"INSERT",2026-11-22 10:00:00 UTC,3/7,0,ERROR,23505,"no price",,,`},
		{"PostgreSQL csvlog", false, `2026-11-22 10:00:00.123 UTC,,,7,,65f2,1,,2026-11-22 10:00:00 UTC,,0,LOG,00000,"no ERROR",,,`},
		{"Spark", true, "26/11/22 10:00:00 ERROR Executor: no price"},
		{"Spark", false, "26/11/22 10:00:00 INFO Executor: no error"},
		{"PyTorch", true, "[rank0]:[E1122 10:00:00.123456789 ProcessGroupNCCL.cpp:616] no price"},
		{"PyTorch", false, "[rank0]:[I1122 10:00:00.123456789 ProcessGroupNCCL.cpp:616] no error"},
		{"GLib", true, "(shop:1044): GLib-CRITICAL **: 10:00:00.123: no price"},
		{"GLib", false, "(shop:1044): GLib-INFO: 10:00:00.123: no error"},
		{"WebLogic", true, "<Nov 22, 2026 10:00:00,123 AM UTC> <Error> <HTTP> <BEA-101017> <no price>"},
		{"WebLogic", false, "<Nov 22, 2026 10:00:00,123 AM UTC> <Notice> <Log> <BEA-170027> <no error>"},
		{"Payara", true, "[2026-11-22T10:00:00.123+0000] [Payara 6] [SEVERE] [] [shop] [tid: _ThreadID=4] [["},
		{"Payara", false, "[2026-11-22T10:00:00.123+0000] [Payara 6] [INFO] [] [error] [tid: _ThreadID=4] [["},
		{"ColdFusion", true, `"Error","ajp-1","11/22/26","10:00:00","shop","no price"`},
		{"ColdFusion", false, `"Information","ajp-1","11/22/26","10:00:00","shop","no error"`},
		{"Resque", true, "** [10:00:00 2026-11-22] 1044: (Job{shop} | Pay | [7]) failed: #<RuntimeError: no price>"},
		{"Resque", false, "** [10:00:00 2026-11-22] 1044: done: (Job{shop} | Error | [7])"},
		{"Delayed Job", true, "[Worker(host:h1 pid:44)] Job Pay (id=7) FAILED (0 prior attempts) with RuntimeError: no price"},
		{"Solid Queue", true, `SolidQueue-1.0.0 Error in thread (0.0ms)  error: "RuntimeError no price"`},
		{"supervisord", true, "2026-11-22 10:00:00,123 INFO exited: shop (exit status 1; not expected)"},
		{"pnpm", true, " ERR_PNPM_NO_SCRIPT  Missing script: build"},
		{"yarn", true, "error Command failed with exit code 1."},
		{"Sidekiq", true, "2026-11-22T10:00:00.123Z pid=4 tid=2k class=Pay jid=7 INFO: /app/pay.rb:5:in 'Pay#perform': no price (RuntimeError)"},
		{"Sidekiq", true, "2026-11-22T10:00:00.123Z pid=4 tid=2k class=Pay jid=7 INFO: no price (Shop::Unpriced)"},
		{"Sidekiq", true, "2026-11-22T10:00:00.123Z pid=4 tid=2k WARN: Shop::Unpriced: no price"},
		{"Laravel queue", true, `2026-11-22 10:00:00 App\Jobs\Pay .................... 12.10ms FAIL`},
		{"App Runner", true, "11-22-2026 10:00:00 AM [AppRunner] Failed to deploy your application image."},
		{"AWS CLI", true, "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"},
		{"curl", true, "curl: (7) Failed to connect to localhost port 443 after 3 ms: Connection refused"},
		{"bash", true, "/app/run.sh: line 41: shop: command not found"},
		{"bash", false, "/app/run.sh: line 41: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8)"},
		{"Azure Functions", true, "[2026-11-22T10:00:00.123Z] Executed 'Pay' (Failed, Id=7, Duration=12ms)"},
		{"Vite", true, "10:00:00 AM [vite] Internal server error: no price"},
		{"Clojure", true, "Execution error (ExceptionInfo) at shop.core/pay (core.clj:41)."},
		{"Lua", true, "lua: shop.lua:3: no price"},
		{"Dart", true, "Unhandled exception:"},
		{"Fortran", true, "Fortran runtime error: Index '4' above upper bound"},
		{"uWSGI", true, "!!! uWSGI process 44 got Segmentation Fault !!!"},
		{"hapi", true, "Debug: internal, implementation, error"},
		{"Prisma", true, "prisma:error no price"},
		{"nginx", true, `2026/11/22 10:00:00 [error] 29#29: *1 connect() failed (111: Connection refused), client: 10.0.0.7, server: shop`},
		{"nginx", false, "2026/11/22 10:00:00 [notice] 1#1: error_log is on"},
		{"nginx", true, `nginx: [emerg] host not found in upstream "app"`},
		{"HAProxy", true, "[ALERT] 072/115958 (1) : proxy 'api' has no server available!"},
		{"HAProxy", false, "[WARNING]  (1) : Health check failed, ALERT"},
		{"Redis", true, "1:M 22 Nov 2026 10:00:00.123 # Can't save in background: fork: Cannot allocate memory"},
		{"Redis", true, "1:M 2026-11-22T10:00:00.123+00:00 # Can't save in background: fork: Cannot allocate memory"}, // Valkey's log-timestamp-format
		{"Redis", false, "1:C 22 Nov 2026 10:00:00.123 # Redis is starting"},
		{"TiDB", true, `[2026/11/22 10:00:00.123 +00:00] [ERROR] [server.go:44] ["no price"] [conn=7] [error="broken pipe"]`},
		{"TiDB", false, `[2026/11/22 10:00:00.123 +00:00] [INFO] [server.go:40] ["no error"]`},
		{"librdkafka", true, "%3|1773489598.113|FAIL|rdkafka#producer-1| [thrd:b-1:9092/1]: b-1:9092/1: Connect to ipv4#10.0.0.1:9092 failed"},
		{"librdkafka", false, "%4|1773489598.113|REQTMOUT|rdkafka#producer-1| [thrd:b-1:9092/1]: b-1:9092/1: Timed out 1 in-flight request"},
		{"SQL Server", true, "2026-11-22 10:00:00.12 spid7s      Error: 9002, Severity: 17, State: 2."},
		{"SQL Server", false, "2026-11-22 10:00:00.12 spid7s      Error: 1, Severity: 10, State: 2."},
		{"Oracle", true, "ORA-00060: Deadlock detected."},
		{"API Gateway", true, "(8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f) Execution failed due to configuration error: Malformed Lambda proxy response"},
		{"API Gateway", false, "(8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f) Method completed with status: 502"},
		{"CodeBuild", true, "[Container] 2026/11/22 10:00:00 Phase context status code: COMMAND_EXECUTION_ERROR Message: exit status 1"},
		{"CodeBuild", false, "[Container] 2026/11/22 10:00:00 Phase context status code:  Message: "},
		{"Heroku router", true, `at=error code=H12 desc="Request timeout" method=GET path="/"`},
		{"Heroku router", false, `at=info method=GET path="/error" status=200`},
		{"Airflow", true, "[2026-11-22 10:00:00,123] {{taskinstance.py:1150}} ERROR - no price"},
		{"NestJS", true, "[Nest] 29  - 11/22/2026, 8:06:28 PM   ERROR [Pay] no price"},
		{"NestJS", false, "[Nest] 29  - 11/22/2026, 8:06:28 PM     LOG [Pay] no error"},
		{"GORM", true, `2026/11/22 10:00:00 /app/orders.go:41 ERROR: relation "orders" does not exist`},
		{"WordPress", true, "[22-Nov-2026 10:00:00 UTC] WordPress database error Deadlock found for query SELECT 1"},
		{"npm", true, "npm ERR! code ELIFECYCLE"},
		{"npm", false, "npm warn deprecated error-ex"},
		{"Liberty", true, "[11/22/26 10:00:00:123 UTC] 00000044 com.ibm.ws.Helper       E CWWKZ0013E: no price"},
		{"Liberty", false, "[11/22/26 10:00:00:123 UTC] 00000044 com.ibm.ws.Helper       A no error"},
		{"Passenger", true, "[ E 2026-11-22 10:00:00.1234 44/T5 age/Cor/App.cpp:221 ]: no price"},
		{"Passenger", false, "[ N 2026-11-22 10:00:00.1234 44/T1 age/Cor/Main.cpp:13 ]: no error"},
		{"R", true, "Error in pay(order) : no price"},
		{"Julia", true, "┌ Error: no price"},
		{"Julia", false, "┌ Info: no error"},
	}
	shown := map[string]bool{}
	for _, x := range examples {
		shown[x.format] = true
		h := readHead(x.line, false, event.Unknown)
		if h.format != x.format {
			t.Errorf("%q is read as %q, want %q", x.line, h.format, x.format)
		}
		if (h.level >= event.Error) != x.failure {
			t.Errorf("%q has level %v", x.line, h.level)
		}
	}
	for _, f := range formats {
		if !shown[f.name] {
			t.Errorf("no example of %s", f.name)
		}
	}
}

// TestHeadAllocates checks that reading a line below warn allocates nothing.
func TestHeadAllocates(t *testing.T) {
	for _, line := range []string{
		"2026-11-22 10:00:00,123 INFO  [http-nio-8080-exec-7] com.acme.shop.Checkout - order 75123 paid in 35 ms",
		"Nov 22, 2026, 3:04:05\u202fPM | shop | info | order 75123 paid", "[10:00:00] [main/INFO] order 75123 paid", "GET /orders/75123 200 35 ms",
		"I1122 10:00:00.123456       1 error.go:42] order paid", "ℹ️ order 75123 paid",
	} {
		if n := testing.AllocsPerRun(100, func() { readHead(line, false, event.Unknown) }); n > 0 {
			t.Errorf("%v allocations for %q", n, line)
		}
	}
}
