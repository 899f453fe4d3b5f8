// Package count counts the events of one error, in a run and in the stored state, exactly
// despite repeated reads, late events and overlapping runs: a Tally counts by minute what
// can be read again, an Inbox by id what is delivered once.
//
// It is pure and imports nothing from this project. Its JSON is stored in the markers
// of issues: fields may be added, but never change their name or meaning.
package count

import (
	"fmt"
	"time"
)

// MaxURL bounds the address of an event, in bytes; a longer one is left out.
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

// Minute is a minute since 1970, UTC.
type Minute int64

// Day is a day since 1970, UTC.
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

// Of returns a number of things in words, such as "1 event" or "3 events".
func Of[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// newer reports whether an event replaces the newest one so far. Of two in the same
// millisecond the larger address wins, so the order of reading does not matter.
func newer(at Millis, url string, known Millis, knownURL string) bool {
	return at > known || at == known && url >= knownURL
}

// With sets a value in a map and returns it. A map read from the stored state is nil if it was empty.
func With[K comparable, V any](m map[K]V, key K, value V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[key] = value
	return m
}
