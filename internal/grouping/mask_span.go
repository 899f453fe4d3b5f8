package grouping

import (
	"bytes"
	"regexp"
	"strings"
)

// quoted masks a quoted string: `invalid input syntax for type uuid: "abc"`. An apostrophe inside a word,
// as in "can't", does not open one. A quoted request keeps its method, `"GET /v1/orders HTTP/1.1" 502`,
// unless a name in front marks it as a value. If everything is quoted, as by some loggers, it is the message.
func (m *masker) quoted(s string, i int) int {
	end := closing(s, i)
	m.out = append(m.out, s[i])
	if end < 0 || i == 0 && end == len(s)-1 {
		return i + 1
	}
	if method, _, _ := strings.Cut(s[i+1:end], " "); methods[method] && !bytes.HasSuffix(m.out, []byte(`: "`)) {
		m.out = append(append(m.out, method...), ' ')
	}
	m.wildcard(maskQuoted)
	m.out = append(m.out, s[end])
	return end + 1
}

// closing returns where the quotation that opens at i closes, or -1.
func closing(s string, i int) int {
	if i > 0 && isWord(s[i-1]) {
		return -1
	}
	for end := i + 1; end < len(s); end++ {
		switch {
		case s[end] == '\\':
			end++
		case s[end] == s[i] && (s[i] == '"' || end+1 == len(s) || !isWord(s[end+1])):
			return end
		}
	}
	return -1
}

// assigned masks the value after an equals sign: "login failed user=bob ip=10.0.0.1", "retries = none".
// A name without a value is the same setting: "user= ip=10.0.0.1".
func (m *masker) assigned(s string, i int) int {
	m.out = append(m.out, '=')
	value := i + 1
	name := strings.TrimSuffix(s[:i], " ")
	if name == "" || !isWord(name[len(name)-1]) && !strings.HasSuffix(name, "]") && !strings.HasSuffix(name, ")") {
		return value
	}
	if s[i-1] == ' ' && value < len(s) && s[value] == ' ' {
		m.out = append(m.out, ' ')
		value++
	}
	if end := wholeValue(s, i, value); end > 0 {
		m.wildcard(maskValue)
		return end
	}
	if value < len(s) {
		switch s[value] {
		case '[', '{', '(':
			if end := object(s, value); end > value && !strings.ContainsAny(s[value:end], "=:") {
				m.wildcard(maskList)
				return end
			}
			return value // values with names of their own
		case '=', '>', '~', '<':
			if !inWildcard(s, value) {
				return value // a comparison
			}
		case '"', '\'', '`':
			if end := closing(s, value); end > 0 {
				m.wildcard(maskValue)
				return end + 1
			}
		}
	}
	for value < len(s) && (class[s[value]]&isStop == 0 && s[value] != '&' || inWildcard(s, value) ||
		s[value] == '|' && value+1 < len(s) && isWord(s[value+1])) { // "mode=READ|WRITE"
		value++
	}
	m.wildcard(maskValue)
	if !isWord(s[value-1]) {
		return value
	}
	return object(s, value)
}

// object returns the end of the brackets at i, or i if they do not close. They print a list or, behind its
// type, an object: "ids=[7, 8]" and "lock=Session{id=7, user=bob}" are values that may also be null.
func object(s string, i int) int {
	if i == len(s) || strings.IndexByte("{[(", s[i]) < 0 {
		return i
	}
	depth, quoted := 0, false
	for end := i; end < len(s); end++ {
		switch c := s[end]; {
		case c == '\\':
			end++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[' || c == '(':
			depth++
		case c == '}' || c == ']' || c == ')':
			if depth--; depth == 0 {
				return end + 1
			}
		}
	}
	return i
}

// wholeValue returns the end of a value that may contain blanks because nothing follows it: the only field
// of an object, "lost Peer(name=db 2 standby) for good", or the only setting on a line, "system property:
// os.name=Windows Server 2022". It returns 0 if others may follow.
func wholeValue(s string, equals, value int) int {
	name := equals
	for name > 0 && (isWord(s[name-1]) || s[name-1] == '.' || s[name-1] == '-') {
		name--
	}
	if name > 1 && s[name-1] == '(' && isWord(s[name-2]) {
		if end := strings.IndexAny(s[value:], "()=,"); end > 0 && s[value+end] == ')' {
			return value + end
		}
	} else if strings.IndexByte(s[name:equals], '.') > 0 && strings.HasSuffix(strings.TrimRight(s[:name], " "), ":") &&
		strings.IndexByte(s[value:], '=') < 0 {
		return len(s)
	}
	return 0
}

// remark drops the bracketed remark that ends here if it only repeats the value before it: "1190 bytes
// (1.16 KB) sent" and "0 bytes sent". A remark in words stays: "exited with 137 (killed)".
func (m *masker) remark(bracket byte) bool {
	open := bytes.LastIndexByte(m.out, bracket)
	if open < 0 || m.wild <= open {
		return false
	}
	value := bytes.LastIndex(m.out[:open], []byte(Wildcard)) + len(Wildcard)
	if value < len(Wildcard) {
		return false
	}
	counted, spaced := bytes.CutSuffix(m.out[value:open], []byte(" "))
	if !spaced || !noun.Match(counted) {
		return false
	}
	for inside := string(m.out[open+1:]); inside != ""; {
		end := tokenEnd(inside, 0)
		if t := newToken(inside[:end]); t.counts() {
			return false
		}
		inside = inside[end:]
	}
	m.out, m.wild = m.out[:value+len(counted)], value
	return true
}

// noun matches nothing, or what a value counts: the " records" of "3 records (1%)".
var noun = regexp.MustCompile(`^(?: [a-zA-Z_[:^ascii:]]*)?$`)

// json masks a whole JSON object or array, even if truncated, since its fields come in any order:
// `upstream answered {"code":7,"detail":"gone"}`. It also masks IPv6 addresses and lists of words.
func (m *masker) json(s string, i int) int {
	if address := bracketed.FindString(s[i:]); address != "" {
		m.wildcard(maskAddress)
		return i + len(address)
	}
	m.out = append(m.out, s[i])
	inside := strings.TrimLeft(s[i+1:], " ")
	if s[i] == '[' && isWordList(inside) {
		m.wildcard(maskList)
		return i + strings.IndexByte(s[i:], ']')
	}
	if inside == "" || (inside[0] != '"' && inside[0] != '\'' && (s[i] != '[' || inside[0] != '{')) {
		return i + 1
	}
	m.wildcard(maskJSON)
	end := object(s, i)
	if end == i {
		return len(s)
	}
	m.out = append(m.out, s[end-1])
	return end
}

// isWordList reports whether s begins with a list of words up to a bracket: "missing columns [name, email]".
func isWordList(s string) bool {
	commas := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ']':
			return commas > 0
		case c == ',':
			commas++
		case c == ' ' && i > 0 && s[i-1] == ',':
		case class[c]&inPiece == 0:
			return false
		}
	}
	return false
}
