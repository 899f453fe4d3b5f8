package grouping

import (
	"bytes"
	"regexp"
	"strings"
)

// piece masks the piece that begins at i and returns its end.
func (m *masker) piece(s string, i int) int {
	end, seen := i, uint8(0)
	for ; end < len(s); end++ {
		k := class[s[end]]
		if k&inPiece == 0 {
			if !strings.HasPrefix(s[end:], Wildcard) {
				break
			}
			k = isDigit // redacted text is a value, as is everything joined to it
			end += len(Wildcard) - 1
		} else if s[end] == ':' && end > i && strings.HasPrefix(s[end:], "://") {
			return m.span(s, end, maskURL)
		}
		seen |= k
	}
	if seen&isJoint == 0 {
		return m.word(s, i, end, seen)
	}
	for end > i && class[s[end-1]]&isJoint != 0 {
		end-- // "failed: ", "done."
	}
	if end == i {
		return m.bare(s, i)
	}
	return m.joined(s, i, skip(s, i, isJoint), end, seen)
}

// joined masks a piece with joints before or between its words, which are s[begin:end].
func (m *masker) joined(s string, i, begin, end int, seen uint8) int {
	word, kind := s[begin:end], Masks(0)
	if seen&isDigit != 0 {
		kind = joinedKind(word)
	}
	if kind == 0 && isPath(s, i, begin, end) {
		return m.span(s, begin, maskPath)
	}
	lead := s[i:begin]
	if lead != "" && class[word[0]]&isDigit != 0 && strings.IndexByte("-+.$~", s[begin-1]) >= 0 {
		lead = s[i : begin-1] // "retry in -5 ms": a minus belongs to the number
	}
	m.out = append(m.out, lead...)
	if place, _, numbered := strings.Cut(word, ":"); kind == 0 && numbered && strings.Count(place, ".") > 1 {
		if stack := strings.TrimRight(callStack.FindString(s[begin:]), " "); stack != "" {
			m.wildcard(maskValue)
			return begin + len(stack)
		}
	}
	if kind == 0 {
		kind = m.nameKind(word)
	}
	if kind == 0 {
		m.parts(word)
	} else {
		m.wildcard(kind)
	}
	return m.unit(s, begin, end)
}

// nameKind returns the kind of a joined value that names an account, address, ARN, class or host, or 0.
func (m *masker) nameKind(word string) Masks {
	switch at := strings.IndexByte(word, '@'); {
	case at > 0 && !strings.ContainsAny(word, ":/") &&
		(strings.IndexByte(word[at:], '.') > 1 || strings.ToLower(word) == word && !isHex(word[at+1:])):
		return maskEmail // "cannot deliver to jane.doe@example.com", or an account on a host: "root@web1"
	case strings.Count(word, ":") >= 3 && isHex(strings.ReplaceAll(word, ":", "")):
		return maskAddress // "lease for fe:ed:fa:ce:be:ef expired"
	case strings.HasPrefix(word, "arn:"), // "role arn:aws:iam::123456789012:role/app is not allowed to"
		strings.Count(word, ".") >= 2 && bytes.HasSuffix(m.out, []byte(" is ")) && !isFaultName(word):
		return maskID // "driver class is com.mysql.cj.jdbc.Driver"
	case m.isService(word):
		return maskHost
	}
	return 0
}

// callStack matches two or more places in code, as in "lock held by com.example.Cart.add:41 <native code>
// com.example.Shop.serve:17". The last one may be cut off where the message was truncated.
var callStack = regexp.MustCompile(`^(?:(?:<[^>]*> *)*[\w$.[:^ascii:]]*\.[\w$.[:^ascii:]]*\.[\w$.[:^ascii:]]*(?::\d+(?: +|$)|$)){2,}(?:<[^>]*> *)*`)

// bare writes a run of joints that are not part of a word: "...", "--". A "-" alone may be a missing value.
func (m *masker) bare(s string, i int) int {
	rest, apart := s[i+1:], i == 0 || strings.IndexByte(" ([", s[i-1]) >= 0
	if s[i] == '-' && apart && (rest == "" || strings.IndexByte(",;)]", rest[0]) >= 0 || strings.HasPrefix(rest, " - ")) {
		m.wildcard(maskValue) // a value is missing: "user: -, host: db1", "[-]", "- - 200"
		return i + 1
	}
	end := skip(s, i, isJoint)
	m.out = append(m.out, s[i:end]...)
	return end
}

// isPath reports whether s[i:end] is the path of a file or request: "open /etc/app/tls.pem: no such file",
// "GET /v1/orders 502", "load C:\app\conf.ini", "./run.sh: not found", "cannot import src/cart/total".
func isPath(s string, i, begin, end int) bool {
	word := s[begin:end]
	slash := strings.IndexByte(word, '/')
	return begin > i && s[begin-1] == '/' || begin > i+1 && s[begin-1] == '\\' ||
		len(word) > 2 && word[1] == ':' && word[2] == '\\' || slash > 0 && strings.IndexByte(word[slash+1:], '/') >= 0
}

// span masks a URL or path. It may contain signs that end other pieces, so it may go on after end.
func (m *masker) span(s string, end int, kind Masks) int {
	least := end
	for end < len(s) && (class[s[end]]&isStop == 0 || inWildcard(s, end)) {
		end++
	}
	for end > least && strings.IndexByte(".:?!", s[end-1]) >= 0 {
		end--
	}
	m.wildcard(kind)
	return end
}

// inWildcard reports whether the bracket at i belongs to a Wildcard, which may stand
// for redacted text in a URL: "GET https://example.com/reset?token=<*>&id=7".
func inWildcard(s string, i int) bool {
	return strings.HasPrefix(s[i:], Wildcard) || strings.HasSuffix(s[:i+1], Wildcard)
}

// quoted masks a quoted string: `invalid input syntax for type uuid: "abc"`. An apostrophe inside a word, as
// in "can't", does not open one. A quoted request keeps its method, `"GET /v1/orders HTTP/1.1" 502`, unless a
// name before it marks it as a value. Some loggers quote the whole message, which then is not a value.
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

// closing returns the index of the quote that closes the one at i, or -1.
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
// An empty value is masked too: "user= ip=10.0.0.1".
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
				m.wildcard(maskValue)
				return end
			}
			return value // the values inside have their own names
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

// object returns the end of the brackets at i, or i if none begin there or they do not close. They hold JSON,
// a list ("ids=[7, 8]") or an object's fields ("lock=Session{id=7, user=bob}", elsewhere just "lock=null").
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

// wholeValue returns the end of a value that may contain blanks because no field follows it: the only field
// of an object, "lost Peer(name=db 2 standby) for good", or the only setting on a line, "system property:
// os.name=Windows Server 2022". It returns 0 if other fields may follow.
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
