package safe

import (
	"regexp"
	"strings"
)

var tokenBytes = alphabet("alnum_-.=")

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
		at = bodyEnd(s, start, tokenBytes)
		if at-start <= maxToken {
			at = wrapped(s, start, at)
		}
		if parts := strings.Split(s[start:at], "."); len(parts) > 1 && len(parts[0]) >= 8 && len(strings.Join(parts[1:], "")) >= 5 {
			found = append(found, secret{start, at, kindJWT})
		}
	}
}

// nextLine matches a line that consists of a piece of a token.
var nextLine = regexp.MustCompile(`^\.?[ \t]*(?:\r?\n|(?:\\+r)?\\+n)[ \t>|│#*]*([\w.=-]+)(?:["',;\s\\]|$)`)

const (
	maxWrap  = 300      // bytes that are read for the next line of a token
	maxLines = 64       // of a token
	maxToken = 16 << 10 // bytes of a token's first line
)

// wrapped returns the end of the token whose first line is s[start:end].
func wrapped(s string, start, end int) int {
	for n := range maxLines {
		m := nextLine.FindStringSubmatchIndex(s[end:min(len(s), end+maxWrap)])
		if m == nil || end-start < 20 {
			return end
		}
		line := s[end+m[2] : end+m[3]]
		word := strings.Trim(line[1:], "abcdefghijklmnopqrstuvwxyz.") == ""
		if word || n == 0 && len(line) < 16 {
			return end
		}
		end += m[3]
	}
	return end
}
