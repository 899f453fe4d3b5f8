package plan

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/grouping/groupingtest"
	"github.com/org/errmon-action/internal/marker"
)

// world is a repository over many runs: its issues, and the issue that each log line went to.
type world struct {
	t      *testing.T
	log    groupingtest.Log
	issues []Issue
	dup    map[int]int            // number of a duplicate → number of the issue that stays
	went   map[string]int         // masked line → issue
	holds  map[string]map[int]int // template in the log's ground truth → issue → its lines
	since  map[string]int         // true template found in two issues → the first run where it was
	moved  int                    // lines that moved to another issue, except by closing theirs as a duplicate
	long   map[string]bool        // true templates found in two issues for longer than one run
	joined int                    // issues closed as duplicates
}

func newWorld(t *testing.T, log groupingtest.Log) *world {
	return &world{t: t, log: log, dup: map[int]int{}, went: map[string]int{}, holds: map[string]map[int]int{},
		since: map[string]int{}, long: map[string]bool{}}
}

// linesPerMinute divides the lines of a run, so runs read whole minutes.
const linesPerMinute = 4

// run reads the lines from begin to end and carries out the plan.
func (w *world) run(number, begin, end int) {
	set := grouping.NewSet(func(s string) string { return s })
	set.Know(Known(w.issues, nil))
	marks := map[int]grouping.Mark{}
	for i := begin; i < end; i++ {
		marks[i] = set.Add(event.Event{ID: fmt.Sprint(i), Source: shop, Time: now.Add(time.Duration(i/linesPerMinute) * time.Minute),
			Level: event.Error, Message: w.log.Lines[i]})
	}
	in := Input{Now: now, Rules: Rules{MinEvents: 1, MaxNew: 1000}, Issues: w.issues, Groups: set.Groups()}
	at := map[*grouping.Group]int{}
	for _, a := range Plan(in) {
		n := w.apply(a)
		for _, g := range a.Groups {
			at[g] = n
		}
	}
	for i := begin; i < end; i++ {
		w.note(i, at[set.GroupOf(marks[i])])
	}
	w.look(number)
}

// apply writes the marker into an issue's body, reads it back, and returns the issue's number.
func (w *world) apply(a Action) int {
	n := a.Issue.Number
	if a.Kind == Create {
		n = len(w.issues) + 1
		w.issues = append(w.issues, Issue{})
	}
	if !a.Writes() {
		return n
	}
	stored, err := marker.Read(a.Next.Section("an error"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.issues[n-1] = Issue{Number: n, Open: a.Kind != Close, Marker: stored}
	if a.DupOf != 0 {
		w.dup[n] = a.DupOf
		w.joined++
	}
	return n
}

// home returns the issue that stays open, for an issue that may be a duplicate.
func (w *world) home(n int) int {
	for w.dup[n] != 0 {
		n = w.dup[n]
	}
	return n
}

func (w *world) note(line, issue int) {
	text, truth := grouping.Mask(w.log.Lines[line]), w.log.Truth[line]
	if before := w.went[text]; before != 0 && w.home(before) != issue {
		w.moved++
	}
	w.went[text] = issue
	if w.holds[truth] == nil {
		w.holds[truth] = map[int]int{}
	}
	w.holds[truth][issue]++
}

// look finds the true templates whose lines are in two open issues after a run.
func (w *world) look(run int) {
	for truth, issues := range w.holds {
		homes := map[int]bool{}
		for n := range issues {
			homes[w.home(n)] = true
		}
		first, before := w.since[truth]
		switch {
		case len(homes) < 2:
			delete(w.since, truth)
		case !before:
			w.since[truth] = run
		case run > first:
			w.long[truth] = true
		}
	}
}

// TestEvalRuns reads each log in 50 runs. Like scans, each reads the end of the previous window again, and
// gets the known templates from markers.
func TestEvalRuns(t *testing.T) {
	const runs = 50
	recorded := groupingtest.LogHub(t)
	logs := append(slices.Clone(recorded), groupingtest.Made(1, 2000), groupingtest.Made(2, 10_000))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nlog\tlines\ttrue templates\topen issues\tclosed as duplicate\tlines that changed issue\tin two issues for longer than one run")
	for i, log := range logs {
		world := newWorld(t, log)
		for run := range runs {
			n := len(log.Lines)
			world.run(run, max(0, run*n/runs-n/runs/5), (run+1)*n/runs)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", log.Name, len(log.Lines), len(world.holds), len(world.issues)-len(world.dup),
			world.joined, world.moved, len(world.long))
		if world.moved > 0 {
			t.Errorf("%s: %d lines changed their issue", log.Name, world.moved)
		}
		// LogHub counts these as one template; ours contain the key: "os.name=", "java.home=".
		delete(world.long, "Server environment:<*>")
		// In the generated logs, one run sees too few different names to recognise them as names at once.
		if i < len(recorded) && len(world.long) > 0 {
			t.Errorf("%s: in two issues for longer than one run: %q", log.Name, slices.Sorted(maps.Keys(world.long)))
		}
		world.check()
	}
	w.Flush()
}

// check compares the counts with the lines that were read: none may be lost or counted twice.
func (w *world) check() {
	w.t.Helper()
	var total int64
	for _, issue := range w.issues {
		if w.dup[issue.Number] == 0 {
			total += issue.Marker.Count()
		}
	}
	if total != int64(len(w.log.Lines)) {
		w.t.Errorf("%s: %d events counted, want %d", w.log.Name, total, len(w.log.Lines))
	}
}
