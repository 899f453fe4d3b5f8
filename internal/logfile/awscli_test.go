package logfile

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

func TestReadCLI(t *testing.T) {
	record := func(id, stream, text string, ms int64) event.Record {
		return event.Record{ID: id, Source: "file:-", Stream: stream, Time: time.UnixMilli(ms).UTC(), Text: text}
	}
	const page = `{
    "events": [
        {"logStreamName": "web/1", "timestamp": 1795341600438, "message": "ERROR no price\n\tat a.B.c(B.java:3)", "ingestionTime": 1795341600500, "eventId": "31"},
        {"logStreamName": "web/2", "timestamp": 1795341600439, "message": "{\"level\":\"info\"}", "ingestionTime": 1795341600500, "eventId": "32"}
    ],
    "searchedLogStreams": []
}
`
	want := []event.Record{
		record("1", "web/1", "ERROR no price\n\tat a.B.c(B.java:3)", 1795341600438),
		record("2", "web/2", `{"level":"info"}`, 1795341600439),
	}
	tests := []struct {
		name, in string
		want     []event.Record
		says     string
	}{
		{"filter-log-events", page, want, ""},
		{"two pages", page + page, []event.Record{want[0], want[1],
			record("3", "web/1", want[0].Text, 1795341600438), record("4", "web/2", want[1].Text, 1795341600439)}, ""},
		{"get-log-events", `{"events":[{"timestamp":7,"message":"x","ingestionTime":8}],"nextForwardToken":"f/1","nextBackwardToken":"b/1"}`,
			[]event.Record{record("1", "-", "x", 7)}, ""},
		{"token first", `{"nextToken":"t","events":[{"logStreamName":"s","timestamp":7,"message":"x"}]}`, []event.Record{record("1", "s", "x", 7)}, ""},
		{"byte order mark of PowerShell", "\uFEFF" + page, want, ""},
		{"no events", `{"events": []}`, nil, ""},
		{"cut off", page[:200], want[:1], "with --output json"},
		{"cut off between two events", `{"events": [{"timestamp":7,"message":"x"},`, []event.Record{record("1", "-", "x", 7)}, "with --output json"},
		{"cut off after the last event", `{"events": [{"timestamp":7,"message":"x"}]`, []event.Record{record("1", "-", "x", 7)}, "with --output json"},
		{"a record that is logged as JSON", `{"event":"x"}`, []event.Record{{ID: "1", Source: "file:-", Stream: "-", Text: `{"event":"x"}`}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := Source{Path: Stdin, Stdin: strings.NewReader(tt.in)}
			var got []event.Record
			err := s.Read(t.Context(), func(r event.Record) { got = append(got, r) })
			if (err != nil) != (tt.says != "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" { // events before a cut, too: an answer is not held in memory
				t.Error(diff)
			}
		})
	}
}
