package logtext

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// format is a head that the general reader cannot read, because its level is
// part of another word or stands where no head has it.
type format struct {
	name  string
	leads []string // what it begins with, at the start of the line or behind a time
	// failure and everyday are lines of it: an error, and one that is none.
	failure, everyday string
	level             event.Level    // where the pattern names none
	pattern           *regexp.Regexp // its groups are the parts of the head, see match; nil takes the line as the message
	read              func(s string) (head, bool)
}

// formats are tried in this order.
var formats = []format{
	{"AWS Lambda", []string{"START RequestId: ", "END RequestId: ", "REPORT RequestId: ", "INIT_START Runtime Version: "},
		"", "REPORT RequestId: 8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f\tDuration: 1 ms\tStatus: timeout", event.Info, nil, nil},
	{"AWS Lambda", []string{"Task timed out after ", "Error: Runtime exited", "Runtime exited ", "Process exited before completing request"},
		"RequestId: 8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f Error: Runtime exited with error: exit status 1", "", event.Error, nil, nil},
	{"AWS Lambda", []string{"INIT_REPORT "}, "INIT_REPORT Init Duration: 3012.44 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError", "",
		event.Error, pattern(`\tStatus: (?P<message>error|timeout)(?:\tError Type: (?P<cause>\S+))?`), nil},
	{"net/http", []string{"http: panic serving "}, "2026/11/22 10:00:00 http: panic serving 127.0.0.1:1: no price", "", event.Error, nil, nil},
	{"glog", []string{"I0", "I1", "I2", "W0", "W1", "W2", "E0", "E1", "E2", "F0", "F1", "F2"},
		"E1122 10:00:00.123456       1 cart.go:42] no price", "I1122 10:00:00.123456       1 error.go:42] no price", event.Unknown, nil, readGlog},
	{"PHP", []string{"NOTICE: PHP message: ", "PHP message: "}, "", "NOTICE: PHP message: PHP Warning:  Undefined variable $error", // of PHP-FPM: the level inside counts
		event.Info, pattern(`PHP message: (?P<head>.*)`), nil},
	{"PHP", []string{"PHP Fatal error: ", "PHP Catchable fatal error: ", "PHP Recoverable fatal error: "}, "NOTICE: PHP message: PHP Fatal error:  Uncaught Error: x in /a.php:11", "",
		event.Fatal, nil, nil},
	{"PHP", []string{"PHP Parse error: "}, "PHP Parse error:  syntax error in /a.php on line 1", "", event.Error, nil, nil},
	{"PHP", []string{"PHP Warning: ", "PHP Deprecated: "}, "", "PHP Warning:  Undefined variable $error in /a.php on line 1", event.Warn, pattern(`:\s*(?P<message>.*)`), nil},
	{"PHP", []string{"PHP Notice: "}, "", "PHP Notice:  Undefined index: error in /a.php on line 1", event.Info, pattern(`:\s*(?P<message>.*)`), nil},
	{".NET console", []string{"trce: ", "dbug: ", "info: ", "warn: ", "fail: ", "crit: "}, // the message is on the next line
		"fail: Shop.Orders[12]", "info: Shop.ErrorHandler[0]", event.Unknown, pattern(`^(?P<level>\w+): (?P<logger>[^\s\[]+)\[\d+\]\s*(?P<message>.*)`), nil},
	{"Rack", []string{"Rack app ("},
		`2024-08-12 12:26:55 +0000 Rack app ("GET /x" - (10.0.0.1)): #<NoMethodError: x>`, "", event.Error, pattern(`: #<(?P<message>.*?)>?$`), nil},
	{"gin", []string{"[Recovery] "}, // the message is on the next line
		"2024/02/25 14:00:46 [Recovery] 2024/02/25 - 14:00:46 panic recovered:", "", event.Error, pattern(`^\[Recovery\] [\d/: .-]*panic recovered:\s*(?P<message>.*)`), nil},
	{"Erlang", []string{"=ERROR REPORT==== ", "=CRASH REPORT==== ", "=SUPERVISOR REPORT==== "}, "=ERROR REPORT==== 22-Nov-2026::10:00:00 ===", "", event.Error, pattern(`(?P<message>)`), nil},
	{"Erlang", []string{"=WARNING REPORT==== "}, "", "=WARNING REPORT==== 22-Nov-2026::10:00:00 ===", event.Warn, pattern(`(?P<message>)`), nil},
	{"Erlang", []string{"=INFO REPORT==== ", "=PROGRESS REPORT==== "}, "", "=INFO REPORT==== 22-Nov-2026::10:00:00 ===", event.Info, pattern(`(?P<message>)`), nil},
}

var pattern = regexp.MustCompile

// match reads a text that begins with a lead, without the name of the format.
func (f *format) match(s string) (head, bool) {
	h := head{level: f.level, message: s}
	switch {
	case f.read != nil:
		return f.read(s)
	case f.pattern == nil:
		return h, true
	}
	found := f.pattern.FindStringSubmatch(s)
	if found == nil {
		return head{}, false
	}
	for i, part := range f.pattern.SubexpNames() {
		switch part {
		case "level":
			h.level, _ = bracketLevel(found[i])
		case "logger":
			h.logger = found[i]
		case "request":
			h.requestID = found[i]
		case "message":
			h.message = found[i]
		case "cause":
			h.message = withCause(h.message, found[i])
		case "head": // of any format
			inner := readHead(found[i], false, event.Unknown)
			h.level, h.message, h.logger = max(h.level, inner.level), inner.message, inner.logger
		}
	}
	return h, h.level != event.Unknown
}

// led is a format and one of its leads.
type led struct {
	lead   string
	format *format
}

// formatsBy holds the formats by the first byte of their leads.
var formatsBy [256][]led

func init() { // some formats hold a head of any format
	formats = append(formats, serviceFormats...)
	for i := range formats {
		for _, lead := range formats[i].leads {
			formatsBy[lead[0]] = append(formatsBy[lead[0]], led{lead, &formats[i]})
		}
	}
}

// special reads a head of the table at the place that the reader has reached.
func (r *headReader) special() bool {
	s := r.s[r.at:]
	for _, by := range formatsBy[s[0]] { // the second byte tells most apart, cheaply
		if (len(by.lead) == 1 || len(s) > 1 && by.lead[1] == s[1]) && strings.HasPrefix(s, by.lead) && r.readAs(by.format, s) {
			return true
		}
	}
	return false
}

// readAs reads s as a line of the format, and reports whether it is one.
func (r *headReader) readAs(f *format, s string) bool {
	h, ok := f.match(s)
	if !ok {
		return false
	}
	r.h.level, r.h.message, r.h.logger = h.level, h.message, h.logger
	r.h.requestID = cmp.Or(h.requestID, r.h.requestID)
	r.h.format, r.h.structured = f.name, true
	if h.level >= event.Warn {
		readTail(&r.h)
	}
	return true
}

// readGlog reads glog's and klog's "E1122 10:00:00.123456       1 cart.go:42] "
// and CockroachDB's, which has the year too.
func readGlog(s string) (head, bool) {
	_, n := run(s[1:])
	if n != 4 && n != 6 && n != 8 || len(s) < n+9 || s[n+1] != ' ' || s[n+4] != ':' {
		return head{}, false
	}
	_, rest, ok := strings.Cut(s, "] ")
	if !ok {
		rest = strings.TrimLeft(s[n+1:], " 0123456789:.")
	}
	rest = strings.TrimSpace(rest)
	if strings.HasPrefix(rest, `"`) && levelLetter(s[0]) >= event.Warn { // with pairs behind it
		if message, length := pairValue(rest); length > 0 {
			rest = message + rest[length:]
		}
	}
	return head{level: levelLetter(s[0]), message: rest}, true
}
