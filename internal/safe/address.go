package safe

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"
)

// ipv4At returns the bounds of the IPv4 address at i, the first digit of a run; end is 0 if there is none.
func ipv4At(s string, i int) (start, end int) {
	if i > 0 && (isWord(s[i-1]) || s[i-1] == '.') {
		return 0, 0
	}
	dots := 0
	for end = i; end < len(s) && (isDigit(s[end]) || s[end] == '.' && end+1 < len(s) && isDigit(s[end+1])); end++ {
		if s[end] == '.' {
			dots++
		}
	}
	if dots != 3 || end < len(s) && (isWord(s[end]) || s[end] == '.' && end+1 < len(s) && isWord(s[end+1])) {
		return 0, 0
	}
	if addr, err := netip.ParseAddr(s[i:end]); err != nil || everyones(addr) || isVersionAt(s, i, end, addr) {
		return 0, 0
	}
	return i, end
}

// everyones reports whether an address identifies no particular machine: loopback, unspecified,
// broadcast, or x.0.0.0, which is a network or a browser's version.
func everyones(a netip.Addr) bool {
	if a.Is4() {
		b := a.As4()
		return b == [4]byte{127, 0, 0, 1} || b == [4]byte{255, 255, 255, 255} || b[1]|b[2]|b[3] == 0
	}
	return a.IsLoopback() || a.IsUnspecified()
}

// ipv6 adds IPv6 addresses (RFC 4291).
func ipv6(s string, _ signs, found []secret) []secret {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], ':')
		if i < 0 {
			return found
		}
		start := inIPv6.start(s, at+i)
		at = inIPv6.end(s, at+i)
		if strings.Count(s[start:at], ":") > 1 {
			found = ipv6In(s, start, at, found)
		}
	}
}

var inIPv6, inVersion = alphabet("hex:."), alphabet("alnum_.")

// listening matches :: (every interface) or ::1 (the loopback) with a port, as Node prints them after a word:
// "address already in use :::3000", "ECONNREFUSED ::1:5432".
var listening = regexp.MustCompile(`^::1?:\d{1,5}$`)

// ipv6In adds the address in s[start:end], which may also contain the end of a key before the address
// ("node:2001:db8::1") and punctuation after it, but nothing else.
func ipv6In(s string, start, end int, found []secret) []secret {
	if start > 0 && isWord(s[start-1]) || s[start] == ':' && s[start+1] != ':' {
		start += strings.IndexByte(s[start:end], ':') + 1
	}
	for end > start && (s[end-1] == '.' || s[end-1] == ':' && s[end-2] != ':') {
		end--
	}
	if end-start < 3 || end-start > maxIPv6 || end < len(s) && isWord(s[end]) || !strings.ContainsAny(s[start:end], "0123456789") {
		return found
	}
	addr, err := netip.ParseAddr(s[start:end])
	switch {
	case start > 1 && s[start-1] == ' ' && isWord(s[start-2]) && listening.MatchString(s[start:end]):
		return found
	case err != nil && strings.HasPrefix(s[start:end], "::"):
		return ipv6In(s, start+1, end, found) // separator after a name: "node::2001:db8::1"
	case err != nil || everyones(addr):
		return found
	}
	return append(found, secret{start, end, kindIP})
}

// Four numbers may be an IPv4 address or a version. They count as an address unless the text shows a version.
var (
	// suffix matches text that follows only versions.
	suffix = regexp.MustCompile(`^(?:\+[0-9A-Za-z]|-(?i:alpha|beta|rc|pre|preview|snapshot|dev|ga|final|release|sp|hotfix|patch|build|nightly|canary|` +
		`[mpb]\d|x64|x86|amd64|arm64|win|linux|el\d|fc\d|ubuntu|deb|lts))`)
	// versioned matches text that precedes only versions: an upgrade or downgrade, Maven's group:artifact:,
	// a directory of packages, and a requirement, as in foo==1.2.3.4 and rails (~> 5.2.4.3).
	versioned = regexp.MustCompile(`(?i)(?:(?:(?:up|down)grad|migrat|updat|roll(?:ed|ing) back).* (?:from|to) v?` +
		`|[a-z][\w-]*\.[\w.-]+:[\w.-]+:` +
		`|(?:gems|node_modules|packages|cellar|versions|jars|lib|plugins|\.m2|\.nuget)[/\\][\w.@/\\-]*[a-z_][-/\\]` +
		`|(?:[\w\])]|\(\W*)(?:==|>=|<=|~=|!=|~>|\^|\(=)[ "']*)$`)
	// required matches text that looks like such a requirement but precedes an address, such as "ip == ".
	required = regexp.MustCompile(`(?i)(?:ip|addr|host)\w*\W{1,5}$`)
)

// versionWords, products and agents are words that precede a version.
var versionWords, products, agents = words("versions"), words("products"), words("agents")

// isVersionAt reports whether the four numbers s[start:end] are a version.
func isVersionAt(s string, start, end int, addr netip.Addr) bool {
	before, after := s[max(0, start-maxNear):start], s[end:]
	if len(after) > 1 && after[0] == ':' && isDigit(after[1]) { // an address with a port
		return false
	}
	if after != "" && (after[0] == '+' || after[0] == '-') && suffix.MatchString(after[:min(len(after), maxNear)]) {
		return true
	}
	if before == "" {
		return false
	}
	word, last := strings.ToLower(lastWord(before)), before[len(before)-1]
	path := last == '/' || last == '\\'
	return path && agents[word] || !path && last != '-' && versionWords[word] ||
		!path && last != '=' && products[word] && !addr.IsPrivate() ||
		versioned.MatchString(before) && !required.MatchString(before)
}

// lastWord returns the last word of before, or "version" for a version word plus a filler ("release is").
func lastWord(before string) string {
	before = strings.TrimRight(before, ` "'=:(/\-`)
	for _, filler := range []string{" v", " to", " is", " at", " from"} {
		if strings.HasSuffix(before, filler) && versionWords[strings.ToLower(lastWord(before[:len(before)-len(filler)]))] {
			return "version"
		}
	}
	return before[inVersion.start(before, len(before)):]
}

// macs adds hardware addresses (IEEE 802, and Cisco's notation). They are personal data because each
// permanently identifies a phone or laptop.
func macs(s string, _ signs, found []secret) []secret {
	for i := 2; i+3 < len(s); i++ {
		width, size := 2, len("00:00:5e:00:53:01")
		switch s[i] {
		case '.':
			width, size = 4, len("0000.5e00.5301")
		case ':', '-':
		default:
			continue
		}
		start, end := i-width, i-width+size
		if start < 0 || end > len(s) || s[i+width+1] != s[i] || !isHexDigit(s[i-1]) || !isHexDigit(s[i+1]) { // most texts fail here
			continue
		}
		if mac.MatchString(s[start:end]) && standsAlone(s, start, end, s[i]) && !noDevice.MatchString(s[start:end]) {
			found = append(found, secret{start, end, kindMAC})
			i = end
		}
	}
	return found
}

// standsAlone reports whether a MAC address is whole, rather than part of a key's fingerprint, which has more
// groups. A name such as "mac:" may precede it.
func standsAlone(s string, start, end int, separator byte) bool {
	if end < len(s) && (isWord(s[end]) || s[end] == separator && end+1 < len(s) && isHexDigit(s[end+1])) {
		return false
	}
	if start == 0 || !isWord(s[start-1]) && s[start-1] != separator {
		return true
	}
	before := strings.TrimRight(s[:start-1], "0123456789abcdefABCDEF")
	return s[start-1] == ':' && before != "" && isWord(before[len(before)-1])
}

var (
	mac = regexp.MustCompile(`^(?i)[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5}|[0-9a-f]{2}(?:\.[0-9a-f]{4}){2})$`)
	// noDevice matches unset and broadcast addresses, which no single device has, and dates.
	noDevice = regexp.MustCompile(`^(?:[0:.-]+|[fF:.-]+|[0-9.-]+)$`)
)

// isEmail reports whether value is an e-mail address (RFC 5321, unquoted, with at least two labels in the
// domain) and not git@host (nobody's address), a version (lodash@4.17.21) or a file name (icon@2x.png).
func isEmail(value string) bool {
	local, domain, _ := strings.Cut(value, "@")
	if local == "git" || strings.IndexByte(domain, '.') < 1 || aVersion.MatchString(domain) {
		return false
	}
	tld := domain[strings.LastIndexByte(domain, '.')+1:]
	if utf8.RuneCountInString(tld) < 2 || notDomains[strings.ToLower(tld)] {
		return false
	}
	return strings.HasPrefix(tld, "xn--") || strings.IndexFunc(tld, func(r rune) bool { return r <= '9' }) < 0
}

var notDomains, aVersion = words("files"), regexp.MustCompile(`^v?\d+\.\d`)
