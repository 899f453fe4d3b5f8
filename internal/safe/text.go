// Package safe is the only way for foreign text to reach an issue, the step summary,
// Slack or the runner's log. It defines what is redacted, and what each sink would
// interpret rather than show (clean.go, defuse.go, markdown.go, mrkdwn.go,
// terminal.go).
//
// It redacts secrets:
//
//   - tokens, by their issuer's mark or shape (issued.go, jwt.go, secrets.go);
//   - the values of names such as password, in any notation (named.go, keyname.go,
//     header.go), beside the name or in another column (beside.go, table.go);
//   - credentials by their position: in URLs and connection strings (url.go,
//     secrets.go), command lines (command.go), SQL (insert.go), and among the values
//     that runtimes print in traces (trace.go);
//
// and personal data: e-mail, IP and MAC addresses (email.go, address.go,
// version.go, mac.go), phone and card numbers, IBANs (digits.go, phone.go,
// iban.go). A placeholder with kind and number, "[email-1]", replaces each (label.go).
//
// Every message goes through these rules, so each starts at the few bytes with which
// such a value begins and reads a bounded number of bytes: time grows linearly with
// the length of the text. They also decode URLs, JSON and HTML (decode.go). The
// differences between rules are rows of tables (rows.go, rules/). The rules are our
// own because a library's (gitleaks') are made for source code, take a hundred times
// as long, and add ten megabytes of archives and WebAssembly to the binary.
//
// Foreign text is everything in a log line, a Sentry event or a webhook: anyone who
// can make a service log a line can write it. The publishing rooms accept it only as
// Text, and only this package makes a Text, each for one sink. Our own labels and
// headings do not pass through here.
//
// Every sink works in the same order. The text is cleaned first (invalid UTF-8,
// ANSI, control and invisible characters), because an escape sequence inside a
// secret would hide it from the rules, and cleaning later would restore it; then the
// text is redacted, then cut, then defused for the sink.
//
// It is pure and imports nothing from this project.
package safe

import (
	"sort"
	"unicode/utf8"
)

// Text is foreign text made harmless for the one sink whose method returned it.
// The zero Text is empty.
type Text struct{ s string }

// String returns the text, to be passed to the sink unchanged.
func (t Text) String() string { return t.s }

// cutMark replaces text that was left out.
const cutMark = "… cut"

// slack is how many runes beyond the limit are searched for secrets, so that one
// that crosses it is seen whole. Only private keys are longer, and their pattern
// needs no end.
const slack = 4096

// prepare returns cleaned and redacted text of about limit runes, which the sink cuts
// further, and whether there was more. The search for secrets stops there because a
// log line may have megabytes.
func (r *Redactor) prepare(s string, limit int) (text string, more bool) {
	text, more = head(clean(s), limit+slack)
	text = r.Redact(text)
	if more {
		// The last slack runes may end in half a secret.
		text, _ = head(text, utf8.RuneCountInString(text)-slack)
	}
	return text, more
}

// line returns s as one encoded line in at most limit runes, or nothing if s is blank.
func (r *Redactor) line(s string, limit int, mark string, encode func(string) string) Text {
	text, more := r.prepare(s, limit)
	if text = oneLine(text); text == "" {
		return Text{}
	}
	return fit(text, more, limit, mark, encode)
}

// fit encodes text into at most limit runes, cutting its end to make room for the
// mark; an uncut text gets no mark. A limit shorter than the mark is exceeded.
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
