package grouping

import (
	"bytes"
	"regexp"
	"strings"
)

// parts masks each part of a piece by itself, so "server.go:42" keeps the file and "uid:1000" the name.
func (m *masker) parts(word string) {
	rest := Masks(0)
	if colon := strings.Index(word, ":/"); colon > 0 { // "copy to db1:/srv failed"
		word, rest = word[:colon+1], maskPath
	} else if bar := strings.IndexByte(word, '|'); bar >= 0 && hasDigit(word) { // "rejected row:17|EUR|open"
		word, rest = word[:strings.LastIndexByte(word[:bar], ':')+1], maskValue
	}
	for begin := 0; begin < len(word); {
		if begin == 0 || word[begin-1] != '.' {
			if length := hostLength(word[begin:]); length > 0 {
				m.wildcard(maskHost)
				begin += length
				continue
			}
		}
		end, seen := begin, uint8(0)
		for end < len(word) && class[word[end]]&isPart == 0 {
			if seen |= class[word[end]]; word[end] == '<' {
				seen |= isDigit // a Wildcard
			}
			end++
		}
		part := word[begin:end]
		kind := valueKind(part, seen)
		if begin > 0 && word[begin-1] == '@' && isHex(part) {
			kind = maskID // the address of an object: "lock held by Session@deadbeef"
		}
		if kind != 0 {
			m.wildcard(kind)
		} else {
			m.out = append(m.out, part...)
		}
		begin = skip(word, end, isPart)
		m.out = append(m.out, word[end:begin]...)
	}
	if rest != 0 {
		m.wildcard(rest)
	}
}

func (m *masker) word(s string, i, end int, seen uint8) int {
	word := s[i:end]
	if seen&isDigit == 0 && dateNames[word] { // "since Mon Nov 22 10:30:01 2026", "until 22 Nov"
		next := strings.TrimLeft(s[end:], " \t\v\f,")
		follows := next[:skip(next, 0, inWord)]
		if m.inList() || follows != "" && next != s[end:] && (class[next[0]]&isDigit != 0 || dateNames[follows]) {
			m.wildcard(maskTime)
			return end
		}
	}
	if kind := valueKind(word, seen); kind != 0 {
		m.wildcard(kind)
		return m.unit(s, i, end)
	}
	m.out = append(m.out, word...)
	return end
}

// minToken is the minimum length of a random token.
const minToken = 20

// valueKind returns the kind of a value, or 0 if it is a plain word. seen is the union of its bytes' classes.
func valueKind(word string, seen uint8) Masks {
	switch {
	case seen&isDigit == 0:
		return letterKind(word)
	case len(word) <= 8 && constants[strings.ToLower(word)], isNumbered(word): // no constant is longer
		return 0
	case strings.Contains(word, Wildcard):
		return maskRedacted
	case class[word[0]]&isDigit != 0 && len(word) < minToken:
		return maskNumber
	}
	return maskID
}

// letterKind returns the kind of a value without a digit, or 0.
func letterKind(word string) Masks {
	switch {
	case len(word) == 3 && currencies[word], word == "true", word == "false", word == "True", word == "False":
		return maskValue // "no rate for GBP", "cache warm: true"
	case word == "localhost":
		return maskHost
	case len(word) >= 8 && isHex(word), // "object deadbeef is gone": long English words have letters beyond f
		len(word) >= 24 && mixedCase.MatchString(word): // "token aBCdEFghIJklMNopQRstUVwx expired"
		return maskID
	}
	return 0
}

// isNumbered reports whether a digit inside a word is part of a name, as in "OAuth2Client refused the token".
// In "worker7 is gone" it is a value: it numbers one of several workers.
func isNumbered(word string) bool {
	digits, upper, lower := 0, 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case class[c]&isDigit != 0:
			digits++
		case isUpper(c):
			upper++
		case isLower(c):
			lower++
		default:
			return false
		}
	}
	return digits == 1 && upper >= 1 && lower >= 4 && class[word[0]]&isLetter != 0 && class[word[len(word)-1]]&isLetter != 0
}

// joinedKind returns the kind of a value with digits and joints, such as a date, or 0 if its form is unknown.
func joinedKind(word string) Masks {
	address, _, _ := strings.Cut(word, ":")
	switch {
	case len(word) >= 8 && class[word[0]]&class[word[1]]&isDigit != 0 && (word[2] == ':' && word[5] == ':' ||
		word[2] == '/' && (word[5] == '/' || len(word) > 6 && word[6] == '/') ||
		(word[4] == '-' || word[4] == '/') && word[7] == word[4]):
		return maskTime // "2026-11-22T10:30:01Z", "2026/11/22", "22/Nov/2026:10:30:01", "10:30:01,123"
	case strings.Count(address, ".") == 3 && strings.Trim(address, "0123456789.") == "":
		return maskAddress // "connect to 10.0.3.7:5432"
	case len(word) > 3 && word[0] == 'v' && class[word[1]]&isDigit != 0 && strings.IndexByte(word, '.') > 0:
		return maskID // "agent v1.2.3-rc1 is too old"
	}
	return 0
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; class[s[i]]&isDigit == 0 && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// mixedCase matches random tokens, but not names: at least twice, a lowercase letter precedes two capitals.
var mixedCase = regexp.MustCompile(`[a-z][A-Z]{2}.*[a-z][A-Z]{2}`)

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// isFaultName reports whether a word names an exception class. It distinguishes errors, so it is not a value.
func isFaultName(word string) bool {
	return strings.HasSuffix(word, "Exception") || strings.HasSuffix(word, "Error") || strings.HasSuffix(word, "Failure")
}

// hostLength returns the length of the host name at the start of word, as in "db.prod.internal:5432", or 0 if
// there is none. Names that begin with a top-level domain, such as com.example.App, are classes.
func hostLength(word string) int {
	end := 0
	for end < len(word) && (isWord(word[end]) || word[end] == '.' || word[end] == '-') {
		end++
	}
	name := word[:end]
	dots, last := strings.Count(name, "."), name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case dots+strings.Count(name, "-") >= 4 && class[name[end-1]]&isLetter != 0 && addressInName.MatchString(name):
		return end
	case dots == 0 || topLevel[name[:strings.IndexByte(name, '.')]]:
		return 0
	case topLevel[last], dots > 1 && countries[last]:
		return end
	case dots > 1 && strings.ToLower(name) == name && !sources[last] && port.MatchString(word[end:]):
		return end // "backend.blue.fleet:7070": a private domain
	}
	return 0
}

// addressInName matches a host name that contains an IP address, as internet providers assign them:
// "62.99.0.82.pool.example.at", "dsl-82-99-0-62.isp.example".
var addressInName = regexp.MustCompile(`(?:^|\D)(?:\d{1,3}[.-]){4}`)

var port = regexp.MustCompile(`^:\d{2,5}\b`)

// isService reports whether a word is a name with a port: a well-known port at the start of the message, as
// in "wpad:80 failed", or any port after a connector: "connect to redis:6379". In "uid:1000" uid is a key.
func (m *masker) isService(word string) bool {
	name, number, found := strings.Cut(word, ":")
	if !found || len(name) < 2 || class[name[0]]&isLetter == 0 || strings.ToLower(name) != name ||
		sources[name[strings.LastIndexByte(name, '.')+1:]] {
		return false
	}
	before, spaced := bytes.CutSuffix(m.out, []byte(" "))
	announced := spaced && connectors[string(before[bytes.LastIndexByte(before, ' ')+1:])]
	return (ports[number] && len(m.out) == 0 || announced) && port.FindString(word[len(name):]) == word[len(name):]
}

// bracketed matches an IPv6 address in brackets with its port: "[fe80::1%eth0]:443".
var bracketed = regexp.MustCompile(`^\[[[:xdigit:]]*(?::[[:xdigit:]]*){2,}(?:%[^][ ]*)?\](?::\d{2,5}\b)?`)

// unit extends the value s[begin:end] by the unit of a number, as in "waited 5 ms", "waited 2 s" and
// "cache at 95%", or by the padding of base64, and returns its new end.
func (m *masker) unit(s string, begin, end int) int {
	switch {
	case end == len(s) || m.wild != len(m.out):
		return end
	case s[end] == '=' && end-begin >= minToken: // "cursor eyJpZCI6NDIsInQiOjF9== is stale"
		padded := len(s) - len(strings.TrimLeft(s[end:], "="))
		if padded > end+2 || padded < len(s) && isWord(s[padded]) {
			return end
		}
		return padded
	case class[s[end-1]]&isLetter != 0 || class[s[begin]]&isDigit == 0:
		return end
	case s[end] == '%':
		return end + 1
	case strings.HasPrefix(s[end:], " %"):
		return end + 2
	}
	next := skip(s, end+1, inWord)
	if s[end] != ' ' || !units[s[end+1:next]] {
		return end
	}
	if per := skip(s, next+1, inWord); strings.HasPrefix(s[next:], "/") && units[s[next+1:per]] { // "5 MB/s"
		return per
	}
	return next
}
