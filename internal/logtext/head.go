package logtext

import (
	"cmp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/org/errmon-action/internal/event"
)

// head is what a logger printed in front of a message, and the message itself.
type head struct {
	time       time.Time
	level      event.Level
	format     string // the name of the format it was read as
	logger     string
	requestID  string
	lane       string // the request or thread that the line names
	message    string
	raised     string // the message and the word before it, which is an exception's name if frames follow
	stack      string // the stack trace in a field of the line
	structured bool   // the line has a time, a level or an id before the message, as loggers print them
	origin
}

// origin describes the program and trace that an event comes from. Few heads contain it.
type origin struct{ service, release, commit, environment, traceID string }

// maxHeadParts bounds the parts that a head may have before its level, and those after it.
const maxHeadParts = 10

// readHead reads the first line of an event:
//
//	2026-11-22 10:00:00,123 ERROR [main] com.acme.Cart - no price
//	22.11.2026 10:00:00 | web-1 | shop | error | no price
//	E, [2026-11-22T10:00:00.123 #7] ERROR -- : no price
//	❌ cart » no price
//	level=error msg="no price"
//
// It first tries the table of formats, then reads the parts of the head one by one: times, numbers, ids,
// names, brackets, and the signs between them. A word counts as the level if only such parts come before it;
// the more it looks like a word of a sentence, the more clearly it must be set off from the text after it.
// stamped means that a transport's time directly precedes the line, and given is the transport's level, which
// counts if the line has none.
func readHead(s string, stamped bool, given event.Level) head {
	r := headReader{s: trimBlanks(s), timed: stamped}
	r.indented = len(r.s) < len(s)
	if stamped {
		r.left = afterTime
	}
	if r.s == "" || !r.special() {
		r.read()
	}
	if r.h.level == event.Unknown && given != event.Unknown {
		r = headReader{s: r.s}
		r.take(given, 0)
		r.afterLevel()
	}
	if m := r.h.message; r.h.level >= event.Warn && strings.HasPrefix(m, `"`) && stringEnd(m) == len(m) {
		r.h.message = unquote(m) // grouping would treat a quoted message as a variable value
	}
	r.h.lane = cmp.Or(r.h.requestID, r.h.lane)
	return r.h
}

// headReader reads a head part by part.
type headReader struct {
	h        head
	s        string
	at       int  // where the next part begins
	kept     int  // where the message begins if no level follows
	left     edge // what precedes the next part
	timed    bool // the head so far has a time or an id, or the transport gave a time
	how      spelling
	indented bool
	placed   bool   // a position in a source file was read
	plain    int    // number of ordinary words, as in a sentence, after the latest time, id or sign
	names    string // the last part that may be the logger's name
	joint    string // the sign before the next part, once the level has been read
}

// edge is what comes before or after a word.
type edge int

const (
	atStart   edge = iota
	afterTime      // a time or an id
	afterMark      // a bracket, or a sign that separates parts
	afterName      // something that no sentence begins with: a host, a dotted name, a number
	afterWord      // a word
)

func (r *headReader) read() {
	if n := nameEndIn(r.s); n > 0 && n < len(r.s) && r.s[n] == '=' {
		readLogfmt(&r.h, r.s)
	}
	for parts := 0; parts < maxHeadParts && r.at < len(r.s) && r.h.level == event.Unknown && r.part(); parts++ {
	}
	switch behind := r.s[r.at:]; {
	case r.h.level == event.Unknown:
	case r.h.format != "": // read by the table of formats, and so complete
		return
	default:
		r.h.format = "head"
		if r.afterLevel(); !r.doubtful(behind) {
			return
		}
		r.h, r.kept = head{}, 0
	}
	r.withoutLevel()
}

func (r *headReader) withoutLevel() {
	h := &r.h
	h.message = r.s
	if h.structured {
		h.message, h.format = strings.TrimLeft(r.s[r.kept:], " \t-|:"), "head"
		if strings.Contains(r.s, ":  ") && r.readAs(postgreSQL, r.s) {
			return
		}
	}
	// The first line of java.util.logging is the time in words, the class and the method.
	class, method, _ := strings.Cut(h.message, " ")
	isClass := isWord(class) && (strings.IndexByte(class, '.') > 0 || isCapital(class[0]))
	if isClass && r.s[0] >= 'A' && isWord(strings.Trim(method, "<>")) && strings.HasSuffix(r.s, "M "+h.message) {
		h.message, h.logger, h.format = "", class, "java.util.logging"
	} else if strings.IndexByte(h.message, '=') > 0 {
		readLogfmt(h, h.message)
	}
}

// nameBytes are the bytes allowed in names of loggers, threads, hosts and services.
var nameBytes = func() (is [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-$/#@\\+") {
		is[c] = true
	}
	return is
}()

// isWord reports whether s could be the name of a logger or thread: no spaces, quotes or brackets.
func isWord(s string) bool { return s != "" && nameEndIn(s) == len(s) }

func nameEndIn(s string) int {
	i := 0
	for i < len(s) && (nameBytes[s[i]] || s[i] == 0xc2 && strings.HasPrefix(s[i:], "·") || s[i] == ':' && i+2 < len(s) && s[i+1] == ':' && isLetter(s[i+2])) {
		if s[i] == ':' || s[i] == 0xc2 { // two bytes
			i++
		}
		i++
	}
	return i
}

func trimBlanks(s string) string { return s[leading(s, " \t"):] }

// leading returns how many bytes at the start of s are in set.
func leading(s, set string) int {
	n := 0
	for n < len(s) && strings.IndexByte(set, s[n]) >= 0 {
		n++
	}
	return n
}

func span(s string, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

func lettersIn(s string) int { return span(s, isLetter) }

func hexLength(s string) int {
	return span(s, func(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' })
}

// isID reports whether s can only be a request id: a UUID, or 16+ hex digits or "req-…" with a decimal digit.
func isID(s string) bool {
	if len(s) == 36 && uuid.Validate(s) == nil {
		return true
	}
	n := hexLength(s)
	return (n == len(s) && n >= 16 || len(s) > 4 && strings.HasPrefix(s, "req-")) && strings.ContainsAny(s, "0123456789")
}

// mayBeID reports whether s is likely a request id if it is in brackets: 8 or more hexadecimal digits, with
// at least one letter and one digit, and possibly with dashes.
func mayBeID(s string) bool {
	hex := strings.Trim(s, "0123456789abcdefABCDEF-") == ""
	return hex && len(s) >= 8 && strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "abcdefABCDEF")
}

// joined names the format of a line whose outer format contains the inner one: "outer, inner".
func joined(outer, inner string) string {
	if outer == "" || inner == "" {
		return outer + inner
	}
	return outer + ", " + inner
}
