package safe

import "strings"

// phoneAt returns the phone number that the run of digits at i is the first
// of: international (ITU-T E.164, E.123), North American, or national as
// Europe writes it. Without a sign or separators a number is only one by the name
// of its key, see named.
func phoneAt(s string, i int) (start, end int, ok bool) {
	if start, ok := plusBefore(s, i); ok {
		end, ok := international(s, i)
		return start, end, ok
	}
	start = i
	if i > 0 && s[i-1] == '(' {
		start = i - 1
	}
	if start > 0 && (isWord(s[start-1]) || strings.IndexByte(".-/:+", s[start-1]) >= 0) {
		return 0, 0, false
	}
	if strings.HasPrefix(s[i:], "00") && i+2 < len(s) && s[i+2] >= '1' && s[i+2] <= '9' {
		end, ok = international(s, i+2)
		columns := end+1 < len(s) && s[end] == ' ' && isDigit(s[end+1])
		return start, end, ok && end-i > 12 && !columns
	}
	if end, ok = northAmerican(s, i); ok {
		return start, end, true
	}
	end, ok = national(s, i)
	return start, end, ok
}

// plusBefore returns where the "+" of an international number stands.
func plusBefore(s string, i int) (start int, ok bool) {
	start = i - 1
	if start < 0 || s[start] != '+' {
		return 0, false
	}
	if start > 0 && s[start-1] == '(' {
		start--
	}
	return start, start == 0 || !isWord(s[start-1]) && s[start-1] != '+'
}

// international returns the end of the country code at i and the number that
// follows it: 8 to 15 digits, the first not 0.
func international(s string, i int) (end int, ok bool) {
	if s[i] == '0' {
		return 0, false
	}
	total, at := 0, i
	for {
		n := runLength(s, at)
		if n == 0 || total+n > 15 {
			break
		}
		total, at, end = total+n, at+n, at+n
		if n >= 9 {
			break // written without separators: what comes next is no part of it
		}
		if gap := phoneGap(s[at:]); gap > 0 {
			at += gap
			continue
		}
		break
	}
	return end, total >= 8 && (end == len(s) || !isWord(s[end]) && !isFraction(s, end))
}

// phoneGap returns the length of what parts the groups of a number.
func phoneGap(s string) int {
	n := 0
	for n < len(s) && n < 3 && strings.IndexByte(" -./()+", s[n]) >= 0 { // a URL's query writes a space as "+"
		n++
	}
	if strings.HasPrefix(s[n:], "0)") { // +44 (0)20
		n += 2
		if n < len(s) && s[n] == ' ' {
			n++
		}
	}
	if n < len(s) && isDigit(s[n]) {
		return n
	}
	return 0
}

// northAmerican returns the end of a number of the North American plan at i:
// (415) 555-0132, 415-555-0132, 415.555.0132 or 1-800-555-0199.
func northAmerican(s string, i int) (end int, ok bool) {
	at := i
	if strings.HasPrefix(s[at:], "1-") || strings.HasPrefix(s[at:], "1 (") {
		at += strings.IndexAny(s[at:], "-(") + 1
	}
	if len(s) < at+12 || s[at] < '2' {
		return 0, false
	}
	separator := s[at+3]
	rest := s[at+4:]
	if separator == ')' && at > 0 && s[at-1] == '(' {
		rest = strings.TrimLeft(rest, " +")
	} else if separator != '-' && separator != '.' {
		return 0, false
	}
	middle := ""
	if len(rest) >= 8 {
		middle = rest[:8]
	}
	if len(middle) < 8 || middle[0] < '2' || strings.IndexByte("-. ", middle[3]) < 0 ||
		!allDigits(s[at:at+3]) || !allDigits(middle[:3]) || !allDigits(middle[4:]) {
		return 0, false
	}
	end = len(s) - len(rest) + 8
	return end, end == len(s) || !isWord(s[end]) && s[end] != '-' && !isFraction(s, end)
}

// national returns the end of a number with the trunk prefix 0 at i, in
// groups: 030 901820, 0171/2345678, 020 7946 0958, 01 42 68 53 00. It has 9 to 12 digits.
func national(s string, i int) (end int, ok bool) {
	if s[i] != '0' || i+1 == len(s) || s[i+1] < '1' || s[i+1] > '9' {
		return 0, false
	}
	for _, separator := range []byte(" /-.+") {
		limit := 12
		if runLength(s, i) == 2 {
			limit = 10 // five pairs, whatever comes next
		}
		printed, end := groups(s, i, separator, limit)
		switch gap := s[end:]; {
		case printed[1] == 0 && i > 0 && s[i-1] == '(' && strings.HasPrefix(gap, ") "): // (030) 901820
			printed[1], end = continued(s, end+2, end)
		case printed[1] > 0 && separator == '/' && strings.HasPrefix(gap, " "): // 030/901 820
			printed[2], end = continued(s, end+1, end)
		}
		n := countDigits(s[i:end])
		if n >= 9 && n <= 12 && nationalGroups(printed) && (end == len(s) || !isWord(s[end]) && !isFraction(s, end)) {
			return end, true
		}
	}
	return 0, false
}

// continued returns the digits from i on, in groups parted by spaces, as one
// group, and where they end; or else where the number ended before.
func continued(s string, i, before int) (n, end int) {
	if _, end = groups(s, i, ' ', 10); end == i {
		return 0, before
	}
	return countDigits(s[i:end]), end
}

// nationalGroups tells an area code and a number, or pairs as in France, from
// dates and columns of numbers.
func nationalGroups(printed lengths) bool {
	if printed[0] == 2 {
		return printed == lengths{2, 2, 2, 2, 2}
	}
	if printed == (lengths{5, 4}) { // a ZIP code
		return false
	}
	return printed[0] >= 3 && printed[0] <= 6 && printed[1] > 0 && printed[4] == 0
}
