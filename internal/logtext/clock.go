package logtext

import (
	"strings"
	"time"
)

// This file reads the parts of times: dates, clocks and zones.

// civil is midnight of a day in UTC.
func civil(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

// dateAt reads the date that s begins with, a number first, and returns its
// length: "2026-11-22", "22.11.2026", "11/22/2026", "22/Nov/2026", "22 Nov",
// "20261122", "261122" before a clock, or "11-22" as Android prints it.
func dateAt(s string) (time.Time, int) {
	a, n := run(s)
	if n == 8 || n == 14 {
		return compactDate(a, n)
	}
	if n == 6 && len(s) > 9 && s[6] == ' ' && (s[9] == ':' || s[8] == ':') {
		return dated(2000+a/10000, a/100%100, a%100, 6)
	}
	if n == 0 || n == 3 || n > 4 || n == len(s) {
		return time.Time{}, 0
	}
	mark := s[n]
	if mark != '-' && mark != '/' && mark != '.' && mark != ' ' {
		return time.Time{}, 0
	}
	rest := s[n+1:]
	if month := monthAt(rest); month > 0 {
		return monthInWords(s, a, n, int(month), mark)
	}
	b, m := run(rest)
	if m == 0 || m > 2 || mark == ' ' {
		return time.Time{}, 0
	}
	if len(rest) <= m || rest[m] != mark {
		if n == 2 && m == 2 && mark != '.' {
			return dated(0, a, b, 5)
		}
		return time.Time{}, 0
	}
	c, k := run(rest[m+1:])
	return threeNumbers(a, n, b, c, k, mark, n+m+2+k)
}

// threeNumbers decides which of a date's numbers is the year, the month and the
// day: with points and in doubt the day comes first, with slashes the month.
func threeNumbers(a, n, b, c, k int, mark byte, length int) (time.Time, int) {
	switch {
	case n == 4 && k <= 2:
		return dated(a, b, c, length)
	case n > 2 || k != 4 && k != 2:
		return time.Time{}, 0
	case k == 2 && mark != '.' && a > 12:
		if b <= 12 && a > 20 {
			return dated(2000+a, b, c, length) // Spark's 26/11/22
		}
	}
	if k == 2 {
		c += 2000
	}
	if a > 12 || mark == '.' || mark == '-' && b <= 12 {
		return dated(c, b, a, length)
	}
	return dated(c, a, b, length)
}

// dated checks that year (0 where there is none), month and day are some.
func dated(year, month, day, length int) (time.Time, int) {
	if month < 1 || month > 12 || day < 1 || day > 31 || year != 0 && (year < 1970 || year > 2100) {
		return time.Time{}, 0
	}
	return civil(year, month, day), length
}

// compactDate reads "20261122", and the clock in "20261122100000" is behind it.
func compactDate(number, n int) (time.Time, int) {
	for ; n > 8; n-- {
		number /= 10
	}
	return dated(number/10000, number/100%100, number%100, 8)
}

// monthInWords reads what follows the day or year in "22/Nov/2026" or "2026-Nov-22".
func monthInWords(s string, first, n, month int, mark byte) (time.Time, int) {
	i := n + 1
	for i < len(s) && s[i] >= 'A' && s[i] <= 'z' {
		i++
	}
	if i == len(s) || s[i] != mark && s[i] != ',' {
		return time.Time{}, 0
	}
	last, m := run(s[i+1:])
	switch {
	case n == 4 && m > 0 && m <= 2:
		return dated(first, month, last, i+1+m)
	case n <= 2 && m == 4:
		return dated(last, month, first, i+1+m)
	case n <= 2 && m == 2 && (i+3 == len(s) || s[i+3] != ':'):
		return dated(2000+last, month, first, i+3)
	case n <= 2 && mark == ' ':
		return dated(0, month, first, i)
	}
	return time.Time{}, 0
}

// clockAt reads "10:00:00.123" or "3:04PM", and after a date "10:00" too.
func clockAt(s string, dated bool) (clock time.Duration, length int) {
	hour, n := run(s)
	if n == 0 || n > 2 || hour > 24 || len(s) < n+3 || s[n] != ':' {
		return 0, 0
	}
	minute, ok := digits(s[n+1 : n+3])
	if !ok || minute > 59 {
		return 0, 0
	}
	i, second, nanos := n+3, 0, 0
	short := i+2 >= len(s) || s[i] != ':' || s[i+1] < '0' || s[i+1] > '9'
	if !short {
		if second, ok = digits(s[i+1 : i+3]); !ok || second > 60 {
			return 0, 0
		}
		i += 3
		if nanos, i = fraction(s, i); i+4 <= len(s) && s[i] == ':' { // WebSphere's milliseconds
			if ms, ok := digits(s[i+1 : i+4]); ok {
				nanos, i = ms*int(time.Millisecond), i+4
			}
		}
	}
	half, end := afternoon(s, i, hour)
	if short && !dated && end == i && (n != 2 || i < len(s) && strings.IndexByte(" ]|\t", s[i]) < 0) {
		return 0, 0
	}
	if end < len(s) && (isLetter(s[end]) && s[end] != 'Z' && s[end] != 'U' && s[end] != 'G' || s[end] >= '0' && s[end] <= '9') {
		return 0, 0
	}
	return half + time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + time.Duration(nanos), end
}

// afternoon reads "AM" or "PM" at s[i], maybe after a blank, which newer Java
// and ICU print as a narrow one, and returns what it adds to the hour.
func afternoon(s string, i, hour int) (time.Duration, int) {
	rest := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(s[i:], " "), "\u202f"), "\u00a0")
	if len(rest) < 2 || rest[1]|0x20 != 'm' && rest[1] != '.' {
		return 0, i
	}
	end := len(s) - len(rest) + 2
	if strings.HasPrefix(rest[1:], ".m.") {
		end += 2
	}
	if end < len(s) && isLetter(s[end]) {
		return 0, i
	}
	switch half := rest[0] | 0x20; {
	case half == 'p' && hour < 12:
		return 12 * time.Hour, end
	case half == 'a' && hour == 12:
		return -12 * time.Hour, end
	case half == 'a' || half == 'p':
		return 0, end
	}
	return 0, i
}

// compactClock reads "100000", with a fraction maybe.
func compactClock(s string) (time.Duration, int) {
	number, n := run(s)
	if n != 6 || number/10000 > 24 || number/100%100 > 59 || number%100 > 60 {
		return 0, 0
	}
	nanos, end := fraction(s, 6)
	return time.Duration(number/10000)*time.Hour + time.Duration(number/100%100)*time.Minute + time.Duration(number%100)*time.Second + time.Duration(nanos), end
}

// zone reads "Z", "+01:00", "+0100", "+01", " +0000", " UTC" or " [UTC]" at
// s[i], and returns where it ends.
func zone(s string, i int) (offset time.Duration, end int) {
	if i >= len(s) {
		return 0, i
	}
	if s[i] == 'Z' {
		return 0, i + 1
	}
	spaced := strings.TrimPrefix(s[i:], " ")
	if spaced == "" {
		return 0, i
	}
	start := len(s) - len(spaced)
	switch c := spaced[0]; {
	case c >= 'A' && c <= 'Z':
		n := zoneName(spaced)
		if n == 0 {
			return 0, i
		}
		if offset, end = offsetAt(s, start+n); end > start+n { // JavaScript's GMT+0100 (…)
			if strings.HasPrefix(s[end:], " (") {
				end += strings.IndexByte(s[end:], ')') + 1
			}
			return offset, end
		}
		return 0, start + n
	case (c == '[' || c == '(') && len(spaced) > 4:
		if n := zoneName(spaced[1:]); n > 0 && len(spaced) > n+1 && (spaced[n+1] == ']' || spaced[n+1] == ')') {
			return 0, start + n + 2
		}
		return 0, i
	}
	if offset, end = offsetAt(s, start); end > start {
		return offset, end
	}
	return 0, i
}

// offsetAt reads "+01:00", "+0100" or "+01" at s[i].
func offsetAt(s string, i int) (time.Duration, int) {
	if i+3 > len(s) || s[i] != '+' && s[i] != '-' {
		return 0, i
	}
	h, ok := digits(s[i+1 : i+3])
	if !ok || h > 14 {
		return 0, i
	}
	end, m := i+3, 0
	if j := end; j < len(s) {
		if s[j] == ':' {
			j++
		}
		if j+2 <= len(s) {
			if m, ok = digits(s[j : j+2]); ok {
				end = j + 2
			}
		}
	}
	if end < len(s) && (isLetter(s[end]) || s[end] >= '0' && s[end] <= '9') {
		return 0, i
	}
	offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if s[i] == '-' {
		offset = -offset
	}
	return offset, end
}

// zoneName returns the length of the zone's name that s begins with, or 0. Their
// offsets are not looked up: daylight saving differs by country.
func zoneName(s string) int {
	n := 0
	for n < len(s) && s[n] >= 'A' && s[n] <= 'Z' {
		n++
	}
	switch s[:n] {
	case "UTC", "GMT", "Z", "CET", "CEST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "BST", "WET", "WEST", "EET", "EEST",
		"MSK", "IST", "JST", "KST", "SGT", "HKT", "AEST", "AEDT", "NZST", "NZDT", "SAST", "BRT":
		if n == len(s) || !isLetter(s[n]) && s[n] != '_' {
			return n
		}
	}
	return 0
}

// monthAt returns the month that s begins with, in English.
func monthAt(s string) time.Month {
	if len(s) < 3 || s[0] < 'A' || s[0] > 'Z' {
		return 0
	}
	i := strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", s[:3])
	if i < 0 || i%3 != 0 {
		return 0
	}
	month := time.Month(i/3 + 1)
	n := 3
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	if n > 3 && s[:n] != month.String() && s[:n] != "Sept" {
		return 0
	}
	return month
}

// weekday tells whether s begins with a day of the week.
func weekday(s string) bool {
	switch s[:3] {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return s[3] == ' ' || s[3] == ',' || strings.IndexByte("ndsnrdt", s[3]) >= 0 && strings.Contains(s[:min(len(s), 10)], "day")
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
