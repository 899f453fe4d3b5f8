// Package safe redacts secrets and personal data in foreign text, and defuses anything that the sink would
// interpret rather than show (sinks.go). It is the only way for foreign text to reach an issue, the step
// summary, Slack or the runner's log.
//
// It finds secrets
//
//   - by a prefix or form that their issuer gives them (issued.go, rules.go);
//   - by a name like password, as their key in any notation (named.go, keyname.go) or nearby (beside.go);
//   - by their position: in URLs, connection strings and command lines, and among the values
//     that runtimes print in traces (position.go, rules.go);
//
// and personal data by its form: e-mail, IP and MAC addresses (address.go), phone, card and social security
// numbers, IBANs (number.go). It replaces each value with its kind and a number: "[email-1]" (label.go).
//
// Every message goes through these rules, so each rule looks only near the few bytes that can begin its value
// and reads a bounded number of bytes. The rules also decode URLs, JSON and HTML (bytes.go). Their data is in
// tables (rules/). We wrote our own because those of gitleaks are meant for source code, take a hundred times
// as long, and, as a library, add ten megabytes of archives and WebAssembly to the binary.
//
// Foreign text is everything in a log line, a Sentry event or a webhook: anyone who can make a service log a
// line can write it. The packages that publish it accept only a Text, which only this package makes, for one
// sink. The sink's method first removes ANSI, control and invisible characters (except from addresses), since
// an escape sequence in a secret would hide it from the rules. Then it redacts, cuts and defuses the text.
//
// It is pure and imports nothing from this project.
package safe

import (
	"regexp"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is foreign text made harmless for the one sink whose method returned it. The zero Text is empty.
type Text struct{ s string }

// String returns the text. Pass it to the sink unchanged.
func (t Text) String() string { return t.s }

const (
	cutMark = "… cut" // replaces text that was left out
	// slack is how many runes beyond the limit are searched for secrets, so that a secret at the limit
	// is seen whole. Private keys and headers may be longer, but their rules need not see the end.
	slack = 4096
)

// prepare returns s, cleaned and redacted. If s has over limit+slack runes (a line may have megabytes), it
// returns about the first limit runes, and more is true.
func (r *Redactor) prepare(s string, limit int) (text string, more bool) {
	text, more = head(clean(s), limit+slack)
	text = r.Redact(text)
	if more {
		// The last slack runes may end in half a secret.
		text, _ = head(text, utf8.RuneCountInString(text)-slack)
	}
	return text, more
}

func (r *Redactor) line(s string, limit int, mark string, encode func(string) string) Text {
	text, more := r.prepare(s, limit)
	if text = oneLine(text); text == "" {
		return Text{}
	}
	return fit(text, more, limit, mark, encode)
}

// fit encodes text into at most limit runes. It adds the mark if it cuts the end, or if prepare did (more).
func fit(text string, more bool, limit int, mark string, encode func(string) string) Text {
	first := func(n int) string {
		short, cut := head(text, n)
		if cut || more {
			short += mark
		}
		return encode(short)
	}
	tooLong := func(s string) bool { return utf8.RuneCountInString(s) > limit }
	if whole := first(limit); !tooLong(whole) {
		return Text{whole}
	}
	return Text{first(sort.Search(limit, func(n int) bool { return tooLong(first(n + 1)) }))}
}

// head returns the first n runes of s and whether any were left out.
func head(s string, n int) (string, bool) {
	if n >= len(s) {
		return s, false
	}
	for i := range s {
		if n <= 0 {
			return s[:i], true
		}
		n--
	}
	return s, false
}

// ansi matches a terminal escape sequence: CSI (also in its C1 form), OSC with its end, or any other.
var ansi = regexp.MustCompile(`(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]?`)

// lineBreaks replaces every character that some program treats as the end of a line.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
	"\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// WithoutANSI returns s, which must be valid UTF-8, without terminal escape sequences.
func WithoutANSI(s string) string { return ansi.ReplaceAllString(s, "") }

// clean makes s valid UTF-8, turns line breaks into \n, and removes everything else that a reader cannot see
// except \t: ANSI sequences, bidirectional controls, zero-width characters and variation selectors.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	s = lineBreaks.Replace(WithoutANSI(s))
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf,
			unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			return -1
		}
		return r
	}, s)
}

// isClean is a cheap check for text that needs no cleaning because it contains only printable ASCII, Latin,
// Greek, Cyrillic, kana and Chinese characters, which are visible and do not break lines.
func isClean(s string) bool {
	for _, r := range s {
		ascii := r >= ' ' && r < 0x7f || r == '\n' || r == '\t'
		if !ascii && (r < 0xae || r >= 0x300) && (r < 0x370 || r >= 0x530) && (r < 0x3041 || r >= 0x3100) && (r < 0x4e00 || r >= 0xa000) {
			return false
		}
	}
	return true
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
