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
	leads string      // what it begins with, at the start of the line or behind a time; "|" separates several
	level event.Level // where the expression names none
	expr  string      // its groups are the parts of the head, see match; empty takes the line as the message
}

// readers read what an expression cannot, or not fast enough.
var readers = map[string]func(s string) (head, bool){"glog": readGlog, "Redis": readRedis}

var pattern = regexp.MustCompile

// match reads a text that begins with a lead, without the name of the format.
func (f *compiled) match(s string) (head, bool) {
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

// compiled is a format ready for use.
type compiled struct {
	format
	pattern *regexp.Regexp
	read    func(s string) (head, bool)
}

func (f format) compile() *compiled {
	c := &compiled{format: f, read: readers[f.name]}
	if f.expr != "" {
		c.pattern = pattern(f.expr)
	}
	return c
}

// led is a format and one of its leads.
type led struct {
	lead   string
	format *compiled
}

// formatsBy holds the formats by the first byte of their leads.
var formatsBy [256][]led

func init() { // some formats hold a head of any format
	for _, f := range formats {
		c := f.compile()
		for _, lead := range strings.Split(f.leads, "|") {
			formatsBy[lead[0]] = append(formatsBy[lead[0]], led{lead, c})
		}
	}
}

// special reads a head of the table at the place that the reader has reached.
func (r *headReader) special() bool {
	s := r.s[r.at:]
	for _, by := range formatsBy[s[0]] { // the second byte separates most of them, cheaply
		if (len(by.lead) == 1 || len(s) > 1 && by.lead[1] == s[1]) && strings.HasPrefix(s, by.lead) && r.readAs(by.format, s) {
			return true
		}
	}
	return false
}

// readAs reads s as a line of the format, and reports whether it is one.
func (r *headReader) readAs(f *compiled, s string) bool {
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

// redisFailures are what Redis's failures begin with. It has one mark for
// warnings, errors, and what it says when it starts.
var redisFailures = []string{"Error", "Fatal", "FATAL", "Failed", "Can't", "Cannot", "Could not", "Unable", "Bad ", "Short read", "Unrecoverable"}

// readRedis reads "1:M 22 Nov 2026 10:00:00.123 # message".
func readRedis(s string) (head, bool) {
	pid, rest, _ := strings.Cut(s, ":")
	if !isNumber(pid) || len(rest) < 3 || strings.IndexByte("XCSM", rest[0]) < 0 || rest[1] != ' ' {
		return head{}, false
	}
	_, n := timeAt(rest[2:])
	rest = strings.TrimSpace(rest[2+n:])
	mark, message, ok := strings.Cut(rest, " ")
	if n == 0 || !ok || len(mark) != 1 {
		return head{}, false
	}
	h := head{level: event.Info, message: message}
	if mark == "#" {
		h.level = event.Warn
		for _, word := range redisFailures {
			if strings.HasPrefix(message, word) {
				h.level = event.Error
			}
		}
	}
	return h, strings.Contains("#*-.", mark)
}
