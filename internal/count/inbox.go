package count

import (
	"maps"
	"time"
)

// Inbox counts the deliveries of one kind ("slack", "sentry", "text") that
// carried an error here. A delivery has no minute that could be read again, so each
// is known by its id, and one that comes twice counts once.
type Inbox struct {
	IDs    IDs    `json:"i,omitempty"` // of the last deliveries
	Count  int64  `json:"n,omitempty"` // deliveries in all
	From   string `json:"f,omitempty"` // where the newest came from, such as a channel; redacted
	URL    string `json:"u,omitempty"` // address of the newest
	Newest Millis `json:"t,omitempty"` // when that happened
}

// Take counts the deliveries that are not known yet, by their hashes.
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

// Knows reports whether the delivery with this hash was counted.
func (b Inbox) Knows(id string) bool {
	_, known := b.IDs[id]
	return known
}

// Shrink forgets the oldest ids until at most keep are left, and those that came
// more than 7 days before the newest one.
func (b *Inbox) Shrink(keep int) {
	var dated IDs
	for id, day := range b.IDs {
		if day == 0 { // of a first version
			day = MinuteOf(b.Newest.Time()).Day()
		}
		dated.Add(day, id)
	}
	b.IDs = dated.newest(keep)
}

// Link remembers where the newest delivery came from and its address. Between two
// of one millisecond the larger address wins, so that their order does not matter.
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

// Join joins two counts of different deliveries; one that both know counts once.
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

// added is how many deliveries b knows that before does not.
func (b Inbox) added(before Inbox) int64 {
	var n int64
	for id := range b.IDs {
		if !before.Knows(id) {
			n += weight(id)
		}
	}
	return n
}
