package marker

import (
	"maps"
	"slices"
	"time"
)

// Tally counts the events of one error in one source so that reading the same
// stretch twice, late delivery and overlapping runs change nothing.
//
// Events of minutes after Through are held one cell a minute, and a cell is
// set to the larger of what is stored and what a run saw. A minute is frozen
// once no event of it can arrive any more; what a later run sees of it is
// ignored.
type Tally struct {
	Through Minute           `json:"th,omitempty"` // last frozen minute; 0 while nothing is frozen
	Frozen  int64            `json:"fr,omitempty"` // events up to and including Through
	Cells   map[Minute]int64 `json:"c,omitempty"`  // events of each later minute
	Days    map[Day]int64    `json:"d,omitempty"`  // the frozen events once more, by day, for the trend
	URL     string           `json:"u,omitempty"`  // address of the newest event seen
	Newest  Millis           `json:"n,omitempty"`  // when that event happened
}

// Minute is a minute since 1970, UTC.
type Minute int64

// Day is a day since 1970, UTC.
type Day int64

const minutesPerDay = 24 * 60

// MinuteOf returns the minute that t lies in; 0 for the zero time.
func MinuteOf(t time.Time) Minute {
	if t.IsZero() {
		return 0
	}
	return Minute(floorDiv(t.Unix(), 60))
}

// Start returns the first instant of the minute.
func (m Minute) Start() time.Time { return time.Unix(int64(m)*60, 0).UTC() }

// Day returns the day that the minute lies in.
func (m Minute) Day() Day { return Day(floorDiv(int64(m), minutesPerDay)) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Total is the number of events counted.
func (t Tally) Total() int64 {
	total := t.Frozen
	for _, n := range t.Cells {
		total += n
	}
	return total
}

// Observe sets each cell to the larger of stored and seen. Minutes that are
// frozen already are ignored.
func (t *Tally) Observe(seen map[Minute]int64) {
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
}

// Link remembers the newest event's address. Between two of one millisecond
// the larger address wins, so that the order of reading does not matter.
func (t *Tally) Link(url string, at time.Time) {
	when := At(at)
	if len(url) > MaxURL || when < t.Newest || (when == t.Newest && url < t.URL) {
		return
	}
	t.URL, t.Newest = url, when
}

// PerDay returns the events of each day, frozen or not.
func (t Tally) PerDay() map[Day]int64 {
	days := maps.Clone(t.Days)
	for minute, n := range t.Cells {
		days = with(days, minute.Day(), days[minute.Day()]+n)
	}
	return days
}

// mergeTally joins two counts of the same events: each is a lower bound of the
// truth, so the larger wins, cell by cell.
func mergeTally(a, b Tally) Tally {
	a, b = a.clone(), b.clone()
	through := max(a.Through, b.Through)
	a.Freeze(through)
	b.Freeze(through)
	a.Frozen = max(a.Frozen, b.Frozen)
	a.Observe(b.Cells)
	for day, n := range b.Days {
		a.Days = with(a.Days, day, max(a.Days[day], n))
	}
	a.Link(b.URL, b.Newest.Time())
	return a
}

// joinTally adds up two counts of different events. What one of them froze was
// settled for the source, and so for the other.
func joinTally(a, b Tally) Tally {
	a, b = a.clone(), b.clone()
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

func (t Tally) clone() Tally {
	t.Cells, t.Days = maps.Clone(t.Cells), maps.Clone(t.Days)
	return t
}

// fold freezes the oldest cells until at most keep are left. It gives up the
// exactness of late events in those minutes to stay within the size of a body.
func (t *Tally) fold(keep int) {
	minutes := slices.Sorted(maps.Keys(t.Cells))
	if len(minutes) > keep {
		t.Freeze(minutes[len(minutes)-keep-1])
	}
}
