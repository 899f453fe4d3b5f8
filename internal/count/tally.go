package count

import (
	"maps"
	"slices"
	"time"
)

// Tally counts the events of one error in one source so that reading the same
// period twice, late delivery and overlapping runs change nothing.
//
// Minutes after Through have one cell each, and a cell is set to the larger of
// the stored count and the count that a run saw. A minute is frozen once none of
// its events can still arrive; later runs ignore it.
type Tally struct {
	Through Minute           `json:"th,omitempty"` // last frozen minute; 0 while nothing is frozen
	Frozen  int64            `json:"fr,omitempty"` // events up to and including Through
	Cells   map[Minute]int64 `json:"c,omitempty"`  // events of each later minute
	Days    map[Day]int64    `json:"d,omitempty"`  // the same frozen events by day, for the trend
	// Prior are the events of later minutes that another issue of the error counted.
	Prior  map[Minute]int64 `json:"p,omitempty"`
	URL    string           `json:"u,omitempty"` // address of the newest event seen
	Newest Millis           `json:"n,omitempty"` // when it happened
}

// Total returns the number of events counted.
func (t Tally) Total() int64 {
	total := t.Frozen
	for _, n := range t.Cells {
		total += n
	}
	return total
}

// Add counts one event of a run that is not in the cells yet.
func (t *Tally) Add(minute Minute) { t.Cells = with(t.Cells, minute, t.Cells[minute]+1) }

// Observe sets each cell to the larger of stored and seen, less the prior events.
// Frozen minutes are ignored.
func (t *Tally) Observe(seen map[Minute]int64) {
	own := maps.Clone(seen)
	for minute, n := range t.Prior {
		own[minute] -= n
	}
	t.raise(own)
}

func (t *Tally) raise(seen map[Minute]int64) {
	cells := maps.Clone(t.Cells)
	for minute, n := range seen {
		if n > 0 && (minute > t.Through || t.Through == 0) && n > cells[minute] {
			cells = with(cells, minute, n)
		}
	}
	t.Cells = cells
}

// Freeze moves every cell up to and including through into Frozen and Days. It
// never moves Through back. Call it only after a complete read that began at
// or before the first cell it freezes.
func (t *Tally) Freeze(through Minute) {
	if through <= t.Through {
		return
	}
	cells := maps.Clone(t.Cells)
	for minute, n := range t.Cells {
		if minute <= through {
			t.Frozen += n
			t.Days = with(maps.Clone(t.Days), minute.Day(), t.Days[minute.Day()]+n)
			delete(cells, minute)
		}
	}
	t.Cells, t.Through = cells, through
	t.Prior = maps.Clone(t.Prior)
	maps.DeleteFunc(t.Prior, func(minute Minute, _ int64) bool { return minute <= through })
}

// Link records the newest event's address. Of two in the same millisecond, the
// larger address wins, so that the order of reading does not matter.
func (t *Tally) Link(url string, at time.Time) {
	if when := At(at); len(url) <= MaxURL && newer(when, url, t.Newest, t.URL) {
		t.URL, t.Newest = url, when
	}
}

// PerDay returns the events of each day, frozen or not.
func (t Tally) PerDay() map[Day]int64 {
	days := maps.Clone(t.Days)
	for minute, n := range t.Cells {
		days = with(days, minute.Day(), days[minute.Day()]+n)
	}
	return days
}

// Merge joins two counts of the same events: each is a lower bound of the truth, so
// the larger wins, cell by cell.
func (t Tally) Merge(other Tally) Tally {
	a, b := t.Clone(), other.Clone()
	through := max(a.Through, b.Through)
	a.Freeze(through)
	b.Freeze(through)
	a.Frozen = max(a.Frozen, b.Frozen)
	a.raise(b.Cells)
	for minute, n := range b.Prior {
		a.Prior = with(a.Prior, minute, max(a.Prior[minute], n))
	}
	for day, n := range b.Days {
		a.Days = with(a.Days, day, max(a.Days[day], n))
	}
	a.Link(b.URL, b.Newest.Time())
	return a
}

// Join adds up two counts of different events. A minute frozen in one is final for
// the source, and so for the other.
func (t Tally) Join(other Tally) Tally {
	a, b := t.Clone(), other.Clone()
	through := max(a.Through, b.Through)
	a.Freeze(through)
	b.Freeze(through)
	a.Frozen += b.Frozen
	for minute, n := range b.Cells {
		a.Cells = with(a.Cells, minute, a.Cells[minute]+n)
	}
	for day, n := range b.Days {
		a.Days = with(a.Days, day, a.Days[day]+n)
	}
	a.Link(b.URL, b.Newest.Time())
	return a
}

// Clone returns a copy that shares no memory with t.
func (t Tally) Clone() Tally {
	t.Cells, t.Days, t.Prior = maps.Clone(t.Cells), maps.Clone(t.Days), maps.Clone(t.Prior)
	return t
}

// Fold freezes the oldest cells until at most keep are left. Late events in those
// minutes are then not counted, which keeps the marker within the size of a body.
func (t *Tally) Fold(keep int) {
	minutes := slices.Sorted(maps.Keys(t.Cells))
	if len(minutes) > keep {
		t.Freeze(minutes[len(minutes)-keep-1])
	}
}
