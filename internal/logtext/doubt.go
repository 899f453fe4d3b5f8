package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// This file separates errors from what only looks like one: tables, counts, lists,
// help texts and titles.

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
	return (h.time.IsZero() || r.how < capital) && (countWords(behind, 1) < 1 || isNothing(":"+h.message))
}

// countWords counts the words of a message up to a limit, without numbers, the
// names of levels and what says that there is nothing.
func countWords(s string, limit int) int {
	found := 0
	for found < limit && s != "" {
		n := 0
		for n < len(s) && isLetter(s[n]) {
			n++
		}
		if level, _ := levelWord(s[:n]); n > 0 && level == event.Unknown && s[:n] != "of" && !isNothing(":"+s[:n]) || n < len(s) && s[n] >= 0x80 {
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

// MentionsFailure reports whether the first line of a text has a word such as
// "failed" or "Exception" that no negation stands before ("0 errors"). Nothing is
// filed because of that: it shows a user which lines without a level may be errors
// in a format that errmon does not read.
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
