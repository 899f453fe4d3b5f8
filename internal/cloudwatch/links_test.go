package cloudwatch

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
)

func TestLinks(t *testing.T) {
	group := &Group{Spec: Spec{region: "eu-central-1", name: "/ecs/shop"}}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	const xray = "1-5759e988-bd862e3fe1be46a994272793"
	tests := []struct {
		name   string
		e      event.Event
		filter string // filter in the linked query; empty if there is none
		xray   bool
	}{
		{"request", event.Event{Time: at, Stream: "web/7", RequestID: "9ded688e-4d6e", TraceID: xray}, `filter @message like "9ded688e-4d6e"`, true},
		{"trace", event.Event{Time: at, TraceID: "Root=" + xray + "/x"}, `filter @message like "Root=` + xray + `/x"`, true},
		{"another tracer's id", event.Event{Time: at, TraceID: "4bf92f3577b34da6a3ce929d0e0e4736"}, `filter @message like "4bf92f3577b34da6a3ce929d0e0e4736"`, false},
		{"stream alone", event.Event{Time: at, Stream: `web/"7"`}, `filter @logStream = "web/\"7\""`, false},
		{"text in place of an id", event.Event{Time: at, Stream: "web/7", RequestID: `1" or @message like "`}, `filter @logStream = "web/7"`, false},
		{"no time", event.Event{Stream: "web/7"}, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			query, traced := "", false
			for _, l := range group.Links(tt.e) {
				traced = traced || strings.HasSuffix(l.URL, "#xray:traces/"+xray)
				if _, detail, ok := strings.Cut(l.URL, "#logsV2:logs-insights$3FqueryDetail$3D"); ok {
					query = unescaped(t, unescaped(t, unescaped(t, detail, "$"), "%"), "*")
				}
			}
			if traced != tt.xray || tt.filter == "" != (query == "") || !strings.Contains(query, tt.filter) {
				t.Errorf("X-Ray %v, query %s", traced, query)
			}
			if query != "" && !strings.HasPrefix(query, "~(end~'2026-11-22T13:00:00.000Z~start~'2026-11-22T11:00:00.000Z~timeType~'ABSOLUTE~tz~'UTC~editorString~'fields ") ||
				query != "" && !strings.HasSuffix(query, "~source~(~'/ecs/shop))") {
				t.Errorf("query %s", query)
			}
		})
	}
}

// unescaped decodes one layer of the console's escaping.
func unescaped(t *testing.T, s, sign string) string {
	t.Helper()
	decoded, err := url.PathUnescape(strings.ReplaceAll(s, sign, "%"))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}
