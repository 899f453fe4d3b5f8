package grouping

import (
	"fmt"
	"testing"
	"text/tabwriter"

	"github.com/org/errmon-action/internal/grouping/groupingtest"
)

// TestHoldOut measures grouping on logs that no rule was fitted to. Whoever
// writes rules may use its numbers, but must not look at groupingtest/holdout:
// a rule that follows from a template there makes this a test on known logs,
// and then a new hold-out is needed. The floors are just below what grouping
// reached when the hold-out was written.
func TestHoldOut(t *testing.T) {
	logs := groupingtest.HoldOut(t, 1)
	var sumGA, sumFGA float64
	table(func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "hold-out\tlines\tgroups\ttrue\tGA\tFGA\tshuffled")
		for _, log := range logs {
			found, _ := group(log.Lines, nil)
			ga, fga := groupingtest.Accuracy(found, log.Truth)
			same := groupingtest.AdjustedRand(found, groupShuffled(log.Lines, 1))
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.3f\t%.3f\t%.4f\n",
				log.Name, len(log.Lines), distinct(found), distinct(log.Truth), ga, fga, same)
			if same != 1 {
				t.Errorf("%s: the order of lines changes groups: %.6f", log.Name, same)
			}
			sumGA, sumFGA = sumGA+ga, sumFGA+fga
		}
		sumGA, sumFGA = sumGA/float64(len(logs)), sumFGA/float64(len(logs))
		fmt.Fprintf(w, "mean of the hold-out\t\t\t\t%.3f\t%.3f\n", sumGA, sumFGA)
	})
	if sumGA < 0.78 || sumFGA < 0.52 {
		t.Errorf("mean GA %.3f, want at least 0.78; mean FGA %.3f, want at least 0.52", sumGA, sumFGA)
	}
}
