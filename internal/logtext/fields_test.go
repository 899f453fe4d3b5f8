package logtext

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestLoggers reads the output of real loggers, one record per line.
func TestLoggers(t *testing.T) {
	files, err := filepath.Glob("testdata/*.log")
	if err != nil || len(files) < 14 {
		t.Fatalf("found %d loggers, want at least 14 (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var records []event.Record
			for line := range strings.Lines(string(data)) {
				records = append(records, event.Record{Text: line})
			}
			got := show(frameAll(records))
			golden := strings.TrimSuffix(file, ".log") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// show returns the parsed fields of events, without their text.
func show(events []event.Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%s %s %q\n", e.Level, e.Time.Format(time.RFC3339Nano), e.Message)
		for _, field := range []struct{ name, value string }{
			{"logger", e.Logger}, {"service", e.Service}, {"release", e.Release},
			{"environment", e.Environment}, {"request", e.RequestID}, {"trace", e.TraceID},
		} {
			if field.value != "" {
				fmt.Fprintf(&b, "  %s %s\n", field.name, field.value)
			}
		}
		if e.Stack != "" {
			fmt.Fprintf(&b, "  | %s\n", strings.ReplaceAll(e.Stack, "\n", "\n  | "))
		}
	}
	return b.String()
}
