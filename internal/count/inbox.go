package count

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Inbox counts the deliveries of one kind ("slack", "sentry", "text") that
// carried an error here. A delivery has no minute that could be read again, so each
// is known by its id, and one that comes twice counts once.
type Inbox struct {
	IDs    []string `json:"i,omitempty"` // of the last deliveries, see DeliveryIDs
	Count  int64    `json:"n,omitempty"` // deliveries in all
	From   string   `json:"f,omitempty"` // where the newest came from, such as a channel; redacted
	URL    string   `json:"u,omitempty"` // address of the newest
	Newest Millis   `json:"t,omitempty"` // when that happened
}

// maxSingly is how many ids of one error a run keeps apart. Of more, which a
// relay brings in a storm, all together are one delivery that counts as many.
const maxSingly = 100

// DeliveryIDs turns the ids of one error's deliveries in one run into what an
// inbox keeps: a hash of 64 bits in base64url, since ids are foreign text. Of
// more than 100 all make one, with their number behind a colon.
func DeliveryIDs(ids []string) []string {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) > maxSingly {
		return []string{fmt.Sprintf("%s:%d", hashed(strings.Join(ids, "\n")), len(ids))}
	}
	var out []string
	for _, id := range ids {
		out = append(out, hashed(id))
	}
	return out
}

func hashed(id string) string {
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:8])
}

// weight is how many deliveries an id stands for.
func weight(id string) int64 {
	_, number, _ := strings.Cut(id, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// Take counts the deliveries that are not known yet.
func (b *Inbox) Take(ids []string) {
	for _, id := range ids {
		if !slices.Contains(b.IDs, id) {
			b.IDs = append(slices.Clone(b.IDs), id)
			b.Count += weight(id)
		}
	}
}

// Knows reports whether the delivery was counted.
func (b Inbox) Knows(id string) bool { return slices.Contains(b.IDs, id) }

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
	for _, id := range b.IDs {
		if !before.Knows(id) {
			n += weight(id)
		}
	}
	return n
}
