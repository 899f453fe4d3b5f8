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

// Inbox counts the deliveries of one kind ("slack", "sentry", "text") that reported an error. Unlike log
// events, deliveries cannot be read again by minute, so their ids ensure that one arriving twice counts once.
type Inbox struct {
	IDs    IDs    `json:"i,omitempty"` // ids of the latest deliveries
	Count  int64  `json:"n,omitempty"` // number of deliveries
	From   string `json:"f,omitempty"` // origin of the newest, such as a channel; redacted
	URL    string `json:"u,omitempty"` // link to the newest
	Newest Millis `json:"t,omitempty"` // when the newest happened
}

// Take counts the deliveries, given by their hashes, that were not counted before.
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

// Receive counts deliveries that arrive now, given by their hashes. Those from before the newest stored
// day get that day, or the day after if it has too many, so that Shrink does not drop their ids first.
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

// Shrink drops ids more than 7 days older than the newest, and then the oldest until at most keep are left.
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

// Link records the origin and address of a delivery if it is the newest (see newer). It drops long addresses.
func (b *Inbox) Link(from, url string, at time.Time) {
	if len(url) > MaxURL {
		url = ""
	}
	if when := At(at); newer(when, url, b.Newest, b.URL) {
		b.From, b.URL, b.Newest = from, url, when
	}
}

// Merge combines two counts of the same deliveries.
func (b Inbox) Merge(other Inbox) Inbox {
	m := b.with(other)
	m.Count = max(m.Count, other.Count)
	return m
}

// Join adds two counts of different deliveries. A delivery that is in both is counted once.
func (b Inbox) Join(other Inbox) Inbox {
	m := b.with(other)
	m.Count += other.Count
	for id := range other.IDs { // m.Count already includes each, whether b knew it or not
		m.Count -= weight(id)
	}
	return m
}

// with returns b after taking the ids and the link of other.
func (b Inbox) with(other Inbox) Inbox {
	m := b
	m.Take(other.IDs)
	m.Link(other.From, other.URL, other.Newest.Time())
	return m
}

// Limits of an inbox. A delivery whose id was dropped because of them counts again if repeated.
const (
	MaxIDs    = 2000 // ids of each kind, newest kept
	maxIDDays = 7    // days by which an id may be older than the newest
	maxSingly = 700  // ids stored singly, per run and per day; a marker has room for as many of each of 3 kinds
	hashBytes = 5    // 40 bits: one new id in 5e8 collides with one of 2,000
)

// IDs maps the ids of deliveries to days; Shrink drops the oldest. Markers store them hashed (see Hashed), as
// JSON by day: hashes of one id each, without separators, then a comma before each hash that stands for many.
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

// Hashed returns the hashes that a marker stores in place of the ids, which are long foreign text. The ids
// are those of one error in one run. More than maxSingly become one hash that stands for all of them.
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

// MarshalJSON packs the hashes by day. It hashes any id that is not a hash, so foreign text is never stored.
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

// UnmarshalJSON parses packed hashes, and lists of longer hashes from the first versions, which get day 0.
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
