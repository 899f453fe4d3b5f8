package safe

import (
	"strings"
	"unicode/utf8"
)

// isEmail matches an e-mail address (RFC 5321, unquoted, with a domain of at least two
// labels), but not git@host, which is not a person's.
func isEmail(value string) bool {
	local, domain, _ := strings.Cut(value, "@")
	return local != "git" && isDomain(domain)
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
