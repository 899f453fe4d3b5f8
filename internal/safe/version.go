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
	// versioned matches what precedes only a version: a step from another one, Maven's
	// group:artifact:, a path with names of packages, and a requirement, as in foo==1.2.3.4
	// and rails (~> 5.2.4.3).
	versioned = regexp.MustCompile(`(?i)(?:(?:(?:up|down)grad|migrat|updat|roll(?:ed|ing) back).* (?:from|to) v?` +
		`|[a-z][\w-]*\.[\w.-]+:[\w.-]+:` +
		`|(?:gems|node_modules|packages|cellar|versions|jars|lib|plugins|\.m2|\.nuget)[/\\][\w.@/\\-]*[a-z_][-/\\]` +
		`|(?:[\w\])]|\(\W*)(?:==|>=|<=|~=|!=|~>|\^|\(=)[ "']*)$`)
	// required matches a requirement for an address instead.
	required = regexp.MustCompile(`(?i)(?:ip|addr|host)\w*\W{1,5}$`)
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
	word, last := strings.ToLower(lastWord(before)), before[len(before)-1]
	switch path := last == '/' || last == '\\'; {
	case path && agents[word], !path && last != '-' && versionWords[word]:
		return true
	case !path && last != '=' && products[word] && !addr.IsPrivate():
		return true
	}
	return versioned.MatchString(before) && !required.MatchString(before)
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
