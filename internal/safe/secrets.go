package safe

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ownRules returns what the rules of this package find: secrets that gitleaks
// has no rule for or looks for in source code only, and personal data.
func ownRules(s string) []secret {
	found := plainRules(s)
	if text, offsets := decode(s); offsets != nil {
		for _, f := range plainRules(text) {
			found = append(found, secret{offsets[f.start], offsets[f.end], f.kind})
		}
	}
	return found
}

func plainRules(s string) []secret {
	found := emails(s, urlCredentials(s, nil))
	found = digits(s, found)
	found = macs(s, hostOfAddress(s, ipv6(s, found)))
	found = named(s, found)
	found = privateKeys(s, found)
	found = schemes(s, found)
	for _, r := range rules {
		if !strings.Contains(s, r.part) {
			continue
		}
		for _, m := range r.pattern.FindAllStringSubmatchIndex(s, -1) {
			if m[2] == 0 || !isWord(s[m[2]-1]) || m[2] > m[0] {
				found = append(found, secret{m[2], m[3], r.kind})
			}
		}
	}
	return found
}

// rule is a secret of a form of its own. The secret is the pattern's first group.
type rule struct {
	kind    string
	part    string // of every such text
	pattern *regexp.Regexp
}

var rules = []rule{
	// gitleaks leaves out ids that end in EXAMPLE.
	{kindAWSKeyID, "A", regexp.MustCompile(`((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b`)},
	// RFC 7519 and 7516: a header that is a JSON object, then two or four more parts.
	// The last ones may be missing where the line was cut.
	{kindJWT, "eyJ", regexp.MustCompile(`(eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*){0,3})`)},
	// Whoever knows these addresses may post.
	{kindWebhook, "hooks.slack.com/", regexp.MustCompile(`hooks\.slack\.com/(?:services|workflows|triggers)/([\w+/-]+)`)},
	{kindWebhook, "/api/webhooks/", regexp.MustCompile(`/api/webhooks/(\d+/[\w-]+)`)},
	{kindToken, "xox", regexp.MustCompile(`(xox[a-z]-[\w-]{10,})`)},              // Slack's
	{kindToken, ":AA", regexp.MustCompile(`(?:/bot)?(\d{8,10}:AA[\w-]{32,34})`)}, // a Telegram bot's
}

// RFC 3986: userinfo, whose password may hold an "@", or a "/" though it must not.
var userinfo = []struct {
	pattern *regexp.Regexp
	accept  func(string) bool
}{
	{regexp.MustCompile(`://([^\s/?#"'<>:@]*:[^\s/?#"'<>]+)@`), isSet},
	{regexp.MustCompile(`://([^\s/?#"'<>:@]*:[^\s"'<>@]+)@`), notAPort},
	{regexp.MustCompile(`://([^\s/?#"'<>:@]{16,})@`), hasDigit},
}

func urlCredentials(s string, found []secret) []secret {
	if !strings.Contains(s, "://") {
		return found
	}
	for _, u := range userinfo {
		for _, m := range u.pattern.FindAllStringSubmatchIndex(s, -1) {
			if u.accept(s[m[2]:m[3]]) {
				found = append(found, secret{m[2], m[3], kindURL})
			}
		}
	}
	return found
}

func isSet(string) bool { return true }

// notAPort tells "user:pass" from "host:8080/path/", which an "@" may follow too.
func notAPort(userinfo string) bool {
	_, password, _ := strings.Cut(userinfo, ":")
	end := strings.IndexAny(password, "/?#")
	return end < 0 || strings.Trim(password[:end], "0123456789") != ""
}

// bearer and basic are credentials outside of a header (RFC 6750 and 7617).
var (
	bearer = regexp.MustCompile(`(?i)\bbearer\s+([\w.~+/=-]{8,})`)
	basic  = regexp.MustCompile(`(?i)\bbasic\s+([a-z0-9+/=]{8,})`)
)

func schemes(s string, found []secret) []secret {
	if strings.Contains(s, "earer ") || strings.Contains(s, "EARER ") {
		for _, m := range bearer.FindAllStringSubmatchIndex(s, -1) {
			if random(s[m[2]:m[3]]) {
				found = append(found, secret{m[2], m[3], kindAuthorization})
			}
		}
	}
	if strings.Contains(s, "asic ") || strings.Contains(s, "ASIC ") {
		for _, m := range basic.FindAllStringSubmatchIndex(s, -1) {
			if userAndPassword(s[m[2]:m[3]]) {
				found = append(found, secret{m[2], m[3], kindAuthorization})
			}
		}
	}
	return found
}

// userAndPassword tells the credentials of Basic from a word.
func userAndPassword(value string) bool {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	return err == nil && utf8.Valid(b) && bytes.IndexByte(b, ':') > 0 && bytes.IndexFunc(b, unicode.IsControl) < 0
}

// The lines around a private key (RFC 7468), and its base64 where the second
// is missing because the text was cut.
var (
	keyBegins = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----`)
	keyEnds   = regexp.MustCompile(`-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----`)
	keyBody   = regexp.MustCompile(`^(?:(?:\s|\\+[nr])*[A-Za-z0-9+/=]{16,})*`)
)

func privateKeys(s string, found []secret) []secret {
	for at := strings.Index(s, "-----BEGIN "); at >= 0; {
		begin := keyBegins.FindStringIndex(s[at:])
		if begin == nil {
			return found
		}
		start, rest := at+begin[0], s[at+begin[1]:]
		end := keyEnds.FindStringIndex(rest)
		if end == nil {
			end = keyBody.FindStringIndex(rest)
		}
		at += begin[1] + end[1]
		found = append(found, secret{start, at, kindPrivateKey})
	}
	return found
}
