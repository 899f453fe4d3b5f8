package count

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Inbox counts the deliveries of one kind ("slack", "sentry", "text") that reported an error. A delivery
// cannot be read again by minute, so each is identified by its id, and one that arrives twice counts once.
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
// are remembered from the newest day on, or from the day after it if many arrived that day.
func (b *Inbox) Receive(ids IDs) {
	arrived, newest := map[Day]int{}, Day(0)
	for _, day := range b.IDs {
		arrived[day]++
		newest = max(newest, day)
	}
	if arrived[newest]+len(ids) > maxSingly {
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

// Shrink drops the oldest ids until at most keep are left, and those more than 7 days older than the newest.
func (b *Inbox) Shrink(keep int) {
	var dated IDs
	for id, day := range b.IDs {
		dated.Add(cmp.Or(day, MinuteOf(b.Newest.Time()).Day()), id) // the first version stored no days
	}
	newest := slices.SortedFunc(maps.Keys(dated), func(x, y string) int {
		return cmp.Or(cmp.Compare(dated[y], dated[x]), strings.Compare(x, y))
	})
	b.IDs = nil
	for _, id := range newest[:min(len(newest), keep)] {
		if dated[id] >= dated[newest[0]]-maxIDDays {
			b.IDs.Add(dated[id], id)
		}
	}
}

// Link records the origin and address of the newest delivery; see newer.
func (b *Inbox) Link(from, url string, at time.Time) {
	if len(url) > MaxURL {
		url = ""
	}
	if when := At(at); newer(when, url, b.Newest, b.URL) {
		b.From, b.URL, b.Newest = from, url, when
	}
}

// Merge joins two counts of the same deliveries.
func (b Inbox) Merge(other Inbox) Inbox {
	m := b.with(other)
	m.Count = max(m.Count, other.Count)
	return m
}

// Join joins two counts of different deliveries; one present in both counts once.
func (b Inbox) Join(other Inbox) Inbox {
	m := b.with(other)
	m.Count += other.Count
	for id := range other.IDs { // with counted the new ones, and b the others
		m.Count -= weight(id)
	}
	return m
}

// with returns b with the ids and the link of other.
func (b Inbox) with(other Inbox) Inbox {
	m := b
	m.Take(other.IDs)
	m.Link(other.From, other.URL, other.Newest.Time())
	return m
}

// Limits of an inbox: a delivery repeated beyond them counts again.
const (
	MaxIDs    = 2000 // of each kind, newest kept
	maxIDDays = 7    // days before the newest delivery
	maxSingly = 700  // separate ids of one error in a run or on a day, fewer than a marker keeps of each of three kinds
	hashBytes = 5    // 40 bits: a new id collides with one of 2,000 once in 5e8 times
)

// IDs are deliveries by id, each with the day it arrived. Markers store them hashed (see Hashed), in JSON by
// day without separators, since all hashes have the same length; a comma precedes an id that stands for many.
type IDs map[string]Day

// Add adds the ids of one day. An id keeps its first day.
func (ids *IDs) Add(day Day, more ...string) {
	for _, id := range more {
		if _, known := (*ids)[id]; !known {
			*ids = With(*ids, id, day)
		}
	}
}

// AddAll adds other ids, each with its day.
func (ids *IDs) AddAll(other IDs) {
	for id, day := range other {
		ids.Add(day, id)
	}
}

// Hashed returns the ids of one error in one run as a marker stores them, since ids are long foreign text.
// More than 700, as in a storm from a relay, become one delivery that counts as many.
func (ids IDs) Hashed() IDs {
	var hashes IDs
	if len(ids) > maxSingly {
		last := slices.Max(slices.Collect(maps.Values(ids)))
		all := strings.Join(slices.Sorted(maps.Keys(ids)), "\n")
		hashes.Add(last, fmt.Sprintf("%s:%d", hash(all), len(ids)))
		return hashes
	}
	for id, day := range ids {
		hashes.Add(day, hash(id))
	}
	return hashes
}

func hash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:hashBytes])
}

// weight returns how many deliveries a hash stands for.
func weight(id string) int64 {
	_, number, _ := strings.Cut(id, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// hashed matches the ids that Hashed returns.
var hashed = regexp.MustCompile(`^[\w-]{7}(:\d+)?$`)

// MarshalJSON packs the hashes by day. It hashes other ids: foreign text is never stored.
func (ids IDs) MarshalJSON() ([]byte, error) {
	single, many := map[Day][]byte{}, map[Day]string{}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		day := ids[id]
		if !hashed.MatchString(id) {
			id = hash(id)
		}
		if strings.Contains(id, ":") {
			many[day] += "," + id
			continue
		}
		raw, _ := base64.RawURLEncoding.DecodeString(id)
		single[day] = append(single[day], raw...)
	}
	packed := map[Day]string{}
	for _, day := range ids {
		packed[day] = base64.RawURLEncoding.EncodeToString(single[day]) + many[day]
	}
	return json.Marshal(packed)
}

// UnmarshalJSON parses packed hashes, and the first versions' lists of longer hashes, with day 0.
func (ids *IDs) UnmarshalJSON(data []byte) error {
	var list []string
	var packed map[Day]string
	if json.Unmarshal(data, &list) == nil {
		return ids.readList(list)
	} else if err := json.Unmarshal(data, &packed); err != nil {
		return err
	}
	for day, text := range packed {
		single, many, _ := strings.Cut(text, ",")
		raw, err := base64.RawURLEncoding.DecodeString(single)
		if err != nil || len(raw)%hashBytes != 0 {
			return errors.New("delivery ids are damaged")
		}
		for chunk := range slices.Chunk(raw, hashBytes) {
			ids.Add(day, base64.RawURLEncoding.EncodeToString(chunk))
		}
		ids.Add(day, strings.FieldsFunc(many, func(c rune) bool { return c == ',' })...)
	}
	return nil
}

func (ids *IDs) readList(list []string) error {
	for _, id := range list {
		long, number, _ := strings.Cut(id, ":")
		raw, err := base64.RawURLEncoding.DecodeString(long)
		if err != nil || len(raw) < hashBytes {
			return errors.New("delivery ids are damaged")
		}
		short := base64.RawURLEncoding.EncodeToString(raw[:hashBytes])
		ids.Add(0, strings.TrimSuffix(short+":"+number, ":"))
	}
	return nil
}
