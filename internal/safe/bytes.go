package safe

import (
	"encoding/hex"
	"html"
	"regexp"
	"strings"
)

// signs is a set of bytes: one bit for each ASCII byte. All other bytes share the bit of NUL.
type signs struct{ low, high uint64 }

var signOf = func() (of [256]signs) {
	for c := range of {
		switch {
		case c < 64:
			of[c].low = 1 << c
		case c < 128:
			of[c].high = 1 << (c - 64)
		default:
			of[c].low = 1
		}
	}
	return of
}()

func signsIn(s string) (in signs) {
	for i := range len(s) {
		in.add(s[i])
	}
	return in
}

var everySign, decimals, backslashes = signs{^uint64(0), ^uint64(0)}, signsIn("0123456789"), signsIn(`\`)

// alphabet returns the characters that a table describes: the name of a class, then further characters.
func alphabet(description string) signs {
	const decimal, letters = "0123456789", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for class, in := range map[string]string{"digit": decimal, "hex": decimal + "abcdefABCDEF", "alnum": decimal + letters} {
		if others, ok := strings.CutPrefix(description, class); ok {
			return signsIn(in + others)
		}
	}
	panic("no class " + description) // a mistake in this package's tables
}

func (in *signs) add(c byte)          { in.low, in.high = in.low|signOf[c].low, in.high|signOf[c].high }
func (in signs) has(c byte) bool      { return in.hasAny(signOf[c]) }
func (in signs) hasAny(of signs) bool { return in.low&of.low|in.high&of.high != 0 }
func (in signs) hasAll(of signs) bool { return of.low&^in.low|of.high&^in.high == 0 }

// end returns the end of the run of these characters that begins at i; i if there is none.
func (in signs) end(s string, i int) int {
	for i < len(s) && in.has(s[i]) {
		i++
	}
	return i
}

// start returns the start of the run of these characters that ends at i; i if there is none.
func (in signs) start(s string, i int) int {
	for i > 0 && in.has(s[i-1]) {
		i--
	}
	return i
}

func isDigit(c byte) bool    { return c >= '0' && c <= '9' }
func isLetter(c byte) bool   { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isAlnum(c byte) bool    { return isDigit(c) || isLetter(c) }
func isWord(c byte) bool     { return isAlnum(c) || c == '_' }
func isQuote(c byte) bool    { return c == '"' || c == '\'' || c == '`' }
func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// decode undoes encodings of ASCII in URLs (%40), JSON (\u0040, \/), HTML (&lt;) and East Asian texts (：). It
// blanks colours. offsets maps each byte of text, and its end, to an offset in s; nil if nothing changes.
func decode(s string, in signs) (text string, offsets []int) {
	escapes := in.has('\\') && (strings.Contains(s, `\u00`) || strings.Contains(s, `\/`) || strings.Contains(s, `\x1b[`))
	if !escapes && !in.has('%') && !in.has('&') && (!in.has(0x80) || !strings.Contains(s, colon)) {
		return s, nil
	}
	b := make([]byte, 0, len(s))
	at := make([]int, 0, len(s)+1)
	for i := 0; i < len(s); {
		c, size := decodeByte(s[i:])
		b, at = append(b, c), append(at, i)
		i += size
	}
	if len(b) == len(s) {
		return s, nil
	}
	return string(b), append(at, len(s))
}

const colon = "：" // full width, as in Chinese and Japanese texts

// colour matches the escape sequence of a colour in a JSON string and in what Python's repr prints.
var colour = regexp.MustCompile(`^\\(?:u001[bB]|x1[bB])\[[\d;]*m`)

func decodeByte(s string) (c byte, size int) {
	digits, size := "", 1
	switch {
	case s[0] == '\\' && colour.MatchString(s):
		return ' ', strings.IndexByte(s, 'm') + 1
	case len(s) >= 3 && s[0] == '%':
		digits, size = s[1:3], 3
	case len(s) >= 6 && s[:4] == `\u00`:
		digits, size = s[4:6], 6
	case len(s) >= 2 && s[:2] == `\/`:
		return '/', 2
	case strings.HasPrefix(s, colon):
		return ':', len(colon)
	case s[0] == '&':
		n := strings.IndexByte(s[:min(len(s), maxEntity)], ';') + 1
		if c := html.UnescapeString(s[:n]); n > 0 && len(c) == 1 {
			return c[0], n
		}
	}
	var b [1]byte
	if n, err := hex.Decode(b[:], []byte(digits)); err == nil && n == 1 && b[0] >= ' ' && b[0] < 0x7f {
		return b[0], size
	}
	return s[0], 1
}
