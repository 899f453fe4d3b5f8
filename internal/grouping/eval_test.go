package grouping

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"text/tabwriter"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping/groupingtest"
)

// group returns the key of each line's group, and the templates that a later run would know.
func group(lines []string, known []Known) (keys []string, next []Known) {
	s := NewSet(plain)
	s.Know(known)
	marks := make([]Mark, len(lines))
	for i, line := range lines {
		marks[i] = s.Add(event.Event{Source: "s", Message: line})
	}
	groups := s.Groups()
	for _, m := range marks {
		keys = append(keys, s.GroupOf(m).Key)
	}
	return keys, Carry(known, groups)
}

// evalLogs returns the logs for the evaluation. The made ones imitate other kinds of systems, and no rule was
// fitted to them.
func evalLogs(t testing.TB) (loghub, mine []groupingtest.Log) {
	for i, n := range []int{500, 2000, 10_000} {
		log := groupingtest.Made(uint64(i+1), n)
		log.Name = fmt.Sprintf("made, %d lines", n)
		mine = append(mine, log)
	}
	return groupingtest.LogHub(t), mine
}

func table(print func(w *tabwriter.Writer)) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w)
	print(w)
	w.Flush()
}

// TestEvalAccuracy requires the accuracy that the best parsers reach with separate settings for each log. We
// have the same rules for all logs.
func TestEvalAccuracy(t *testing.T) {
	loghub, mine := evalLogs(t)
	var sumGA, sumFGA float64
	table(func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "log\tgroups\ttrue\tGA\tFGA")
		row := func(log groupingtest.Log) (ga, fga float64) {
			found, _ := group(log.Lines, nil)
			ga, fga = accuracy(found, log.Truth)
			fmt.Fprintf(w, "%s\t%d\t%d\t%.3f\t%.3f\n", log.Name, distinct(found), distinct(log.Truth), ga, fga)
			return ga, fga
		}
		for _, log := range loghub {
			ga, fga := row(log)
			sumGA, sumFGA = sumGA+ga/float64(len(loghub)), sumFGA+fga/float64(len(loghub))
		}
		fmt.Fprintf(w, "mean of LogHub\t\t\t%.3f\t%.3f\n", sumGA, sumFGA)
		for _, log := range mine {
			if ga, fga := row(log); ga < 0.9 || fga < 0.9 {
				t.Errorf("%s: GA %.3f, FGA %.3f, want at least 0.9", log.Name, ga, fga)
			}
		}
	})
	if sumFGA < 0.98 || sumGA < 0.99 {
		t.Errorf("mean FGA %.3f, want at least 0.98; mean GA %.3f, want at least 0.99", sumFGA, sumGA)
	}
}

func distinct(keys []string) int {
	set := map[string]bool{}
	for _, k := range keys {
		set[k] = true
	}
	return len(set)
}

// TestEvalOrder shuffles each log five times.
func TestEvalOrder(t *testing.T) {
	loghub, mine := evalLogs(t)
	table(func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "log\tadjusted Rand index over 5 shuffles, the least")
		for _, log := range append(loghub, mine...) {
			least := 1.0
			want, _ := group(log.Lines, nil)
			for i := range uint64(5) {
				least = min(least, adjustedRand(want, groupShuffled(log.Lines, i)))
			}
			fmt.Fprintf(w, "%s\t%.4f\n", log.Name, least)
			if least != 1 {
				t.Errorf("%s: the order of lines changes groups: %.6f", log.Name, least)
			}
		}
	})
}

// groupShuffled groups the lines in another order, and returns their keys in the original one.
func groupShuffled(lines []string, seed uint64) []string {
	order := rand.New(rand.NewPCG(seed, 2)).Perm(len(lines))
	shuffled := make([]string, len(order))
	for to, from := range order {
		shuffled[to] = lines[from]
	}
	got, _ := group(shuffled, nil)
	back := make([]string, len(order))
	for to, from := range order {
		back[from] = got[to]
	}
	return back
}

// TestEvalSplit groups the first half of each log, then the second half with
// the templates known from the first. A true template that is in both halves
// is stable if all its lines have one key.
func TestEvalSplit(t *testing.T) {
	loghub, mine := evalLogs(t)
	table(func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "log\tin both halves\tone identity\tshare")
		var stable, all int
		for _, log := range append(loghub, mine...) {
			one, both := splitStability(log)
			fmt.Fprintf(w, "%s\t%d\t%d\t%.3f\n", log.Name, both, one, float64(one)/float64(both))
			stable, all = stable+one, all+both
		}
		share := float64(stable) / float64(all)
		fmt.Fprintf(w, "all\t%d\t%d\t%.4f\n", all, stable, share)
		if share < 0.985 {
			t.Errorf("%.4f of the templates keep one identity, want at least 0.985", share)
		}
	})
}

func splitStability(log groupingtest.Log) (one, both int) {
	half := len(log.Lines) / 2
	first, known := group(log.Lines[:half], nil)
	second, _ := group(log.Lines[half:], known)
	keys := [2]map[string]map[string]bool{{}, {}}
	for i, key := range append(first, second...) {
		in := keys[i/half%2]
		if in[log.Truth[i]] == nil {
			in[log.Truth[i]] = map[string]bool{}
		}
		in[log.Truth[i]][key] = true
	}
	for template, before := range keys[0] {
		after := keys[1][template]
		if after == nil {
			continue
		}
		both++
		for key := range after {
			if len(before) == 1 && len(after) == 1 && before[key] {
				one++
			}
		}
	}
	return one, both
}

// groupAll groups each of the logs, including mining, and returns the number of lines.
func groupAll(logs []groupingtest.Log) (lines int) {
	for _, log := range logs {
		s := NewSet(plain)
		for _, line := range log.Lines {
			s.Add(event.Event{Source: "s", Message: line})
		}
		s.Groups()
		lines += len(log.Lines)
	}
	return lines
}

// TestEvalAllocations counts the allocations per line, including those of mining.
func TestEvalAllocations(t *testing.T) {
	logs := groupingtest.LogHub(t)
	lines := 0
	perLine := testing.AllocsPerRun(1, func() { lines = groupAll(logs) }) / float64(lines)
	fmt.Printf("\n%.2f allocations per line\n", perLine)
	if perLine >= 3 {
		t.Errorf("%.2f allocations per line, want fewer than 3", perLine)
	}
}

// BenchmarkSet groups all LogHub lines in each iteration. Run it with -cpu 1 for the speed of one core.
func BenchmarkSet(b *testing.B) {
	logs := groupingtest.LogHub(b)
	lines := 0
	b.ReportAllocs()
	for b.Loop() {
		lines += groupAll(logs)
	}
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
}
