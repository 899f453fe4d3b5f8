// Package safe is the one way by which foreign text reaches an issue, the step
// summary, Slack or the runner's log. It owns two rules: what is taken out of a
// text, and what each sink would obey rather than show (clean.go, defuse.go,
// markdown.go, mrkdwn.go, terminal.go).
//
// Taken out are secrets:
//
//   - tokens, by the mark or the shape that their issuer gives them (issued.go, jwt.go,
//     secrets.go);
//   - the values of names such as password, in whatever notation (named.go,
//     keyname.go, header.go), beside the name or in another column (beside.go,
//     table.go);
//   - credentials by their position: in URLs and connection strings (url.go,
//     secrets.go), command lines (command.go), SQL (insert.go), and among the values
//     that runtimes print in traces (trace.go);
//
// and personal data: e-mail, IP and MAC addresses (email.go, address.go,
// version.go, mac.go), phone and card numbers, IBANs (digits.go, phone.go,
// iban.go). Each value is named by kind and number, "[email-1]" (label.go).
//
// Every message goes through these rules, so each starts at the few bytes that such
// a value begins with, and none looks further than a fixed number of bytes: time
// grows with the length of the text alone. They read what URLs, JSON and HTML
// encode as well (decode.go). What differs from rule to rule are rows of tables
// (rows.go, rules/). The rules are our own because a library's
// (gitleaks') are made for source code, take a hundred times as long, and
// bring ten megabytes of archives and WebAssembly into the binary.
//
// Foreign text is all that a log line, a Sentry event or a webhook carries:
// whoever makes a service log a line has written it. The publishing rooms take
// it only as Text, and only this package makes a Text, each for one sink.
// Labels and headings of our own do not pass through here.
//
// Every sink works in the same order. The text is cleaned first (invalid UTF-8,
// ANSI, control and invisible characters), because a secret with an escape
// sequence inside would pass the detector and be whole again afterwards; then
// it is redacted, then cut, then defused for the sink.
//
// It is pure and imports nothing of this project.
package safe

import (
	"sort"
	"unicode/utf8"
)

// Text is foreign text made harmless for the one sink whose method returned it.
// The zero Text is empty.
type Text struct{ s string }

// String returns the text as the sink is to be given it, unchanged.
func (t Text) String() string { return t.s }

// cutMark stands where text was left out.
const cutMark = "… cut"

// slack is how many runes past the cap are still searched for secrets, so that
// one that crosses the cap is seen whole. A longer secret is a private key,
// whose pattern needs no end.
const slack = 4096

// prepare returns the cleaned and redacted text of about limit runes from which
// a sink cuts its own, and reports whether more was there. Secrets are sought
// only this far because a single log line may hold megabytes.
func (r *Redactor) prepare(s string, limit int) (text string, more bool) {
	text, more = head(clean(s), limit+slack)
	text = r.Redact(text)
	if more {
		// The last slack runes may end in half a secret.
		text, _ = head(text, utf8.RuneCountInString(text)-slack)
	}
	return text, more
}

// fit encodes text into at most limit runes, leaving out as many at its end as
// that and the mark need; a text of which nothing is left out gets no mark. A
// limit that the mark alone exceeds is not kept.
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

// head returns the first n runes of s and reports whether that left any out.
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
