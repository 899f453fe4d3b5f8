package safe

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Length limits of the sinks, in characters.
const (
	maxTitle    = 256    // GitHub's
	maxTerminal = 70_000 // a whole issue, whose body GitHub limits to 65,536
	maxCommand  = 4096   // where the runner cuts an annotation's message
)

// Fenced returns s as a fenced code block. limit, at least 64 runes, includes the fences and the final
// newline. The fence is longer than any run of backticks in the block.
func (r *Redactor) Fenced(s string, limit int) Text { return r.Source(s, "", limit) }

// Source is like Fenced, but marks the block as code in a language, such as "go".
func (r *Redactor) Source(s, of string, limit int) Text {
	if !language.MatchString(of) {
		of = ""
	}
	text, more := r.prepare(s, limit)
	return fit(strings.TrimRight(text, "\n"), more, limit, "\n"+cutMark, func(s string) string {
		s = inCode(s)
		f := backticks(s, 3)
		return f + of + "\n" + s + "\n" + f + "\n"
	})
}

// Code returns s as an inline code span on one line, in at most limit runes (at least 32), or nothing if s is
// blank. It is for table cells: elsewhere GitHub shows the backslash before a "|".
func (r *Redactor) Code(s string, limit int) Text {
	return r.line(s, limit, " "+cutMark, func(s string) string {
		s = strings.ReplaceAll(inCode(s), `\|`, `\`+gap+`|`) // or it would escape our backslash
		s = strings.ReplaceAll(s, "|", `\|`)
		f := backticks(s, 1)
		if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
			s = " " + s + " "
		}
		return f + s + f
	})
}

// Cell returns s as the plain text of a table cell, on one line and in at most limit runes (at least 32).
func (r *Redactor) Cell(s string, limit int) Text {
	return r.line(s, limit, " "+cutMark, func(s string) string { return markup.ReplaceAllString(defusePlain(s), `\$0`) })
}

// markup matches punctuation that has a meaning within a line in CommonMark, GFM or GitHub's formulas.
var markup = regexp.MustCompile("[\\\\`*_{}\\[\\]()<>#!|~&$]")

// Title returns s as the title of an issue, on one line and in at most limit runes, and never more than
// GitHub's 256. GitHub renders only code in backticks, emoji and references there; Title breaks the last two.
func (r *Redactor) Title(s string, limit int) Text {
	return r.line(s, min(limit, maxTitle), "…", defusePlain)
}

// URL returns s as an address for a Markdown link. It returns false unless s is an absolute http or https
// address of at most 2,048 bytes without a secret. It rejects GitHub's: a linked issue would show a backlink.
func (r *Redactor) URL(s string) (Text, bool) {
	u, err := url.Parse(s)
	if err != nil || len(s) > 2048 || u.Scheme != "http" && u.Scheme != "https" {
		return Text{}, false
	}
	host := strings.ToLower(u.Host)
	if u.User != nil || !plainHost.MatchString(host) || strings.Contains(host, "github") || r.Redact(s) != s {
		return Text{}, false
	}
	return Text{percentEncode(u.String(), notInURL)}, true
}

var (
	// plainHost does not match user names, IPv6 addresses, or letters that only look Latin.
	plainHost = regexp.MustCompile(`^[a-z0-9.-]+(:\d+)?$`)
	page      = regexp.MustCompile(`^https?://[A-Za-z0-9.:-]+/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$`)
	fullSHA   = regexp.MustCompile(`^[0-9a-f]{40}$`)
	language  = regexp.MustCompile(`^[a-z]*$`)
	// Characters that are invalid in an address or its path, or special in Markdown or HTML, such as ";".
	notInURL, notInPath = regexp.MustCompile(`[^\w.~:/?#=&+,$%!-]`), regexp.MustCompile(`[^\w.~:/=+-]`)
)

func percentEncode(s string, not *regexp.Regexp) string {
	return not.ReplaceAllStringFunc(s, func(c string) string {
		return "%" + strings.ReplaceAll(fmt.Sprintf("% X", c), " ", "%")
	})
}

// Mrkdwn returns s for a Slack message: a code span on one line, in at most limit runes (at least 32), or
// nothing if s is blank. It is always code because mrkdwn cannot escape "*", "_" and "~", and because Slack
// turns host names outside code into links.
func (r *Redactor) Mrkdwn(s string, limit int) Text {
	return r.line(s, limit, " "+cutMark, func(s string) string { return "`" + mrkdwnEscapes.Replace(s) + "`" })
}

// mrkdwnEscapes escapes the characters that Slack requires as entities, which disables <@U1>, <!channel> and
// <https://h.example|label>. It replaces the backtick, which has no entity and cannot occur in a code span.
var mrkdwnEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "'")

// Terminal returns s for stdout or stderr, with its line breaks, in at most 70,000 runes. The runner executes
// commands in both: "::name::" at the start of a line, even after white space, and "##[name]" anywhere. They
// are broken with a visible space because the runner ignores a zero-width one.
func (r *Redactor) Terminal(s string) Text {
	text, more := r.prepare(s, maxTerminal)
	return fit(text, more, maxTerminal, "\n"+cutMark, partCommands)
}

// Command returns s as an annotation's message, one line of at most 4,096 runes. The caller must encode it.
func (r *Redactor) Command(s string) Text { return r.line(s, maxCommand, " "+cutMark, partCommands) }

var lineCommand = regexp.MustCompile(`(?m)^([\pZ\t]*:):`)

func partCommands(s string) string {
	s = strings.ReplaceAll(s, "##[", "## [")
	s = lineCommand.ReplaceAllString(s, "$1 :")
	if strings.HasPrefix(s, ":") {
		s = " " + s // the caller may have printed a colon just before
	}
	return s
}

// Permalink returns the address of a line of a file at a full SHA, for a Markdown link. The
// link adds no event to an issue's timeline. It returns false if a part is malformed or needs redaction.
func (r *Redactor) Permalink(repository, sha, path string, line int) (Text, bool) {
	if !page.MatchString(repository) || !fullSHA.MatchString(sha) || line < 1 || r.Redact(path) != path {
		return Text{}, false
	}
	return Text{fmt.Sprintf("%s/blob/%s/%s#L%d", repository, sha, percentEncode(path, notInPath), line)}, true
}

// Comparison returns the address of the diff between two commits. It returns false if a part is malformed.
func Comparison(repository, from, to string) (Text, bool) {
	if !page.MatchString(repository) || !fullSHA.MatchString(from) || !fullSHA.MatchString(to) {
		return Text{}, false
	}
	return Text{fmt.Sprintf("%s/compare/%s...%s", repository, from, to)}, true
}

// gap, a zero-width space, breaks up anything GitHub would interpret. clean removes gaps from foreign text.
const gap = "\u200b"

// live lists what GitHub interprets in an issue outside code, and how to break it.
var live = []struct {
	pattern *regexp.Regexp
	parted  string
}{
	{regexp.MustCompile(`@`), "@" + gap},                       // mentions, user@SHA, e-mail addresses
	{regexp.MustCompile(`#(\d)`), "#" + gap + "$1"},            // #1, owner/repo#1
	{regexp.MustCompile(`(?i)\b(gh-)(\d)`), "$1" + gap + "$2"}, // GH-1
	{regexp.MustCompile(`<!--`), "<!" + gap + "--"},            // a comment, such as our markers
	{regexp.MustCompile(`--(!?)>`), "--$1" + gap + ">"},        // the end of a comment
	{regexp.MustCompile(`&(#?\w+;)`), "&" + gap + "$1"},        // &#64; is a mention's @
	{regexp.MustCompile(`!\[`), "!" + gap + "["},               // an image
	{regexp.MustCompile(`(?i)<(img|picture|source|video|audio|iframe|svg|image)`), "<" + gap + "$1"},
	{regexp.MustCompile(`(?i):(//|[a-z+-])`), ":" + gap + "$1"}, // URLs, mailto:, :emoji:
	{regexp.MustCompile(`(?i)\b(www)\.`), "$1" + gap + "."},     // links without a scheme
	{longRun, "$0" + gap},
}

// longRun is the longest run of backticks left whole: the fence must be longer and leave room for the text.
var longRun = regexp.MustCompile("`{8}")

// commit matches a possible SHA, which GitHub links from seven digits on, even beside an escaped "_".
var commit, sixth = regexp.MustCompile(`(?i)[0-9a-z]{7,}`), regexp.MustCompile(`(?i)([0-9a-f]{5})([0-9a-f])`)

// defusePlain breaks everything that GitHub would interpret outside code.
func defusePlain(s string) string {
	for _, l := range live {
		s = l.pattern.ReplaceAllString(s, l.parted)
	}
	return commit.ReplaceAllStringFunc(s, func(word string) string {
		if strings.Trim(word, "0123456789abcdefABCDEF") != "" {
			return word
		}
		return sixth.ReplaceAllString(word, "$1"+gap+"$2")
	})
}

// inCode breaks the little that is not inert in code: backtick runs too long to fence, and comments like our
// markers, which are searched for in the body's source. The rest stays as it is, so people can copy it.
func inCode(s string) string {
	return longRun.ReplaceAllString(ownComment.ReplaceAllString(s, "<!"+gap+"--$1"), "$0"+gap)
}

var ownComment = regexp.MustCompile(`(?i)<!--(\s*errmon)`)

// backticks returns a run of at least n backticks that is longer than any in s.
func backticks(s string, n int) string {
	f := strings.Repeat("`", n)
	for strings.Contains(s, f) {
		f += "`"
	}
	return f
}
