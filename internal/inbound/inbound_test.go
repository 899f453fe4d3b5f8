package inbound

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/slack"
)

var update = flag.Bool("update", false, "write the golden tables anew")

var options = slack.Options{
	Origin: payload.Origin{Now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), Run: "run"},
	Rules: slack.Rules{
		Match:      []string{"error", "exception", "fatal", "panic", "failed", "failure", "timed out", "timeout", "crashed", "critical", "traceback"},
		IgnoreApps: []string{"GitHub", "Sentry"},
	},
}

// verdict is what became of a payload, for people to review.
func verdict(body []byte) string {
	p, err := Read(body, options)
	if err != nil {
		return "refused: " + err.Error() + "\n"
	}
	var b strings.Builder
	for _, e := range p.Events {
		fmt.Fprintf(&b, "event %s %s\n", e.Level, describe(e))
	}
	for _, i := range p.Issues {
		fmt.Fprintf(&b, "issue %s %q %s %s %q total=%d %s %s\n", i.ID, i.State, i.Name, i.Level, i.Title, i.Total, i.Project, i.URL)
	}
	for _, c := range p.Commands {
		fmt.Fprintf(&b, "command %s since=%q answer=%s\n", c.Verb, c.Since, c.ResponseURL)
	}
	for _, why := range p.Skipped {
		b.WriteString("s" + strings.TrimSuffix(strings.TrimPrefix(why, "S"), ".") + "\n")
	}
	for _, err := range p.Refused {
		b.WriteString("refused: " + err.Error() + "\n")
	}
	return b.String()
}

func describe(e event.Event) string {
	var parts []string
	for _, f := range []struct{ name, value string }{
		{"from", e.Source + ":" + e.Stream}, {"at", e.Time.Format(time.RFC3339)}, {"service", e.Service}, {"environment", e.Environment},
		{"release", e.Release}, {"url", e.URL}, {"deliveries", strings.Join(e.Deliveries, ", ")},
		{"message", e.Message}, {"text", e.Text}, {"stack", e.Stack},
	} {
		if f.value != "" {
			parts = append(parts, f.name+"="+f.value)
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "\n  "), "\n", "\n  ")
}

// golden compares a table with the file that holds what was reviewed.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; review with -update\n%s", file, got)
	}
}

func TestExamples(t *testing.T) {
	files, err := filepath.Glob("testdata/examples/*")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no examples")
	}
	var table strings.Builder
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&table, "%s\n%s\n", filepath.Base(file), verdict(body))
	}
	golden(t, "examples.golden", table.String())
}
