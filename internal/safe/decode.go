package safe

import (
	"html"
	"strings"
)

// decode undoes what URLs (%40), JSON (\u0040, \/) and HTML (&lt;) do to the
// ASCII characters by which values and their context are recognised. offsets maps each
// byte of text, and its end, to its offset in s; it is nil if nothing is encoded.
func decode(s string) (text string, offsets []int) {
	if !strings.Contains(s, "%") && !strings.Contains(s, `\u00`) && !strings.Contains(s, `\/`) && !strings.Contains(s, "&") {
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

// decodeByte returns the first byte that s encodes, and its length in s.
func decodeByte(s string) (c byte, size int) {
	hex, size := "", 1
	switch {
	case len(s) >= 3 && s[0] == '%':
		hex, size = s[1:3], 3
	case len(s) >= 6 && s[:4] == `\u00`:
		hex, size = s[4:6], 6
	case len(s) >= 2 && s[:2] == `\/`:
		return '/', 2
	case s[0] == '&':
		n := strings.IndexByte(s[:min(len(s), maxEntity)], ';') + 1
		if c := html.UnescapeString(s[:n]); n > 0 && len(c) == 1 {
			return c[0], n
		}
	}
	if hex != "" && isHexDigit(hex[0]) && isHexDigit(hex[1]) {
		if c := hexValue(hex[0])<<4 | hexValue(hex[1]); c >= ' ' && c < 0x7f {
			return c, size
		}
	}
	return s[0], 1
}

// maxEntity is the length of the longest entity that matters, as in "&quot;" and "&#0039;".
const maxEntity = 8

func hexValue(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
