package intake_test

import (
	"os"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/event"
)

// TestEverydayLines reads testdata/everyday.txt: prose, tables, statistics, help
// texts and lines below error that mention errors. None may be filed, alone or
// among the others.
func TestEverydayLines(t *testing.T) {
	data, err := os.ReadFile("testdata/everyday.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	for _, line := range lines {
		if groups := groupsOf(whole.records([]string{line})); len(groups) > 0 {
			t.Errorf("%q is filed as%s", line, titles(groups))
		}
	}
	together := map[string][]event.Record{
		"line by line": byLine.records(lines),
		"as one":       whole.records([]string{strings.Join(lines, "\n")}),
	}
	for name, records := range together {
		if groups := groupsOf(records); len(groups) > 0 {
			t.Errorf("%s: filed%s", name, titles(groups))
		}
	}
}
