package grouping

import (
	_ "embed"
	"hash/maphash"
	"strings"
)

// traits are the properties of a token. All but isLearned follow from its text.
type traits uint16

const (
	isText      traits = 1 << iota // a word, not a separator
	isWild                         // a Wildcard and nothing else
	isPartial                      // a word that contains a wildcard: "Session@<*>"
	isName                         // a name in code: "com.example.Cart", "a/b"
	isJoined                       // several words joined: "search-api", "stock_levels"
	isCapital                      // a constant in capitals: "PENDING"
	isGrammar                      // a word that describes what happens: "started", "not"
	isInflected                    // a word whose ending describes what happens: "rejected", "validation"
	isFiller                       // a word without meaning of its own: "the"; has isGrammar too
	isFault                        // the class of an exception: it distinguishes errors
	isDevice                       // a device or a side of a connection, which messages are about: "disk", "client"
	isRole                         // a word that precedes a name: "user"
	isLearned                      // a value in another template
)

// token is a word of a masked template, or a sign between words.
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

// seed makes hashes unpredictable, so nobody can slow mining down with collisions. Matches are also compared.
var seed = maphash.MakeSeed()

func newToken(text string) token {
	t := token{text: text, hash: maphash.String(seed, text) | 1}
	text = strings.TrimSuffix(text, portNumber)
	switch {
	case text == Wildcard:
		t.traits = isText | isWild | isPartial
		return t
	case strings.Contains(text, Wildcard):
		t.traits = isText | shapeOf(text) | isPartial | isName
	case isWord(text[len(text)-1]):
		t.traits = isText | shapeOf(text)
	default:
		return t
	}
	lower := strings.ToLower(text)
	switch n := len(text); {
	case fillers[lower]:
		t.traits |= isGrammar | isFiller
	case grammar[lower], states[lower]:
		t.traits |= isGrammar
	case devices[lower], sides[lower]:
		t.traits |= isDevice
	case text[1:] == lower[1:] && (n > 6 && nounEnds[lower[n-4:]] || n > 4 && strings.HasSuffix(lower, "ed")):
		t.traits |= isInflected // "user validation rejected"; but words in "-ing" are often names: "billing", "staging"
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

// tokenEnd returns the end of the token at i in a masked template. Joints at the end of a word are
// separate tokens, as in "failed:", and so are rows of dots: "disk check....: 3".
func tokenEnd(s string, i int) int {
	end := i
	for end < len(s) {
		if s[end] == '<' && strings.HasPrefix(s[end:], Wildcard) {
			end += len(Wildcard)
			continue
		}
		if s[end] == ':' || strings.HasPrefix(s[end:], "..") || class[s[end]]&inPiece == 0 {
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
	switch word := s[i:last]; {
	case isTitle(word):
		return titleEnd(s, last)
	case strings.HasPrefix(s[last:], unitNumber) && strings.ToUpper(word) == word:
		return last + len(unitNumber)
	case strings.HasPrefix(s[last:], portNumber) && strings.ToLower(word) == word &&
		newToken(word).traits&(isPartial|isGrammar|isInflected) == 0:
		return last + len(portNumber)
	}
	return last
}

// The number after a unit's name and the port after a host's are part of the name's token, so that the token
// can stand where another message has a value: "synchronized to LOCAL(0)" and "synchronized to 10.0.0.1",
// "wpad:80 is open" and "10.0.0.1:80 is open".
const (
	unitNumber = "(" + Wildcard + ")"
	portNumber = ":" + Wildcard
)

// isTitle reports whether only the first letter of a word is a capital.
func isTitle(word string) bool {
	inside := func(r rune) bool { return r < 'a' || r > 'z' }
	return len(word) > 1 && isUpper(word[0]) && !strings.ContainsFunc(word[1:], inside)
}

// titleEnd returns the end of a name of several words; its first word ends at end. The name is one
// token: "Music Server". Words that describe what happened do not belong to it: "Link Down".
func titleEnd(s string, end int) int {
	for end < len(s) && s[end] == ' ' {
		next := skip(s, end+1, inWord)
		word := s[end+1 : next]
		continued := next < len(s) && class[s[next]]&isJoint != 0 && s[next] != '.' && s[next] != ':' && s[next] != '-'
		if continued || !isTitle(word) || newToken(word).traits&(isGrammar|isInflected|isFault) != 0 {
			break
		}
		end = next
	}
	return end
}

//go:embed words.txt
var wordsFile string

// words returns the words of a named list in words.txt.
func words(list string) map[string]bool {
	set := map[string]bool{}
	for row := range strings.Lines(wordsFile) {
		if name, words, _ := strings.Cut(row, " "); name == list {
			for word := range strings.FieldsSeq(words) {
				set[word] = true
			}
		}
	}
	return set
}

// The lists for masking.
var (
	constants, units, dateNames, currencies = words("constants"), words("units"), words("dateNames"), words("currencies")
	topLevel, countries, sources            = words("topLevel"), words("countries"), words("sources")
	ports, methods, connectors              = words("ports"), words("methods"), words("connectors")
)

// The lists for mining.
var (
	roles, givers, causes, fillers  = words("roles"), words("givers"), words("causes"), words("fillers")
	states, devices, sides, grammar = words("states"), words("devices"), words("sides"), words("grammar")
	nounEnds                        = words("nounEnds")
)
