package logtext

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// timeAt reads the time at the start of s, in any notation that loggers print, and returns its length, or 0
// if there is none. Without a date or its year, it returns the length with the zero time. A time without a
// zone is taken as UTC, the usual zone of containers.
func timeAt(s string) (time.Time, int) {
	if len(s) < len("15:04") || !isDigit(s[0]) && (s[0] < 'A' || s[0] > 'Z') {
		return time.Time{}, 0
	}
	if at, n := isoTime(s); n > 0 {
		return at, n
	}
	start := 0
	if !isDigit(s[0]) {
		n := lettersIn(s)
		if n >= 3 && strings.IndexByte("MTWFS", s[0]) >= 0 && (n == 3 || strings.HasSuffix(s[:n], "day")) &&
			strings.Index("Mon Tue Wed Thu Fri Sat Sun", s[:3])%4 == 0 {
			start = n + leading(s[n:], ", ")
		}
		if month, _ := monthAt(s); start == 0 && month == 0 {
			return time.Time{}, 0 // an ordinary word
		}
	}
	at, n := anyTime(s[start:])
	if n > 0 {
		n += start
	}
	return at, n
}

// isoTime reads "2026-11-22T10:00:00.123Z" or "2026-11-22 10:00:00,123": the fast path for most loggers.
func isoTime(s string) (time.Time, int) {
	if len(s) < 19 || s[4] != '-' || s[7] != '-' || s[10] != 'T' && s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, 0
	}
	year, a := run(s[:4])
	month, b := run(s[5:7])
	day, c := run(s[8:10])
	hour, d := run(s[11:13])
	minute, e := run(s[14:16])
	second, f := run(s[17:19])
	if a+b+c+d+e+f != len("20061122150405") || !(date{0, month, day}).valid() || hour > 24 || minute > 59 || second > 60 {
		return time.Time{}, 0
	}
	nanos, n := fraction(s, 19)
	offset, n := zone(s, n)
	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC).Add(-offset), n
}

// anyTime reads a date, with or without a clock after it, or whatever clockFirst reads.
func anyTime(s string) (time.Time, int) {
	d, n := dateAt(s)
	if n == 0 {
		return clockFirst(s)
	}
	i := n
	for i < len(s) && i < n+4 && strings.IndexByte("T_ ,:-|.@", s[i]) >= 0 {
		i++
	}
	i = len(s) - len(strings.TrimPrefix(s[i:], "at "))
	clock, m := clockAt(s[i:], true)
	if m == 0 || i == n && n != len("20261122") {
		if d.year == 0 || n < len("2026-11-22") || n < len(s) && strings.IndexByte(" \t]|,;)", s[n]) < 0 {
			return time.Time{}, 0 // "11-22 apples", "1.12.20 released"
		}
		return d.with(0), n
	}
	offset, end := zone(s, i+m)
	if d.year == 0 && end < len(s) && s[end] == ' ' { // ctime prints the year last
		if year, n := run(s[end+1:]); n == 4 && year >= 1970 && year <= 2100 {
			d.year, end = year, end+5
		}
	}
	return d.with(clock - offset), end
}

// clockFirst reads a clock, with or without a date after it, or the time since 1970.
func clockFirst(s string) (time.Time, int) {
	if clock, n := clockAt(s, false); n > 0 {
		offset, n := zone(s, n)
		if n+1 < len(s) && s[n] == ' ' {
			if d, m := dateAt(s[n+1:]); m >= len("22-11-26") {
				return d.with(clock - offset), n + 1 + m
			}
		}
		return time.Time{}, n
	}
	_, n := run(s)
	if n != 10 && n != 13 && n != 16 && n != 19 || s[0] != '1' {
		return time.Time{}, 0
	}
	if n < len(s) && s[n] == '.' {
		_, n = fraction(s, n)
	}
	return epoch(s[:n]), n
}

// clockAt reads "10:00:00.123", "3:04PM" or "10:00", and after a date (dated) also "100000".
func clockAt(s string, dated bool) (clock time.Duration, length int) {
	hour, n := run(s)
	minute, short := colonAt(s, n)
	second, end := colonAt(s, short)
	exact, nanos := end > short, 0
	switch {
	case n == 6 && dated:
		hour, minute, second, end, exact = hour/10000, hour/100%100, hour%100, n, true
	case n > 2, short == n, !exact && short+1 < len(s) && s[short] == ':' && isDigit(s[short+1]): // "10:00:5"
		return 0, 0
	}
	if exact {
		nanos, end = fraction(s, end)
	}
	half, length := afternoon(s, end, hour)
	switch {
	case hour > 24, minute > 59, second > 60,
		!exact && !dated && length == end && (end != len("10:00") || end < len(s) && strings.IndexByte(" ]|\t", s[end]) < 0),
		length < len(s) && (isLetter(s[length]) && strings.IndexByte("ZUG", s[length]) < 0 || isDigit(s[length])):
		return 0, 0
	}
	clock = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	return clock + half + time.Duration(nanos), length
}

// colonAt reads ":41" at s[i], and returns the index after it.
func colonAt(s string, i int) (number, end int) {
	if i > 0 && i < len(s) && s[i] == ':' {
		if number, n := run(s[i+1:]); n == 2 {
			return number, i + 3
		}
	}
	return 0, i
}

// afternoon reads "AM", "PM" or "p.m." at s[i], possibly after a space, and returns the time to add to
// the clock and the index after it.
func afternoon(s string, i, hour int) (time.Duration, int) {
	rest := strings.TrimLeft(s[i:min(len(s), i+8)], " \u202f\u00a0")
	if len(rest) < 2 || rest[1]|0x20 != 'm' && !strings.HasPrefix(rest[1:], ".m.") {
		return 0, i
	}
	end := i + strings.IndexByte(s[i:], rest[0]) + 2
	if rest[1] == '.' {
		end += 2
	}
	half := rest[0] | 0x20
	if half != 'a' && half != 'p' || end < len(s) && isLetter(s[end]) {
		return 0, i
	}
	added := hour%12 - hour
	if half == 'p' {
		added += 12
	}
	return time.Duration(added) * time.Hour, end
}

// fraction reads ".123", ",123" or WebSphere's ":123" at s[i], and returns the index after it.
func fraction(s string, i int) (nanos, end int) {
	if i == len(s) || s[i] != '.' && s[i] != ',' && s[i] != ':' {
		return 0, i
	}
	scale := int(time.Second)
	for end = i + 1; end < len(s) && isDigit(s[end]); end++ {
		scale /= 10
		nanos += int(s[end]-'0') * scale
	}
	if end == i+1 || s[i] == ':' && end != i+4 {
		return 0, i
	}
	return nanos, end
}

// fieldTime parses the time in a structured field, in any notation or as a number since 1970.
func fieldTime(s string) time.Time {
	if !isNumber(s) || len(s) == len("20261122") || len(s) == len("20261122100000") {
		if at, n := timeAt(s); n > 0 {
			return at
		}
	}
	return epoch(s)
}

// epoch parses seconds, milliseconds, microseconds or nanoseconds since 1970, distinguished by size.
func epoch(s string) time.Time {
	number, err := strconv.ParseFloat(s, 64)
	if err != nil || !(number >= 1e8) { // NaN too
		return time.Time{}
	}
	for number < 1e17 {
		number *= 1000
	}
	if number > math.MaxInt64 { // such as "20261122100000123", a date and time in digits
		return time.Time{}
	}
	return time.UnixMicro(int64(math.Round(number / 1000))).UTC()
}
