package safe

import (
	"net/netip"
	"regexp"
	"strings"
)

// A version of four parts looks like an IPv4 address. The context distinguishes the
// two; if it does not, the text counts as an address.

var (
	// suffix matches what follows only a version.
	suffix = regexp.MustCompile(`^(?:\+[0-9A-Za-z]|-(?i:alpha|beta|rc|pre|preview|snapshot|dev|ga|final|release|sp|hotfix|patch|build|nightly|canary|[mpb]\d|x64|x86|amd64|arm64|win|linux|el\d|fc\d|ubuntu|deb|lts))`)
	// pinned matches a requirement: foo==1.2.3.4, rails (~> 5.2.4.3).
	pinned = regexp.MustCompile(`(?:[\w\])]|\(\W*)(?:==|>=|<=|~=|!=|~>|\^|\(=) ?["']?$`)
	// packaged matches a path with package names.
	packaged = regexp.MustCompile(`(?i)(?:gems|node_modules|packages|cellar|versions|jars|lib|plugins|\.m2|\.nuget)[/\\][\w.@/\\-]*[A-Za-z_][-/\\]$`)
	// coordinates are Maven's: group:artifact:version.
	coordinates = regexp.MustCompile(`[A-Za-z][\w-]*\.[\w.-]+:[\w.-]+:$`)
)

// Words before a version.
var versionWords, products, agents = words("versions"), words("products"), words("agents")

// maxBefore is how much of the text before a version is read.
const maxBefore = 100

// isVersionAt reports whether the four numbers s[start:end] are a version.
func isVersionAt(s string, start, end int, addr netip.Addr) bool {
	before, after := s[max(0, start-maxBefore):start], s[end:]
	if len(after) > 1 && after[0] == ':' && isDigit(after[1]) { // a port
		return false
	}
	if after != "" && (after[0] == '+' || after[0] == '-') && suffix.MatchString(after[:min(len(after), maxBefore)]) {
		return true
	}
	if before == "" {
		return false
	}
	word := strings.ToLower(lastWord(before))
	switch last := before[len(before)-1]; last {
	case '/', '\\':
		return agents[word] || packaged.MatchString(before)
	case '-':
		return packaged.MatchString(before) || !addr.IsPrivate() && products[word]
	default:
		return versionWords[word] || !addr.IsPrivate() && products[word] && last != '=' || (word == "from" || word == "to") && change.MatchString(before) ||
			last == ':' && coordinates.MatchString(before) || isPinned(before)
	}
}

// lastWord returns the last word before a version, without what may be between.
func lastWord(before string) string {
	before = strings.TrimRight(before, ` "'=:(/\-`)
	for _, filler := range []string{" v", " to", " is", " at", " from"} {
		if strings.HasSuffix(before, filler) && versionWords[strings.ToLower(lastWord(before[:len(before)-len(filler)]))] {
			return "version"
		}
	}
	start := len(before)
	for start > 0 && (isWord(before[start-1]) || before[start-1] == '.') {
		start--
	}
	return before[start:]
}

// change is a step from one version to another.
var change = regexp.MustCompile(`(?i)(?:up|down)grad|migrat|updat|roll(?:ed|ing) back`)

// isPinned reports whether a requirement precedes it, except one for an address.
func isPinned(before string) bool {
	before = strings.TrimRight(before, ` "'`)
	n := len(before)
	if n < 3 || before[n-1] != '>' && before[n-1] != '^' && (before[n-1] != '=' || strings.IndexByte("=><~!(", before[n-2]) < 0) || !pinned.MatchString(before) {
		return false
	}
	name := strings.ToLower(before[max(0, len(before)-24):])
	return !strings.Contains(name, "ip") && !strings.Contains(name, "addr") && !strings.Contains(name, "host")
}
