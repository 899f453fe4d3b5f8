package logtext

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// word takes a word that is the level, or that may precede it in a head.
func (r *headReader) word(s string) bool {
	n := lettersIn(s)
	if level, how := levelWord(s[:n]); level != event.Unknown && r.accepts(s, n, how) {
		r.how = how
		r.take(level, n)
		if s[:n] == "Error" && strings.HasPrefix(s[n:], ": ") {
			r.h.raised = strings.TrimSpace(s)
		}
		return true
	}
	if n = nameEndIn(s); n == 0 || n == len(s) || s[n-1] == '.' {
		return false
	}
	if i := strings.Index(s[:n], "::"); i > 0 {
		for part := range strings.SplitSeq(s[i:n], "::") {
			if _, how := levelWord(part); how >= small { // "::" is a separator here, not part of the name
				n = i
			}
		}
	}
	name, c := s[:n], s[n]
	if r.levelBehind(name, s[n:], n) {
		return true
	}
	if (c == '(' || c == ':') && strings.IndexByte(name, '.') > 0 {
		if place := compilerPlace.FindString(s[n:]); place != "" {
			r.placed = true
			r.next(n+len(place), afterMark)
			return true
		}
	}
	if c == '=' || c == ':' && fieldOf(name) == fieldLevelName {
		return r.pairAt(s, n)
	}
	return (strings.IndexByte(" \t|;:,[(<>{", c) >= 0 || c >= utf8.RuneSelf) && r.named(name)
}

// compilerPlace matches the position in a compiler's "src/pay.ts(4,9): " or "pay.c:4:9: ".
var compilerPlace = pattern(`^[(:]\d+[,:]+\d+\)?: `)

func (r *headReader) named(name string) bool {
	if isID(name) {
		r.h.requestID = name
		r.sure(time.Time{}, len(name))
		return true
	}
	left := afterName
	if isOrdinary(name) && !strings.HasPrefix(r.s[r.at+len(name):], "   ") { // padded to a column
		r.plain++
		left = afterWord
	}
	if !isNumber(name) {
		r.names = name
	}
	r.next(len(name), left)
	return r.plain < 2
}

// isOrdinary reports whether s looks like a word of a sentence: in lower case, in capitals or capitalised.
func isOrdinary(s string) bool {
	capitals := span(s, isCapital)
	return capitals == len(s) || capitals < 2 && capitals+span(s[capitals:], isSmall) == len(s)
}

// levelBehind takes n bytes if they are a name and a level: "job/error", Laravel's "local.ERROR", "LOG_ERR".
func (r *headReader) levelBehind(name, rest string, n int) bool {
	i := strings.LastIndexAny(name, "./:")
	if i <= 0 && !strings.HasPrefix(name, "LOG_") || !isLetter(name[0]) || rest[0] == '=' || rest[0] == '(' {
		return false
	}
	level, how := levelWord(strings.TrimPrefix(name[i+1:], "LOG_"))
	i = max(i, 0)
	if how != capital && !(how == small && name[i] == '/') {
		return false
	}
	if name = strings.TrimRight(name[:i], ":"); environments[name] {
		r.h.environment = name
	} else {
		r.names = cmp.Or(name, r.names)
	}
	r.take(level, n)
	return true
}

var environments = set("production prod staging local development dev testing test qa preview")

// pairAt takes a pair whose key has n bytes; after the level, only a pair of a head, and only if text
// follows.
func (r *headReader) pairAt(s string, n int) bool {
	key := s[:n]
	value, end := pairValue(s[n+1:])
	end += n + 1
	switch {
	case r.h.level != event.Unknown:
		if strings.Trim(s[end:], " ") == "" || !r.pair(key, value) {
			return false
		}
		r.behind(end)
	case fieldOf(key) == fieldLevelName:
		level := fieldLevel(key, value)
		if level == event.Unknown || end == len(s) {
			return false
		}
		r.take(level, end)
	default:
		r.pair(key, value)
		r.next(end, afterName)
	}
	return true
}

// pair keeps the value of a key=value pair, and reports whether heads have pairs with that key.
func (r *headReader) pair(key, value string) bool {
	value = strings.Trim(value, ` "`)
	switch which := fieldOf(key); {
	case which == fieldLogger, which == fieldName:
		r.names = value
	case which == fieldRequestID, key == "request":
		r.h.requestID = value
	case which == fieldTraceID:
		r.h.traceID = value
	case which == fieldService:
		r.h.service = value
	case which == fieldTimestamp:
		r.timed = true
		r.h.time = cmp.Or(r.h.time, fieldTime(value))
	case which == fieldThread:
		r.h.lane = value
	default:
		return which == fieldHost || which == fieldNode
	}
	return true
}

// markAt returns the length of the separator at the start of s.
func markAt(s string) int {
	n := leading(s, "|:;>-")
	if n > 0 && n < len(s) && s[n] != ' ' && s[n] != '\t' && s[0] != '|' && s[0] != '>' {
		return 0
	}
	return cmp.Or(n, arrowAt(s))
}

// arrowAt returns the length of a non-ASCII separator at the start of s.
func arrowAt(s string) int {
	c, size := utf8.DecodeRuneInString(s)
	if c < utf8.RuneSelf || !strings.ContainsRune("»›→▶▸•·—–│┃⋮\u202f\u00a0", c) {
		return 0
	}
	return size
}

// separates reports whether mark ends a logger's name. The message itself may begin with "word: ".
func (r *headReader) separates(mark, name string) bool {
	switch {
	case mark == ": " && (r.joint == "--" || r.joint == "-" && r.indented):
		return true
	case mark == ": ":
		isCode := strings.ToUpper(name) == name && strings.ContainsAny(name, "0123456789") // "CWWKZ0013E", "ORA-00942"
		isPath := strings.IndexByte(name, '.') > 0 && !isRaised(name)
		return isCompound(name) && isLetter(name[0]) && !isCode && (isPath || !stacktrace.IsHeader(name+": "))
	case isNumber(name):
		return mark == r.joint || mark == "\t"
	}
	return mark == r.joint || mark != "," && (r.h.logger == "" || r.h.logger == r.names)
}

// isCompound reports whether a name has several parts, like "com.acme", "web-1" or "CartService".
func isCompound(name string) bool {
	for i := 1; i < len(name); i++ {
		if c := name[i]; !isLetter(c) || c < 'a' && name[i-1] >= 'a' {
			return true
		}
	}
	return false
}

// separator returns the sign between two parts, ": " for a colon after a name, and its length with spaces.
func separator(s string) (mark string, length int) {
	blanks := leading(s, " ")
	if strings.HasPrefix(s[blanks:], "\t") {
		return "\t", blanks + 1
	}
	n := markAt(s[blanks:])
	if n == 0 && (blanks == 0 && (s[0] == ',' || s[0] == ';') || strings.HasPrefix(s, "::")) {
		n = 1 + strings.Count(s[:min(2, len(s))], "::")
	}
	mark = s[blanks : blanks+n]
	switch {
	case n == 0 || mark == "-" && blanks == 0:
		return "", 0
	case mark == ":" && blanks == 0:
		mark = ": "
	}
	return mark, len(s) - len(trimBlanks(s[blanks+n:]))
}

// isLogger reports whether s looks like the name of a logger and not of a thread: dots, "::" or no digits.
func isLogger(s string) bool {
	if !isWord(s) || s == "main" || s == "MainThread" {
		return false
	}
	return strings.Contains(s, "::") || !strings.ContainsAny(s, "0123456789") || s[0] > '9' && strings.IndexByte(s, '.') > 0
}

// isDotted reports whether name is that of a class or module, and not of a file or host.
func isDotted(name string) bool {
	if name == "" || !isLetter(name[0]) || stacktrace.IsExceptionName(name) && !strings.Contains(name, ".") {
		return false
	}
	dot := strings.LastIndexByte(name, '.')
	dotted := dot > 0 && dot+1 < len(name) && isLetter(name[dot+1])
	return strings.Contains(name, "::") || dotted && !isFile(name) && !strings.ContainsAny(name, "/@")
}

// isFile reports whether name ends with the extension of a file or the top-level domain of a host.
func isFile(name string) bool { return fileEndings[name[strings.LastIndexByte(name, '.')+1:]] }

var fileEndings = set(`js ts jsx tsx mjs cjs py rb go java php rs c cc cpp h html css json yml yaml xml toml txt log sql sh conf cfg ini env lock
	csv png jpg svg pdf zip gz tar pem key crt com net org io dev local internal example cloud`)
