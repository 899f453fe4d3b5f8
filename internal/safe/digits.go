package safe

import "strings"

// digits returns the values that begin with a digit or the signs before one: IPv4
// addresses, phone and card numbers, IBANs. It reads each run of digits once.
func digits(s string, found []secret) []secret {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			continue
		}
		next := i + runLength(s, i)
		for _, form := range numberForms {
			if start, end, ok := form.at(s, i); ok {
				found, next = append(found, secret{start, end, form.kind}), end
				break
			}
		}
		i = next - 1
	}
	return found
}

// numberForms find the value that a run of digits at i belongs to.
var numberForms = []struct {
	kind string
	at   func(s string, i int) (start, end int, ok bool)
}{{kindIP, ipv4At}, {kindIBAN, ibanAt}, {kindCard, cardAt}, {kindNationalID, ssnAt}, {kindPhone, phoneAt}}

var cardForm, cardNumber, ssn = form("card-form"), form("card"), form("ssn")

// cardAt returns the end of the card number (ISO/IEC 7812: a brand's first
// digits, and Luhn's check digit) that begins at i.
func cardAt(s string, i int) (start, end int, ok bool) {
	if s[i] < '2' || s[i] > '6' || i > 0 && (isWord(s[i-1]) || s[i-1] == '.' || s[i-1] == '-' && i > 1 && (isHexDigit(s[i-2]) || s[i-2] == '_')) {
		return 0, 0, false
	}
	if n := runLength(s, i); n < 13 && (n != 4 || i+4 == len(s) || strings.IndexByte(" -+", s[i+4]) < 0 || runLength(s, i+5) < 4) { // a date
		return 0, 0, false
	}
	end = numberEndAt(s, i, cardForm)
	number := digitsOf(s[i:max(i, end)])
	return i, end, end > 0 && cardNumber.MatchString(number) && luhn(number)
}

// runLength returns how many digits begin at i.
func runLength(s string, i int) int {
	n := 0
	for i+n < len(s) && isDigit(s[i+n]) {
		n++
	}
	return n
}

func digitsOf(s string) string { return strings.Join(strings.FieldsFunc(s, isSeparator), "") }

func isFraction(s string, i int) bool { return s[i] == '.' && i+1 < len(s) && isDigit(s[i+1]) }

// luhn checks the last digit (ISO/IEC 7812-1, annex B).
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

// ssnAt returns the end of the US social security number, 123-45-6789, at i.
func ssnAt(s string, i int) (start, end int, ok bool) {
	if i+11 > len(s) || s[i+3] != '-' || i > 0 && (isWord(s[i-1]) || s[i-1] == '-' || s[i-1] == '.') {
		return 0, 0, false
	}
	return i, i + 11, ssn.MatchString(s[i:]) && (i+11 == len(s) || s[i+11] != '-')
}
