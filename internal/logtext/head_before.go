package logtext

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
)

// part takes one part of the head, up to and including the level. It reports false where the message begins.
func (r *headReader) part() bool {
	if r.at > 0 && r.left == afterTime && r.special() {
		return true
	}
	s := r.s[r.at:]
	switch c := s[0]; {
	case isLetter(c), isDigit(c), c == '/':
		if at, n := timeAt(s); n > 0 && delimited(s, n) && (n > len("08:01") || r.left < afterName) {
			r.sure(at, n)
			return true
		}
		return r.word(s)
	case strings.IndexByte("[(<{", c) >= 0:
		return r.bracket(s)
	case c >= utf8.RuneSelf:
		return r.symbol(s)
	}
	return r.mark(s)
}

// sure takes a part of n bytes that proves the line has a head: a time (at), or an id.
func (r *headReader) sure(at time.Time, n int) {
	r.h.time = cmp.Or(r.h.time, at)
	r.h.structured, r.timed = true, true
	r.next(n, afterTime)
	r.kept, r.plain = r.at, 0
}

// next skips n bytes, and the spaces and tabs after them.
func (r *headReader) next(n int, left edge) {
	r.at += n
	blanks := leading(r.s[r.at:], " \t")
	if left != afterTime && strings.Contains(r.s[r.at:r.at+blanks], "\t") {
		left = afterMark
	}
	r.at += blanks
	if left == afterMark {
		r.plain = 0
	}
	r.left = left
}

func delimited(s string, n int) bool {
	return n == len(s) || strings.IndexByte(" \t|]:,;)>[", s[n]) >= 0 || s[n] >= utf8.RuneSelf
}

func (r *headReader) mark(s string) bool {
	n := cmp.Or(leading(s, "-|:;,*#=~>!]"), arrowAt(s))
	if n == 0 || n > 8 || n == len(s) {
		return false
	}
	if r.at == 0 && r.left == atStart { // these signs may also begin lists, titles and options
		item := n == 1 && strings.IndexByte("|>!", s[0]) < 0 || strings.Trim(s[:n], "#") == ""
		word, _, _ := strings.Cut(s[n:], " ")
		if s[n] == ' ' && item || s[n] != ' ' && s[0] == '-' && n <= 2 && !strings.HasSuffix(word, "-") {
			return false
		}
	}
	r.next(n, afterMark)
	return true
}

// symbol takes an emoji that stands for a level. A level after it wins, except over a check mark.
func (r *headReader) symbol(s string) bool {
	c, n := utf8.DecodeRuneInString(s)
	i := slices.IndexFunc(symbols[:], func(signs string) bool { return strings.ContainsRune(signs, c) })
	if i < 0 {
		return r.mark(s)
	}
	n = len(s) - len(strings.TrimPrefix(s[n:], "\ufe0f"))
	r.next(n, atStart)
	if rest := r.s[r.at:]; rest != "" && (isLetter(rest[0]) || rest[0] == '[') {
		if r.part() && r.h.level != event.Unknown {
			if strings.ContainsAny(s[:n], "✓✔✅") { // a passed test, whose name may begin with a level
				r.h.level = event.Level(i)
			}
			return true
		}
		r.at = len(r.s) - len(rest)
	}
	r.take(event.Level(i), 0)
	return true
}

// take sets the level, which is in the next n bytes, and so ends the search for it.
func (r *headReader) take(level event.Level, n int) {
	r.h.level = level
	r.h.structured = true
	r.at += n
	r.h.logger = cmp.Or(r.h.logger, r.names)
}

// bracket takes a part in brackets, such as "[main]", "[error]", "[2026-11-22 10:00:00]" or "(7)".
func (r *headReader) bracket(s string) bool {
	end := closedAt(s)
	if end < 0 || end > 100 {
		return false
	}
	inner := s[1:end]
	if r.levelBehind(inner, "]", end+1) {
		r.how = capital
		return true
	}
	seconds, fraction, _ := strings.Cut(strings.TrimSpace(inner), ".") // seconds since the start, "[12345.678901]"
	if at, n := timeAt(inner); n > 0 && n == len(inner) || isNumber(seconds) && len(fraction) > 2 && isNumber(fraction) {
		r.sure(at, end+1)
		return true
	}
	glued := r.at > 0 && nameBytes[r.s[r.at-1]]
	cut := end+1 < len(s) && isLetter(s[end+1]) // "[e]dit"
	level, how := bracketLevel(inner)
	if level != event.Unknown && !(how == ordinary && bracketed(s[end+1:])) &&
		(r.left != afterWord || r.timed && r.plain == 1 && how == capital) &&
		!(cut && how == letter) && !(glued && s[0] == '(' && isSmall(inner[0])) {
		if r.how = how; how > letter {
			r.how = capital // brackets make the word as certain as capitals do
		}
		r.take(level, end+1)
		return true
	}
	if s[0] == '<' && cut || s[0] == '{' && r.at == 0 || s[0] == '(' && glued && strings.IndexByte(inner, ' ') >= 0 {
		return false // XML, an object or a call
	}
	if !isWord(inner) || strings.ContainsAny(inner, "/#") {
		if level := r.inside(inner); level != event.Unknown {
			r.take(level, end+1)
			return true
		}
	}
	r.say(strings.TrimSpace(inner))
	r.next(end+1, afterMark)
	return true
}

// bracketed reports whether a level in brackets and capitals is next. Then the ordinary word before it is not
// the level, as in Windows's "[System] [ERROR]".
func bracketed(s string) bool {
	s, ok := strings.CutPrefix(s, " [")
	_, how := levelWord(s[:lettersIn(s)])
	return ok && how == capital
}

// closedAt returns the index of the bracket that closes s[0], or -1. Only inside "[" are nested ones skipped.
func closedAt(s string) int {
	if kind := strings.IndexByte("(<{", s[0]); kind >= 0 {
		return strings.IndexByte(s, ")>}"[kind])
	}
	return max(nestedEnd(s), 0) - 1
}

// say keeps the logger, thread or id in a part that is not the level.
func (r *headReader) say(inner string) {
	if i := strings.IndexAny(inner, "=:"); i >= 0 && fieldOf(inner[:i]) != fieldNone {
		r.pair(inner[:i], inner[i+1:])
		return
	}
	if name, line, ok := strings.Cut(inner, ":"); ok && isNumber(line) && isDotted(name) {
		inner = name
	}
	if isID(inner) || mayBeID(inner) {
		r.h.requestID = inner
		return
	}
	if isLogger(inner) {
		r.names = inner
	}
	if _, n := timeAt(inner); n == 0 { // not the time and process that Ruby's Logger prints
		r.h.lane = cmp.Or(r.h.lane, inner)
	}
}

// inside reads the level in brackets that contain more: "10:00:00 ERR", "main/ERROR", "level=error".
func (r *headReader) inside(s string) event.Level {
	level, words, mark, name := event.Unknown, 0, true, ""
	for s = trimBlanks(s); s != ""; s = trimBlanks(s) {
		if at, n := timeAt(s); n > 0 && delimited(s, n) {
			r.h.time, r.timed, mark, s = cmp.Or(r.h.time, at), true, true, s[n:]
			continue
		}
		n := 0
		for n < len(s) && (strings.IndexByte(" \t:,|/#=();", s[n]) < 0 || strings.HasPrefix(s[n:], "::") || strings.HasPrefix(s[max(n-1, 0):], "::")) {
			n++
		}
		signed := n < len(s) && s[n] != ' ' && s[n] != '\t'
		found, how := levelWord(s[:n])
		inSentence := how == small && n+1 < len(s) && isLetter(s[n+1])
		switch {
		case found != event.Unknown && level == event.Unknown &&
			(how == capital || signed || mark && !inSentence || n == len(s) && words < 2):
			level = found
		case fieldOf(s[:n]) == fieldNone && isWord(s[:n]) && !isNumber(s[:n]):
			name = s[:n]
			words++
		}
		mark, s = signed, s[min(n+1, len(s)):]
	}
	if level == event.Unknown || words > 2 {
		return event.Unknown
	}
	r.names = cmp.Or(name, r.names)
	return level
}
