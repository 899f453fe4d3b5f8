package safe

import (
	"slices"
	"strings"
)

// digits returns what begins with a digit, or with the signs before one:
// IPv4 addresses, phone and card numbers, IBANs. It looks at each run of
// digits once.
func digits(s string, found []secret) []secret {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			continue
		}
		f, ok := numberAt(s, i)
		if ok {
			found = append(found, f)
			i = f.end - 1
			continue
		}
		for i+1 < len(s) && isDigit(s[i+1]) {
			i++
		}
	}
	return found
}

// numberAt returns the value that a run of digits at i is a part of.
func numberAt(s string, i int) (secret, bool) {
	if end, ok := ipv4At(s, i); ok {
		return secret{i, end, kindIP}, true
	}
	if end, ok := ibanAt(s, i-2); ok {
		return secret{i - 2, end, kindIBAN}, true
	}
	if end, ok := cardAt(s, i); ok {
		return secret{i, end, kindCard}, true
	}
	if end, ok := ssnAt(s, i); ok {
		return secret{i, end, kindNationalID}, true
	}
	if start, end, ok := phoneAt(s, i); ok {
		return secret{start, end, kindPhone}, true
	}
	return secret{}, false
}

// lengths are the lengths of the groups of digits that a number is written in;
// the rest is 0.
type lengths [8]int

// groups reads digits from i on, in groups that the separator parts (none if it
// is 0), and returns their lengths and where the last one ends. It reads at most
// limit digits.
func groups(s string, i int, separator byte, limit int) (l lengths, end int) {
	end = i
	for n := range l {
		length := runLength(s, i)
		if length == 0 || length > limit {
			break
		}
		l[n], end, limit = length, i+length, limit-length
		if separator == 0 || end >= len(s) || s[end] != separator {
			break
		}
		i = end + 1
	}
	return l, end
}

// runLength returns how many digits begin at i.
func runLength(s string, i int) int {
	n := 0
	for i+n < len(s) && isDigit(s[i+n]) {
		n++
	}
	return n
}

// cardLengths are the groups in which card numbers are printed.
var cardLengths = []lengths{{16}, {15}, {14}, {19}, {13}, {4, 4, 4, 4}, {4, 6, 5}, {4, 6, 4}, {4, 4, 4, 4, 3}, {4, 4, 5}}

// cardAt returns the end of the card number (ISO/IEC 7812: a brand's first
// digits, and Luhn's check digit) that begins at i.
func cardAt(s string, i int) (end int, ok bool) {
	if s[i] < '2' || s[i] > '6' || i > 0 && (isWord(s[i-1]) || s[i-1] == '.' || s[i-1] == '-' && i > 1 && (isHexDigit(s[i-2]) || s[i-2] == '_')) {
		return 0, false
	}
	if n := runLength(s, i); n < 13 && (n != 4 || i+4 == len(s) || strings.IndexByte(" -+", s[i+4]) < 0) {
		return 0, false
	}
	for _, separator := range []byte{0, ' ', '-', '+'} { // a URL's query writes a space as "+"
		printed, end := groups(s, i, separator, 19)
		if !slices.Contains(cardLengths, printed) || end < len(s) && (isWord(s[end]) || isFraction(s, end)) {
			continue
		}
		if number := strings.ReplaceAll(s[i:end], string(separator), ""); hasBrand(number) && luhn(number) {
			return end, true
		}
	}
	return 0, false
}

func isFraction(s string, i int) bool { return s[i] == '.' && i+1 < len(s) && isDigit(s[i+1]) }

// brands are the first digits of card numbers and how long those are, as the
// brands publish them.
var brands = []struct {
	low, high int // of as many first digits as low has
	lengths   string
}{
	{4, 4, "13 16 19"},    // Visa
	{51, 55, "16"},        // Mastercard
	{2221, 2720, "16"},    // Mastercard
	{34, 34, "15"},        // American Express
	{37, 37, "15"},        // American Express
	{6011, 6011, "16 19"}, // Discover
	{644, 659, "16 19"},   // Discover
	{300, 305, "14"},      // Diners Club
	{36, 36, "14"},        // Diners Club
	{38, 39, "14"},        // Diners Club
	{3528, 3589, "16"},    // JCB
	{62, 62, "16 19"},     // UnionPay
	{5018, 5038, "16"},    // Maestro
	{5893, 5893, "16"},    // Maestro
	{6304, 6304, "16"},    // Maestro
	{6759, 6763, "16"},    // Maestro
}

func hasBrand(number string) bool {
	length := string([]byte{byte('0' + len(number)/10), byte('0' + len(number)%10)})
	for _, b := range brands {
		n, first := 0, 0
		for low := b.low; low > 0; low /= 10 {
			n++
		}
		for _, c := range []byte(number[:n]) {
			first = first*10 + int(c-'0')
		}
		if b.low <= first && first <= b.high && strings.Contains(b.lengths, length) {
			return true
		}
	}
	return false
}

// luhn checks the last digit (ISO/IEC 7812-1, annex B).
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// ssnAt returns the end of the US social security number, 123-45-6789, at i.
func ssnAt(s string, i int) (end int, ok bool) {
	if s[i] == '9' || i > 0 && (isWord(s[i-1]) || s[i-1] == '-' || s[i-1] == '.') {
		return 0, false
	}
	if runLength(s, i) != 3 {
		return 0, false
	}
	printed, end := groups(s, i, '-', 9)
	return end, printed == lengths{3, 2, 4} && (end == len(s) || !isWord(s[end]) && s[end] != '-')
}
