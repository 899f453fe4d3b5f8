package safe

import "strings"

// macForms are how the hardware address of a network device is written (IEEE
// 802 in the first two, Cisco's in the third). It names one phone or laptop
// for good, which makes it personal data.
var macForms = []struct {
	separator     byte
	width, groups int // digits in a group
}{{':', 2, 6}, {'-', 2, 6}, {'.', 4, 3}}

func macs(s string, found []secret) []secret {
	for _, form := range macForms {
		for at := form.width; at < len(s); at++ {
			i := strings.IndexByte(s[at:], form.separator)
			if i < 0 {
				break
			}
			at += i
			start, end := at-form.width, at-form.width+form.groups*(form.width+1)-1
			if end <= len(s) && inGroups(s[start:end], form.separator, form.width) && standsAlone(s, start, end, form.separator) && !everyDevice(s[start:end]) {
				found = append(found, secret{start, end, kindMAC})
				at = end
			}
		}
	}
	return found
}

// inGroups reports whether s is groups of hexadecimal digits. One of them must be
// a letter where the separator is not a colon, as dates have none.
func inGroups(s string, separator byte, width int) bool {
	if s[2*width+1] != separator { // most texts end here
		return false
	}
	letters := separator == ':'
	for i := range len(s) {
		isSeparator := i%(width+1) == width
		if isSeparator && s[i] != separator || !isSeparator && !isHexDigit(s[i]) {
			return false
		}
		letters = letters || isLetter(s[i])
	}
	return letters
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

// everyDevice reports whether an address is no single device's: unset, or broadcast.
func everyDevice(mac string) bool {
	return strings.Trim(mac, "0:-.") == "" || strings.Trim(mac, "fF:-.") == ""
}
