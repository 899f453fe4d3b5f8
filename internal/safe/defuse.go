package safe

import (
	"regexp"
	"strings"
)

// gap is the zero-width space: it is invisible and breaks what GitHub would
// interpret. clean removes those in foreign text, so every one left is ours.
const gap = "\u200b"

// part defines where a text is broken.
type part struct {
	pattern *regexp.Regexp
	parted  string
}

func partAll(s string, parts []part) string {
	for _, p := range parts {
		s = p.pattern.ReplaceAllString(s, p.parted)
	}
	return s
}

// live matches what GitHub interprets in an issue outside of code.
var live = []part{
	{regexp.MustCompile(`@`), "@" + gap},                       // mentions, user@SHA, e-mail addresses
	{regexp.MustCompile(`#(\d)`), "#" + gap + "$1"},            // #1, owner/repo#1
	{regexp.MustCompile(`(?i)\b(gh-)(\d)`), "$1" + gap + "$2"}, // GH-1
	{regexp.MustCompile(`<!--`), "<!" + gap + "--"},            // a comment, as our marker is one
	{regexp.MustCompile(`--(!?)>`), "--$1" + gap + ">"},        // its end
	{regexp.MustCompile(`&(#?\w+;)`), "&" + gap + "$1"},        // &#64; is a mention's @
	{regexp.MustCompile(`!\[`), "!" + gap + "["},               // an image
	{regexp.MustCompile(`(?i)<(img|picture|source|video|audio|iframe|svg|image)`), "<" + gap + "$1"},
	{issueURL, ":" + gap + "$1"},
}

// issueURL matches an address that refers to an issue or the like, on any host,
// because GitHub Enterprise has its own.
var issueURL = regexp.MustCompile(`(?i):(//[^\s/]+/[^\s/]+/[^\s/]+/(?:issues|pull|discussions|commit)/)`)

// inCode breaks what is not inert in code: runs of backticks too long to fence, and
// comments that look like our own section's, which is found in the body's source.
// Everything else stays unchanged, so that paths and releases can be copied.
func inCode(s string) string {
	return longRun.ReplaceAllString(ownComment.ReplaceAllString(s, "<!"+gap+"--$1"), "$0"+gap)
}

var ownComment = regexp.MustCompile(`(?i)<!--(\s*errmon)`)

// longRun is the longest run of backticks left whole: a fence must be longer,
// and one of thousands would leave no room for the text.
var longRun = regexp.MustCompile("`{8}")

// loose matches what GitHub interprets in plain text only.
var loose = []part{
	{regexp.MustCompile(`(?i):(//|[a-z+-])`), ":" + gap + "$1"}, // URLs, mailto:, :emoji:
	{regexp.MustCompile(`(?i)\b(www)\.`), "$1" + gap + "."},     // links without a scheme
}

// commit matches a possible commit SHA, which GitHub links from seven digits on. An
// adjacent "_" is not part of it, since escaping separates the two.
var commit, sixth = regexp.MustCompile(`(?i)[0-9a-z]{7,}`), regexp.MustCompile(`(?i)([0-9a-f]{5})([0-9a-f])`)

// defusePlain breaks everything that GitHub would interpret.
func defusePlain(s string) string {
	s = longRun.ReplaceAllString(partAll(s, live), "$0"+gap)
	s = commit.ReplaceAllStringFunc(s, func(word string) string {
		if strings.Trim(word, "0123456789abcdefABCDEF") != "" {
			return word
		}
		return sixth.ReplaceAllString(word, "$1"+gap+"$2")
	})
	return partAll(s, loose)
}

// backticks returns a run of at least n of them that is longer than any in s.
func backticks(s string, n int) string {
	f := strings.Repeat("`", n)
	for strings.Contains(s, f) {
		f += "`"
	}
	return f
}
