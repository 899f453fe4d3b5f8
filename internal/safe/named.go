package safe

import (
	"regexp"
	"strings"
)

// secretName matches the end of a key whose value is a secret, up to where the
// value starts. The groups are the name, the quote that closes the key, the
// separator and the quote that opens the value, a quote being preceded by the
// backslashes of however many JSON strings it is nested in.
var secretName = regexp.MustCompile(`(?i)(passw(?:or)?d|passphrase|pwd|secret|token|credentials?|` +
	`api[_-]?key|(?:access|secret|private|account|auth|encryption|signing)[_-]?key)` +
	`(\\*["'])?([ \t]*(?:=>|:=|={1,3}|:)[ \t]*)(\\*["'\x60])?`)

// named returns the values of keys such as password, client_secret and
// X-Api-Key in JSON, logfmt, query strings, connection strings, YAML and
// what languages print of their maps.
func named(s string) []secret {
	var found []secret
	for _, m := range secretName.FindAllStringSubmatchIndex(s, -1) {
		name, start, end := strings.ToLower(s[m[2]:m[3]]), m[1], 0
		quoted := m[8] >= 0
		if quoted {
			end = quotedEnd(s, start, s[m[8]:m[9]])
		} else {
			end = bareEnd(s, start)
		}
		value := s[start:end]
		colon := strings.TrimSpace(s[m[6]:m[7]]) == ":" && m[4] < 0 && !quoted
		if unset(value) || colon && prose(name, value, s[end:]) || name == "pwd" && strings.HasPrefix(value, "/") {
			continue
		}
		found = append(found, secret{start, end, kindOf(name)})
	}
	return found
}

// quotedEnd returns where the string that starts at start and was opened by
// quote ends: at the same quote, or at the end of the line if it was cut. Each
// level of nesting doubles the backslashes of what is escaped within, so a quote
// after k backslashes is closed by one after k more than a multiple of 2(k+1).
func quotedEnd(s string, start int, quote string) int {
	k := len(quote) - 1
	for i := start; i < len(s); i++ {
		at := i
		for at < len(s) && s[at] == '\\' {
			at++
		}
		if at == len(s) || s[at] == '\n' {
			return at
		}
		if n := at - i; s[at] == quote[k] && n%(2*(k+1)) == k {
			return at - k
		} else if s[at] == quote[k] && n < k {
			return i // the string around it ends
		}
		i = at
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

// unset reports whether value says that there is no secret, shows a mask, or
// is the bracket of a list or an object.
func unset(value string) bool {
	switch strings.ToLower(value) {
	case "null", "nil", "none", "undefined", "true", "false":
		return true
	}
	return strings.Trim(value, "*xX•.{[(") == "" || strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}")
}

// prose tells what follows a colon in "invalid password: must have 8 letters",
// "unexpected token: end" and "jsonwebtoken::decode" from a secret. A password
// may be a word if nothing of a sentence comes after it; a short word is no token.
func prose(name, value, after string) bool {
	word := strings.Trim(strings.ToLower(value), "abcdefghijklmnopqrstuvwxyz-") == ""
	switch {
	case !word:
		return len(value) < 4 || strings.HasPrefix(value, ":")
	case strings.HasSuffix(name, "token"), strings.HasSuffix(name, "key"):
		return len(value) < 20
	}
	next, _, _ := strings.Cut(strings.TrimPrefix(after, " "), " ")
	return strings.HasPrefix(after, " ") && !strings.ContainsAny(next, "=:")
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
