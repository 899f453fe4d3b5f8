package logtext

import (
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// head is what a logger printed in front of a message, and the message.
type head struct {
	time       time.Time
	level      event.Level
	logger     string
	requestID  string
	message    string
	stack      string // where a field of the line holds one
	structured bool   // begins as loggers begin lines: with a time, a level or an id
	twoLines   bool   // java.util.logging's first line, without level and message
}

// maxHeadWords bounds the words looked at before the level.
const maxHeadWords = 8

// readHead reads the first line of an event:
//
//	2026-11-22 10:00:00,123 ERROR [main] com.acme.Cart - no price
//	[2026-11-22 10:00:00 +0000] [7] [ERROR] no price
//	2026-11-22 10:00:00,123 - shop - ERROR - no price
//	[ERROR]	2026-11-22T10:00:00.123Z	8f5b2c1e-…	no price
//	ERROR:shop:no price
//	level=error msg="no price"
//
// The words before the level must look like parts of such a head; where they
// do not, only the time and ids are taken off the message.
func readHead(s string) head {
	if isLambdaPlatform(s) {
		return head{level: event.Info, message: s, structured: true}
	}
	r := headReader{rest: s}
	for words := 0; words < maxHeadWords && r.rest != "" && r.head.level == event.Unknown; words++ {
		if !r.word() {
			break
		}
	}
	if r.head.level != event.Unknown {
		r.afterLevel()
		r.head.message = strings.TrimSpace(r.rest)
		r.head.structured = true
		if r.head.level >= event.Warn {
			readTail(&r.head)
		}
		return r.head
	}
	return r.withoutLevel(s)
}

// headReader takes a head word by word.
type headReader struct {
	head   head
	rest   string
	kept   string // rest, after the last word that surely belongs to the head
	timed  bool   // the last word was a time
	loose  int    // words since a separator that may be a sentence's
	logger string // the last word that may be the logger's name
}

// word takes one word in front of the level; it reports false where a sentence
// begins.
func (r *headReader) word() bool {
	if at, n := timeAt(r.rest); n > 0 && delimited(r.rest, n) {
		r.sure(at, r.rest[n:])
		return true
	}
	if r.rest[0] == '[' || r.rest[0] == '<' {
		return r.bracket()
	}
	if level := glogLevel(r.rest); level != event.Unknown && r.kept == "" {
		return r.glog(level)
	}
	end := strings.IndexAny(r.rest, " \t|")
	if end < 0 {
		end = len(r.rest)
	}
	word := r.rest[:end]
	if r.level(word) {
		return true
	}
	return r.other(word, end)
}

// sure takes a word that belongs to the head whatever follows.
func (r *headReader) sure(at time.Time, rest string) {
	if r.head.time.IsZero() {
		r.head.time = at
	}
	r.head.structured, r.timed = true, true
	r.rest = strings.TrimLeft(rest, " \t")
	r.kept = r.rest
}

// delimited tells whether the word of n bytes ends there.
func delimited(s string, n int) bool {
	return n == len(s) || strings.IndexByte(" \t|]:,", s[n]) >= 0
}

// bracket takes "[main]", "[error]", "[2026-11-22 10:00:00]" or "<3>".
func (r *headReader) bracket() bool {
	closing := byte(']')
	if r.rest[0] == '<' {
		closing = '>'
	}
	end := strings.IndexByte(r.rest, closing)
	if end < 0 || end > 80 {
		return false
	}
	inner := r.rest[1:end]
	rest := strings.TrimLeft(r.rest[end+1:], " \t:")
	if at, n := timeAt(inner); n > 0 && n == len(inner) {
		r.sure(at, rest)
		return true
	}
	r.head.level = bracketLevel(inner)
	if isUUID(inner) {
		r.head.requestID = inner
	}
	r.rest, r.timed, r.loose = rest, false, 0
	return true
}

// glog takes "E1122 10:00:00.123456       1 cart.go:42] ".
func (r *headReader) glog(level event.Level) bool {
	r.head.level = level
	if _, rest, ok := strings.Cut(r.rest, "] "); ok {
		r.rest = rest
	}
	return true
}

// level takes the level, which a word is in capitals, and else only if it is
// followed by a colon or comes right after the time.
func (r *headReader) level(word string) bool {
	name, after, colon := strings.Cut(word, ":")
	if i := strings.IndexByte(name, '['); i == 4 { // logrus: ERRO[0012]
		if level := capitalLevel(name[:i]); level != event.Unknown {
			r.take(level, len(word))
			return true
		}
	}
	name = strings.TrimRight(name, ",")
	level := capitalLevel(name)
	if level == event.Unknown && (colon && after == "" || r.timed) {
		level = smallLevel(name)
	}
	if level == event.Unknown || r.loose > 0 && !r.separated(len(word)) && !colon {
		return false
	}
	if colon && after != "" && !isWord(after) && !strings.Contains(after, ":") {
		return false
	}
	r.take(level, len(word)-len(after))
	if colon && after != "" {
		r.loggerBeforeColon()
	}
	return true
}

func (r *headReader) take(level event.Level, n int) {
	r.head.level = level
	r.head.logger = r.logger
	r.rest = r.rest[n:]
}

// separated tells whether a separator follows the word of n bytes.
func (r *headReader) separated(n int) bool {
	rest := r.rest[n:]
	return strings.HasPrefix(rest, "\t") || strings.HasPrefix(rest, " - ") || strings.HasPrefix(rest, " | ") ||
		strings.HasPrefix(rest, "|") || strings.HasPrefix(rest, " : ") || strings.HasPrefix(rest, " [") || strings.HasPrefix(rest, " --- ")
}

// loggerBeforeColon takes Python's "root:" of "ERROR:root:no price".
func (r *headReader) loggerBeforeColon() {
	if name, rest, ok := strings.Cut(r.rest, ":"); ok && isWord(name) {
		r.head.logger, r.rest = name, rest
	}
}

// other takes a word in front of the level that is none itself.
func (r *headReader) other(word string, end int) bool {
	after := strings.TrimLeft(r.rest[end:], " \t|")
	switch {
	case word == "-" || word == "|" || word == "---" || word == ":" || word == "":
		if after == r.rest {
			return false
		}
		r.loose = 0
	case isUUID(word):
		r.head.requestID = word
		r.sure(time.Time{}, after)
		r.timed = false
		return true
	case word == "RequestId:" && len(after) >= 36 && isUUID(after[:36]):
		r.head.requestID = after[:36]
		r.sure(time.Time{}, after[36:])
		return true
	case isNumber(word):
	case isWord(strings.TrimSuffix(word, ":")):
		r.logger = strings.TrimSuffix(word, ":")
		if word == r.logger && !strings.HasPrefix(r.rest[end:], "|") && !strings.HasPrefix(r.rest[end:], " |") {
			r.loose++
		}
		if r.loose > 1 {
			return false
		}
	default:
		return false
	}
	r.rest, r.timed = after, false
	return true
}

// withoutLevel ends the reading of a line that has no level in front.
func (r *headReader) withoutLevel(s string) head {
	h := r.head
	h.message = s
	if h.structured {
		h.message = strings.TrimLeft(r.kept, " \t-|:")
	}
	if class, method, ok := strings.Cut(h.message, " "); ok && isJavaSource(s, class, method) {
		h.twoLines, h.logger = true, class
	}
	if strings.Contains(h.message, "=") {
		readLogfmt(&h)
	}
	return h
}

// isJavaSource tells the first line that java.util.logging prints: the time in
// words, the class and the method.
func isJavaSource(line, class, method string) bool {
	return line[0] >= 'A' && isWord(class) && isWord(strings.Trim(method, "<>")) &&
		strings.HasSuffix(line, "M "+class+" "+method)
}

// afterLevel takes what stands between the level and the message.
func (r *headReader) afterLevel() {
	tabbed := strings.HasPrefix(r.rest, "\t")
	r.rest = strings.TrimLeft(r.rest, " \t:|,")
	r.rest = strings.TrimPrefix(r.rest, "- ")
	for r.afterLevelWord() {
	}
	if tabbed {
		r.zapCaller()
	}
	r.loggerAfterLevel()
}

// afterLevelWord takes a time, an id, a thread in brackets, or Spring's
// "12345 --- ".
func (r *headReader) afterLevelWord() bool {
	rest := ""
	switch {
	case r.rest == "":
		return false
	case len(r.rest) >= 36 && isUUID(r.rest[:36]):
		r.head.requestID, rest = r.rest[:36], r.rest[36:]
	case strings.HasPrefix(r.rest, "RequestId: ") && len(r.rest) > 46 && isUUID(r.rest[11:47]):
		r.head.requestID, rest = r.rest[11:47], r.rest[47:]
	case r.rest[0] == '[' || r.rest[0] == '(':
		end := strings.IndexAny(r.rest, "])")
		if end < 0 || end > 60 || end+1 == len(r.rest) || strings.ContainsAny(r.rest[1:end], "\"'{") {
			return false
		}
		rest = r.rest[end+1:]
	default:
		at, n := timeAt(r.rest)
		if n == 0 {
			return r.springPid()
		}
		if r.head.time.IsZero() {
			r.head.time = at
		}
		rest = r.rest[n:]
	}
	r.rest = strings.TrimLeft(strings.TrimPrefix(rest, ":"), " \t")
	r.rest = strings.TrimPrefix(r.rest, "- ")
	return true
}

func (r *headReader) springPid() bool {
	pid, rest, ok := strings.Cut(r.rest, " --- ")
	if !ok || !isNumber(pid) {
		return false
	}
	r.rest = rest
	return true
}

// zapCaller takes zap's "shop	cart/cart.go:42	", the logger being optional.
func (r *headReader) zapCaller() {
	for range 2 {
		word, rest, ok := strings.Cut(r.rest, "\t")
		if !ok || strings.Contains(word, " ") {
			return
		}
		if strings.Contains(word, ".go:") {
			r.rest = rest
			return
		}
		if next, _, _ := strings.Cut(rest, "\t"); strings.Contains(next, ".go:") && !strings.Contains(next, " ") {
			r.head.logger, r.rest = word, rest
		}
	}
}

// loggerAfterLevel takes "com.acme.Cart - ", "com.acme.Cart   : ",
// "com.acme.Cart: " or Flask's "in app: ".
func (r *headReader) loggerAfterLevel() {
	s := strings.TrimPrefix(r.rest, "in ")
	flask := len(s) < len(r.rest)
	end := strings.IndexAny(s, " :")
	if end <= 0 || !isWord(s[:end]) || isHeader(s) {
		return
	}
	name, rest := s[:end], s[end:]
	trimmed := strings.TrimLeft(rest, " ")
	switch {
	case !flask && strings.HasPrefix(trimmed, "- "), !flask && strings.HasPrefix(trimmed, ": ") && trimmed != rest:
		r.rest = trimmed[2:]
	case strings.HasPrefix(rest, ": ") && (flask || strings.Contains(name, ".")):
		r.rest = rest[2:]
	default:
		return
	}
	r.head.logger = name
}

// isWord tells a logger's or a thread's name: no blanks, quotes or brackets.
func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("._-$/#@", c) < 0 {
			return false
		}
	}
	return s != ""
}

func isNumber(s string) bool {
	_, ok := digits(s)
	return ok
}

// isUUID tells "8f5b2c1e-0d3a-4b6f-9c7e-1a2b3c4d5e6f".
func isUUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
