package logtext

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
)

// This file takes the parts of a head up to its level.

// part takes one part in front of the level; it reports false where a sentence begins.
func (r *headReader) part() bool {
	if r.at > 0 && r.left == afterTime && r.special() {
		return true
	}
	s := r.s[r.at:]
	switch c := s[0]; {
	case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z':
		if at, n := timeAt(s); n > 0 && delimited(s, n) && (n > len("08:01") || r.left < afterName) {
			r.sure(at, n)
			return true
		}
		return r.word(s)
	case c >= 'a' && c <= 'z', c == '/':
		return r.word(s)
	case c == '[' || c == '(' || c == '<' || c == '{':
		return r.bracket(s)
	case c >= utf8.RuneSelf:
		return r.symbol(s)
	}
	return r.mark(s)
}

// sure takes a time, of n bytes, or what else belongs to a head whatever follows.
func (r *headReader) sure(at time.Time, n int) {
	r.h.time = cmp.Or(r.h.time, at)
	r.h.structured, r.timed = true, true
	r.next(n, afterTime)
	r.kept = r.at
	r.plain = 0
}

// next goes on behind n bytes and the blanks that follow.
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

// delimited reports whether the word of n bytes ends there.
func delimited(s string, n int) bool {
	return n == len(s) || strings.IndexByte(" \t|]:,;)>[", s[n]) >= 0 || s[n] >= utf8.RuneSelf
}

// mark takes signs that separate parts.
func (r *headReader) mark(s string) bool {
	n := leading(s, "-|:;,*#=~>!]")
	if n == 0 || n > 8 || n == len(s) || r.at == 0 && r.left == atStart && isItem(s, n) {
		return false
	}
	return r.sign(n)
}

// sign goes on behind a sign of n bytes.
func (r *headReader) sign(n int) bool {
	r.next(n, afterMark)
	return r.at < len(r.s)
}

// isItem recognises a line that begins with n signs as those of lists, titles and options do.
func isItem(s string, n int) bool {
	if s[n] == ' ' {
		return n == 1 && strings.IndexByte("|>!", s[0]) < 0 || strings.Trim(s[:n], "#") == ""
	}
	word, _, _ := strings.Cut(s[n:], " ")
	return s[0] == '-' && n <= 2 && !strings.HasSuffix(word, "-")
}

// symbol takes an emoji or an arrow. A word that names the level may follow.
func (r *headReader) symbol(s string) bool {
	level, n := symbolLevel(s)
	if n == 0 {
		n = arrowAt(s)
		return n > 0 && r.sign(n)
	}
	r.next(n, atStart)
	if rest := r.s[r.at:]; rest != "" && (isLetter(rest[0]) || rest[0] == '[') {
		if r.part() && r.h.level != event.Unknown {
			if strings.ContainsAny(s[:n], "✓✔✅") { // of a test
				r.h.level = level
			}
			return true
		}
		r.at = len(r.s) - len(rest)
	}
	r.take(level, 0)
	return true
}

// bracket takes "[main]", "[error]", "[2026-11-22 10:00:00]" or "(7)".
func (r *headReader) bracket(s string) bool {
	end := closedAt(s)
	if end < 0 || end > 100 {
		return false
	}
	if strings.HasPrefix(s, "{{") && strings.HasPrefix(s[end:], "}}") { // Airflow's
		r.next(end+2, afterMark)
		return true
	}
	inner := s[1:end]
	if level, n := levelBehind(inner, "]"); level != event.Unknown {
		r.nameOf(inner[:n])
		r.how = capital
		r.take(level, end+1)
		return true
	}
	if at, n := timeAt(inner); n > 0 && n == len(inner) || isElapsed(inner) {
		r.sure(at, end+1)
		return true
	}
	glued := r.at > 0 && nameBytes[r.s[r.at-1]]
	cut := end+1 < len(s) && isLetter(s[end+1]) // "[e]dit"
	if level, how := bracketLevel(inner); level != event.Unknown && !(how == ordinary && bracketed(s[end+1:])) && (r.left != afterWord || r.timed && r.plain == 1 && how == capital) && !(cut && how == letter) && !(glued && s[0] == '(' && isLower(inner)) {
		if r.how = how; how > letter {
			r.how = capital // as sure
		}
		r.take(level, end+1)
		return true
	}
	if s[0] == '<' && cut || s[0] == '{' && r.at == 0 || s[0] == '(' && glued && strings.IndexByte(inner, ' ') >= 0 {
		return false // an object, or a call
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

// bracketed recognises a level in brackets behind a word that may be one, as of Windows's "[System] [ERROR]".
func bracketed(s string) bool {
	s, ok := strings.CutPrefix(s, " [")
	_, how := levelWord(s[:lettersIn(s)])
	return ok && how == capital
}

// closedAt returns where the bracket that s begins with is closed.
func closedAt(s string) int {
	if kind := strings.IndexByte("(<{", s[0]); kind >= 0 {
		return strings.IndexByte(s, ")>}"[kind])
	}
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// isElapsed recognises "12345.678901", the seconds since the start.
func isElapsed(s string) bool {
	s = strings.TrimSpace(s)
	_, n := run(s)
	return n > 0 && n+3 < len(s) && s[n] == '.' && isNumber(s[n+1:])
}

// say keeps what a part that is no level may say: the logger, a thread or an id.
func (r *headReader) say(inner string) {
	for _, mark := range [...]string{"=", ":"} {
		if key, value, ok := strings.Cut(inner, mark); ok && fieldOf(key) != fieldNone {
			r.pair(key, value)
			return
		}
	}
	if name, line, ok := strings.Cut(inner, ":"); ok && isNumber(line) && isDotted(name) {
		inner = name
	}
	switch {
	case isID(inner):
		r.h.requestID = inner
	case isLogger(inner):
		r.names = inner
		r.h.lane = cmp.Or(r.h.lane, inner)
	default:
		if _, n := timeAt(inner); n == 0 { // not the time and process of Ruby's Logger
			r.h.lane = inner
		}
	}
}

// inside reads the level of a bracket that holds more: "10:00:00 ERR",
// "main/ERROR", "core:error", "level=error".
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
		wordNext := n+1 < len(s) && isLetter(s[n+1])
		found, how := levelWord(s[:n])
		switch {
		case found != event.Unknown && level == event.Unknown && (how == capital || signed || mark && !(how == small && wordNext) || n == len(s) && words < 2):
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

// take ends the search for the level, which stands in the next n bytes.
func (r *headReader) take(level event.Level, n int) {
	r.h.level = level
	r.h.structured, r.placed = true, false
	r.at += n
	r.h.logger = cmp.Or(r.h.logger, r.names)
}
