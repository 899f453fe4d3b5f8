package safe

import (
	"regexp"
	"strings"
)

// secretName matches the end of a key whose value is a secret, up to where the
// value starts. The groups are the name, the quote that closes the key, the
// separator and the quote that opens the value, a quote being preceded by the
// backslashes of however many JSON strings it is nested in.
var secretName = regexp.MustCompile(`(?i)(passw(?:or)?d|passphrase|passwd|pwd|secret|token|credentials?|` +
	`api[_-]?key|(?:access|secret|private|account|auth|encryption|signing)[_-]?key)` +
	`(\\*["'])?([ \t]*(?:=>|[:=])[ \t]*)(\\*["'\x60])?`)

// named returns the values of keys such as password, client_secret and
// X-Api-Key in JSON, logfmt, query strings, connection strings, YAML and
// what languages print of their maps.
func named(s string) []secret {
	var found []secret
	for _, m := range secretName.FindAllStringSubmatchIndex(s, -1) {
		name, separator := strings.ToLower(s[m[2]:m[3]]), strings.TrimSpace(s[m[6]:m[7]])
		start := m[1]
		var end int
		if m[8] >= 0 {
			end = quotedEnd(s, start, s[m[8]:m[9]])
		} else {
			end = bareEnd(s, start)
		}
		value := s[start:end]
		loose := separator == ":" && m[4] < 0 && m[8] < 0
		if unset(value) || loose && prose(name, value, s[end:]) || name == "pwd" && strings.HasPrefix(value, "/") {
			continue
		}
		found = append(found, secret{start, end, kindOf(name)})
	}
	return found
}

// quotedEnd returns where the string that starts at start and was opened by
// quote ends: at the same quote, or at the end of the line if it was cut.
func quotedEnd(s string, start int, quote string) int {
	for i := start; i < len(s); i++ {
		switch {
		case s[i] == '\n':
			return i
		case strings.HasPrefix(s[i:], quote):
			return i
		case s[i] == '\\':
			i++ // an escaped character, also an escaped quote
		}
	}
	return len(s)
}

// bareEnd returns where an unquoted value that starts at start ends.
func bareEnd(s string, start int) int {
	if at := placeholder.FindStringIndex(s[start:]); at != nil && at[0] == 0 {
		start += at[1]
	}
	n := strings.IndexAny(s[start:], " \t\n\"'`&;,\\<>")
	if n < 0 {
		n = len(s) - start
	}
	return start + len(strings.TrimRight(s[start:start+n], ")]}."))
}

// unset reports whether value says that there is no secret, or shows a mask.
func unset(value string) bool {
	switch strings.ToLower(value) {
	case "", "null", "nil", "none", "undefined", "true", "false", "<nil>":
		return true
	}
	return strings.Trim(value, "*xX•.") == "" ||
		strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}")
}

// prose tells "invalid password: must have 8 letters" and "unexpected token: end"
// from "password: hunter2". A password may be a word, if nothing of a sentence
// follows; no token is.
func prose(name, value, after string) bool {
	if strings.Trim(strings.ToLower(value), "abcdefghijklmnopqrstuvwxyz-") != "" {
		return len(value) < 4
	}
	password := strings.HasPrefix(name, "pass") || name == "pwd"
	return !password || len(value) > 1 && strings.HasPrefix(after, " ") && !strings.Contains(firstWord(after), "=")
}

func firstWord(s string) string {
	s, _, _ = strings.Cut(strings.TrimLeft(s, " "), " ")
	return s
}

// kindOf names a kind of secret by what the key that held it is called.
func kindOf(name string) string {
	switch {
	case strings.HasPrefix(name, "pass"), name == "pwd":
		return "password"
	case strings.HasSuffix(name, "key"):
		return "key"
	case strings.HasPrefix(name, "credential"):
		return "credentials"
	}
	return name
}
