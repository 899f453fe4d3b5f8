package logtext

import (
	"fmt"
	"testing"

	"github.com/org/errmon-action/internal/event"
)

// TestServiceRecords reads records of services that state the level in their own way.
func TestServiceRecords(t *testing.T) {
	const execution = `"previous_event_id":"6","execution_arn":"arn:aws:states:eu-central-1:123456789012:execution:pay:run-1"}`
	tests := []struct{ name, text, want string }{
		{"an execution failed", `{"type":"ExecutionFailed","details":{"error":"A","cause":"x"},` + execution, "error A: x [pay]"},
		{"a function's exception", `{"type":"ExecutionFailed","details":{"error":"A","cause":"{\"errorType\":\"A\",\"errorMessage\":\"x\"}"},` + execution, "error A: x [pay]"},
		{"an execution timed out", `{"type":"ExecutionTimedOut","details":{},` + execution, "error ExecutionTimedOut [pay]"},
		{"a task failed", `{"type":"TaskFailed","details":{"error":"A","cause":"x"},` + execution, "warn A: x [pay]"},
		{"an execution began", `{"type":"ExecutionStarted","details":{"input":"{\"error\":1}"},` + execution, "info ExecutionStarted [pay]"},
		{"MongoDB", `{"t":{"$date":"2026-03-14T11:59:58.113+00:00"},"s":"E","c":"NETWORK","id":1,"ctx":"c1","msg":"x"}`, "error x []"},
		{"MongoDB debug", `{"t":{"$date":"2026-03-14T11:59:58.113+00:00"},"s":"D1","c":"NETWORK","id":1,"ctx":"c1","msg":"error"}`, "debug error []"},
		{"AppSync", `{"logType":"ResponseMapping","graphQLAPIId":"a","errors":["x"],"fieldInError":true}`, "error x []"},
		{"AppSync, fine", `{"logType":"ResponseMapping","graphQLAPIId":"a","errors":[],"fieldInError":false}`, "unknown  []"},
		{"Nextcloud", `{"reqId":"r","level":4,"remoteAddr":"","app":"core","message":"x"}`, "fatal x [core]"},
		{"Nextcloud, fine", `{"reqId":"r","level":2,"remoteAddr":"","app":"core","message":"x"}`, "warn x [core]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := frameAll([]event.Record{{Text: tt.text}})[0]
			if got := fmt.Sprintf("%s %s [%s]", e.Level, e.Message, e.Service); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
