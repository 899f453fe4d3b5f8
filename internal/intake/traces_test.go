package intake_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
)

// TestTracesFiltered reads the failures of all runtimes line by line, once whole and once without the lines
// that the default filter pattern drops. It prints how many change their identity, because in-app frames or
// parts of the message were dropped; these must be the declared ones. It leaves out failures that are
// recognised as incomplete, since a scan then reads the lines around them. Small log groups, which are read
// without the filter, have no such problem.
func TestTracesFiltered(t *testing.T) {
	pattern, err := cloudwatchtest.Compile(cloudwatch.DefaultFilterPattern)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../stacktrace/testdata/*/*.txt")
	if err != nil || len(files) < 250 {
		t.Fatalf("%d traces: %v", len(files), err)
	}
	apart := map[string][]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all := byLine.records([]string{"INFO ready\n" + strings.Trim(string(data), "\n")})
		passed := slices.DeleteFunc(slices.Clone(all), func(r event.Record) bool { return !pattern(r.Text) })
		read := groupsOf(passed)
		around := slices.ContainsFunc(read, func(g *grouping.Group) bool { return g.Sample.Partial })
		if whole := keysOf(groupsOf(all)); !around && !slices.Equal(whole, keysOf(read)) {
			runtime := filepath.Base(filepath.Dir(file))
			apart[runtime] = append(apart[runtime], strings.TrimSuffix(filepath.Base(file), ".txt"))
		}
	}
	for _, runtime := range slices.Sorted(maps.Keys(apart)) {
		t.Logf("%s: %d apart", runtime, len(apart[runtime]))
		if got := strings.Join(apart[runtime], " "); got != filteredApart[runtime] {
			t.Errorf("%s: %s\nwant %s", runtime, got, filteredApart[runtime])
		}
	}
	t.Logf("%d traces", len(files))
	for runtime := range filteredApart {
		if len(apart[runtime]) == 0 {
			t.Errorf("%s: nothing is apart", runtime)
		}
	}
}

// filteredApart lists the failures that change their identity if the default filter pattern is applied, and
// the lines that it drops.
var filteredApart = map[string]string{
	"elixir": "genserver_call", // a reason over several lines
	"go":     "pkgerrors",      // see unfound in story
	"node":   "string syntax",  // a line of source, and a thrown string
	"php":    "multiline",      // the message's further lines
	"python": "group",          // the rules around its members
	"ruby":   "rails rails_template",
	// gjs prints its outermost frame, "@shell_page.js:1:1934", without the URL that the frames of pages have.
	"browser": "spidermonkey_constructor spidermonkey_evaluated spidermonkey_getter spidermonkey_json spidermonkey_later spidermonkey_method " +
		"spidermonkey_multiline spidermonkey_rethrown spidermonkey_sorted spidermonkey_static_call spidermonkey_uncaught spidermonkey_undefined_name",
}
