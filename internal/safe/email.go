package safe

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// emails returns e-mail addresses (RFC 5321, unquoted, with a domain of at
// least two labels). found holds the credentials of URLs, whose "@" does not count.
func emails(s string, found []secret) []secret {
	credentials := slices.DeleteFunc(slices.Clone(found), func(f secret) bool { return f.kind != kindURL })
	slices.SortFunc(credentials, func(a, b secret) int { return a.start - b.start })
	for _, at := range indexAll(s, "@") {
		f := secret{localStart(s, at[0]), at[1] + len(domain.FindString(s[at[1]:min(len(s), at[1]+maxShaped)])), kindEmail}
		for len(credentials) > 0 && credentials[0].end <= f.start {
			credentials = credentials[1:]
		}
		within := len(credentials) > 0 && credentials[0].start < f.end
		if f.start < at[0] && isDomain(s[at[1]:f.end]) && !isAddressOfCode(s[f.start:at[0]]) && !within {
			found = append(found, f)
		}
	}
	return found
}

// localStart returns the start of the local part that ends at end.
func localStart(s string, end int) int {
	start := end
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:start])
		if !isNameRune(r) && !strings.ContainsRune("._%+'-", r) {
			break
		}
		start -= size
	}
	return end - len(strings.TrimLeft(s[start:end], "._%+'-"))
}

// domain matches the part after an "@".
var domain = regexp.MustCompile(`^[\pL\pM0-9.-]*[\pL\pM0-9]`)

func isNameRune(r rune) bool {
	if r < utf8.RuneSelf {
		return isAlnum(byte(r))
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r))
}

var notDomains = words("files")

// isDomain reports whether s is a domain, not a version, as in lodash@4.17.21, or a file's extension.
func isDomain(s string) bool {
	first, rest, ok := strings.Cut(s, ".")
	if !ok || first == "" || isVersion(first) && rest != "" && isDigit(rest[0]) {
		return false
	}
	tld := s[strings.LastIndexByte(s, '.')+1:]
	if utf8.RuneCountInString(tld) < 2 || notDomains[strings.ToLower(tld)] {
		return false
	}
	return strings.HasPrefix(tld, "xn--") || strings.IndexFunc(tld, func(r rune) bool { return r <= '9' }) < 0
}

// isVersion reports whether s is digits, optionally after a "v".
func isVersion(s string) bool {
	s = strings.TrimPrefix(s, "v")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isAddressOfCode matches git@host, which is not a person's address.
func isAddressOfCode(local string) bool { return local == "git" }
