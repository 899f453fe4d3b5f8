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

// Cookies (RFC 6265), and the attributes that Set-Cookie adds.
var (
	cookiePair = regexp.MustCompile(`^[\s\["'\\]*([^\s=;,"'\\<>]+)=(\\*"[^"\\]*\\*"|[^\s;,"'\\\]]*)`)
	attribute  = regexp.MustCompile(`^(?i)\s*(?:(?:path|domain|samesite|max-age|priority)=[^;\s"'\\]*|expires=[^;"'\\]*?GMT|secure|httponly|partitioned)`)
)

// cookies adds the value of each cookie in the header named by k.
func cookies(s string, k key, found []secret) []secret {
	for at := k.value; ; {
		rest := s[at:min(len(s), at+maxHeader)]
		if m := attribute.FindStringIndex(rest); m != nil {
			at += m[1]
		} else if m := cookiePair.FindStringSubmatchIndex(rest); m != nil {
			if value := s[at+m[4] : at+m[5]]; !unset(value) {
				found = append(found, secret{at + m[4], at + m[5], kindCookie})
			}
			at += m[1]
		} else {
			return found
		}
		if !strings.HasPrefix(s[at:], ";") {
			return found
		}
		at++
	}
}
