package safe

import (
	"regexp"
	"strings"
	"unicode"
)

// ansi matches a terminal escape sequence: CSI (also in its C1 form), OSC with
// its terminator, or any other introduced by ESC.
var ansi = regexp.MustCompile(`(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]` +
	`|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)` +
	`|\x1b[ -/]*[0-~]?`)

// lineBreaks are all the characters that some reader takes for the end of a line.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
	"\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// clean makes s valid UTF-8, with \n and \t as its only control characters and
// nothing in it that a reader cannot see: no ANSI sequences, no bidirectional
// controls, no zero-width characters, no variation selectors.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = lineBreaks.Replace(ansi.ReplaceAllString(s, ""))
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
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
