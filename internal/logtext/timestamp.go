package logtext

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// timeAt reads the time that s begins with, in any notation that loggers print,
// and returns its length, 0 where there is none. A time without a date has a
// length but is zero. A time without a zone is taken for UTC, as containers run.
func timeAt(s string) (time.Time, int) {
	if len(s) < len("15:04") {
		return time.Time{}, 0
	}
	if s[0] >= '0' && s[0] <= '9' {
		if s[4] == '-' && len(s) >= 19 {
			if at, n := isoTime(s); n > 0 {
				return at, n
			}
		}
		return numericTime(s)
	}
	if s[0] >= 'A' && s[0] <= 'Z' {
		return wordyTime(s)
	}
	return time.Time{}, 0
}

// isoTime reads "2026-11-22T10:00:00.123Z", with a blank for the T, a comma for
// the point, any zone or none: what most loggers print, and so without detours.
func isoTime(s string) (time.Time, int) {
	if len(s) < 19 || s[10] != 'T' && s[10] != ' ' || s[7] != '-' || s[13] != ':' || s[16] != ':' {
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
	if n == 19 && len(s) > 22 && s[19] == ':' {
		if ms, ok := digits(s[20:23]); ok {
			nanos, n = ms*int(time.Millisecond), 23
		}
	}
	offset, n := zone(s, n)
	at := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	return at.Add(-offset), n
}

// numericTime reads a time that begins with a number: a date, a clock or the
// seconds since 1970.
func numericTime(s string) (time.Time, int) {
	day, n := dateAt(s)
	if n == 0 {
		if clock, n := clockAt(s, false); n > 0 {
			return withDateBehind(s, clock, n)
		}
		return epochAt(s)
	}
	clock, end := clockBehind(s, n)
	if end == 0 {
		if n < len("2026-11-22") || n < len(s) && strings.IndexByte(" \t]|,;)", s[n]) < 0 {
			return time.Time{}, 0 // "11-22 apples"
		}
		return day, n
	}
	offset, end := zone(s, end)
	end = yearBehind(s, end, &day)
	if day.Year() == 0 {
		return time.Time{}, end
	}
	return day.Add(clock - offset), end
}

// clockBehind reads the clock that follows a date of n bytes, and returns where
// it ends, 0 where there is none.
func clockBehind(s string, n int) (time.Duration, int) {
	i := n
	for i < len(s) && i < n+4 && strings.IndexByte("T_ ,:-|.@", s[i]) >= 0 {
		i++
	}
	if strings.HasPrefix(s[i:], "at ") {
		i += len("at ")
	}
	if i == n && n < len(s) && n != 8 {
		return 0, 0
	}
	clock, m := clockAt(s[i:], true)
	if m == 0 {
		clock, m = compactClock(s[i:])
	}
	if m == 0 {
		return 0, 0
	}
	return clock, i + m
}

// withDateBehind reads the date that some print behind the clock of n bytes.
func withDateBehind(s string, clock time.Duration, n int) (time.Time, int) {
	offset, n := zone(s, n)
	if n+1 < len(s) && s[n] == ' ' {
		if day, m := dateAt(s[n+1:]); m >= len("22-11-26") {
			return day.Add(clock - offset), n + 1 + m
		}
	}
	return time.Time{}, n
}

// wordyTime reads a time that begins with a weekday or a month.
func wordyTime(s string) (time.Time, int) {
	i := 0
	if weekday(s) {
		for i < len(s) && s[i] >= 'A' && i < len("Wednesday") {
			i++
		}
		i += len(s[i:]) - len(strings.TrimLeft(s[i:], ", "))
		if len(s) < i+5 {
			return time.Time{}, 0
		}
		if s[i] >= '0' && s[i] <= '9' {
			at, n := numericTime(s[i:])
			if n == 0 {
				return time.Time{}, 0
			}
			return at, i + n
		}
	}
	month := monthAt(s[i:])
	if month == 0 {
		return time.Time{}, 0
	}
	for i < len(s) && s[i] >= 'A' {
		i++
	}
	return dayBehindMonth(s, i, month)
}

// dayBehindMonth reads "Nov 22 10:00:00", "Nov 22, 2026, 10:00:00 AM" and
// "Nov 22 2026 10:00:00" from s[i], behind the month.
func dayBehindMonth(s string, i int, month time.Month) (time.Time, int) {
	i += len(s[i:]) - len(strings.TrimLeft(s[i:], ". "))
	day, n := run(s[i:])
	if n == 0 || n > 2 {
		return time.Time{}, 0
	}
	i += n
	year := 0
	for i < len(s) && (s[i] == ',' || s[i] == ' ') {
		i++
	}
	if y, n := run(s[i:]); n == 4 && len(s) > i+4 && s[i+4] != ':' {
		year, i = y, i+4
	}
	clock, end := clockBehind(s, i)
	if end == 0 {
		if clock, n = clockAt(s[i:], true); n == 0 {
			return time.Time{}, 0
		}
		end = i + n
	}
	date := civil(year, int(month), day)
	offset, end := zone(s, end)
	end = yearBehind(s, end, &date)
	if date.Year() == 0 {
		return time.Time{}, end
	}
	return date.Add(clock - offset), end
}

// yearBehind reads the year that ctime prints last.
func yearBehind(s string, end int, date *time.Time) int {
	if end+5 > len(s) || s[end] != ' ' || date.Year() > 0 {
		return end
	}
	year, n := run(s[end+1:])
	if n != 4 || year < 1970 || year > 2100 {
		return end
	}
	*date = civil(year, int(date.Month()), date.Day())
	return end + 5
}

// epochAt reads seconds, milliseconds, microseconds or nanoseconds since 1970.
func epochAt(s string) (time.Time, int) {
	_, n := run(s)
	if n != 10 && n != 13 && n != 16 && n != 19 || s[0] != '1' {
		return time.Time{}, 0
	}
	if n+1 < len(s) && s[n] == '.' && s[n+1] >= '0' && s[n+1] <= '9' {
		_, m := run(s[n+1:])
		n += 1 + m
	}
	return epoch(s[:n]), n
}

// fieldTime reads the time in a structured field: in words, or since 1970.
func fieldTime(s string) time.Time {
	if isNumber(s) && len(s) != 8 && len(s) != 14 {
		return epoch(s)
	}
	if at, n := timeAt(s); n > 0 {
		return at
	}
	return epoch(s)
}

// epoch reads a number of seconds, milliseconds, microseconds or nanoseconds
// since 1970, told apart by size.
func epoch(s string) time.Time {
	number, err := strconv.ParseFloat(s, 64)
	if err != nil || !(number >= 1e8) || math.IsInf(number, 0) {
		return time.Time{}
	}
	for number < 1e17 {
		number *= 1000
	}
	if number > math.MaxInt64 {
		return time.Time{}
	}
	return time.UnixMicro(int64(math.Round(number / 1000))).UTC()
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

// run reads the number that s begins with, and returns its length.
func run(s string) (number, length int) {
	for length < len(s) && s[length] >= '0' && s[length] <= '9' {
		number = number*10 + int(s[length]-'0')
		length++
	}
	return number, length
}
