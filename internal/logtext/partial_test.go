package logtext

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

// TestParts joins lines that transports cut, and objects printed over several lines.
func TestParts(t *testing.T) {
	long := strings.Repeat("x", dockerSplit-len("ERROR "))
	cut := strings.Repeat("y", cloudwatchSplit-len(`{"level":"error","msg":"`))
	tests := []struct {
		name    string
		records []string
		want    []string // level and message
	}{
		{"container runtime", []string{"2026-11-22T12:00:00.1Z stderr P ERROR no ", "2026-11-22T12:00:00.2Z stderr P price of ", "2026-11-22T12:00:00.3Z stderr F SHOE-1", "2026-11-22T12:00:00.4Z stderr F INFO next"},
			[]string{"error no price of SHOE-1", "info next"}},
		{"docker's 16 KB", []string{"ERROR " + long, "tail", "INFO next"}, []string{"error " + long + "tail", "info next"}},
		{"CloudWatch's 256 KB", []string{`{"level":"error","msg":"` + cut, `z","service":"shop"}`, "INFO next"}, []string{"error " + clip(cut+"z"), "info next"}},
		{"fluentd's parts", []string{`{"log":"ERROR no ","partial_message":"true","partial_id":"1","partial_last":"false"}`, `{"log":"price","partial_message":"true","partial_id":"1","partial_last":"true"}`},
			[]string{"error no price"}},
		{"an object over several lines", []string{"{", `  "level": "error",`, `  "msg": "no price"`, "}", "INFO next"}, []string{"error no price", "info next"}},
		{"an object cut in a string", []string{`{"level":"error","msg":"no pr`, `ice"}`}, []string{"error no price"}},
		{"an object cut off", []string{`{"level":"error","msg":"no pr`, `{"level":"info","msg":"next"}`}, []string{`unknown {"level":"error","msg":"no pr`, "info next"}},
		{"a long object cut off", []string{`{"level":"error","msg":"no price","order":"` + cut[99:], "INFO next"}, []string{"error no price", "info next"}},
		{"a long object cut in its message", []string{`{"level":"error","msg":"` + cut[99:], "INFO next"}, []string{"error " + clip(cut[99:]), "info next"}},
		{"a brace before text", []string{"{", "ERROR no price", "INFO next"}, []string{"unknown {", "error no price", "info next"}},
		{"nothing but braces", []string{"{", "{", "INFO next"}, []string{"unknown {", "unknown {", "info next"}},
		{"a brace at the end", []string{"INFO next", "{"}, []string{"info next", "unknown {"}},
		{"a part at the end", []string{"2026-11-22T12:00:00.1Z stderr P ERROR no price"}, []string{"error no price"}},
		{"a shipped object in an object", []string{`{"container_id":"7f","log":"{\"level\":\"error\",\"msg\":\"no price\"}","source":"stderr"}`}, []string{"error no price"}},
		{"an object in a message", []string{`{"service":"shop","msg":"{\"level\":\"error\",\"msg\":\"no price\"}"}`}, []string{"error no price"}},
		{"a trace in a message", []string{`{"level":"error","msg":"no price\nTraceback (most recent call last):\n  File \"/app/a.py\", line 3, in f\nValueError: SHOE-1"}`}, []string{"error no price"}},
		{"an application's own log", []string{`{"level":"error","log":"no price"}`}, []string{"error no price"}},
		{"a time-out told twice", []string{`{"time":"2026-11-22T10:00:00Z","type":"platform.runtimeDone","record":{"requestId":"r","status":"timeout"}}`,
			`{"time":"2026-11-22T10:00:00Z","type":"platform.report","record":{"requestId":"r","status":"timeout"}}`},
			[]string{"error invocation failed: timeout", "info invocation failed: timeout"}},
		{"an error that was logged", []string{`{"level":"ERROR","requestId":"r","errorType":"A","errorMessage":"x","message":"no price"}`,
			`{"type":"platform.runtimeDone","record":{"requestId":"r","status":"error","errorType":"A"}}`},
			[]string{"error no price: x", "info invocation failed: error: A"}},
		{"an error that nobody logged", []string{`{"level":"ERROR","requestId":"q","message":"no price"}`,
			`{"type":"platform.runtimeDone","record":{"requestId":"r","status":"error","errorType":"Runtime.ExitError"}}`,
			`{"type":"platform.report","record":{"requestId":"r","status":"error","errorType":"Runtime.ExitError"}}`},
			[]string{"error no price", "error invocation failed: error: Runtime.ExitError", "info invocation failed: error: Runtime.ExitError"}},
		{"a time-out after an error", []string{`{"level":"ERROR","requestId":"r","message":"no price"}`,
			`{"type":"platform.report","record":{"requestId":"r","status":"timeout"}}`},
			[]string{"error no price", "error invocation failed: timeout"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var records []event.Record
			for _, text := range tt.records {
				records = append(records, event.Record{Stream: "web", Text: text})
			}
			var got []string
			for _, e := range frameAll(records) {
				got = append(got, e.Level.String()+" "+e.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
