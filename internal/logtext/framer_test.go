package logtext

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/event"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// frameAll returns the events of the records, all of them long settled.
func frameAll(records []event.Record) []event.Event {
	var events []event.Event
	f := NewFramer(func(e event.Event) { events = append(events, e) })
	for _, r := range records {
		f.Add(r)
	}
	f.Flush(noon.Add(24 * time.Hour))
	return events
}

// lineByLine makes one record of each line.
func lineByLine(stream, text string) []event.Record {
	var records []event.Record
	for i, line := range strings.Split(text, "\n") {
		records = append(records, event.Record{
			ID:     fmt.Sprint(stream, "-", i),
			Stream: stream,
			Time:   noon.Add(time.Duration(i) * time.Millisecond),
			Text:   line,
		})
	}
	return records
}

// failures returns what real programs printed when they failed, by name.
func failures(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../stacktrace/testdata/*/*.txt")
	if err != nil || len(files) < 60 {
		t.Fatalf("found %d failures, want at least 60 (%v)", len(files), err)
	}
	texts := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(file)) + "/" + strings.TrimSuffix(filepath.Base(file), ".txt")
		texts[name] = strings.Trim(string(data), "\n")
	}
	return texts
}

// carriers put each line into the form in which something carries it.
var carriers = map[string]func(i int, line string) string{
	"bare":     func(_ int, line string) string { return line },
	"docker":   func(_ int, line string) string { return "2026-11-22T12:00:00.123456789Z " + line },
	"cri":      func(_ int, line string) string { return "2026-11-22T12:00:00.123456789Z stderr F " + line },
	"aws tail": func(_ int, line string) string { return "2026-11-22T12:00:00.123000+00:00 shop/web/7f2 " + line },
}

// TestWhole splits each failure into one record a line, between two everyday
// lines, and wants it back whole and once.
func TestWhole(t *testing.T) {
	for name, failure := range failures(t) {
		for carrier, carry := range carriers {
			t.Run(name+"/"+carrier, func(t *testing.T) {
				records := lineByLine("web", "INFO order 6 paid\n"+failure+"\nINFO order 8 paid")
				for i := range records {
					records[i].Text = carry(i, records[i].Text)
				}
				events := frameAll(records)
				if len(events) != 3 {
					t.Fatalf("%d events: %q", len(events), texts(events))
				}
				checkFailure(t, events[1], failure)
			})
		}
	}
}

func texts(events []event.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.Text)
	}
	return all
}

func checkFailure(t *testing.T, e event.Event, failure string) {
	t.Helper()
	if diff := cmp.Diff(failure, e.Text); diff != "" {
		t.Errorf("text (-want +got)\n%s", diff)
	}
	if e.Level < event.Error {
		t.Errorf("level %v", e.Level)
	}
	if e.Stack == "" {
		t.Error("no stack")
	}
}
