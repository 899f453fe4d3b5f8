package safe

import (
	"regexp"
	"strings"
)

// Phone numbers: international (ITU-T E.164, E.123), North American, or European
// national ones. Without a sign or separators, digits are a phone number only by
// their key's name, see named.
var (
	international, northAmerican         = form("international"), form("north-american")
	areaCode, pairs, national, bracketed = form("area-code"), form("pairs"), form("national"), form("bracketed")
	zipCode, dayAndTime                  = form("zip-code"), form("day-and-time")
)

// form returns an expression of the table of forms.
func form(name string) *regexp.Regexp {
	var all []string
	for _, row := range rows("forms", 2) {
		switch {
		case row[0] != name:
		case strings.Contains(row[1], "S"):
			for _, separator := range []string{" ", "/", "-", `\.`, `\+`} {
				all = append(all, strings.ReplaceAll(row[1], "S", separator))
			}
		default:
			all = append(all, row[1])
		}
	}
	return regexp.MustCompile(`^(?:` + strings.Join(all, "|") + `)`)
}

// maxPhone exceeds the length of the longest number.
const maxPhone = 64

// phoneAt returns the phone number whose first run of digits is at i.
func phoneAt(s string, i int) (start, end int, ok bool) {
	start = i
	if i > 0 && s[i-1] == '+' {
		if start--; start > 0 && s[start-1] == '(' {
			start--
		}
		if start > 0 && (isWord(s[start-1]) || s[start-1] == '+') {
			return 0, 0, false
		}
		end = numberEndAt(s, i, international)
		return start, end, end > 0
	}
	if i > 0 && s[i-1] == '(' {
		start--
	}
	if start > 0 && (isWord(s[start-1]) || strings.IndexByte(".-/:+", s[start-1]) >= 0) {
		return 0, 0, false
	}
	switch {
	case strings.HasPrefix(s[i:], "00"):
		end = numberEndAt(s, i+2, international)
		columns := end > 0 && end+1 < len(s) && s[end] == ' ' && isDigit(s[end+1])
		return start, end, end-i > 12 && !columns
	case s[i] == '0':
		end = nationalEnd(s, start, i)
	case i+9 < len(s) && (isDigit(s[i+2]) && strings.IndexByte(")-.", s[i+3]) >= 0 || s[i] == '1' && (s[i+1] == '-' || s[i+1] == ' ')):
		if s[i] == '1' {
			start = i // what is in brackets is the whole number
		}
		if end = numberEndAt(s, start, northAmerican); end > 0 && end < len(s) && s[end] == '-' {
			end = 0
		}
	}
	return start, end, end > 0
}

// numberEndAt returns the end of the number at i, or 0, also if a fraction follows.
func numberEndAt(s string, i int, form *regexp.Regexp) int {
	m := form.FindStringIndex(s[i:min(len(s), i+maxPhone)])
	if m == nil || i+m[1] < len(s) && isFraction(s, i+m[1]) {
		return 0
	}
	return i + m[1]
}

// nationalEnd returns the end of a number with the trunk prefix, or 0. Its groups
// distinguish it from dates and columns of numbers.
func nationalEnd(s string, start, i int) int {
	if n := runLength(s, i); n == 2 && i+3 < len(s) && isDigit(s[i+3]) {
		return numberEndAt(s, i, pairs)
	} else if n == 2 || !areaCode.MatchString(s[start:min(len(s), start+maxPhone)]) {
		return 0
	}
	end := max(numberEndAt(s, start, bracketed), numberEndAt(s, i, national))
	number := s[i:max(i, end)]
	if dayAndTime.MatchString(number) && strings.HasPrefix(s[end:], " (") {
		return 0
	}
	if countDigits(number) >= 9 && len(strings.FieldsFunc(number, isSeparator)) <= 5 && !zipCode.MatchString(number) {
		return end
	}
	return 0
}

func isSeparator(r rune) bool { return r < '0' || r > '9' }
