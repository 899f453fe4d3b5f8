package intake_test

import (
	"os"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/event"
)

// TestEverydayLines reads testdata/everyday.txt: prose, tables, statistics, help texts and lines below error
// that mention errors. None may be filed, alone or among the others.
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

// TestErrorsThatLookEveryday reads errors that differ little from lines in everyday.txt.
func TestErrorsThatLookEveryday(t *testing.T) {
	for _, line := range []string{
		"Error: 12 of 99 jobs failed", "error: 3 orders lost", "error: no such host", "error: none of the replicas answered", "E: Unable to locate package shop",
		"[E] card was declined", "ERROR code 17 from card reader", "ERROR message lost", "ERROR log file is full", "ERROR line 7 is bad", "ERROR: 0x80070005",
		"ERROR DATABASE IS DOWN", "ERR 500 on /pay", "CRITICAL 3 disks failed", "2026-03-14 11:59:58 ERROR 500", "2026-03-14 11:59:58 critical: disk is full",
		"| ERROR | card declined", "ERROR | card declined", "*** ERROR: card declined ***", "<error> card declined", "ERROR: 3 of 7 replicas answered", "  ERROR card declined",
	} {
		if groups := groupsOf(whole.records([]string{line})); len(groups) != 1 {
			t.Errorf("%q is not filed", line)
		}
	}
}
