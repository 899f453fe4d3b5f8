package safe

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// The limits of sinks, in characters.
const (
	maxTitle    = 256    // GitHub's
	maxTerminal = 70_000 // a whole issue, whose body GitHub limits to 65,536
	maxCommand  = 4096   // where the runner cuts an annotation's message
)

// Fenced returns s as a fenced code block of its own lines, fences and final newline included, in
// at most limit runes (at least 64). The fence is longer than any run of backticks within.
func (r *Redactor) Fenced(s string, limit int) Text { return r.Source(s, "", limit) }

// Source returns s like Fenced, as code in the language.
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

// Code returns s as an inline code span of one line in at most limit runes (at least 32), or nothing if s is
// blank. It is for table cells: elsewhere the backslash before a "|" shows.
func (r *Redactor) Code(s string, limit int) Text {
	return r.line(s, limit, " "+cutMark, func(s string) string {
		s = strings.ReplaceAll(inCode(s), `\|`, `\`+gap+`|`) // it would escape our backslash
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

// markup is the punctuation with a meaning within a line: in CommonMark, GFM, or GitHub's formulas.
var markup = regexp.MustCompile("[\\\\`*_{}\\[\\]()<>#!|~&$]")

// Title returns s as the title of an issue, on one line and in at most limit runes, but never more than
// GitHub's 256. Titles are plain text except for code in backticks; emoji and references break.
func (r *Redactor) Title(s string, limit int) Text {
	return r.line(s, min(limit, maxTitle), "…", defusePlain)
}

// URL returns s as an address for a Markdown link. It returns false unless s is an absolute http or https
// address of at most 2,048 bytes, without a secret, and not on GitHub, where a link shows at its target.
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
	// plainHost excludes user names, IPv6 and letters that only look Latin.
	plainHost = regexp.MustCompile(`^[a-z0-9.-]+(:\d+)?$`)
	page      = regexp.MustCompile(`^https?://[A-Za-z0-9.:-]+/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$`)
	fullSHA   = regexp.MustCompile(`^[0-9a-f]{40}$`)
	language  = regexp.MustCompile(`^[a-z]*$`)
	// Characters not valid in an address or its path, or not plain in Markdown and HTML, such as ";".
	notInURL, notInPath = regexp.MustCompile(`[^\w.~:/?#=&+,$%!-]`), regexp.MustCompile(`[^\w.~:/=+-]`)
)

func percentEncode(s string, not *regexp.Regexp) string {
	return not.ReplaceAllStringFunc(s, func(c string) string {
		return "%" + strings.ReplaceAll(fmt.Sprintf("% X", c), " ", "%")
	})
}

// Mrkdwn returns s for a Slack message: an inline code span of one line in at most limit runes (at least 32),
// or nothing if s is blank. Code is the only form, because mrkdwn has no escapes for "*", "_" and "~", and
// Slack links bare host names everywhere else.
func (r *Redactor) Mrkdwn(s string, limit int) Text {
	return r.line(s, limit, " "+cutMark, func(s string) string { return "`" + mrkdwnEscapes.Replace(s) + "`" })
}

// mrkdwnEscapes are the characters that Slack requires as entities, which disables <@U1>, <!channel> and
// <https://h.example|label>, and the backtick, which has no entity and cannot occur in a code span.
var mrkdwnEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "'")

// Terminal returns s for stdout or stderr, line breaks kept, in at most 70,000 runes. The runner reads
// commands from both: "::name::" at the start of a line, even after white space, and "##[name]" anywhere. A
// visible space breaks them: the runner ignores a zero-width one.
func (r *Redactor) Terminal(s string) Text {
	text, more := r.prepare(s, maxTerminal)
	return fit(text, more, maxTerminal, "\n"+cutMark, partCommands)
}

// Command returns s as an annotation's data, on one line of at most 4,096 runes. The caller must encode it.
func (r *Redactor) Command(s string) Text { return r.line(s, maxCommand, " "+cutMark, partCommands) }

var lineCommand = regexp.MustCompile(`(?m)^([\pZ\t]*:):`)

func partCommands(s string) string {
	s = strings.ReplaceAll(s, "##[", "## [")
	s = lineCommand.ReplaceAllString(s, "$1 :")
	if strings.HasPrefix(s, ":") {
		s = " " + s // the text printed before it may end in a colon
	}
	return s
}

// Permalink returns the address of a line of a file at a full SHA, for a Markdown link. Unlike a link to a
// commit, it adds nothing to a timeline. It returns false if a part is malformed or the path needs redaction.
func (r *Redactor) Permalink(repository, sha, path string, line int) (Text, bool) {
	if !page.MatchString(repository) || !fullSHA.MatchString(sha) || line < 1 || r.Redact(path) != path {
		return Text{}, false
	}
	return Text{fmt.Sprintf("%s/blob/%s/%s#L%d", repository, sha, percentEncode(path, notInPath), line)}, true
}

// Comparison returns the address of the changes between two commits; false if a part is malformed.
func Comparison(repository, from, to string) (Text, bool) {
	if !page.MatchString(repository) || !fullSHA.MatchString(from) || !fullSHA.MatchString(to) {
		return Text{}, false
	}
	return Text{fmt.Sprintf("%s/compare/%s...%s", repository, from, to)}, true
}

// gap, the zero-width space, breaks what GitHub would interpret. clean removes those in foreign text.
const gap = "\u200b"

// live matches what GitHub interprets in an issue outside of code, and where to break it.
var live = []struct {
	pattern *regexp.Regexp
	parted  string
}{
	{regexp.MustCompile(`@`), "@" + gap},                       // mentions, user@SHA, e-mail addresses
	{regexp.MustCompile(`#(\d)`), "#" + gap + "$1"},            // #1, owner/repo#1
	{regexp.MustCompile(`(?i)\b(gh-)(\d)`), "$1" + gap + "$2"}, // GH-1
	{regexp.MustCompile(`<!--`), "<!" + gap + "--"},            // a comment, as our marker is one
	{regexp.MustCompile(`--(!?)>`), "--$1" + gap + ">"},        // its end
	{regexp.MustCompile(`&(#?\w+;)`), "&" + gap + "$1"},        // &#64; is a mention's @
	{regexp.MustCompile(`!\[`), "!" + gap + "["},               // an image
	{regexp.MustCompile(`(?i)<(img|picture|source|video|audio|iframe|svg|image)`), "<" + gap + "$1"},
	{regexp.MustCompile(`(?i):(//|[a-z+-])`), ":" + gap + "$1"}, // URLs, mailto:, :emoji:
	{regexp.MustCompile(`(?i)\b(www)\.`), "$1" + gap + "."},     // links without a scheme
	{longRun, "$0" + gap},
}

// longRun is the longest run of backticks left whole: a fence must be longer, and leave room for the text.
var longRun = regexp.MustCompile("`{8}")

// commit matches a possible SHA, which GitHub links from seven digits on. Escaping separates an adjacent "_".
var commit, sixth = regexp.MustCompile(`(?i)[0-9a-z]{7,}`), regexp.MustCompile(`(?i)([0-9a-f]{5})([0-9a-f])`)

// defusePlain breaks everything that GitHub would interpret.
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

// inCode breaks the little that is not inert in code: runs of backticks too long to fence, and comments like
// our own section's, which is found in the body's source. The rest stays, so that it can be copied.
func inCode(s string) string {
	return longRun.ReplaceAllString(ownComment.ReplaceAllString(s, "<!"+gap+"--$1"), "$0"+gap)
}

var ownComment = regexp.MustCompile(`(?i)<!--(\s*errmon)`)

// backticks returns a run of at least n that is longer than any in s.
func backticks(s string, n int) string {
	f := strings.Repeat("`", n)
	for strings.Contains(s, f) {
		f += "`"
	}
	return f
}
