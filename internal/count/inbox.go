package count

import (
	"maps"
	"time"
)

// Inbox counts the deliveries of one kind ("slack", "sentry", "text") that
// reported an error. A delivery cannot be read again by minute, so each is
// identified by its id, and one that arrives twice counts once.
type Inbox struct {
	IDs    IDs    `json:"i,omitempty"` // of the last deliveries
	Count  int64  `json:"n,omitempty"` // total deliveries
	From   string `json:"f,omitempty"` // where the newest came from, such as a channel; redacted
	URL    string `json:"u,omitempty"` // address of the newest
	Newest Millis `json:"t,omitempty"` // when the newest happened
}

// Take counts new deliveries, by their hashes.
func (b *Inbox) Take(ids IDs) {
	taken := maps.Clone(b.IDs)
	for id, day := range ids {
		if !b.Knows(id) {
			taken.Add(day, id)
			b.Count += weight(id)
		}
	}
	b.IDs = taken
}

// Receive counts deliveries that arrive now, by their hashes. Whenever they happened, they
// get a day on which they are remembered: none before the newest, and one after it
// once many arrived on that day.
func (b *Inbox) Receive(ids IDs) {
	newest, arrived := Day(0), 0
	for _, day := range b.IDs {
		if day > newest {
			newest, arrived = day, 0
		}
		if day == newest {
			arrived++
		}
	}
	if arrived+len(ids) > maxSingly {
		newest++
	}
	var dated IDs
	for id, day := range ids {
		dated.Add(max(day, newest), id)
	}
	b.Take(dated)
}

// Knows reports whether the delivery with this hash was counted.
func (b Inbox) Knows(id string) bool {
	_, known := b.IDs[id]
	return known
}

// Shrink drops the oldest ids until at most keep are left, and those more than
// 7 days older than the newest.
func (b *Inbox) Shrink(keep int) {
	var dated IDs
	for id, day := range b.IDs {
		if day == 0 { // stored by the first version
			day = MinuteOf(b.Newest.Time()).Day()
		}
		dated.Add(day, id)
	}
	b.IDs = dated.newest(keep)
}

// Link records the origin and address of the newest delivery. Of two in the same
// millisecond, the larger address wins, so that their order does not matter.
func (b *Inbox) Link(from, url string, at time.Time) {
	if len(url) > MaxURL {
		url = ""
	}
	if when := At(at); newer(when, url, b.Newest, b.URL) {
		b.From, b.URL, b.Newest = from, url, when
	}
}

// Merge joins two counts of the same stream of deliveries.
func (b Inbox) Merge(other Inbox) Inbox {
	m := b.with(other)
	m.Count = max(b.Count+m.added(b), other.Count)
	return m
}

// Join joins two counts of different deliveries; one present in both counts once.
func (b Inbox) Join(other Inbox) Inbox {
	m := b.with(other)
	m.Count = b.Count + other.Count - (other.added(Inbox{}) - m.added(b))
	return m
}

// with returns a with the ids and the link of b.
func (b Inbox) with(other Inbox) Inbox {
	m := b
	m.Take(other.IDs)
	m.Link(other.From, other.URL, other.Newest.Time())
	return m
}

// added returns how many deliveries are in b but not in before.
func (b Inbox) added(before Inbox) int64 {
	var n int64
	for id := range b.IDs {
		if !before.Knows(id) {
			n += weight(id)
		}
	}
	return n
}
