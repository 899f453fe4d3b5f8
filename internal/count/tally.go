package count

import (
	"maps"
	"slices"
	"time"
)

// Tally counts the events of one error in one source correctly despite repeated reads, late delivery and
// overlapping runs. Each minute after Through has a cell, set to the larger of the stored count and the count
// that a run saw. A minute is frozen once no more of its events can arrive.
type Tally struct {
	Through Minute           `json:"th,omitempty"` // last frozen minute; 0 if none
	Frozen  int64            `json:"fr,omitempty"` // events up to and including Through
	Cells   map[Minute]int64 `json:"c,omitempty"`  // events of each minute after Through
	Days    map[Day]int64    `json:"d,omitempty"`  // frozen events by day, for the trend
	Prior   map[Minute]int64 `json:"p,omitempty"`  // events after Through that another issue counted
	URL     string           `json:"u,omitempty"`  // address of the newest event seen
	Newest  Millis           `json:"n,omitempty"`  // when that event happened
}

// Total returns the number of events counted.
func (t Tally) Total() int64 {
	total := t.Frozen
	for _, n := range t.Cells {
		total += n
	}
	return total
}

// Add counts one event, for a tally of the events that one run read.
func (t *Tally) Add(minute Minute) { t.Cells = With(t.Cells, minute, t.Cells[minute]+1) }

// Observe sets each cell to the larger of the stored count and seen minus Prior. It ignores frozen minutes.
func (t *Tally) Observe(seen map[Minute]int64) {
	t.Cells = maps.Clone(t.Cells)
	for minute, n := range seen {
		n -= t.Prior[minute]
		if n > t.Cells[minute] && (minute > t.Through || t.Through == 0) {
			t.Cells = With(t.Cells, minute, n)
		}
	}
}

// Freeze moves all cells up to and including the given minute into Frozen and Days, unless that minute is
// frozen already. To lose no events, call it only after a complete read that covers all of these cells.
func (t *Tally) Freeze(through Minute) {
	if through <= t.Through {
		return
	}
	all := t.Clone()
	maps.DeleteFunc(all.Prior, func(minute Minute, _ int64) bool { return minute <= through })
	for minute, n := range t.Cells {
		if minute <= through {
			delete(all.Cells, minute)
			all.Frozen += n
			all.Days = With(all.Days, minute.Day(), all.Days[minute.Day()]+n)
		}
	}
	*t, t.Through = all, through
}

// Link records an event's address if it is the newest event (see newer) and the address is not too long.
func (t *Tally) Link(url string, at time.Time) {
	if when := At(at); len(url) <= MaxURL && newer(when, url, t.Newest, t.URL) {
		t.URL, t.Newest = url, when
	}
}

// PerDay returns the number of events on each day, frozen or not.
func (t Tally) PerDay() map[Day]int64 {
	days := maps.Clone(t.Days)
	for minute, n := range t.Cells {
		days = With(days, minute.Day(), days[minute.Day()]+n)
	}
	return days
}

// Merge combines two counts of the same events. Each may have missed some, so the larger wins, cell by cell.
func (t Tally) Merge(other Tally) Tally {
	return t.combine(other, func(a, b int64) int64 { return max(a, b) })
}

// Join adds two counts of different events. A minute frozen in either is frozen in the result.
func (t Tally) Join(other Tally) Tally {
	return t.combine(other, func(a, b int64) int64 { return a + b })
}

func (t Tally) combine(other Tally, how func(a, b int64) int64) Tally {
	m := t.Clone()
	m.Freeze(other.Through)
	other.Freeze(m.Through)
	m.Frozen = how(m.Frozen, other.Frozen)
	m.Cells, m.Days = combine(m.Cells, other.Cells, how), combine(m.Days, other.Days, how)
	m.Prior = combine(m.Prior, other.Prior, how)
	m.Link(other.URL, other.Newest.Time())
	return m
}

// combine combines the values of b with those of a, which may be nil, and returns a.
func combine[K comparable](a, b map[K]int64, how func(a, b int64) int64) map[K]int64 {
	for key, n := range b {
		a = With(a, key, how(a[key], n))
	}
	return a
}

// Clone returns a copy that shares no memory with t.
func (t Tally) Clone() Tally {
	t.Cells, t.Days, t.Prior = maps.Clone(t.Cells), maps.Clone(t.Days), maps.Clone(t.Prior)
	return t
}

// Fold freezes the oldest cells until at most keep are left, so that the marker fits into an issue's body.
// Late events in frozen minutes are not counted.
func (t *Tally) Fold(keep int) {
	minutes := slices.Sorted(maps.Keys(t.Cells))
	if len(minutes) > keep {
		t.Freeze(minutes[len(minutes)-keep-1])
	}
}
