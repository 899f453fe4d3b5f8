package safe

import (
	"net/url"
	"regexp"
	"strings"
)

// maxTitle is GitHub's limit on the title of an issue, in characters.
const maxTitle = 256

// Fenced returns s as a fenced code block of its own lines, fences and final
// newline included, in at most limit runes (at least 64). The fence is longer
// than any run of backticks within.
func (r *Redactor) Fenced(s string, limit int) Text {
	text, more := r.prepare(s, limit)
	return fit(strings.TrimRight(text, "\n"), more, limit, "\n"+cutMark, fence)
}

func fence(s string) string {
	s = inCode(s)
	f := backticks(s, 3)
	return f + "\n" + s + "\n" + f + "\n"
}

// Code returns s as an inline code span of one line in at most limit runes (at
// least 32), or nothing if s is blank. It is for table cells, where the backslash
// before a "|" is invisible; elsewhere it shows.
func (r *Redactor) Code(s string, limit int) Text {
	return r.line(s, limit, " "+cutMark, codeSpan)
}

func codeSpan(s string) string {
	s = escapePipes(inCode(s))
	f := backticks(s, 1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return f + s + f
}

// escapePipes keeps a "|" from ending the cell. A backslash before it would escape
// ours, so the two are separated.
func escapePipes(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, `\|`, `\`+gap+`|`), "|", `\|`)
}

// Cell returns s as the plain text of a table cell, on one line and in at most
// limit runes (at least 32). Nothing in it is Markdown, HTML or a link.
func (r *Redactor) Cell(s string, limit int) Text {
	return r.line(s, limit, " "+cutMark, func(s string) string { return markup.ReplaceAllString(defusePlain(s), `\$0`) })
}

// markup is the punctuation that has a meaning somewhere within a line: in
// CommonMark, GFM, or GitHub's formulas.
var markup = regexp.MustCompile("[\\\\`*_{}\\[\\]()<>#!|~&$]")

// Title returns s as the title of an issue, on one line and in at most limit
// runes, but never more than GitHub's 256. Titles are plain text except for
// code in backticks, emoji and references; the latter two are broken.
func (r *Redactor) Title(s string, limit int) Text {
	return r.line(s, min(limit, maxTitle), "…", defusePlain)
}

// URL returns s as an address for a Markdown link. It returns false unless s is an
// absolute http or https address of at most 2,048 bytes, without credentials or a
// secret, and not on GitHub, because a link there adds to its target's timeline.
func (r *Redactor) URL(s string) (Text, bool) {
	u, err := url.Parse(s)
	if err != nil || len(s) > 2048 || u.Scheme != "http" && u.Scheme != "https" {
		return Text{}, false
	}
	host := strings.ToLower(u.Host)
	if u.User != nil || !plainHost.MatchString(host) || strings.Contains(host, "github") || r.Redact(s) != s {
		return Text{}, false
	}
	return Text{percentEncode(u.String())}, true
}

// plainHost excludes user names, IPv6 and letters that only look Latin.
var plainHost = regexp.MustCompile(`^[a-z0-9.-]+(:\d+)?$`)

// percentEncode encodes all bytes except those that are valid in an address and plain
// in Markdown and HTML. A ";" could end an entity.
func percentEncode(s string) string {
	const keep = "-._~:/?#=&+,$%!"
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
