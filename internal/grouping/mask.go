package grouping

import (
	"strings"
	"unicode/utf8"
)

// Wildcard stands for a variable part in a template.
const Wildcard = "<*>"

// maxMessage is how many bytes of a message make its template: enough to tell
// errors apart, and a bound on what a hostile line can cost.
const maxMessage = 1000

// Mask turns a message into its template: words stay, what varies from event
// to event becomes a Wildcard. Only the first line counts, since what follows
// is a dump of values more often than not.
func Mask(message string) string {
	message = firstLine(message)
	var b strings.Builder
	b.Grow(len(message))
	for i := 0; i < len(message); {
		switch c := message[i]; {
		case c == '"' || c == '\'' || c == '`':
			i = maskQuoted(&b, message, i)
		case isWord(c):
			end := wordEnd(message, i)
			writeWord(&b, message[i:end], i > 0 && message[i-1] == '=')
			i = end
		default:
			b.WriteByte(c)
			i++
		}
	}
	return strings.TrimSpace(collapse(b.String()))
}

// firstLine cuts a message at its first line break and at maxMessage bytes.
func firstLine(s string) string {
	s = strings.TrimLeft(s, " \t\r\n")
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	if len(s) > maxMessage {
		s = strings.ToValidUTF8(s[:maxMessage], "")
	}
	return s
}

// maskQuoted writes a wildcard for a quoted string that begins at i, as in
// `invalid input syntax for type uuid: "abc"`. An apostrophe inside a word, as
// in "can't", opens no quotation.
func maskQuoted(b *strings.Builder, s string, i int) int {
	quote := s[i]
	inWord := i > 0 && isWord(s[i-1])
	length := strings.IndexByte(s[i+1:], quote)
	if inWord || length <= 0 {
		b.WriteByte(quote)
		return i + 1
	}
	b.WriteByte(quote)
	b.WriteString(Wildcard)
	b.WriteByte(quote)
	return i + length + 2
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= utf8.RuneSelf
}

// wordEnd returns the end of the word at i. Dots, dashes and colons between
// digits belong to it (10.0.0.1, 2026-11-22, 12:30:01, a UUID), so that one
// value is one wildcard.
func wordEnd(s string, i int) int {
	end := i
	for end < len(s) {
		c := s[end]
		if isWord(c) {
			end++
			continue
		}
		joins := c == '.' || c == '-' || c == ':'
		if !joins || end+1 >= len(s) || !isWord(s[end+1]) || !hasDigit(s[i:end]) || !hasDigit(s[end+1:nextBreak(s, end+1)]) {
			break
		}
		end++
	}
	return end
}

// nextBreak returns the end of the run of word characters at i.
func nextBreak(s string, i int) int {
	for i < len(s) && isWord(s[i]) {
		i++
	}
	return i
}

// writeWord writes word, or a wildcard where it looks like a value.
func writeWord(b *strings.Builder, word string, afterEquals bool) {
	if afterEquals || isValue(word) {
		b.WriteString(Wildcard)
		return
	}
	b.WriteString(word)
}

// isValue tells a value from a word of the message: numbers, ids, hashes and
// tokens, but not names that merely end in a digit, such as "utf8".
func isValue(word string) bool {
	switch {
	case names[strings.ToLower(word)]:
		return false
	case hasDigit(word):
		return true
	case len(word) >= 8 && isHex(word):
		return true // "deadbeef…": no English word of eight letters has only a to f
	default:
		return len(word) >= 24 && mixedCase(word) // a token without a digit
	}
}

// names are words of ordinary messages that hold a digit and do not vary.
var names = map[string]bool{
	"utf8": true, "utf16": true, "base64": true, "sha1": true, "sha256": true, "md5": true, "http2": true,
	"s3": true, "ec2": true, "ipv4": true, "ipv6": true, "oauth2": true, "x509": true, "log4j": true,
	"k8s": true, "i18n": true, "l10n": true, "h2": true, "p12": true, "int32": true, "int64": true,
	"float64": true, "uint64": true, "python3": true, "e2e": true, "route53": true, "neo4j": true,
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

func isHex(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }) < 0
}

// mixedCase reports whether upper and lower case alternate as they do in
// tokens and not in CamelCase names: two upper-case letters in a row after a
// lower-case one, more than once.
func mixedCase(s string) bool {
	changes := 0
	for i := 2; i < len(s); i++ {
		if isUpper(s[i]) && isUpper(s[i-1]) && !isUpper(s[i-2]) {
			changes++
		}
	}
	return changes >= 2
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// collapse joins wildcards that stand next to each other, with only
// separators between, so that a list of three values and one of five make the
// same template.
func collapse(s string) string {
	parts := strings.Split(s, Wildcard)
	if len(parts) < 3 {
		return s
	}
	var b strings.Builder
	b.WriteString(parts[0])
	for i := 1; i < len(parts); i++ {
		b.WriteString(Wildcard)
		for i < len(parts)-1 && isSeparator(parts[i]) {
			i++
		}
		b.WriteString(parts[i])
	}
	return b.String()
}

func isSeparator(s string) bool {
	return len(s) <= 3 && strings.Trim(s, " ,.:;-/|_+") == ""
}
