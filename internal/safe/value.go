package safe

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// quotedEnd returns the end of the string that begins at start, after quote. It ends at the same quote, or at
// the end of the line if it was cut. quote is k backslashes and a quotation mark. At this level of nesting, a
// backslash in the text is written as 2(k+1), so the closing mark follows k plus a multiple of 2(k+1).
func quotedEnd(s string, start int, quote string) int {
	k := len(quote) - 1
	for i := start; i < len(s); i++ {
		at := backslashes.end(s, i)
		if at == len(s) || s[at] == '\n' {
			return at
		}
		switch n := at - i; {
		case at > start && at+2 < len(s) && s[at] == quote[k] && s[at+1] == s[at] && isAlnum(s[at+2]):
			at++ // SQL doubles a quote
		case s[at] == quote[k] && n%(2*(k+1)) == k:
			return at - k
		case s[at] == quote[k] && n < k:
			return i // the end of the enclosing string
		}
		i = at
	}
	return len(s)
}

// braced matches an ODBC value, which may contain separators: PWD={a;b};
var braced = regexp.MustCompile(`^\{[^{[}][^}]*\};`)

// bareEnd returns the end of the unquoted value at start, without closing punctuation.
func bareEnd(s string, start int) int {
	if _, _, end := placeholderAt(s, start); end > 0 { // left by an earlier round
		start = end
	}
	if strings.HasPrefix(s[start:], wildcard) {
		start += len(wildcard)
	}
	if start < len(s) && s[start] == '{' {
		if m := braced.FindString(s[start:min(len(s), start+maxNear)]); m != "" {
			return start + len(m) - 1
		}
	}
	end := start
	for end < len(s) && !endsBare(s, end) {
		end++
	}
	return start + len(strings.TrimRight(s[start:end], ",;)]}."))
}

// endsBare reports whether the character at i ends an unquoted value. A quote does not if a letter or digit
// follows; a comma, semicolon or ampersand does not if more text without a key follows directly.
func endsBare(s string, i int) bool {
	switch s[i] {
	case ' ', '\t', '\n', '\r', '<', '>':
		return true
	case '\\':
		return i+1 == len(s) || strings.IndexByte(`nrtu"'\/`, s[i+1]) >= 0
	case '"', '\'', '`':
		return i+1 == len(s) || !isAlnum(s[i+1])
	case ',', ';', '&':
		rest := s[i+1 : min(len(s), i+1+maxNear)]
		n := strings.IndexAny(rest, " \t\r\n\"'`<>\\,;&=:)]}")
		if n < 0 {
			return rest == "" || len(rest) == maxNear
		}
		return n == 0 || rest[n] == '=' || rest[n] == ':'
	}
	return false
}

// unset reports whether value stands for "no secret", or is a mask, a variable, an ARN, or only brackets.
func unset(value string) bool {
	return strings.Trim(value, "*xX•.{[(") == "" || len(value) <= len("[redacted]") && unsetWords[strings.ToLower(value)] ||
		strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}") || strings.HasPrefix(value, "$(") ||
		strings.HasPrefix(value, "arn:aws")
}

// prose reports whether the value after a colon is not a secret: "invalid password: must have 8 letters",
// "unexpected token: end", "jsonwebtoken::decode". A single word may be a password if no sentence follows it.
func prose(name, value, after string) bool {
	word := strings.Trim(strings.ToLower(value), "abcdefghijklmnopqrstuvwxyz-") == "" && !random(value)
	switch {
	case !word:
		return len(value) < 4 || strings.HasPrefix(value, ":")
	case strings.HasSuffix(name, "token"), strings.HasSuffix(name, "key"):
		return len(value) < 20
	}
	next, _, _ := strings.Cut(strings.TrimPrefix(after, " "), " ")
	return strings.HasPrefix(after, " ") && !strings.ContainsAny(next, "=:")
}

// drawn reports whether value looks random, as tokens and keys do: it has 16 letters and digits that switch
// between digits, capitals and small letters more often than words do, or 20 letters with at least three runs
// rare in joined words ("maxUserIDs"): several capitals before a small letter, or a lone small letter.
func drawn(value string) bool {
	n, digit, changes, odd := 0, false, 0, 0
	last, run := byte(0), 0 // class of the previous byte, and how many in a row had it
	for i, c := range []byte(value) {
		class := classOf(c)
		if class == 0 {
			if strings.IndexByte("_-+/=.~%:|", c) < 0 || c == ':' && strings.HasPrefix(value[i:], "://") {
				return false
			}
			last = 0
			continue
		}
		n++
		if class == last {
			run++
			continue
		}
		if last == 'A' && class == 'a' && run > 1 || last == 'a' && class == 'A' && run == 1 && changes > 0 {
			odd++
		}
		if last != 0 {
			changes++
		}
		last, run, digit = class, 1, digit || class == '0'
	}
	if digit {
		return n >= 16 && changes*5 >= n
	}
	return n >= 20 && odd >= 3
}

func classOf(c byte) byte {
	switch {
	case isDigit(c):
		return '0'
	case !isLetter(c):
		return 0
	case c >= 'a':
		return 'a'
	}
	return 'A'
}

func tokens(s string) (found []secret) {
	for start := 0; start < len(s); start++ {
		end := inToken.end(s, start)
		if end-start >= 16 && drawn(s[start:end]) {
			found = append(found, secret{start, end, kindToken})
		}
		start = end
	}
	return found
}

var inToken = alphabet("alnum_-+~")

// random reports whether value, unlike a word, has a digit, or an inner capital along with small letters.
func random(value string) bool {
	_, first := utf8.DecodeRuneInString(value)
	return hasDigit(value) || strings.ToLower(value[first:]) != value[first:] && strings.ToUpper(value) != value
}

func hasDigit(value string) bool { return strings.ContainsAny(value, "0123456789") }

// isFunctionWord reports whether word follows an option in a sentence ("--password is required") or is one.
func isFunctionWord(word string) bool { return proseWords[word] || strings.HasPrefix(word, "--") }

// isField reports whether an item of a list is the name of another field rather than a value.
func isField(word string) bool {
	lower := strings.ToLower(word)
	return word == "" || fieldWords[lower] || labels[lower] || isSecretName(word) && !hasDigit(word)
}

var unsetWords, proseWords, fieldWords = words("unset"), words("prose"), words("fields")

// object matches a Java object printed as its class with a hash or its fields: Token@2bd79ce, Token{a64f992.
var object = regexp.MustCompile(`^[\w.$]*[A-Z][\w$]*(?:@[0-9a-f]{1,8}|[{(].*)$`)

// isUUID reports whether value is a UUID. Requests and caches have such ids, which help people debug.
func isUUID(value string) bool { return len(value) == 36 && uuid.Validate(value) == nil }
