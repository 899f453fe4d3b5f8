package group

import (
	"fmt"
	"strconv"
	"time"
)

// timeNotation is one way to print a time in a head or record.
type timeNotation struct {
	name   string
	print  func(time.Time) string
	number bool // a bare number, unquoted in JSON
}

// layouts are notations that Go's time package can print.
var layouts = []struct{ name, layout string }{
	{"ISO T Z", "2006-01-02T15:04:05Z"},
	{"ISO T .millis Z", "2006-01-02T15:04:05.000Z"},
	{"ISO T .micros Z", "2006-01-02T15:04:05.000000Z"},
	{"ISO T .nanos Z", "2006-01-02T15:04:05.000000000Z"},
	{"ISO T ,millis Z", "2006-01-02T15:04:05,000Z"},
	{"ISO T no zone", "2006-01-02T15:04:05"},
	{"ISO T .micros no zone", "2006-01-02T15:04:05.000000"},
	{"ISO T +00:00", "2006-01-02T15:04:05+00:00"},
	{"ISO T .millis+0000", "2006-01-02T15:04:05.000+0000"},
	{"ISO T one decimal Z", "2006-01-02T15:04:05.0Z"},
	{"ISO space", "2006-01-02 15:04:05"},
	{"ISO space .millis", "2006-01-02 15:04:05.000"},
	{"ISO space ,millis", "2006-01-02 15:04:05,000"},
	{"ISO space :millis", "2006-01-02 15:04:05:000"},
	{"ISO space .micros", "2006-01-02 15:04:05.000000"},
	{"ISO space +0000", "2006-01-02 15:04:05 +0000"},
	{"ISO space .millis +00:00", "2006-01-02 15:04:05.000 +00:00"},
	{"ISO space Z", "2006-01-02 15:04:05Z"},
	{"ISO space UTC", "2006-01-02 15:04:05 UTC"},
	{"ISO space .millis UTC", "2006-01-02 15:04:05.000 UTC"},
	{"ISO space minutes", "2006-01-02 15:04"},
	{"ISO underscore", "2006-01-02_15:04:05"},
	{"ISO dash time", "2006-01-02-15:04:05"},
	{"RFC 1123", "Mon, 02 Jan 2006 15:04:05 GMT"},
	{"RFC 1123 +0000", "Mon, 02 Jan 2006 15:04:05 +0000"},
	{"RFC 850", "Monday, 02-Jan-06 15:04:05 UTC"},
	{"RFC 822", "02 Jan 06 15:04 UTC"},
	{"ANSI C", "Mon Jan 2 15:04:05 2006"},
	{"unix date", "Mon Jan 2 15:04:05 UTC 2006"},
	{"ruby date", "Mon Jan 02 15:04:05 +0000 2006"},
	{"weekday ISO", "Mon 2006-01-02 15:04:05"},
	{"access log", "02/Jan/2006:15:04:05 +0000"},
	{"access log bracketed", "[02/Jan/2006:15:04:05 +0000]"},
	{"syslog", "Jan _2 15:04:05"},
	{"syslog .millis", "Jan _2 15:04:05.000"},
	{"d Mon Y", "02 Jan 2006 15:04:05"},
	{"d Mon Y ,millis", "02 Jan 2006 15:04:05,000"},
	{"d-Mon-Y", "02-Jan-2006 15:04:05"},
	{"Mon d, Y PM", "Jan 2, 2006 3:04:05 PM"},
	{"Mon d, Y PM U+202F", "Jan 2, 2006, 3:04:05\u202fPM"},
	{"US PM", "01/02/2006 03:04:05 PM"},
	{"US comma PM", "1/2/2006, 3:04:05 PM"},
	{"US PM U+202F", "1/2/2006, 3:04:05\u202fPM"},
	{"US 24 h", "01/02/2006 15:04:05"},
	{"d.m.Y", "02.01.2006 15:04:05"},
	{"d.m.Y .millis", "02.01.2006 15:04:05.000"},
	{"d/m/Y", "02/01/2006 15:04:05"},
	{"Y/m/d", "2006/01/02 15:04:05"},
	{"Y/m/d .micros", "2006/01/02 15:04:05.000000"},
	{"Y.m.d", "2006.01.02 15:04:05"},
	{"m-d time", "01-02 15:04:05.000"},
	{"compact", "20060102T150405Z"},
	{"compact dash", "20060102-150405"},
	{"compact date, time", "20060102 15:04:05"},
	{"time", "15:04:05"},
	{"time .millis", "15:04:05.000"},
	{"time ,millis", "15:04:05,000"},
	{"time .millis UTC", "15:04:05.000UTC"},
	{"time minutes", "15:04"},
	{"time PM", "3:04:05 PM"},
	{"bracketed ISO", "[2006-01-02 15:04:05]"},
	{"bracketed ISO T", "[2006-01-02T15:04:05.000Z]"},
	{"bracketed time", "[15:04:05]"},
	{"dim time", "\x1b[90m15:04:05\x1b[0m"},
	{"dim ISO", "\x1b[2m2006-01-02T15:04:05.000000Z\x1b[0m"},
	{"parenthesized time", "(15:04:05)"},
}

// without is the name of noTime, the notation of a head that has no time.
const without = "none"

var noTime = timeNotation{name: without, print: func(time.Time) string { return "" }}

// times returns all notations.
func times() []timeNotation {
	var all []timeNotation
	for _, l := range layouts {
		all = append(all, timeNotation{name: l.name, print: func(t time.Time) string { return t.Format(l.layout) }})
	}
	return append(all,
		timeNotation{name: "epoch s", number: true, print: func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }},
		timeNotation{name: "epoch ms", number: true, print: func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }},
		timeNotation{name: "epoch float", number: true, print: func(t time.Time) string {
			return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
		}},
		timeNotation{name: "named zone", print: func(t time.Time) string {
			return t.In(time.FixedZone("CET", 3600)).Format("2006-01-02 15:04:05 MST")
		}},
		timeNotation{name: "offset -05:00", print: func(t time.Time) string {
			return t.In(time.FixedZone("", -5*3600)).Format("2006-01-02T15:04:05.000-07:00")
		}},
		timeNotation{name: "uptime", print: func(t time.Time) string { return fmt.Sprintf("[%12.6f]", float64(t.UnixMicro()%1e10)/1e6) }},
		noTime, noTime, noTime, // one head in twenty, beside those whose order has no time
	)
}
