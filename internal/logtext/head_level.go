package logtext

import (
	"strings"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
)

// This file distinguishes levels from words, and errors from tables, counts, lists, help texts and titles.

// accepts decides whether a word of n bytes is a level, by its case and by what precedes and follows it.
func (r *headReader) accepts(s string, n int, how spelling) bool {
	right := r.right(s, n, how)
	value, valued := strings.CutPrefix(s[n:], ":")
	set := right == afterMark || right == afterTime
	next := strings.TrimLeft(s[n:], " ")
	title, _, _ := strings.Cut(next, " ")
	isTitle := func() bool { return titles[strings.TrimSuffix(title, ":")] }
	isMention := func() bool { return mentions[strings.ToLower(next[:lettersIn(next)])] }
	switch {
	case right == atStart, how <= small && (valued && isNothing(value) || alarms[strings.ToLower(s[:n])]):
		return false
	case how == letter && !set:
		return r.left == afterTime && s[0] != 'I' && s[0] != 'A' || r.left >= afterMark && r.left < afterWord && r.timed
	case how == letter:
		return r.left != afterWord || r.timed
	case how == capital && r.left != afterWord:
		return set || !isTitle()
	case how == capital:
		return !negations[strings.ToLower(r.names)] && (set || r.timed && r.plain == 1 && r.names != "" && isSmall(r.names[0]) && !isMention())
	case r.left == atStart:
		return set && (s[0] != 'E' || s[n] != ':' || right == afterTime) // "Error: …" is an exception
	case set:
		return r.left != afterWord && r.plain == 0
	case r.left == afterTime && how == small && !isMention():
		return s[0] >= 'a' && s[0] != 'p'
	}
	titled := len(next) > 1 && next[0] >= 'A' && next[0] <= 'Z' && next[1] >= 'a' && next[1] <= 'z' // like the first word of a sentence
	return r.left == afterMark && how == small && s[0] >= 'a' && (r.placed || titled)
}

// right returns what follows a possible level of n bytes: afterWord for another word or the end of the line,
// and atStart if the text rules out a level, for example because the word continues.
func (r *headReader) right(s string, n int, how spelling) edge {
	if n == len(s) {
		return afterWord
	}
	loud := how == capital || how == letter
	c, next := s[n], byte(' ')
	if n+1 < len(s) {
		next = s[n+1]
	}
	spaced := next == ' ' || next == '\t'
	switch is := func(signs string) bool { return strings.IndexByte(signs, c) >= 0 }; {
	case c == ' ':
		return behindBlank(s[n:], loud)
	case is("\t|]>};[*#~"), c >= utf8.RuneSelf, is("/{<@:,!(") && loud && !strings.HasPrefix(s[n:], "(s)"):
	case is(":!-") && spaced, is(":-=") && next == c, is("-=") && next == '>', c == ',' && !spaced, c == ')' && how != letter:
	case c == ':' && r.left != atStart, c == '/' && r.timed && isLetter(next):
	case c == '(': // "(name): "
		end := strings.IndexByte(s[n:], ')')
		if end < 2 || !isWord(s[n+1:n+end]) || !strings.HasPrefix(s[n+end:], "): ") || s[n+1:n+end] == "s" {
			return atStart
		}
	default:
		return atStart
	}
	return afterMark
}

func behindBlank(s string, loud bool) edge {
	rest := strings.TrimLeft(s, " ")
	if rest == "" {
		return afterWord
	}
	c := rest[0]
	if _, n := timeAt(rest); n > 0 && delimited(rest, n) {
		return afterTime
	}
	if strings.IndexByte("[|:;>*~@\t", c) >= 0 || c >= utf8.RuneSelf || loud && strings.IndexByte("#(<{", c) >= 0 ||
		c == '-' && len(rest) > 1 && strings.IndexByte(" ->", rest[1]) >= 0 || len(s)-len(rest) > 1 {
		return afterMark
	}
	return afterWord
}

// isNothing reports whether s begins with the count 0, or is a field value that describes no error.
func isNothing(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) <= len("undefined") && nothing[strings.ToLower(s)] || strings.HasPrefix(s, "0 ") || strings.HasPrefix(s, "0,")
}

func set(text string) map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		words[word] = true
	}
	return words
}

var (
	nothing = set("none null nil <nil> no yes true false undefined - 0 n/a")
	// alarms are levels that are as often words of a sentence, unless they are in capitals or brackets.
	alarms = set("alert emergency panic")
	// titles are words that follow "ERROR" in titles and counts.
	titles = set("rate rates count counts budget levels lines is are pages codes messages rules RATE RATES COUNT LOG LOGS PATH MESSAGES RULES")
	// mentions are words that follow "error" in sentences that mention one.
	mentions = set(`error errors exception exceptions from in to of on at is was are were and or after for with by has had if as
		handler handlers handling count counts counter rate rates code codes page pages boundary report reports reporting log logs logging
		logger budget message messages callback middleware threshold thresholds metric metrics level levels correction recovery mode section
		path status tracking`)
	negations = set("0 no zero without not")
)

// levelAlone is the format of a bare level, which is an error only if a message or a stack follows.
const levelAlone = "level alone"

// doubtful reports whether the level is probably just a word, judging by the message and the text after it.
func (r *headReader) doubtful(behind string) bool {
	h := &r.h
	dated := r.timed || !h.time.IsZero()
	switch {
	case h.level < event.Error, h.message != "" && strings.IndexByte("}])+", h.message[0]) >= 0: // the closing line of a longer text
		return false
	case h.message == "":
		if !r.timed && countWords(behind, 1) < 1 && h.requestID == "" {
			h.format = levelAlone
		}
		return false
	case r.indented && r.how < capital && h.time.IsZero(), strings.HasPrefix(r.s, "|") && strings.HasSuffix(r.s, "|"): // a help text or a row of a table
		return true
	case r.how == letter && !dated && h.logger == "":
		return h.level == event.Fatal || countWords(h.message, 3) < 3
	}
	return (h.time.IsZero() || r.how < capital) && (countWords(behind, 1) < 1 || isNothing(h.message))
}

// countWords counts words up to a limit. Numbers, levels, and words such as "none" do not count.
func countWords(s string, limit int) int {
	found := 0
	for found < limit && s != "" {
		n := lettersIn(s)
		if level, _ := levelWord(s[:n]); n > 0 && level == event.Unknown && s[:n] != "of" && !isNothing(s[:n]) || n < len(s) && s[n] >= 0x80 {
			found++
		}
		s = s[max(n, 1):]
	}
	return found
}

// failureWords match anywhere in a line, also inside longer words.
var failureWords = [...]string{"error", "exception", "fail", "fatal", "panic", "critical", "crash", "abort",
	"refused", "denied", "unable to", "cannot ", "could not "}

// MentionsFailure reports whether the first line of a text contains a word such as "failed" or "Exception"
// without a negation before it ("0 errors"). No issue is filed because of it: it only shows users which lines
// without a level may be errors in a format that errmon cannot read.
func MentionsFailure(text string) bool {
	line, _, _ := strings.Cut(text[:min(len(text), 500)], "\n") // bytes: enough to find such a word early in a line
	line = strings.ToLower(line)
	for _, word := range failureWords {
		for part := range strings.SplitAfterSeq(line, word) {
			before, found := strings.CutSuffix(part, word)
			before = strings.TrimRight(before, " ")
			if found && !negations[before[strings.LastIndexByte(before, ' ')+1:]] {
				return true
			}
		}
	}
	return false
}
