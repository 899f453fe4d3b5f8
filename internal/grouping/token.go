package grouping

import (
	"hash/maphash"
	"strings"
)

// traits are what is known of a token by its text alone.
type traits uint16

const (
	isText      traits = 1 << iota // a word, and no separator
	isWild                         // a Wildcard and nothing else
	isPartial                      // a word that holds a wildcard: "Session@<*>"
	isName                         // a name as programs give them: "com.example.Cart", "a/b"
	isJoined                       // words joined to one: "search-api", "stock_levels"
	isCapital                      // a constant in capitals: "PENDING"
	isGrammar                      // a word that says what happens: "started", "not"
	isInflected                    // a word that says what happens by its ending: "rejected", "validation"
	isFiller                       // a word that says nothing by itself: "the"; grammar too
	isFault                        // the class of an exception: it distinguishes errors
	isRole                         // a word behind which a name stands: "user"
	isLearned                      // stands for a value elsewhere in the same log
)

// token is a part of a masked template: a word, or a sign between words.
type token struct {
	text   string
	hash   uint64
	traits traits
}

func (t *token) is(any traits) bool { return t.traits&any != 0 }

// isConst reports whether the token is a word that does not vary.
func (t *token) isConst() bool { return t.is(isText) && !t.is(isPartial) }

// counts reports whether the token is a word that distinguishes its message from others.
func (t *token) counts() bool { return t.isConst() && !t.is(isFiller) }

// seed makes hashes that nobody can aim at. Nothing but speed depends on it:
// whoever compares hashes compares tokens after it.
var seed = maphash.MakeSeed()

func newToken(text string) token {
	t := token{text: text, hash: maphash.String(seed, text) | 1}
	if text == Wildcard {
		t.traits = isText | isWild | isPartial
		return t
	}
	partial := strings.Contains(text, Wildcard)
	if !partial && !isWord(text[len(text)-1]) {
		return t
	}
	t.traits = isText | shapeOf(text)
	if partial {
		t.traits |= isPartial | isName
	}
	lower := strings.ToLower(text)
	switch {
	case fillers[lower]:
		t.traits |= isGrammar | isFiller
	case grammar[lower]:
		t.traits |= isGrammar
	case inflected(lower):
		t.traits |= isInflected
	}
	if roles[lower] {
		t.traits |= isRole
	}
	return t
}

func shapeOf(text string) traits {
	inner := strings.TrimLeft(text, `.:/@$+~\-|`)
	switch {
	case isFaultName(text):
		return isFault
	case strings.ContainsAny(inner, `./\@$|`):
		return isName
	case len(text) > 1 && strings.ToUpper(text) == text:
		return isCapital
	case strings.ContainsAny(inner, "-_"):
		return isJoined
	}
	return 0
}

// inflected distinguishes words that say what happened: "user validation rejected".
// Those that end in "ing" are names as often: "billing", "staging".
func inflected(word string) bool {
	if len(word) > 4 && strings.HasSuffix(word, "ed") {
		return true
	}
	for _, ending := range []string{"tion", "sion", "ment", "ance", "ence", "ness"} {
		if len(word) > 6 && strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// tokenEnd returns the end of the token at i of a masked template. Joints at
// the end of a word are signs: "failed:", and so is a row of dots: "disk
// check....: 3".
func tokenEnd(s string, i int) int {
	end := i
	for end < len(s) {
		if s[end] == '<' && strings.HasPrefix(s[end:], Wildcard) {
			end += len(Wildcard)
			continue
		}
		if s[end] == ':' || strings.HasPrefix(s[end:], "..") || class[s[end]]&(isLetter|isDigit|isJoint) == 0 {
			break
		}
		end++
	}
	if end == i {
		return i + 1
	}
	last := end
	for last > i && class[s[last-1]]&isJoint != 0 {
		last--
	}
	if last == i {
		return end
	}
	return last
}
