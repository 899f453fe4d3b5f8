package logtext

import (
	"strings"
	"testing"
	"time"
)

// TestTimes reads the same time in the notations that loggers print. The text after it must be left alone.
func TestTimes(t *testing.T) {
	whole := time.Date(2026, 11, 22, 15, 4, 5, 0, time.UTC)
	tests := map[string]time.Duration{ // what the notation adds to the whole second
		"2026-11-22T15:04:05Z": 0, "2026-11-22T15:04:05.123Z": 123 * time.Millisecond, "2026-11-22T15:04:05.123456789Z": 123456789,
		"2026-11-22T16:04:05+01:00": 0, "2026-11-22T10:04:05-05:00": 0, "2026-11-22T15:04:05+0000": 0, "2026-11-22T15:04:05.120+00": 120 * time.Millisecond,
		"2026-11-22 15:04:05": 0, "2026-11-22 15:04:05,123": 123 * time.Millisecond, "2026-11-22 15:04:05 UTC": 0, "2026-11-22 15:04:05 +0000": 0,
		"2026-11-22 15:04:05.123 CET": 123 * time.Millisecond, "2026-11-22 15:04:05 [UTC]": 0, "2026-11-22_15:04:05": 0, "2026-11-22-15:04:05": 0,
		"2026-11-22 15:04": -5 * time.Second, "2026-11-22T15:04:05": 0, "2026-11-22, 15:04:05": 0, "2026-11-22 3:04:05 PM": 0, "2026-11-22|15:04:05": 0,
		"2026/11/22 15:04:05": 0, "2026/11/22 15:04:05.123456": 123456 * time.Microsecond, "2026/11/22 - 15:04:05": 0, "2026.11.22 15:04:05.123": 123 * time.Millisecond,
		"22/11/2026 15:04:05": 0, "11/22/2026 15:04:05": 0, "11/22/2026, 3:04:05 PM": 0, "11/22/2026, 3:04:05\u202fPM": 0, "11/22/2026 03:04:05pm": 0,
		"22.11.2026 15:04:05": 0, "22.11.2026, 15:04:05,123": 123 * time.Millisecond, "22-11-2026 15:04:05": 0, "11-22-2026 15:04:05.123 +0000": 123 * time.Millisecond,
		"22.11.26 15:04:05": 0, "26/11/22 15:04:05": 0, "11/22/26 15:04:05:123 UTC": 123 * time.Millisecond,
		"22-Nov-2026 15:04:05.123": 123 * time.Millisecond, "22/Nov/2026:15:04:05 +0000": 0, "22/Nov/2026 15:04:05": 0, "22 Nov 2026 15:04:05": 0, "22 Nov 2026, 15:04:05": 0,
		"Nov 22, 2026 3:04:05 PM": 0, "Nov 22, 2026, 3:04:05\u202fPM": 0, "Nov 22 2026 15:04:05": 0, "November 22, 2026 15:04:05": 0, "Nov 22, 2026 3:04:05 PM UTC": 0,
		"Sun Nov 22 15:04:05 2026": 0, "Sun Nov 22 15:04:05.123456 2026": 123456 * time.Microsecond, "Sun Nov 22 15:04:05 UTC 2026": 0,
		"Sun, 22 Nov 2026 15:04:05 GMT": 0, "Sunday, November 22, 2026 3:04:05 PM": 0, "Sun 2026-11-22 15:04:05 UTC": 0,
		"Sun Nov 22 2026 15:04:05 GMT+0000 (Coordinated Universal Time)": 0, "Sun, 22 Nov 2026 16:04:05 +0100": 0,
		"20261122T150405Z": 0, "20261122 150405": 0, "20261122-15:04:05.123": 123 * time.Millisecond, "20261122150405": 0, "20261122 15:04:05": 0,
		"261122 15:04:05": 0, "1795359845": 0, "1795359845.123": 123 * time.Millisecond, "1795359845123": 123 * time.Millisecond, "15:04:05 2026-11-22": 0,
	}
	for notation, more := range tests {
		for _, behind := range []string{"", " ERROR boom", "]", "\tboom", " | boom", ": boom"} {
			at, n := timeAt(notation + behind)
			if n != len(notation) || !at.Equal(whole.Add(more)) {
				t.Errorf("%q: %v and %q left", notation+behind, at, (notation + behind)[n:])
			}
		}
	}
}

// TestClocks reads times without a date or without a year, for which timeAt returns only a length.
func TestClocks(t *testing.T) {
	for _, s := range []string{"15:04:05", "15:04:05.123", "15:04:05,123456", "3:04PM", "3:04:05 PM", "3:04:05\u202fPM", "15:04:05 UTC", "21:54:45.091UTC", "15:04", "15:04:05Z",
		"Nov 22 15:04:05", "Nov  2 15:04:05", "Nov 22 15:04:05.123", "11-22 15:04:05.123", "11-22|15:04:05", "22 Nov 15:04:05", "03:04:05 p.m."} {
		if at, n := timeAt(s + " ERROR boom"); n != len(s) || !at.IsZero() {
			t.Errorf("%q: %v and %q left", s, at, (s + " ERROR boom")[n:])
		}
	}
}

// TestNoTimes checks that other numbers and words are not read as times.
func TestNoTimes(t *testing.T) {
	for _, s := range []string{"10.0.0.7 refused", "10.0.0.7:80 refused", "1.2.3 released", "3:1 won", "May I help you", "Sun is up today", "2026 orders lost", "12 orders", "404 not found",
		"1234567890123456789012 x", "99:99:99 x", "2026-13-45 10:00:00", "March on, soldiers", "17/20 passed today", "5 Mar bars", "11-22 apples", "Monday is off", ""} {
		if at, n := timeAt(s); n > 0 {
			t.Errorf("%q: %v of %q", s, at, s[:n])
		}
	}
	if at := fieldTime("20261122100000123"); !at.IsZero() {
		t.Errorf("a date in digits: %v", at)
	}
}

func BenchmarkTimeAt(b *testing.B) {
	for _, s := range []string{"2026-11-22 15:04:05,123 INFO x", "Nov 22, 2026, 3:04:05 PM x", "22.11.2026 15:04:05 x", "15:04:05.123 x"} {
		b.Run(strings.ReplaceAll(s, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				timeAt(s)
			}
		})
	}
}
