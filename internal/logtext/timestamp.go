package logtext

import (
	"strings"
	"time"
)

// timeAt reads the time that s begins with, as loggers print them, and returns
// its length, 0 where there is none. A time without a date has a length but is
// zero. A time without a zone is taken for UTC, as containers run.
func timeAt(s string) (time.Time, int) {
	if len(s) < len("15:04:05") {
		return time.Time{}, 0
	}
	if s[0] >= 'A' && s[0] <= 'Z' {
		return wordyTime(s)
	}
	if s[0] < '0' || s[0] > '9' {
		return time.Time{}, 0
	}
	switch {
	case s[2] == ':' && s[5] == ':':
		return clockTime(s)
	case s[1] == ':' || s[2] == ':':
		return kitchenTime(s)
	case len(s) >= 19 && s[4] == s[7] && (s[4] == '-' || s[4] == '/'):
		return isoTime(s)
	}
	return layoutTime(s, "02-Jan-2006 15:04:05")
}

// isoTime reads "2026-11-22T10:00:00.123Z" and what is like it: a space for
// the T, slashes for the dashes, a comma for the point, any zone or none.
func isoTime(s string) (time.Time, int) {
	if len(s) < 19 || s[10] != 'T' && s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, 0
	}
	year, ok1 := digits(s[0:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:10])
	hour, ok4 := digits(s[11:13])
	minute, ok5 := digits(s[14:16])
	second, ok6 := digits(s[17:19])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60 {
		return time.Time{}, 0
	}
	nanos, n := fraction(s, 19)
	offset, n := zone(s, n)
	at := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	return at.Add(-offset), n
}

// clockTime reads "10:00:00.123", which tells no date.
func clockTime(s string) (time.Time, int) {
	_, ok1 := digits(s[0:2])
	_, ok2 := digits(s[3:5])
	_, ok3 := digits(s[6:8])
	if !ok1 || !ok2 || !ok3 {
		return time.Time{}, 0
	}
	_, n := fraction(s, 8)
	return time.Time{}, n
}

// kitchenTime reads zerolog's "3:04PM".
func kitchenTime(s string) (time.Time, int) {
	word, _, _ := strings.Cut(s, " ")
	if _, err := time.Parse(time.Kitchen, word); err != nil {
		return time.Time{}, 0
	}
	return time.Time{}, len(word)
}

// wordyTime reads java.util.logging's times and syslog's, which have no year.
func wordyTime(s string) (time.Time, int) {
	if len(s) < 15 || s[3] != ' ' || !strings.Contains("JanFebMarAprMayJunJulAugSepOctNovDec", s[:3]) {
		return time.Time{}, 0
	}
	if _, n := layoutTime(s, "Jan _2 15:04:05"); n > 0 {
		return time.Time{}, n
	}
	for _, layout := range []string{"Jan 2, 2006 3:04:05 PM", "Jan 2, 2006, 3:04:05 PM"} {
		if at, n := layoutTime(s, layout); n > 0 {
			return at, n
		}
	}
	return time.Time{}, 0
}

// layoutTime reads a time of the layout. Its days and hours may have a digit
// more than the layout shows, and newer Java's space before AM is a wide one.
func layoutTime(s, layout string) (time.Time, int) {
	for n := min(len(s), len(layout)+4); n >= len(layout); n-- {
		if n < len(s) && s[n] != ' ' && s[n] != '.' && s[n] != ',' {
			continue
		}
		if at, err := time.Parse(layout, strings.ReplaceAll(s[:n], "\u202f", " ")); err == nil {
			_, end := fraction(s, n)
			return at, end
		}
	}
	return time.Time{}, 0
}

// fraction reads ".123" or ",123" at s[i], and returns where it ends.
func fraction(s string, i int) (nanos, end int) {
	if i+1 >= len(s) || s[i] != '.' && s[i] != ',' || s[i+1] < '0' || s[i+1] > '9' {
		return 0, i
	}
	scale := int(time.Second)
	for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		scale /= 10
		nanos += int(s[i]-'0') * scale
	}
	return nanos, i
}

// zone reads "Z", "+01:00", "+0100", " +0000", " UTC" or " Z" at s[i], and
// returns where it ends.
func zone(s string, i int) (offset time.Duration, end int) {
	rest := s[i:]
	spaced := strings.TrimPrefix(rest, " ")
	switch {
	case strings.HasPrefix(rest, "Z"):
		return 0, i + 1
	case strings.HasPrefix(spaced, "UTC"):
		return 0, len(s) - len(spaced) + 3
	case len(spaced) < 5 || spaced[0] != '+' && spaced[0] != '-':
		return 0, i
	}
	minutes, n := spaced[3:], 5
	if minutes[0] == ':' {
		minutes, n = minutes[1:], 6
	}
	h, ok := digits(spaced[1:3])
	if len(minutes) < 2 || !ok {
		return 0, i
	}
	m, ok := digits(minutes[:2])
	if !ok {
		return 0, i
	}
	offset = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if spaced[0] == '-' {
		offset = -offset
	}
	return offset, len(s) - len(spaced) + n
}

// digits reads a number of digits alone.
func digits(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, len(s) > 0
}
