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
	lane       string // the request or thread that the line names
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
	h := readHeadWords(s)
	if h.requestID != "" {
		h.lane = h.requestID
	}
	return h
}

func readHeadWords(s string) head {
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
