package logtext

import (
	"strings"
	"time"
)

// date is a day; year 0 means unknown.
type date struct{ year, month, day int }

func (d date) valid() bool {
	return d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31 && (d.year == 0 || d.year >= 1970 && d.year <= 2100)
}

// with returns that time of the day in UTC, or the zero time if the year is unknown.
func (d date) with(clock time.Duration) time.Time {
	if d.year == 0 {
		return time.Time{}
	}
	return time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC).Add(clock)
}

// dateAt reads the date at the start of s, and returns its length: "2026-11-22", "22.11.2026", "11/22/2026",
// "22/Nov/2026", "Nov 22, 2026", "22 Nov", "20261122", "261122" before a clock, or Android's "11-22".
func dateAt(s string) (d date, n int) {
	number, n := run(s)
	switch {
	case n == 6 && len(s) > 9 && s[6] == ' ' && (s[9] == ':' || s[8] == ':'):
		d = date{2000 + number/10000, number / 100 % 100, number % 100}
	case n == 8, n == 14:
		number, n = run(s[:8])
		d = date{number / 10000, number / 100 % 100, number % 100}
	default:
		for _, order := range dateOrders {
			if d, n = dateIn(order.parts, order.marks, s); d.valid() {
				break
			}
		}
	}
	if !d.valid() {
		return date{}, 0
	}
	return d, n
}

// dateOrders are tried in turn: the order of a date's parts, and the signs allowed between them. Y and y are
// years of four and two digits, M and D numbers of one or two, d is a day of two, and b a month's name. An
// ambiguous date is year first from 21 on, except with dots; else month first with slashes, or day first.
var dateOrders = [...]struct{ parts, marks string }{
	{"YMD", "-/. ,"}, {"YbD", "-/. ,"}, {"bDY", "-/. ,"}, {"DbY", "-/. ,"}, {"Dby", "-/. ,"}, {"DMY", "."}, {"DMy", "."},
	{"yMD", "-/"}, {"DMY", "-"}, {"DMy", "-"}, {"MDY", "-/"}, {"MDy", "-/"}, {"DMY", "/"}, {"DMy", "/"},
	{"bD", "-/. ,"}, {"Db", "-/. ,"}, {"Md", "-/"},
}

func dateIn(parts, marks, s string) (d date, end int) {
	var mark byte
	for k := range len(parts) {
		if k > 0 {
			if end == len(s) || strings.IndexByte(marks, s[end]) < 0 || k > 1 && s[end] != mark && s[end] != ',' {
				return date{}, 0
			}
			mark = s[end]
			for end++; mark != '-' && end < len(s) && (s[end] == ' ' || s[end] == ','); end++ {
				mark = ' '
			}
		}
		number, n := run(s[end:])
		hour := k == 2 && s[end-1] == ' ' && n < 4 && strings.HasPrefix(s[end+n:], ":")
		switch part := parts[k]; {
		case part == 'b':
			d.month, n = monthAt(s[end:])
		case part == 'Y' && n == 4:
			d.year = number
		case part == 'y' && n == 2 && !hour && (k > 0 || number > 20): // year first, as in Spark's 26/11/22
			d.year = 2000 + number
		case part == 'M' && n < 3:
			d.month = number
		case part == 'D' && n < 3 && !hour, part == 'd' && n == 2:
			d.day = number
		default:
			n = 0
		}
		if n == 0 {
			return date{}, 0
		}
		end += n
	}
	return d, end
}

func monthAt(s string) (month, length int) {
	n := lettersIn(s)
	if n < 3 || strings.IndexByte("JFMASOND", s[0]) < 0 { // rules out most words cheaply
		return 0, 0
	}
	i := strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", s[:3])
	if month = i/3 + 1; i < 0 || i%3 != 0 || n > 3 && s[:n] != time.Month(month).String() && s[:n] != "Sept" {
		return 0, 0
	}
	return month, n
}

// zone reads "Z", "+01:00", " UTC", " [UTC]" or JavaScript's "GMT+0100 (…)" at s[i], and returns the end.
func zone(s string, i int) (offset time.Duration, end int) {
	if i == len(s) || s[i] == 'Z' {
		return 0, min(i+1, len(s))
	}
	at := i + leading(s[i:i+1], " ")
	bracket := leading(s[at:min(at+1, len(s))], "[(")
	at += bracket
	named := at + zoneName(s[at:])
	offset, end = offsetAt(s, named)
	switch {
	case end == at, bracket > 0 && (end == len(s) || s[end] != ']' && s[end] != ')'):
		return 0, i
	case named > at && end > named && strings.HasPrefix(s[end:], " ("):
		end += strings.IndexByte(s[end:], ')') + 1
	}
	return offset, end + bracket
}

// offsetAt reads "+01:00", "+0100" or "+01" at s[i].
func offsetAt(s string, i int) (offset time.Duration, end int) {
	if i == len(s) || s[i] != '+' && s[i] != '-' {
		return 0, i
	}
	hours, n := run(s[i+1:])
	minutes, end := colonAt(s, i+1+n)
	if n == 4 {
		hours, minutes, end = hours/100, hours%100, i+5
	}
	if n != 2 && n != 4 || hours > 14 || end < len(s) && isLetter(s[end]) {
		return 0, i
	}
	offset = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if s[i] == '-' {
		offset = -offset
	}
	return offset, end
}

// zoneName returns the length of a zone's name. Its offset is taken as 0, since many names are ambiguous.
func zoneName(s string) int {
	n := span(s, isCapital)
	if n < len(s) && (isLetter(s[n]) || s[n] == '_') || !zoneNames[s[:n]] {
		return 0
	}
	return n
}

var zoneNames = set(`UTC GMT Z CET CEST EST EDT CST CDT MST MDT PST PDT BST WET WEST EET EEST
	MSK IST JST KST SGT HKT AEST AEDT NZST NZDT SAST BRT`)

// run returns the number at the start of s, and its length.
func run(s string) (number, length int) {
	for length < len(s) && isDigit(s[length]) {
		number = number*10 + int(s[length]-'0')
		length++
	}
	return number, length
}

func isNumber(s string) bool {
	_, n := run(s)
	return n == len(s) && n > 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return isSmall(c | 0x20) }

func isSmall(c byte) bool { return c >= 'a' && c <= 'z' }

func isCapital(c byte) bool { return c >= 'A' && c <= 'Z' }
