package safe

import "strings"

// ibanLengths are the lengths of IBANs by country.
var ibanLengths = func() map[string]int {
	lengths := map[string]int{}
	for iban := range words("ibans") {
		lengths[iban[:2]] = atoi(iban[2:])
	}
	return lengths
}()

// ibanAt returns the IBAN (ISO 13616) whose check digits are at digit: compact in
// either case, or in upper case with a space after every four characters.
func ibanAt(s string, digit int) (i, end int, ok bool) {
	i = digit - len("DE")
	if i < 0 || len(s) < i+15 || !isLetter(s[i]) || !isLetter(s[i+1]) || !isDigit(s[i+2]) || !isDigit(s[i+3]) || i > 0 && isAlnum(s[i-1]) {
		return 0, 0, false
	}
	length := ibanLengths[strings.ToUpper(s[i:i+2])]
	if length == 0 {
		return 0, 0, false
	}
	var b [34]byte
	n := 0
	for end = i; end < len(s) && n < length; end++ {
		c := s[end]
		if (c == ' ' || c == '-') && n%4 == 0 && s[end-1] != c {
			continue
		}
		if !isAlnum(c) {
			return 0, 0, false
		}
		b[n] = c
		n++
	}
	if n < length || end < len(s) && isAlnum(s[end]) {
		return 0, 0, false
	}
	return i, end, mod97(b[4:length], b[:4]) == 1
}

// mod97 returns the remainder of ISO 7064's check; letters count as 10 to 35.
func mod97(parts ...[]byte) int {
	rest := 0
	for _, part := range parts {
		for _, c := range part {
			if isDigit(c) {
				rest = (rest*10 + int(c-'0')) % 97
			} else {
				rest = (rest*100 + int(c|0x20-'a') + 10) % 97
			}
		}
	}
	return rest
}
