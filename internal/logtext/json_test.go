package logtext

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// TestJSONShapes reads the formats of loggers for which testdata has no program.
func TestJSONShapes(t *testing.T) {
	const at = "2026-11-22T10:00:00Z"
	tests := []struct{ name, text, want string }{
		{"logstash", `{"@timestamp":"2026-11-22T10:00:00Z","@version":"1","message":"failed","logger_name":"com.acme.Cart","level":"ERROR","stack_trace":"a.b.Oops: x\n\tat a.b.C.d(C.java:1)\n"}`,
			"error " + at + " \"failed\"\n  logger com.acme.Cart\n  | a.b.Oops: x\n  | \tat a.b.C.d(C.java:1)\n"},
		{"log4j", `{"instant":{"epochSecond":1795341600,"nanoOfSecond":0},"level":"ERROR","loggerName":"c.a.Cart","message":"failed","thrown":{"name":"a.b.Oops","message":"x","extendedStackTrace":[{"class":"a.b.C","method":"d","file":"C.java","line":1}]}}`,
			"error " + at + " \"failed\"\n  logger c.a.Cart\n  | a.b.Oops: x\n  |     at a.b.C.d (C.java:1)\n"},
		{"python-json-logger", `{"asctime":"2026-11-22 10:00:00,000","levelname":"ERROR","name":"shop","message":"failed","exc_info":"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nOops: x"}`,
			"error " + at + " \"failed\"\n  logger shop\n  | Traceback (most recent call last):\n  |   File \"a.py\", line 1, in f\n  | Oops: x\n"},
		{"structlog", `{"event":"failed","level":"error","timestamp":"2026-11-22T10:00:00Z","logger":"shop","exception":"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nOops: x"}`,
			"error " + at + " \"failed\"\n  logger shop\n  | Traceback (most recent call last):\n  |   File \"a.py\", line 1, in f\n  | Oops: x\n"},
		{"lambda node", `{"timestamp":"2026-11-22T10:00:00.000Z","level":"ERROR","requestId":"r-7","message":{"errorType":"TypeError","errorMessage":"x","stackTrace":["TypeError: x","    at f (/var/task/a.js:1:2)"]}}`,
			"error " + at + " \"x\"\n  request r-7\n  | TypeError: x\n  |     at f (/var/task/a.js:1:2)\n"},
		{"lambda python", `{"timestamp":"2026-11-22T10:00:00Z","level":"ERROR","message":"failed","logger":"root","stackTrace":["  File \"/var/task/a.py\", line 1, in f\n    x\n"],"errorType":"KeyError","errorMessage":"'y'","requestId":"r-7","location":"/var/task/a.py:f:1"}`,
			"error " + at + " \"failed\"\n  logger root\n  request r-7\n  | KeyError: 'y'\n  |   File \"/var/task/a.py\", line 1, in f\n  |     x\n"},
		{"lambda node in text", "2026-11-22T10:00:00.000Z\t8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f\tERROR\tInvoke Error \t" + `{"errorType":"TypeError","errorMessage":"x","stack":["TypeError: x","    at f (/var/task/a.js:1:2)"]}`,
			"error " + at + " \"Invoke Error: x\"\n  request 8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f\n  | TypeError: x\n  |     at f (/var/task/a.js:1:2)\n"},
		{"powertools", `{"level":"ERROR","location":"f:1","message":"failed","timestamp":"2026-11-22 10:00:00,000+0000","service":"shop","function_request_id":"r-7","exception":"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nOops: x","exception_name":"Oops","xray_trace_id":"1-2"}`,
			"error " + at + " \"failed\"\n  service shop\n  request r-7\n  trace 1-2\n  | Traceback (most recent call last):\n  |   File \"a.py\", line 1, in f\n  | Oops: x\n"},
		{"ECS", `{"@timestamp":"2026-11-22T10:00:00Z","log.level":"ERROR","message":"failed","service.name":"shop","service.version":"1.2","service.environment":"prod","log.logger":"c.a.Cart","trace.id":"t-1","error.type":"a.b.Oops","error.message":"x","error.stack_trace":"a.b.Oops: x\n\tat a.b.C.d(C.java:1)"}`,
			"error " + at + " \"failed\"\n  logger c.a.Cart\n  service shop\n  release 1.2\n  environment prod\n  trace t-1\n  | a.b.Oops: x\n  | \tat a.b.C.d(C.java:1)\n"},
		{"ECS nested", `{"@timestamp":"2026-11-22T10:00:00Z","log":{"level":"error","logger":"l"},"message":"failed","service":{"name":"shop"},"error":{"type":"Oops","message":"x","stack_trace":"Oops: x\n    at f (/a.js:1:2)"}}`,
			"error " + at + " \"failed\"\n  logger l\n  service shop\n  | Oops: x\n  |     at f (/a.js:1:2)\n"},
		{"OpenTelemetry", `{"timeUnixNano":"1795341600000000000","severityNumber":17,"body":{"stringValue":"failed"},"traceId":"t-1","attributes":{"exception.type":"Oops","exception.message":"x","exception.stacktrace":"Oops: x\n    at f (/a.js:1:2)"},"resource":{"service.name":"shop","deployment.environment":"prod"}}`,
			"error " + at + " \"failed\"\n  service shop\n  environment prod\n  trace t-1\n  | Oops: x\n  |     at f (/a.js:1:2)\n"},
		{"go panic in slog", `{"time":"2026-11-22T10:00:00Z","level":"ERROR","msg":"recovered","panic":"runtime error: x","stack":"goroutine 1 [running]:\nmain.f()\n\t/a.go:1 +0x1\n"}`,
			"error " + at + " \"recovered\"\n  | runtime error: x\n  | goroutine 1 [running]:\n  | main.f()\n  | \t/a.go:1 +0x1\n"},
		{"message is an object", `{"timestamp":"2026-11-22T10:00:00Z","level":"ERROR","message":{"msg":"failed","err":{"message":"x"}}}`, "error " + at + " \"failed: x\"\n"},
		{"seconds", `{"ts":1795341600.5,"level":"info","msg":"a"}`, "info 2026-11-22T10:00:00.5Z \"a\"\n"},
		{"zone", `{"time":"2026-11-22T11:00:00+01:00","level":"info","msg":"a"}`, "info " + at + " \"a\"\n"},
		{"duplicates in brackets of text", `{"level":"error","msg":"a \"b\" {c} \u00e9","x":[{"msg":"no"}]}`, "error 0001-01-01T00:00:00Z \"a \\\"b\\\" {c} é\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, show(frameAll([]event.Record{{Text: tt.text}}))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// FuzzScan compares eachMember with encoding/json, value by value.
func FuzzScan(f *testing.F) {
	f.Add(`{"a":"b\"c","d":[1,{"e":"}"}],"f":{"g":null}, "h" : -1.5e3 }`)
	f.Add(`{}`)
	f.Add(`{"a":"\\","b":"\\\""}`)
	f.Fuzz(func(t *testing.T, s string) {
		var want map[string]json.RawMessage
		if !utf8.ValidString(s) || json.Unmarshal([]byte(s), &want) != nil || want == nil {
			return
		}
		got := map[string]string{}
		if rest, ok := eachMember(skipSpace(s), func(key, value string) { got[key] = value }); !ok {
			t.Fatalf("stopped at %q", rest)
		}
		for key, value := range want {
			if got[key] != string(value) {
				t.Fatalf("%q is %q, want %q", key, got[key], value)
			}
		}
		if readFields(s, commonKeys) == nil && s[0] == '{' {
			t.Fatal("not read")
		}
	})
}
