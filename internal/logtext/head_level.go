package logtext

import (
	"strings"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
)

// This file decides whether a word in front of a message is its level, and separates
// errors from what only looks like one: tables, counts, lists, help texts and titles.

// accepts decides whether the level word of n bytes is one: by how it is
// written, what is before it, and how it is set off from what follows.
func (r *headReader) accepts(s string, n int, how spelling) bool {
	right := r.right(s, n, how)
	value, valued := strings.CutPrefix(s[n:], ":")
	set := right == afterMark || right == afterTime
	switch {
	case right == atStart, how <= small && (valued && isNothing(value) || alarms[strings.ToLower(s[:n])]):
		return false
	case how == letter && !set:
		return r.left == afterTime && s[0] != 'I' && s[0] != 'A' || r.left >= afterMark && r.left < afterWord && r.timed
	case how == letter:
		return r.left != afterWord || r.timed
	case how == capital && r.left != afterWord:
		return set || !isTitle(s[n:])
	case how == capital:
		return !isNegated(r.names) && (set || r.timed && r.plain == 1 && isLower(r.names) && !isMention(s[n:]))
	case r.left == atStart:
		return set && (s[0] != 'E' || s[n] != ':' || right == afterTime) // "Error: …" is an exception
	case set:
		return r.left != afterWord && r.plain == 0
	case r.left == afterTime && how == small && !isMention(s[n:]):
		return s[0] >= 'a' && s[0] != 'p'
	}
	return r.left == afterMark && how == small && s[0] >= 'a' && (r.placed || startsSentence(s[n:]))
}

// startsSentence reports whether the next word is in title case.
func startsSentence(s string) bool {
	s = strings.TrimLeft(s, " ")
	return len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z'
}

// right returns what follows a level of n bytes: atStart where it goes on as
// another word, and else afterWord for a word.
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
	case c == '(' && isCall(s[n:]):
	default:
		return atStart
	}
	return afterMark
}

// isCall recognises "(name): ".
func isCall(s string) bool {
	end := strings.IndexByte(s, ')')
	return end > 1 && isWord(s[1:end]) && strings.HasPrefix(s[end:], "): ") && s[1:end] != "s"
}

// behindBlank returns what follows a level and a blank.
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

// isNothing recognises the value of a count or a field that says there is no error.
func isNothing(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) <= len("undefined") && nothing[strings.ToLower(s)] || strings.HasPrefix(s, "0 ") || strings.HasPrefix(s, "0,")
}

// set holds the words of a text.
func set(text string) map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		words[word] = true
	}
	return words
}

var (
	nothing = set("none null nil <nil> no yes true false undefined - 0 n/a")
	// alarms are levels that sentences use as often, unless they are in capitals or brackets.
	alarms = set("alert emergency panic")
	// titles are what follows on "ERROR" in titles and counts.
	titles = set("rate rates count counts budget levels lines is are pages codes messages rules RATE RATES COUNT LOG LOGS PATH MESSAGES RULES")
	// mentions are what follows on "error" in sentences that speak of one.
	mentions = set(`error errors exception exceptions from in to of on at is was are were and or after for with by has had if as
		handler handlers handling count counts counter rate rates code codes page pages boundary report reports reporting log logs logging
		logger budget message messages callback middleware threshold thresholds metric metrics level levels correction recovery mode section
		path status tracking`)
)

// isTitle reports whether "ERROR" and what follows it are a title.
func isTitle(s string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(s, " "), " ")
	return titles[strings.TrimSuffix(word, ":")]
}

// isMention reports whether "error" and what follows it are part of a sentence.
func isMention(s string) bool {
	s = strings.TrimLeft(s, " ")
	return mentions[strings.ToLower(s[:lettersIn(s)])]
}

// levelAlone is the format of a line that has a level and nothing else. It is an
// error only if another line says what failed.
const levelAlone = "level alone"

// doubtful reports whether the message is none, from that and all that stands behind the level.
func (r *headReader) doubtful(behind string) bool {
	h := &r.h
	dated := r.timed || !h.time.IsZero()
	switch {
	case h.level < event.Error:
		return false
	case h.message == "":
		if !dated && countWords(behind, 1) < 1 && h.requestID == "" {
			h.format = levelAlone
		}
		return false
	case strings.IndexByte("}])+", h.message[0]) >= 0: // a line of something longer
		return false
	case r.indented && r.how < capital: // a help text
		return true
	case strings.HasPrefix(r.s, "|") && strings.HasSuffix(r.s, "|"): // a row of a table
		return true
	case r.how == letter && !dated && h.logger == "":
		return h.level == event.Fatal || countWords(h.message, 3) < 3
	}
	return (h.time.IsZero() || r.how < capital) && (countWords(behind, 1) < 1 || isNothing(h.message))
}

// countWords counts the words of a message up to a limit, without numbers, the
// names of levels and what says that there is nothing.
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

// maxMention is how many bytes of a text MentionsFailure looks at.
const maxMention = 500

// failureWords are stems: what follows one does not matter.
var failureWords = [...]string{"error", "exception", "fail", "fatal", "panic", "critical", "crash", "abort", "refused", "denied", "unable to", "cannot ", "could not "}

// MentionsFailure reports whether the first line of a text has a word such as "failed" or
// "Exception" that no negation stands before ("0 errors"). Nothing is filed because of that: it
// shows a user which lines without a level may be errors in a format that errmon does not read.
func MentionsFailure(text string) bool {
	line, _, _ := strings.Cut(text[:min(len(text), maxMention)], "\n")
	line = strings.ToLower(line)
	for _, word := range failureWords {
		for part := range strings.SplitAfterSeq(line, word) {
			if before, found := strings.CutSuffix(part, word); found && !isNegated(before) {
				return true
			}
		}
	}
	return false
}

// isNegated looks at the word that ends before a failure word.
func isNegated(before string) bool {
	before = strings.TrimRight(before, " ")
	return negations[strings.ToLower(before[strings.LastIndexByte(before, ' ')+1:])]
}

var negations = set("0 no zero without not")
