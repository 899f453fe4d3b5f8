package safe

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ansi matches a terminal escape sequence: CSI (also in its C1 form), OSC with
// its terminator, or any other introduced by ESC.
var ansi = regexp.MustCompile(`(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]` +
	`|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)` +
	`|\x1b[ -/]*[0-~]?`)

// lineBreaks are all the characters that some reader treats as the end of a line.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
	"\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// clean makes s valid UTF-8, with \n and \t as its only control characters and
// nothing in it that a reader cannot see: no ANSI sequences, no bidirectional
// controls, no zero-width characters, no variation selectors.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	s = lineBreaks.Replace(ansi.ReplaceAllString(s, ""))
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
}

// isClean is a cheap check for text that needs no cleaning: printable ASCII and the
// characters of plainLetter.
func isClean(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= ' ' && c < 0x7f || c == '\n' || c == '\t' {
			continue
		} else if c < utf8.RuneSelf {
			return false
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if size == 1 || !plainLetter(r) {
			return false
		}
		i += size - 1
	}
	return true
}

// plainLetter matches the scripts of most logs. Every character within these bounds
// is visible and does not break a line.
func plainLetter(r rune) bool {
	return r >= 0xae && r < 0x300 || // Latin
		r >= 0x370 && r < 0x530 || // Greek, Cyrillic
		r >= 0x3041 && r < 0x3100 || // Japanese
		r >= 0x4e00 && r < 0xa000 // Chinese, Japanese
}

func invisible(r rune) bool {
	if r < 0x7f {
		return r < ' ' && r != '\n' && r != '\t'
	}
	return unicode.In(r, unicode.Cc, unicode.Cf,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// oneLine turns every run of white space into one space and trims the ends.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
