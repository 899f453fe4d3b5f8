package safe

import (
	"regexp"
	"strings"
)

// shape is a credential that a mark within or at its end gives away.
type shape struct {
	kind, mark  string
	before      alphabet
	least, most int // characters before the mark
	after       alphabet
	min         int // characters after the mark, at least
}

var shapes = []shape{
	{"mailchimp-api-key", "-us", isHexDigit, 32, 32, isDigit, 1},
	{"terraform-token", ".atlasv1.", bodyAlnum, 14, 14, bodyWord, 40},
	{"azure-client-secret", "Q~", bodyTilde, 4, 4, bodyTilde, 30},
	{"maxmind-license-key", "_mmk", bodyWord, 36, 36, isDigit, 0},
	{"new-relic-key", "NRAL", bodyAlnum, 32, 40, isDigit, 0},
	{"firebase-key", ":APA91b", bodyWord, 8, 32, bodyWord, 60},
	{"facebook-access-token", "|", isDigit, 13, 17, bodyWord, 27},
}

func bodyTilde(c byte) bool { return bodyDotted(c) || c == '~' }

func shaped(s string, in byteSet, found []secret) []secret {
	for _, x := range shapes {
		if !in.has(x.mark[0]) {
			continue
		}
		for _, at := range indexAll(s, x.mark) {
			start, end := at[0], at[1]
			for start > 0 && at[0]-start < x.most && x.before(s[start-1]) {
				start--
			}
			end = bodyEnd(s, end, x.after)
			if at[0]-start >= x.least && end-at[1] >= x.min && startsWord(s, start) && (end == len(s) || !isWord(s[end])) {
				found = append(found, secret{start, end, x.kind})
			}
		}
	}
	if in.has('-') {
		found = mailgun(s, found)
	}
	return found
}

// mailgun returns keys of 32, 8 and 8 hexadecimal digits.
func mailgun(s string, found []secret) []secret {
	const whole = 32 + 1 + 8 + 1 + 8
	for at := 32; at+18 <= len(s); at++ {
		i := strings.IndexByte(s[at:], '-')
		if i < 0 || at+i+18 > len(s) {
			break
		}
		at += i
		key := s[at-32 : at+18]
		if key[41] != '-' || !hexOf(32)(key[:32]) || !hexOf(8)(key[33:41]) || !hexOf(8)(key[42:]) {
			continue
		}
		if start := at - 32; startsWord(s, start) && (at+18 == len(s) || !bodyWord(s[at+18])) {
			found = append(found, secret{start, start + whole, "mailgun-token"})
		}
	}
	return found
}

// awsKey is the id of a key, and its secret where the two stand side by side.
var awsKey = regexp.MustCompile(`((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b(?:["'\s:/,;|\\]{1,8}([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+]|$))?`)

// awsKeys finds ids that end in EXAMPLE as well.
func awsKeys(s string, found []secret) []secret {
	if !strings.Contains(s, "IA") && !strings.Contains(s, "ACCA") {
		return found
	}
	for _, m := range awsKey.FindAllStringSubmatchIndex(s, -1) {
		if !startsWord(s, m[2]) {
			continue
		}
		found = append(found, secret{m[2], m[3], kindAWSKeyID})
		if m[4] >= 0 {
			found = append(found, secret{m[4], m[5], "aws-secret-access-key"})
		}
	}
	return found
}

// jwts returns JSON web tokens (RFC 7519 and 7516): a header that is a JSON object,
// then two or four more parts. The last ones may be missing where the line was
// cut; a mail or a terminal may have wrapped the lines.
func jwts(s string, found []secret) []secret {
	for at := 0; ; {
		i := strings.Index(s[at:], "eyJ")
		if i < 0 {
			return found
		}
		start := at + i
		at = start + len("eyJ")
		if !startsWord(s, start) && s[start-1] != '_' {
			continue
		}
		at = bodyEnd(s, start, bodyDotted)
		if at-start <= maxToken {
			at = wrapped(s, start, at)
		}
		if parts := strings.Split(s[start:at], "."); len(parts) > 1 && len(parts[0]) >= 8 && len(strings.Join(parts[1:], "")) >= 5 {
			found = append(found, secret{start, at, kindJWT})
		}
	}
}

// nextLine is a line that holds nothing but a piece of a token.
var nextLine = regexp.MustCompile(`^\.?[ \t]*(?:\r?\n|(?:\\+r)?\\+n)[ \t>|│#*]*([\w.=-]+)(?:["',;\s\\]|$)`)

const (
	maxWrap  = 300      // bytes that are read for the next line of a token
	maxLines = 64       // of a token
	maxToken = 16 << 10 // bytes of a token's first line
)

// wrapped returns where the token ends whose first line is s[start:end].
func wrapped(s string, start, end int) int {
	for n := range maxLines {
		m := nextLine.FindStringSubmatchIndex(s[end:min(len(s), end+maxWrap)])
		if m == nil || end-start < 20 || isWhole(s[start:end]) {
			return end
		}
		line := s[end+m[2] : end+m[3]]
		if (n == 0 || s[end-1] == '.') && (len(line) < 16 || !random(line)) && !strings.Contains(line, ".") {
			return end
		}
		end += m[3]
	}
	return end
}

// isWhole reports whether a token's signature is as long as one algorithm makes it
// (RFC 7518), line breaks left out.
func isWhole(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return len(parts) == 5 && len(parts[4]) >= 22 // the tag of an encrypted one
	}
	n := 0
	for _, c := range []byte(parts[2]) {
		if bodyWord(c) {
			n++
		}
	}
	n -= strings.Count(parts[2], `\n`) + strings.Count(parts[2], `\r`)
	switch n {
	case 43, 64, 86, 128, 171, 176, 342, 512, 683:
		return true
	}
	return false
}
