package grouping

import (
	"bytes"
	"regexp"
	"strings"
)

// Wildcard stands for a variable part in a template.
const Wildcard = "<*>"

// maxMessage is how many bytes of a message count. It bounds the cost of a hostile line.
const maxMessage = 1000

// Mask returns the masked template of a message: words stay, and values that vary by event become
// Wildcards. Only the first line counts, since the rest is usually a dump of values.
func Mask(message string) string { return string(new(masker).mask(message)) }

// masker masks messages one after another into one buffer, reading each once from left to right.
type masker struct {
	out   []byte
	wild  int   // where the last wildcard in out ends; 0 before the first
	fired Masks // what was masked in this message
}

// The classes of bytes. A piece is a run of letters, digits and joints; a sign is any other byte but a blank.
const (
	isLetter uint8 = 1 << iota
	isDigit
	isJoint // joins parts of one value: 10.0.0.1:5432, jane@example.com, a-b
	isPart  // a joint that may separate words: server.go:42
	isBlank
	isStop // ends a URL, a path and the value after "="

	inWord  = isLetter | isDigit
	inPiece = inWord | isJoint
)

var class = func() (table [256]uint8) {
	for c := range table {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= 0x80:
			table[c] = isLetter
		case c >= '0' && c <= '9':
			table[c] = isDigit
		case c == ' ', c == '\t', c == '\v', c == '\f':
			table[c] = isBlank | isStop
		}
	}
	for class, bytes := range map[uint8]string{isJoint: `-.:/@$+~\|`, isPart: `.:/@$\|`, isStop: "\"'`,;()[]{}<>|"} {
		for _, c := range []byte(bytes) {
			table[c] |= class
		}
	}
	return table
}()

func isWord(c byte) bool { return class[c]&inWord != 0 }

// skip returns the end of the run of bytes of these classes that begins at i.
func skip(s string, i int, classes uint8) int {
	for i < len(s) && class[s[i]]&classes != 0 {
		i++
	}
	return i
}

// errorCode matches a code that names the error although it looks like an id. Digits begin with 0 or precede
// a letter: "ORA-00060: deadlock", "CWWKZ0013E: …", "[MY-010584] …". SQL Server has "Error: 18456, …".
var errorCode = regexp.MustCompile(`^(?:\[?[A-Z]{2,12}-?(?:0\d{2,5}[A-Z]?|\d{3,6}[A-Z])[:\]]|Error: \d{1,5}, )`)

// mask returns the masked template, which is valid until the next call.
func (m *masker) mask(message string) []byte {
	if message != "" && message[0] <= ' ' {
		message = strings.TrimLeft(message, " \t\v\f\r\n")
	}
	s, _, _ := strings.Cut(message, "\n")
	s, _, _ = strings.Cut(s, "\r")
	if len(s) > maxMessage {
		s = strings.ToValidUTF8(s[:maxMessage], "")
	}
	m.out, m.wild, m.fired = m.out[:0], 0, 0
	if len(s) > 1 && isUpper(s[1]) || strings.HasPrefix(s, "Error: ") { // cheap test that most messages fail
		m.out = append(m.out, errorCode.FindString(s)...)
	}
	for i := len(m.out); i < len(s); {
		switch c := class[s[i]]; {
		case c&inPiece != 0:
			i = m.piece(s, i)
		case c&isBlank != 0:
			if n := len(m.out); n > 0 && m.out[n-1] != ' ' {
				m.out = append(m.out, ' ')
			}
			i++
		default:
			i = m.sign(s, i)
		}
	}
	m.out = bytes.TrimSuffix(m.out, []byte(" "))
	return m.out
}

// sign masks a value that begins with the sign at i, or writes the sign, and returns the end.
func (m *masker) sign(s string, i int) int {
	switch s[i] {
	case '"', '\'', '`':
		return m.quoted(s, i)
	case '=':
		return m.assigned(s, i)
	case '{', '[':
		return m.json(s, i)
	case '(':
		// "connection from 10.0.0.7 () reset": an empty value.
		if i > 0 && s[i-1] == ' ' && i+1 < len(s) && s[i+1] == ')' {
			m.out = append(m.out, '(')
			m.wildcard(maskValue)
			return i + 1
		}
	case '<', '>', '#':
		if strings.HasPrefix(s[i:], Wildcard) {
			return m.piece(s, i)
		}
		// "took <1 ms", "order #4711": the sign belongs to the number, unless it opens a
		// bracket around it, as in "process <0.81.0>".
		end := i + strings.IndexAny(s[i:], " >")
		number, begins := strings.TrimPrefix(s[i+1:], "="), i == 0 || !isWord(s[i-1]) && s[i-1] != '-'
		if begins && number != "" && class[number[0]]&isDigit != 0 && (s[i] != '<' || end < i || s[end] == ' ') {
			return len(s) - len(number)
		}
	case ')':
		if m.remark('(') {
			return i + 1
		}
	case ']':
		if m.remark('[') {
			return i + 1
		}
	case '*':
		// "card **** **** 4711 declined": the value was hidden before logging. More asterisks
		// frame a heading; fewer mark a pointer or a footnote.
		end := len(s) - len(strings.TrimLeft(s[i:], "*"))
		if n := end - i; n >= 3 && n <= 8 {
			m.wildcard(maskValue)
		} else {
			m.out = append(m.out, s[i:end]...)
		}
		return end
	}
	m.out = append(m.out, s[i])
	return i + 1
}

// wildcard writes a wildcard for a value. In a list it replaces the previous one, so lists of three and of
// five values have the same template.
func (m *masker) wildcard(kind Masks) {
	m.fired |= kind
	if m.inList() {
		m.out = m.out[:m.wild-len(Wildcard)]
	}
	m.out = append(m.out, Wildcard...)
	m.wild = len(m.out)
}

// inList reports whether only separators follow the last wildcard, at most three, as in "1 - 2".
func (m *masker) inList() bool {
	between := m.out[m.wild:]
	return m.wild > 0 && len(between) <= 3 && len(bytes.Trim(between, " ,.:;-/|_+#~@")) == 0
}

// remark drops the bracketed remark that ends here if it only repeats the value before it, so "1190 bytes
// (1.16 KB) sent" and "0 bytes sent" have one template. A remark in words stays: "exited with 137 (killed)".
func (m *masker) remark(bracket byte) bool {
	open := bytes.LastIndexByte(m.out, bracket)
	value := bytes.LastIndex(m.out[:max(open, 0)], []byte(Wildcard)) + len(Wildcard)
	if value < len(Wildcard) || m.wild <= open {
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

// noun matches the thing counted, such as " records" in "3 records (1%)"; it may be empty.
var noun = regexp.MustCompile(`^(?: [a-zA-Z_[:^ascii:]]*)?$`)

// json masks a whole JSON object or array, even if truncated, since its fields come in any order:
// `upstream answered {"code":7,"detail":"gone"}`. It also masks bracketed IPv6 addresses and word lists.
func (m *masker) json(s string, i int) int {
	if address := bracketed.FindString(s[i:]); address != "" {
		m.wildcard(maskAddress)
		return i + len(address)
	}
	m.out = append(m.out, s[i])
	inside := strings.TrimLeft(s[i+1:], " ")
	if s[i] == '[' && isWordList(inside) {
		m.wildcard(maskValue)
		return i + strings.IndexByte(s[i:], ']')
	}
	if inside == "" || (inside[0] != '"' && inside[0] != '\'' && (s[i] != '[' || inside[0] != '{')) {
		return i + 1
	}
	m.wildcard(maskValue)
	end := object(s, i)
	if end == i {
		return len(s)
	}
	m.out = append(m.out, s[end-1])
	return end
}

// isWordList reports whether s, which follows a "[", begins with a list of words: "columns [name, email]".
func isWordList(s string) bool {
	list, _, closed := strings.Cut(s, "]")
	sign := func(r rune) bool { return r < 0x80 && r != ',' && r != ' ' && class[r]&inPiece == 0 }
	return closed && strings.IndexByte(list, ',') >= 0 && strings.Count(list, " ") == strings.Count(list, ", ") &&
		!strings.ContainsFunc(list, sign)
}

// Masks is the set of kinds of values masked in a message.
type Masks uint32

// The kinds of values.
const (
	maskNumber Masks = 1 << iota
	maskID
	maskTime
	maskAddress
	maskHost
	maskEmail
	maskURL
	maskPath
	maskQuoted
	maskValue
	maskRedacted
)

var maskNames = [...]string{"number", "id", "time", "address", "host", "email", "url", "path", "quoted", "value", "redacted"}

// Names returns the kinds in a fixed order. It never returns nil.
func (m Masks) Names() []string {
	names := []string{}
	for i, name := range maskNames {
		if m&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}
