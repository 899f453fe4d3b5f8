package logtext

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/event"
)

// TestLoggersFields reads the fields of structured loggers that have no golden file.
func TestLoggersFields(t *testing.T) {
	tests := []struct {
		name, text string
		want       event.Event
	}{
		{"structlog", `{"event":"charge failed","level":"error","logger":"shop.pay","request_id":"r-1","timestamp":"2026-11-22T12:00:00Z"}`,
			event.Event{Level: event.Error, Message: "charge failed", Logger: "shop.pay", RequestID: "r-1"}},
		{"python-json-logger", `{"asctime":"2026-11-22 12:00:00,000","levelname":"ERROR","name":"shop.pay","message":"charge failed","dd.trace_id":"77"}`,
			event.Event{Level: event.Error, Message: "charge failed", Logger: "shop.pay", TraceID: "77"}},
		{"logstash encoder", `{"@timestamp":"2026-11-22T12:00:00Z","@version":"1","message":"charge failed","logger_name":"com.acme.Pay","thread_name":"main","level":"ERROR","level_value":40000,"app":"shop","traceId":"t-1"}`,
			event.Event{Level: event.Error, Message: "charge failed", Logger: "com.acme.Pay", Service: "shop", TraceID: "t-1"}},
		{"Serilog, compact", `{"@t":"2026-11-22T12:00:00Z","@mt":"charge of {Card} failed","@m":"charge of 7 failed","@l":"Error","@x":"Acme.PaymentException: no\n   at Acme.Pay(String card)","@tr":"t-1","SourceContext":"Acme.Pay","RequestId":"r-1","Application":"shop"}`,
			event.Event{Level: event.Error, Message: "charge of 7 failed", Stack: "Acme.PaymentException: no\n   at Acme.Pay(String card)", Logger: "Acme.Pay", RequestID: "r-1", TraceID: "t-1", Service: "shop"}},
		{"Serilog, JSON", `{"Timestamp":"2026-11-22T12:00:00Z","Level":"Fatal","MessageTemplate":"charge of {Card} failed","RenderedMessage":"charge of 7 failed","Properties":{"SourceContext":"Acme.Pay","RequestId":"r-1","Application":"shop"}}`,
			event.Event{Level: event.Fatal, Message: "charge of 7 failed", Logger: "Acme.Pay", RequestID: "r-1", Service: "shop"}},
		{"Lambda", `{"timestamp":"2026-11-22T12:00:00Z","level":"ERROR","requestId":"r-1","message":"charge failed"}`,
			event.Event{Level: event.Error, Message: "charge failed", RequestID: "r-1"}},
		{"JSON in the message", `{"level":"ERROR","service":"shop","message":"{\"code\":17,\"error\":\"charge failed\"}"}`,
			event.Event{Level: event.Error, Message: "charge failed", Service: "shop"}},
		{"error as JSON in the message", `{"level":"ERROR","message":"{\"errorType\":\"E\",\"errorMessage\":\"no\",\"stack\":[\"E: no\",\"    at f (/a.js:1:2)\"]}"}`,
			event.Event{Level: event.Error, Message: "no", Stack: "E: no\n    at f (/a.js:1:2)"}},
		{"ECS", `{"@timestamp":"2026-11-22T12:00:00Z","log.level":"error","message":"charge failed","ecs.version":"1.6.0","service.name":"shop","service.version":"1.2.3","service.environment":"production","trace.id":"t-1","http.request.id":"r-1","log.logger":"pay"}`,
			event.Event{Level: event.Error, Message: "charge failed", Service: "shop", Release: "1.2.3", Environment: "production", TraceID: "t-1", RequestID: "r-1", Logger: "pay"}},
		{"ECS, nested", `{"@timestamp":"2026-11-22T12:00:00Z","log":{"level":"error","logger":"pay"},"message":"charge failed","service":{"name":"shop","version":"1.2.3"},"trace":{"id":"t-1"}}`,
			event.Event{Level: event.Error, Message: "charge failed", Service: "shop", Release: "1.2.3", TraceID: "t-1", Logger: "pay"}},
		{"OpenTelemetry", `{"timeUnixNano":"1795348800000000000","severityNumber":17,"body":{"stringValue":"charge failed"},"traceId":"t-1","resource":{"attributes":{"service.name":"shop"}},"scope":{"name":"pay"}}`,
			event.Event{Level: event.Error, Message: "charge failed", Service: "shop", TraceID: "t-1", Logger: "pay"}},
		{"EMF with a log line", `{"_aws":{"Timestamp":1795348800000,"CloudWatchMetrics":[{"Namespace":"shop","Dimensions":[["service"]],"Metrics":[{"Name":"errors"}]}]},"service":"shop","errors":1,"level":"error","message":"charge failed","function_request_id":"r-1"}`,
			event.Event{Level: event.Error, Message: "charge failed", Service: "shop", RequestID: "r-1"}},
		{"EMF alone", `{"_aws":{"Timestamp":1795348800000,"CloudWatchMetrics":[{"Namespace":"shop","Dimensions":[["service"]],"Metrics":[{"Name":"errors"}]}]},"service":"shop","errors":0}`,
			event.Event{Service: "shop"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkFields(t, nil, tt.text, tt.want)
		})
	}
}

// TestTeamKeys checks that a team's keys take precedence over those of the loggers, for every field that can
// be configured.
func TestTeamKeys(t *testing.T) {
	team := map[string][]string{"service": {"app_id"}, "request-id": {"none", "ctx.rid"}, "level": {"sev"}, "release": {"build"}}
	checkFields(t, team, `{"level":"info","sev":"error","msg":"x","service":"web","app_id":"shop","ctx":{"rid":"r-1"},"request_id":"r-2","build":"7"}`,
		event.Event{Level: event.Error, Message: "x", Service: "shop", RequestID: "r-1", Release: "7"})
	for _, name := range config.FieldNames {
		if _, ok := teamFields[name]; !ok || len(config.FieldNames) != len(teamFields) {
			t.Errorf("field %q, or another, is not known in both rooms", name)
		}
	}
}

func checkFields(t *testing.T, team map[string][]string, text string, want event.Event) {
	t.Helper()
	var got []event.Event
	framer := NewFramer(team, func(e event.Event) { got = append(got, e) })
	framer.Add(event.Record{Text: text, Time: noon})
	if len(got) != 1 {
		t.Fatalf("%d events", len(got))
	}
	got[0].Text, got[0].Time = "", want.Time
	want.Format = "json"
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestOrigin reads service, release, environment and trace id from fields.
func TestOrigin(t *testing.T) {
	for text, want := range map[string]string{
		`{"level":"error","msg":"a","dd.service":"shop","dd.env":"prod","dd.version":"1.2","dd.trace_id":"t1"}`:                                                                   "shop 1.2 prod t1",
		`{"level":"error","msg":"b","dd":{"service":"shop","env":"prod","version":"1.2","trace_id":"t1"}}`:                                                                        "shop 1.2 prod t1",
		`{"severity":"ERROR","message":"c","serviceContext":{"service":"shop","version":"1.2"},"logging.googleapis.com/trace":"projects/x/traces/t1"}`:                            "shop 1.2  projects/x/traces/t1",
		`{"severityText":"ERROR","body":"d","resource":{"attributes":{"service.name":"shop","service.version":"1.2","deployment.environment.name":"prod"}},"traceId":"t1"}`:       "shop 1.2 prod t1",
		`{"Timestamp":"2026-11-22T10:00:00Z","Level":"Error","MessageTemplate":"e","Properties":{"Application":"shop","Environment":"prod","Version":"1.2","TraceId":"t1"}}`:      "shop 1.2 prod t1",
		`{"level":"error","msg":"f","service":"shop","version":"1.2","environment":"prod","trace_id":"t1"}`:                                                                       "shop 1.2 prod t1",
		`{"level":"error","msg":"g","kubernetes":{"labels":{"app.kubernetes.io/name":"shop","app.kubernetes.io/version":"1.2"},"pod_name":"x"},"trace":{"id":"t1"},"env":"prod"}`: "shop 1.2 prod t1",
		`{"level":"error","msg":"h","service":{"name":"shop"},"git":{"commit":{"sha":"abc"}},"trace.id":"t1","env":"prod"}`:                                                       "shop abc prod t1",
		`{"level":"error","msg":"i","app":"shop","commit":"abc","traceId":"t1","env":"prod"}`:                                                                                     "shop abc prod t1",
		`{"level":"error","msg":"j","app":"shop","revision":"abc","trace_id":"t1","Environment":"prod"}`:                                                                          "shop abc prod t1",
		`{"@timestamp":"x","@version":"1","level":"ERROR","message":"k"}`:                                                                                                         "   ",
		`level=error msg=l service=shop version=1.2 env=prod trace_id=t1 request_id=r1`:                                                                                           "shop 1.2 prod t1",
		`{"version":"1.1","host":"h","short_message":"m","level":3}`:                                                                                                              "   ",
	} {
		e := frameAll([]event.Record{{Text: text}})[0]
		if got := strings.Join([]string{e.Service, e.Release, e.Environment, e.TraceID}, " "); got != want || e.Level != event.Error {
			t.Errorf("%s: %v, %q, want %q", text, e.Level, got, want)
		}
	}
}
