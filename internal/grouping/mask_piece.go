package grouping

import (
	"bytes"
	"regexp"
	"strings"
)

// piece masks the run of word and joint bytes at i and returns its end.
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

// joined masks a piece whose words, from begin to end, have joints in front or inside.
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
			m.wildcard(maskStack)
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

// nameKind returns the kind of a value of several parts by what they name, or 0.
func (m *masker) nameKind(word string) Masks {
	switch at := strings.IndexByte(word, '@'); {
	case strings.HasPrefix(word, "arn:"): // "role arn:aws:iam::123456789012:role/app is not allowed to"
		return maskARN
	case at > 0 && !strings.ContainsAny(word, ":/") &&
		(strings.IndexByte(word[at:], '.') > 1 || strings.ToLower(word) == word && !isHex(word[at+1:])):
		return maskEmail // or an account on a host: "cannot deliver to jane.doe@example.com"
	case strings.Count(word, ":") >= 3 && isHex(strings.ReplaceAll(word, ":", "")):
		return maskAddress // "lease for fe:ed:fa:ce:be:ef expired"
	case strings.Count(word, ".") >= 2 && bytes.HasSuffix(m.out, []byte(" is ")) && !isFaultName(word):
		return maskID // "driver class is com.mysql.cj.jdbc.Driver"
	case m.isService(word):
		return maskHost
	}
	return 0
}

// callStack matches two or more places in code: "lock held by com.example.Cart.add:41 <native code>
// com.example.Shop.serve:17". The last may have been truncated with the message.
var callStack = regexp.MustCompile(`^(?:(?:<[^>]*> *)*[\w$.[:^ascii:]]*\.[\w$.[:^ascii:]]*\.[\w$.[:^ascii:]]*(?::\d+(?: +|$)|$)){2,}(?:<[^>]*> *)*`)

// bare writes a run of joints outside a word: "->", "...", "--".
func (m *masker) bare(s string, i int) int {
	rest, apart := s[i+1:], i == 0 || strings.IndexByte(" ([", s[i-1]) >= 0
	if s[i] == '-' && apart && (rest == "" || strings.IndexByte(",;)]", rest[0]) >= 0 || strings.HasPrefix(rest, " - ")) {
		m.wildcard(maskValue) // a missing value: "user: -, host: db1", "[-]", "- - 200"
		return i + 1
	}
	end := skip(s, i, isJoint)
	m.out = append(m.out, s[i:end]...)
	return end
}

// isPath matches paths of files and requests: "open /etc/app/tls.pem: no such file", "GET /v1/orders
// 502", "load C:\app\conf.ini", "./run.sh: not found", "cannot import src/cart/total".
func isPath(s string, i, begin, end int) bool {
	word := s[begin:end]
	slash := strings.IndexByte(word, '/')
	return begin > i && s[begin-1] == '/' || begin > i+1 && s[begin-1] == '\\' ||
		len(word) > 2 && word[1] == ':' && word[2] == '\\' || slash > 0 && strings.IndexByte(word[slash+1:], '/') >= 0
}

// span masks a URL or path up to end at least. It may contain signs that separate pieces elsewhere.
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

// inWildcard reports whether the byte at i belongs to a Wildcard, which replaces
// redacted text: "GET https://example.com/reset?token=<*>&id=7".
func inWildcard(s string, i int) bool {
	return strings.HasPrefix(s[i:], Wildcard) || strings.HasSuffix(s[:i+1], Wildcard)
}

// parts masks a piece part by part, so that "server.go:42" keeps the file and "uid:1000" the name.
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
			kind = maskHex // the address of an object: "lock held by Session@deadbeef"
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
