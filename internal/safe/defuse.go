package safe

import (
	"regexp"
	"strings"
)

// gap is the zero-width space: it shows as nothing and parts what GitHub would
// join. clean takes those of foreign text away, so every one left is ours.
const gap = "\u200b"

// live is what GitHub obeys in an issue. Inside code it would not, but an e-mail
// reply quotes the issue and its text is parsed again as plain Markdown, so
// all of this is parted in code as well.
var live = []struct {
	pattern *regexp.Regexp
	parted  string
}{
	{regexp.MustCompile(`@`), "@" + gap},                                                                     // mentions, user@SHA, e-mail addresses
	{regexp.MustCompile(`#(\d)`), "#" + gap + "$1"},                                                          // #1, owner/repo#1
	{regexp.MustCompile(`(?i)\b(gh-)(\d)`), "$1" + gap + "$2"},                                               // GH-1
	{regexp.MustCompile(`<!--`), "<!" + gap + "--"},                                                          // a comment, as our marker is one
	{regexp.MustCompile(`--(!?)>`), "--$1" + gap + ">"},                                                      // its end
	{regexp.MustCompile(`&(#?\w+;)`), "&" + gap + "$1"},                                                      // &#64; is a mention's @
	{regexp.MustCompile(`(?i)(://[^\s/]+/[^\s/]+/[^\s/]+/(?:issues|pull|discussions|commit)/)`), gap + "$1"}, // cross references by URL
}

// defuse parts everything that GitHub or an e-mail reply would obey, and runs
// of backticks too long to fence.
func defuse(s string) string {
	for _, l := range live {
		s = l.pattern.ReplaceAllString(s, l.parted)
	}
	return longRun.ReplaceAllString(s, "$0"+gap)
}

// longRun is the longest run of backticks or tildes left whole: a fence must be
// longer, and one of thousands would leave no room for the text.
var longRun = regexp.MustCompile("`{8}|~{8}")

// loose is what GitHub obeys in plain text only, where it is parted as well.
var loose = []struct {
	pattern *regexp.Regexp
	parted  string
}{
	{regexp.MustCompile(`:(//|[a-z+-])`), ":" + gap + "$1"},                   // URLs, mailto:, :emoji:
	{regexp.MustCompile(`(?i)\b(www)\.`), "$1" + gap + "."},                   // links without a scheme
	{regexp.MustCompile(`\b([0-9a-f])([0-9a-f]{6,39})\b`), "$1" + gap + "$2"}, // a commit's SHA
}

func defusePlain(s string) string {
	s = defuse(s)
	for _, l := range loose {
		s = l.pattern.ReplaceAllString(s, l.parted)
	}
	return s
}

// longestRun returns the length of the longest run of c in s.
func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

func backticks(n int) string { return strings.Repeat("`", n) }
