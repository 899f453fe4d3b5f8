package grouping

import (
	"fmt"
	"testing"
	"text/tabwriter"

	"github.com/org/errmon-action/internal/grouping/groupingtest"
)

// TestHoldOut measures grouping on logs that no rule was fitted to. Authors of rules may use its numbers, but
// must not look at testdata/holdout: once a rule is derived from a template there, a new hold-out is needed.
// The minimum values are just below the current ones.
func TestHoldOut(t *testing.T) {
	ga, fga := measure(t, "hold-out", holdOut(t, 1))
	if ga < 0.82 || fga < 0.68 {
		t.Errorf("mean GA %.3f, want at least 0.82; mean FGA %.3f, want at least 0.68", ga, fga)
	}
}

// TestDev measures grouping on the generated logs that authors of rules may read.
func TestDev(t *testing.T) {
	ga, fga := measure(t, "dev", dev(t, 1))
	if ga < 0.9 || fga < 0.65 {
		t.Errorf("mean GA %.3f, want at least 0.9; mean FGA %.3f, want at least 0.65", ga, fga)
	}
}

// measure prints how well the logs are grouped and returns the means.
func measure(t *testing.T, name string, logs []groupingtest.Log) (ga, fga float64) {
	table(func(w *tabwriter.Writer) {
		fmt.Fprintln(w, name+"\tlines\tgroups\ttrue\tGA\tFGA\tshuffled")
		for _, log := range logs {
			found, _ := group(log.Lines, nil)
			a, f := accuracy(found, log.Truth)
			same := adjustedRand(found, groupShuffled(log.Lines, 1))
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.3f\t%.3f\t%.4f\n",
				log.Name, len(log.Lines), distinct(found), distinct(log.Truth), a, f, same)
			if same != 1 {
				t.Errorf("%s: the order of lines changes groups: %.6f", log.Name, same)
			}
			ga, fga = ga+a/float64(len(logs)), fga+f/float64(len(logs))
		}
		fmt.Fprintf(w, "mean of %s\t\t\t\t%.3f\t%.3f\n", name, ga, fga)
	})
	return ga, fga
}
