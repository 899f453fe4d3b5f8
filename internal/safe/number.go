package safe

import (
	"regexp"
	"slices"
	"strings"
)

// digits adds the values that begin with a digit, or with a sign, bracket or country code just before one.
func digits(s string, _ signs, found []secret) []secret {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			continue
		}
		next := decimals.end(s, i)
		for _, form := range numberForms {
			if start, end := form.at(s, i); end > 0 {
				found, next = append(found, secret{start, end, form.kind}), end
				break
			}
		}
		i = next - 1
	}
	return found
}

// numberForms find the value that contains the run of digits at i; end is 0 if there is none.
var numberForms = []struct {
	kind string
	at   func(s string, i int) (start, end int)
}{{kindIP, ipv4At}, {kindIBAN, ibanAt}, {kindCard, cardAt}, {kindNationalID, ssnAt}, {kindPhone, phoneAt}}

// Phone numbers are international (ITU-T E.164, E.123), North American, or national in Europe. Digits without
// "+", "00" or separators count as a phone number only if their key says so; see named.
var (
	cardForm, cardNumber, ssn            = form("card-form"), form("card"), form("ssn")
	international, northAmerican         = form("international"), form("north-american")
	areaCode, pairs, national, bracketed = form("area-code"), form("pairs"), form("national"), form("bracketed")
	zipCode, dayAndTime                  = form("zip-code"), form("day-and-time")
)

// form compiles the rows with this name in the table of forms. S stands for the same separator throughout.
func form(name string) *regexp.Regexp {
	var all []string
	for _, row := range rows("forms", 2) {
		for _, separator := range []string{" ", "/", "-", `\.`, `\+`} {
			if row[0] == name {
				all = append(all, strings.ReplaceAll(row[1], "S", separator))
			}
		}
	}
	return regexp.MustCompile(`^(?:` + strings.Join(slices.Compact(all), "|") + `)`)
}

// cardAt returns the bounds of the card number at i (ISO/IEC 7812: first digits by brand, Luhn check digit).
func cardAt(s string, i int) (start, end int) {
	if s[i] < '2' || s[i] > '6' || i > 0 && (isWord(s[i-1]) || s[i-1] == '.' || s[i-1] == '-' && i > 1 && (isHexDigit(s[i-2]) || s[i-2] == '_')) {
		return 0, 0
	}
	if n := decimals.end(s, i) - i; n < 13 && (n != 4 || decimals.end(s, i+5) < i+9) { // too short, or a date
		return 0, 0
	}
	end = numberEndAt(s, i, cardForm)
	if number := notAlnum.ReplaceAllString(s[i:max(i, end)], ""); !cardNumber.MatchString(number) || !luhn(number) {
		return 0, 0
	}
	return i, end
}

// luhn reports whether the check digit, the last one, is right (ISO/IEC 7812-1, annex B).
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i]-'0') * (1 + i%2)
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

// ssnAt returns the bounds of the US social security number at i, such as 123-45-6789.
func ssnAt(s string, i int) (start, end int) {
	if i+11 > len(s) || s[i+3] != '-' || i > 0 && (isWord(s[i-1]) || s[i-1] == '-' || s[i-1] == '.') {
		return 0, 0
	}
	if end = numberEndAt(s, i, ssn); end < len(s) && s[end] == '-' {
		return 0, 0
	}
	return i, end
}

// phoneAt returns the bounds of the phone number whose first run of digits is at i.
func phoneAt(s string, i int) (start, end int) {
	plus, no := i > 0 && s[i-1] == '+', ".-/:+"
	if start = i; plus {
		start, no = i-1, "+"
	}
	if start > 0 && s[start-1] == '(' {
		start--
	}
	if start > 0 && (isWord(s[start-1]) || strings.IndexByte(no, s[start-1]) >= 0) {
		return 0, 0
	}
	switch {
	case plus:
		end = numberEndAt(s, i, international)
	case strings.HasPrefix(s[i:], "00"):
		end = numberEndAt(s, i+2, international)
		if end-i <= 12 || end+1 < len(s) && s[end] == ' ' && isDigit(s[end+1]) { // columns of numbers
			return 0, 0
		}
	case s[i] == '0':
		end = nationalEnd(s, start, i)
	case i+9 < len(s) && (isDigit(s[i+2]) && strings.IndexByte(")-.", s[i+3]) >= 0 || s[i] == '1' && (s[i+1] == '-' || s[i+1] == ' ')):
		if s[i] == '1' {
			start = i // the brackets enclose the entire number
		}
		if end = numberEndAt(s, start, northAmerican); end > 0 && end < len(s) && s[end] == '-' {
			return 0, 0
		}
	}
	return start, end
}

// numberEndAt returns the end of the number at i. It returns 0 if there is none, or if a fraction follows.
func numberEndAt(s string, i int, form *regexp.Regexp) int {
	m := form.FindStringIndex(s[i:min(len(s), i+maxPhone)])
	if m == nil {
		return 0
	}
	end := i + m[1]
	if end+1 < len(s) && s[end] == '.' && isDigit(s[end+1]) {
		return 0
	}
	return end
}

// nationalEnd returns the end of a number with a trunk prefix, or 0. It rejects dates and ZIP codes.
func nationalEnd(s string, start, i int) int {
	if decimals.end(s, i) == i+2 {
		return numberEndAt(s, i, pairs)
	} else if !areaCode.MatchString(s[start:min(len(s), start+maxPhone)]) {
		return 0
	}
	end := max(numberEndAt(s, start, bracketed), numberEndAt(s, i, national))
	number := s[i:max(i, end)]
	if dayAndTime.MatchString(number) && strings.HasPrefix(s[end:], " (") {
		return 0
	}
	groups := strings.FieldsFunc(number, isSeparator)
	if len(strings.Join(groups, "")) < 9 || len(groups) > 5 || zipCode.MatchString(number) {
		return 0
	}
	return end
}

func isSeparator(r rune) bool { return r < '0' || r > '9' }

var ibanLengths = func() map[string]int {
	lengths := map[string]int{}
	for iban := range words("ibans") {
		lengths[iban[:2]] = atoi(iban[2:])
	}
	return lengths
}()

// ibanAt returns the bounds of the IBAN (ISO 13616), whole or in fours, whose check digits begin at digit.
func ibanAt(s string, digit int) (start, end int) {
	i := digit - len("DE")
	if i < 0 || len(s) < i+15 || !isLetter(s[i]) || !isLetter(s[i+1]) || !isDigit(s[i+2]) || !isDigit(s[i+3]) || i > 0 && isAlnum(s[i-1]) {
		return 0, 0
	}
	length := ibanLengths[strings.ToUpper(s[i:i+2])]
	b := make([]byte, 0, 34)
	for end = i; end < len(s) && len(b) < length; end++ {
		if c := s[end]; isAlnum(c) {
			b = append(b, c)
		} else if c != ' ' && c != '-' || len(b)%4 != 0 || s[end-1] == c {
			return 0, 0
		}
	}
	if len(b) == 0 || len(b) < length || end < len(s) && isAlnum(s[end]) || mod97(b) != 1 {
		return 0, 0
	}
	return i, end
}

// mod97 computes the ISO 7064 check: letters count as 10 to 35, and the first four characters come last.
func mod97(iban []byte) int {
	rest := 0
	for i := range iban {
		if c := iban[(i+4)%len(iban)]; isDigit(c) {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c|0x20-'a') + 10) % 97
		}
	}
	return rest
}
