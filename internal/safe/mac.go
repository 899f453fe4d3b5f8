package safe

import (
	"regexp"
	"strings"
)

// mac lists the notations of a network device's hardware address (IEEE 802 for the
// first two, Cisco's third). It identifies one phone or laptop permanently, which
// makes it personal data.
var mac = regexp.MustCompile(`^(?i)(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})\b`)

func macs(s string, in signs, found []secret) []secret {
	for _, separator := range []byte(":-.") {
		if in.has(separator) {
			found = macsOf(s, separator, found)
		}
	}
	return found
}

// macsOf returns the addresses with this separator.
func macsOf(s string, separator byte, found []secret) []secret {
	width := 2
	if separator == '.' {
		width = 4
	}
	for i := width; i+width+1 < len(s); i++ {
		n := strings.IndexByte(s[i:], separator)
		if n < 0 {
			return found
		}
		i += n
		if i+width+1 >= len(s) || s[i+width+1] != separator || !isHexDigit(s[i-1]) || !isHexDigit(s[i+1]) { // most texts fail here
			continue
		}
		start := i - width
		m := mac.FindStringIndex(s[start:min(len(s), start+18)])
		if m == nil {
			continue
		}
		if end := start + m[1]; standsAlone(s, start, end, separator) && !everyDevice(s[start:end]) {
			found = append(found, secret{start, end, kindMAC})
			i = end
		}
	}
	return found
}

// standsAlone reports whether an address is not part of a key's fingerprint, which
// has more groups. A key's name may precede it, "mac:".
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

// everyDevice reports whether an address identifies no single device (unset or
// broadcast), or is the digits of a date.
func everyDevice(mac string) bool {
	return strings.Trim(mac, "0:-.") == "" || strings.Trim(mac, "fF:-.") == "" || mac[2] != ':' && strings.Trim(mac, "0123456789-.") == ""
}
