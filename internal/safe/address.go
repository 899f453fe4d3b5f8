package safe

import (
	"net/netip"
	"strings"
)

// ipv4At returns the IPv4 address at i, which must be the first digit of a run.
func ipv4At(s string, i int) (start, end int, ok bool) {
	if i > 0 && (isWord(s[i-1]) || s[i-1] == '.') {
		return 0, 0, false
	}
	dots := 0
	for end = i; end < len(s) && (isDigit(s[end]) || s[end] == '.' && end+1 < len(s) && isDigit(s[end+1])); end++ {
		if s[end] == '.' {
			dots++
		}
	}
	if dots != 3 || end < len(s) && (isWord(s[end]) || s[end] == '.' && end+1 < len(s) && isWord(s[end+1])) {
		return 0, 0, false
	}
	addr, err := netip.ParseAddr(s[i:end])
	return i, end, err == nil && !everyones(addr) && !isVersionAt(s, i, end, addr)
}

// everyones reports whether an address identifies no machine: loopback,
// unspecified, broadcast, or the x.0.0.0 of networks and browsers' versions.
func everyones(a netip.Addr) bool {
	if a.Is4() {
		b := a.As4()
		return b == [4]byte{127, 0, 0, 1} || b == [4]byte{255, 255, 255, 255} || b[1]|b[2]|b[3] == 0
	}
	return a.IsLoopback() || a.IsUnspecified()
}

// ipv6 returns IPv6 addresses (RFC 4291), including those that contain an IPv4 one.
func ipv6(s string, found []secret) []secret {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], ':')
		if i < 0 {
			return found
		}
		start, end := at+i, at+i
		for start > at && isIPv6Byte(s[start-1]) {
			start--
		}
		colons := 0
		for end < len(s) && isIPv6Byte(s[end]) {
			if s[end] == ':' {
				colons++
			}
			end++
		}
		at = end
		if colons >= 2 {
			if f, ok := ipv6In(s, start, end); ok {
				found = append(found, f)
			}
		}
	}
}

// maxIPv6 is the length of the longest address, which contains an IPv4 one.
const maxIPv6 = 45

func isIPv6Byte(c byte) bool { return isHexDigit(c) || c == ':' || c == '.' }

// ipv6In returns the address that fills s[start:end], except for the end of a key
// before it ("node:2001:db8::1") and punctuation after it.
func ipv6In(s string, start, end int) (secret, bool) {
	if start > 0 && isWord(s[start-1]) || s[start] == ':' && s[start+1] != ':' {
		start += strings.IndexByte(s[start:end], ':') + 1
	}
	for end > start && (s[end-1] == '.' || s[end-1] == ':' && s[end-2] != ':') {
		end--
	}
	if end-start < 3 || end-start > maxIPv6+8 || end < len(s) && isWord(s[end]) || !strings.ContainsAny(s[start:end], "0123456789") {
		return secret{}, false
	}
	addr, err := netip.ParseAddr(s[start:end])
	if err != nil && strings.HasPrefix(s[start:end], "::") {
		return ipv6In(s, start+1, end) // separator after a name: "node::2001:db8::1"
	}
	return secret{start, end, kindIP}, err == nil && !everyones(addr)
}
