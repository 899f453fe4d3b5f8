package story

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/marker"
)

var updatePayloads = flag.Bool("update-payloads", false, "write the table of payloads anew")

// shared is where some machines have real payloads.
const shared = "../../../shared/data"

// created files the Sentry issue that some payloads are about, so that their effect on it is visible.
const created = `{"sentry":{"action":"created","data":{"issue":{"id":"123","shortId":"IPE-1","title":"Error #1: This is a test error!","level":"error","count":"1","project":{"slug":"ipe"}}}}}`

// TestRealPayloads files every real payload into an empty repository and records the result. Each line of
// the table was reviewed.
func TestRealPayloads(t *testing.T) {
	root, err := filepath.Abs(shared)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := filepath.Abs("testdata/payloads.golden")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(root); err != nil {
		t.Skip("no real payloads here")
	}
	var table strings.Builder
	for _, file := range payloads(t, root) {
		body, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&table, "%s\n%s", file, outcome(t, string(body)))
	}
	if *updatePayloads {
		if err := os.WriteFile(golden, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if table.String() != string(want) {
		t.Errorf("verdicts differ; review with -update-payloads\n%s", table.String())
	}
}

// payloads are the files of both services, without the large answers of Slack's API.
func payloads(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	for _, folder := range []string{"sentry", "slack/java-slack-sdk/events", "slack/java-slack-sdk/app-backend", "slack/slack-github-action"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(name string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(name, ".json") {
				relative, _ := filepath.Rel(root, name)
				files = append(files, relative)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(files)
	return files
}

// outcome returns what a payload does to a repository that already has the issue it may be about.
func outcome(t *testing.T, body string) string {
	w := newWorld(t)
	if strings.Contains(body, `"issue": {`) && strings.Contains(body, `"id": "123"`) && !strings.Contains(body, `"action": "created"`) {
		w.deliver(created).mustSucceed(t)
	}
	before := w.errorIssues()
	r := w.deliver(body)
	var lines []string
	for title, i := range w.errorIssues() {
		m, err := marker.Read(i.Body)
		if err != nil {
			t.Fatal(err)
		}
		verdict := "filed"
		if old, known := before[title]; known {
			verdict = "was filed, unchanged"
			if old.State != i.State || old.Body != i.Body {
				verdict = strings.TrimSpace("became " + i.State + " " + i.StateReason)
			}
		}
		lines = append(lines, fmt.Sprintf("    %s: %s, %s, %s", verdict, title, m.Level, strings.Join(m.Keys, " ")))
	}
	slices.Sort(lines)
	for line := range strings.Lines(r.stdout + r.stderr) {
		line = strings.TrimSpace(line)
		why, refused := strings.CutPrefix(line, "errmon:")
		switch {
		case refused && r.code == 1:
			lines = append(lines, "    refused:"+why)
		case strings.HasPrefix(line, "Skipped") && r.code == 0:
			lines = append(lines, "    "+line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
