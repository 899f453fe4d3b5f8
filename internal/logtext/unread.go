package logtext

import "strings"

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
	for i := range len(line) {
		if beginsWithFailure(line[i:]) && !isNegated(line[:i]) {
			return true
		}
	}
	return false
}

func beginsWithFailure(s string) bool {
	if strings.IndexByte("efpcardu", s[0]|0x20) < 0 { // most bytes, cheaply
		return false
	}
	for _, word := range failureWords {
		if len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) {
			return true
		}
	}
	return false
}

// isNegated looks at the word that ends before a failure word.
func isNegated(before string) bool {
	before = strings.TrimRight(before, " ")
	switch strings.ToLower(before[strings.LastIndexByte(before, ' ')+1:]) {
	case "0", "no", "zero", "without", "not":
		return true
	}
	return false
}
