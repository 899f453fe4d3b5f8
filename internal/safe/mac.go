package safe

import (
	"regexp"
	"strings"
)

// mac is how the hardware address of a network device is written (IEEE 802 in the
// first two forms, Cisco's in the third). It names one phone or laptop for
// good, which makes it personal data.
var mac = regexp.MustCompile(`^(?i)(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})\b`)

func macs(s string, found []secret) []secret {
	for i := 2; i+12 < len(s); i++ {
		start, width := i-2, 2
		switch s[i] {
		case '.':
			start, width = i-4, 4
		case ':', '-':
		default:
			continue
		}
		if start < 0 || s[i+width+1] != s[i] || !isHexDigit(s[i-1]) || !isHexDigit(s[i+1]) { // most texts end here
			continue
		}
		m := mac.FindStringIndex(s[start:min(len(s), start+18)])
		if m == nil {
			continue
		}
		if end := start + m[1]; standsAlone(s, start, end, s[i]) && !everyDevice(s[start:end]) {
			found = append(found, secret{start, end, kindMAC})
			i = end
		}
	}
	return found
}

// standsAlone tells an address from a part of a key's fingerprint, which has
// more groups. The name of a key may stand before it, "mac:".
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

// everyDevice reports whether an address is no single device's, unset or broadcast, or
// the digits of a date.
func everyDevice(mac string) bool {
	return strings.Trim(mac, "0:-.") == "" || strings.Trim(mac, "fF:-.") == "" || mac[2] != ':' && strings.Trim(mac, "0123456789-.") == ""
}
