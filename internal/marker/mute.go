package marker

import (
	"cmp"
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/count"
)

// Limits of what is kept of muted errors. What is dropped begins anew.
const (
	MaxMuted      = 200 // issues, the newest kept
	MaxMutedDays  = 7
	MaxMutedCells = 60
	maxMutes      = 12_000 // encoded, so that waiting errors have room; counts of those silent for longest are dropped
)

// Mute is what was counted of an error since its issue is muted and not written.
type Mute struct {
	By      string                 `json:"by"` // what mutes it
	Since   count.Millis           `json:"t"`
	Sources map[string]count.Tally `json:"src,omitempty"` // all events by log group, those before included; empty if none happened since
	Surged  count.Millis           `json:"up,omitempty"`  // when it happened a hundred times as often as before; 0 if it did not
}

// cappedMutes returns mutes cut to these limits.
func cappedMutes(mutes map[int]Mute) map[int]Mute {
	capped := map[int]Mute{}
	for _, number := range newest(slices.Sorted(maps.Keys(mutes)), MaxMuted) {
		mute, m := mutes[number], Marker{Sources: mutes[number].Sources}.Clone()
		m.shrink(MaxMutedCells, MaxMutedDays)
		for name, tally := range m.Sources {
			tally.URL = ""
			m.Sources[name] = tally
		}
		mute.Sources = m.Sources
		capped[number] = mute
	}
	last := slices.SortedFunc(maps.Keys(capped), func(a, b int) int {
		return cmp.Compare(capped[b].newest(), capped[a].newest())
	})
	for keep := len(last); ; keep /= 2 {
		for _, number := range last[keep:] {
			mute := capped[number]
			mute.Sources = nil
			capped[number] = mute
		}
		if text, err := encode(capped); err != nil || len(text) <= maxMutes || keep == 0 {
			return capped
		}
	}
}

// newest is when the error happened last, as far as it was counted.
func (m Mute) newest() count.Millis {
	var last count.Millis
	for _, t := range m.Sources {
		last = max(last, t.Newest)
	}
	return last
}
