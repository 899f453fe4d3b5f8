package safe

import (
	"regexp"
	"strings"
)

// The value of an Authorization header (RFC 9110): a scheme and credentials,
// or parameters, as in Digest (RFC 7616) and AWS's signatures.
var (
	credentialsOf = regexp.MustCompile(`^(?i)(?:bearer|basic|token|apikey|api-key|negotiate|ntlm|jwt|key|ssws|splunk|dpop)\s+([^\s"'\\,;\])}]+)`)
	bareOf        = regexp.MustCompile(`^([^\s"'\\,;\])}]{8,})`) // without a scheme
	parametersOf  = regexp.MustCompile(`^(?i)[\w-]+\s+([\w-]+=(?:\\*"[^"\\]*\\*"|[^\s,"']+)(?:,\s*[\w-]+=(?:\\*"[^"\\]*\\*"|[^\s,"']+))*)`)
)

// authorization adds the credentials in the header named by k.
func authorization(s string, k key, found []secret) []secret {
	start := len(s) - len(strings.TrimLeft(s[k.value:], `[\"' `))
	header := s[start:min(len(s), start+maxHeader)]
	for _, form := range []*regexp.Regexp{credentialsOf, parametersOf, bareOf} {
		m := form.FindStringSubmatchIndex(header)
		if m == nil || unset(header[m[2]:m[3]]) || form == bareOf && !random(header[m[2]:m[3]]) {
			continue
		}
		return append(found, secret{start + m[2], start + m[3], kindAuthorization})
	}
	return found
}

// maxHeader is how much of a header's value is read at once: more than servers accept.
const maxHeader = 8 << 10

// cookie matches a cookie (RFC 6265), or an attribute that Set-Cookie adds, which is no group.
var cookie = regexp.MustCompile(`^[\s\["'\\]*(?:(?i:(?:path|domain|samesite|max-age|priority)=[^;\s"'\\]*|expires=[^;"'\\]*?GMT|secure|httponly|partitioned)` +
	`|[^\s=;,"'\\<>]+=(\\*"[^"\\]*\\*"|[^\s;,"'\\\]]*))(;?)`)

// cookies adds the value of each cookie in the header named by k.
func cookies(s string, k key, found []secret) []secret {
	for at, more := k.value, true; more; {
		m := cookie.FindStringSubmatchIndex(s[at:min(len(s), at+maxHeader)])
		if m == nil {
			return found
		}
		if m[2] >= 0 && !unset(s[at+m[2]:at+m[3]]) {
			found = append(found, secret{at + m[2], at + m[3], kindCookie})
		}
		at, more = at+m[1], m[4] < m[5]
	}
	return found
}
