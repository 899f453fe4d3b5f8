package logtext

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// TestLevelAndMessage reads single lines: errors, and lines that look like errors.
func TestLevelAndMessage(t *testing.T) {
	const id = "8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f"
	tests := []struct {
		line    string
		level   event.Level
		message string
	}{
		// Plain text, by where loggers put the level.
		{"ERROR no price", event.Error, "no price"},
		{"ERROR: no price", event.Error, "no price"},
		{"error: no price", event.Error, "no price"},
		{"[error] no price", event.Error, "no price"},
		{"[ERROR] no price", event.Error, "no price"},
		{"<error> no price", event.Error, "no price"},
		{" ERROR no price", event.Error, "no price"},
		{"ERROR - no price", event.Error, "no price"},
		{"ERROR | no price", event.Error, "no price"},
		{"Warning: no price", event.Warn, "no price"},
		{"CRITICAL no price", event.Fatal, "no price"},
		{"SEVERE: no price", event.Error, "no price"},
		{"FATAL: no price", event.Fatal, "no price"},
		{"PANIC no price", event.Fatal, "no price"},
		{"INFO no error", event.Info, "no error"},
		{"DEBUG ERROR_CODE=0", event.Debug, "ERROR_CODE=0"},
		{"2026-11-22 10:00:00,123 ERROR [main] com.acme.Cart - no price", event.Error, "no price"},
		{"2026-11-22 10:00:00.123 ERROR 1 --- [nio-8080-exec-1] com.acme.Cart   : no price", event.Error, "no price"},
		{"2026-11-22T10:00:00.123Z ERROR no price", event.Error, "no price"},
		{"2026-11-22 10:00:00 error no price", event.Error, "no price"},
		{"2026-11-22 10:00:00 [error] 7#7: *1 open() failed", event.Error, "open() failed"},
		{"10:00:00.123 [main] ERROR com.acme.Cart - no price", event.Error, "no price"},
		{"10:00:00.123 [main] INFO  com.acme.ErrorHandler - ready", event.Info, "ready"},
		{"22-Nov-2026 10:00:00.123 SEVERE [main] org.apache.catalina.Start.run no price", event.Error, "no price"},
		{"2026-11-22 10:00:00,123 - shop - ERROR - no price", event.Error, "no price"},
		{"2026-11-22 10:00:00,123 - errors - INFO - 0 errors", event.Info, "0 errors"},
		{"2026-11-22 10:00:00,123 - INFO  [QuorumPeer:3] - no price", event.Info, "no price"},
		{"ERROR:shop.cart:no price", event.Error, "no price"},
		{"INFO:root:ERROR in the message", event.Info, "ERROR in the message"},
		{"[2026-11-22 10:00:00,123] ERROR in app: Exception on /cart [GET]", event.Error, "Exception on /cart [GET]"},
		{"[2026-11-22 10:00:00 +0000] [7] [ERROR] no price", event.Error, "no price"},
		{"[Sun Nov 22 10:00:00.123456 2026] [core:error] [pid 7] no price", event.Error, "no price"},
		{"2026/11/22 10:00:00 ERROR no price", event.Error, "no price"},
		{"2026/11/22 10:00:00 listening on :80", event.Unknown, "listening on :80"},
		{"E1122 10:00:00.123456       1 cart.go:42] no price", event.Error, "no price"},
		{"I1122 10:00:00.123456       1 error.go:42] no price", event.Info, "no price"},
		{"ERRO[0012] no price", event.Error, "no price"},
		{"3:04PM ERR no price error=\"no funds\"", event.Error, "no price: no funds"},
		{"2026-11-22T10:00:00.123Z\tERROR\tshop\tcart/cart.go:42\tno price", event.Error, "no price"},
		{"time=2026-11-22T10:00:00Z level=ERROR msg=\"no price\" err=\"no funds\"", event.Error, "no price: no funds"},
		{"time=2026-11-22T10:00:00Z level=INFO msg=\"no price\" error=nil", event.Info, "no price"},
		{"level=error msg=\"no price\" error=<nil>", event.Error, "no price"},
		{"ts=1 lvl=warn msg=slow", event.Warn, "slow"},
		{"\x1b[31merror\x1b[39m: no price", event.Error, "no price"},

		// AWS Lambda.
		{"2026-11-22T10:00:00.123Z\t" + id + "\tERROR\tno price", event.Error, "no price"},
		{"2026-11-22T10:00:00.123Z\t" + id + "\tINFO\tERROR no price", event.Info, "ERROR no price"},
		{"[ERROR]\t2026-11-22T10:00:00.123Z\t" + id + "\tno price", event.Error, "no price"},
		{"[INFO]\t2026-11-22T10:00:00.123Z\t" + id + "\t0 errors", event.Info, "0 errors"},
		{"[ERROR] KeyError: 'price'", event.Error, "KeyError: 'price'"},
		{"2026-11-22T10:00:00.123Z " + id + " Task timed out after 5.01 seconds", event.Error, "Task timed out after 5.01 seconds"},
		{"RequestId: " + id + " Error: Runtime exited with error: exit status 1", event.Error, "Error: Runtime exited with error: exit status 1"},
		{"RequestId: " + id + " Process exited before completing request", event.Error, "Process exited before completing request"},
		{"START RequestId: " + id + " Version: $LATEST", event.Info, "START RequestId: " + id + " Version: $LATEST"},
		{"REPORT RequestId: " + id + "\tDuration: 1 ms\tStatus: timeout", event.Info, "REPORT RequestId: " + id + "\tDuration: 1 ms\tStatus: timeout"},
		{`{"time":"2026-11-22T10:00:00Z","type":"platform.runtimeDone","record":{"requestId":"r","status":"timeout"}}`, event.Error, "invocation failed: timeout"},
		{`{"time":"2026-11-22T10:00:00Z","type":"platform.report","record":{"requestId":"r","status":"timeout"}}`, event.Error, "invocation failed: timeout"},
		{`{"type":"platform.initRuntimeDone","record":{"status":"error","errorType":"Runtime.ImportModuleError"}}`, event.Info,
			"initialization failed: error: Runtime.ImportModuleError"},
		{`{"type":"platform.initRuntimeDone","record":{"status":"error","errorType":"Runtime.Unknown"}}`, event.Error,
			"initialization failed: error: Runtime.Unknown"},
		{`{"time":"2026-11-22T10:00:00Z","type":"platform.runtimeDone","record":{"status":"success"}}`, event.Info, "platform.runtimeDone"},

		// PostgreSQL, whatever its log_line_prefix.
		{"2026-11-22 10:00:00 UTC:10.0.0.1(55582):u@db:[7]:ERROR:  no price", event.Error, "no price"},
		{"2026-11-22 10:00:00 UTC::@:[7]:FATAL:  no price", event.Fatal, "no price"},
		{"2026-11-22 10:00:00.123 CET [7]: [3-1] user=u,db=db,app=psql ERROR:  no price", event.Error, "no price"},
		{"2026-11-22 10:00:00.123 CET [7]: [3-1] user=u,db=db,app=psql LOG:  statement: SELECT 'ERROR:  x'", event.Info, "statement: SELECT 'ERROR:  x'"},

		// By shape alone.
		{"TypeError: x is not a function", event.Error, "TypeError: x is not a function"},
		{"Uncaught TypeError: x is not a function", event.Error, "Uncaught TypeError: x is not a function"},
		{"com.acme.Declined: no funds", event.Error, "com.acme.Declined: no funds"},
		{"panic: no price", event.Fatal, "panic: no price"},
		{"fatal error: out of memory", event.Fatal, "fatal error: out of memory"},
		{"2026/11/22 10:00:00 http: panic serving 127.0.0.1:1: no price", event.Error, "http: panic serving 127.0.0.1:1: no price"},

		// JSON.
		{`{"level":"error","msg":"no price"}`, event.Error, "no price"},
		{`{"level":50,"msg":"no price"}`, event.Error, "no price"},
		{`{"level":35,"msg":"no price"}`, event.Info, "no price"},
		{`{"level":1000,"msg":"no price"}`, event.Error, "no price"},
		{`{"level_value":40000,"msg":"no price"}`, event.Error, "no price"}, // logback
		{`{"level":60000,"msg":"no error"}`, event.Warn, "no error"},        // log4net from here on
		{`{"level":70000,"msg":"no price"}`, event.Error, "no price"},
		{`{"level":80000,"msg":"no price"}`, event.Error, "no price"},
		{`{"level":110000,"msg":"no price"}`, event.Fatal, "no price"},
		{`{"level":120000,"msg":"no price"}`, event.Fatal, "no price"},
		{`{"level":40000,"level_name":"INFO","msg":"no error"}`, event.Info, "no error"},
		{`{"severity":800,"message":"no region"}`, event.Fatal, "no region"},
		{`{"version":"1.1","host":"h","short_message":"started","full_message":"started\nall fine","level":6}`, event.Info, "started"},
		{`{"version":"1.1","host":"h","short_message":"no price","full_message":"no price\nat once","level":3}`, event.Error, "no price"},
		{`{"severity_number":0,"body":"no error"}`, event.Unknown, "no error"}, // OpenTelemetry's UNSPECIFIED
		{`{"level":"info","msg":"ERROR no price","error":null}`, event.Info, "ERROR no price"},
		{`{"level":"info","msg":"ok","error":"none","stack":"Error: x\n    at f (/a.js:1:2)"}`, event.Info, "ok"},
		{`{"severity":"ERROR","message":"no price"}`, event.Error, "no price"},
		{`{"status":502,"priority":50,"message":"no price"}`, event.Unknown, "no price"},
		{`{"status":"error","message":"no price"}`, event.Error, "no price"},
		{`{"msg":"0 errors","error":null}`, event.Unknown, "0 errors"},
		{`{"msg":"done","errors":0,"file":"error.js"}`, event.Unknown, "done"},
		{`{"message":"ERROR no price"}`, event.Error, "ERROR no price"},
		{`2026-11-22T10:00:00.123Z {"level":"error","message":"no price"}`, event.Error, "no price"},
		{"2026-11-22T10:00:00.123Z\t" + id + "\tINFO\t" + `{"level":"error","message":"no price"}`, event.Error, "no price"},
		{`{"level":"error","msg":"cut off`, event.Unknown, `{"level":"error","msg":"cut off`},

		// Lines that look like errors but are not.
		{"0 errors", event.Unknown, "0 errors"},
		{"finished with 0 errors and 0 failures", event.Unknown, "finished with 0 errors and 0 failures"},
		{"error=nil", event.Unknown, "error=nil"},
		{"ERROR_CODE=0", event.Unknown, "ERROR_CODE=0"},
		{"no error: all is well", event.Unknown, "no error: all is well"},
		{"2026/11/22 10:00:00 recovered: runtime error: x", event.Unknown, "recovered: runtime error: x"},
		{"sync done, error: none", event.Unknown, "sync done, error: none"},
		{"no error", event.Unknown, "no error"},
		{"GET /error.js 200", event.Unknown, "GET /error.js 200"},
		{"loaded ErrorBoundary and error.js", event.Unknown, "loaded ErrorBoundary and error.js"},
		{"2026-11-22 10:00:00 Received ERROR from a client", event.Unknown, "Received ERROR from a client"},
		{"the word ERROR in a sentence", event.Unknown, "the word ERROR in a sentence"},
		{"errorRate: 0.00", event.Unknown, "errorRate: 0.00"},
		{"ErrorHandler registered", event.Unknown, "ErrorHandler registered"},
		{"at the end it failed", event.Unknown, "at the end it failed"},
		{"level=high msg=tide", event.Unknown, "level=high msg=tide"},
		{`"error": null`, event.Unknown, `"error": null`},
		{"panic button pressed", event.Unknown, "panic button pressed"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			events := frameAll([]event.Record{{Text: tt.line}})
			if len(events) != 1 {
				t.Fatalf("%d events", len(events))
			}
			if events[0].Level != tt.level {
				t.Errorf("level %v, want %v", events[0].Level, tt.level)
			}
			if diff := cmp.Diff(tt.message, events[0].Message); diff != "" {
				t.Errorf("message (-want +got)\n%s", diff)
			}
		})
	}
}
