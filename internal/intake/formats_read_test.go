package intake_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

func readFormats(t *testing.T) []*format {
	t.Helper()
	files, err := filepath.Glob("testdata/formats/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no formats: %v", err)
	}
	var all []*format
	seen := map[string]bool{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range formatsIn(t, archive) {
			if seen[f.name] {
				t.Errorf("%s: a second format %q", file, f.name)
			}
			seen[f.name] = true
			all = append(all, f)
		}
	}
	return all
}

var controls = strings.NewReplacer("␛", "\x1b", "␉", "\t", "␍", "\r")

func formatsIn(t *testing.T, archive *txtar.Archive) []*format {
	t.Helper()
	family := strings.TrimSpace(string(archive.Comment))
	var formats []*format
	for _, file := range archive.Files {
		text := controls.Replace(strings.TrimSuffix(string(file.Data), "\n"))
		switch file.Name {
		case "error", "same", "other":
			f := formats[len(formats)-1]
			f.errors = append(f.errors, text)
		case "quiet":
			formats[len(formats)-1].quiet = quietEvents(text)
		default:
			formats = append(formats, &format{family: family, name: file.Name, want: wants(t, file.Name, text)})
		}
	}
	for _, f := range formats {
		if len(f.errors) < 2 || len(f.quiet) == 0 {
			t.Fatalf("%s/%s lacks an error, a variant of it or quiet lines", family, f.name)
		}
	}
	return formats
}

// quietEvents splits quiet lines into events.
func quietEvents(text string) []string {
	var events []string
	for line := range strings.SplitSeq(text, "\n") {
		if n := len(events); n > 0 && strings.HasPrefix(line, " ") {
			events[n-1] += "\n" + line
			continue
		}
		events = append(events, line)
	}
	return events
}

func wants(t *testing.T, name, text string) map[string]string {
	t.Helper()
	want := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		if !ok || wanted[key] == nil && !slices.Contains([]string{"broken", "filter", "insights", "records"}, key) {
			t.Fatalf("%s: %q asks for nothing known", name, line)
		}
		want[key] = strings.TrimPrefix(value, " ")
	}
	if want["level"] == "" || want["message"] == "" && want["title"] == "" {
		t.Fatalf("%s lacks a level, or a message and a title", name)
	}
	return want
}
