// Package count counts the events of one error, in a run and in the stored state. Counts are exact despite
// repeated reads, late events and overlapping runs: a Tally counts events that can be read again, by minute;
// an Inbox counts deliveries, by id, since they may arrive twice but cannot be read again.
//
// It is pure and imports nothing of this project. Its JSON is stored in the markers
// of issues: fields may be added, but must never change their name or meaning.
package count

import (
	"fmt"
	"time"
)

// MaxURL is the maximum size of an event's URL, in bytes; a longer URL is dropped.
const MaxURL = 1000

// Millis is a time in milliseconds since 1970, UTC; 0 means unknown.
type Millis int64

// At returns a time as Millis; 0 for the zero time.
func At(t time.Time) Millis {
	if t.IsZero() {
		return 0
	}
	return Millis(t.UnixMilli())
}

// Time is the inverse of At.
func (m Millis) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// Minute is a number of minutes since 1970, UTC.
type Minute int64

// Day is a number of days since 1970, UTC.
type Day int64

// MinuteOf returns the minute of t; 0 for the zero time.
func MinuteOf(t time.Time) Minute {
	if t.IsZero() {
		return 0
	}
	return Minute(t.Truncate(time.Minute).Unix() / 60)
}

// Start returns the first instant of the minute.
func (m Minute) Start() time.Time { return time.Unix(int64(m)*60, 0).UTC() }

// Day returns the day of the minute.
func (m Minute) Day() Day { return Day(m.Start().Truncate(24*time.Hour).Unix() / (24 * 60 * 60)) }

// Of returns a number with its noun, such as "1 event" or "3 events".
func Of[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// newer reports whether an event replaces the newest one so far. If both are in the same millisecond, the
// larger URL wins, so the order of reading does not matter.
func newer(at Millis, url string, known Millis, knownURL string) bool {
	return at > known || at == known && url >= knownURL
}

// With sets a value in a map and returns the map, or a new one for nil, as the stored state's empty maps are.
func With[K comparable, V any](m map[K]V, key K, value V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[key] = value
	return m
}
