package ledger

import (
	"cmp"
	"slices"

	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/source"
)

// LongestAgo returns the sources with those first that were read longest ago. Of those
// read in the same run, the ones whose reading failed come last, so that a source too
// large for a run gets the time that the others leave, and takes none of theirs.
func LongestAgo(d marker.Dashboard, sources []source.Source) []source.Source {
	return slices.SortedStableFunc(slices.Values(sources), func(a, b source.Source) int {
		x, y := d.Health[a.Key()], d.Health[b.Key()]
		return cmp.Or(cmp.Compare(x.Tried, y.Tried), cmp.Compare(y.Success, x.Success))
	})
}
