package safe

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zricethezav/gitleaks/v8/detect"
)

// gitleaks returns every occurrence in s of each secret that d finds.
func gitleaks(d *detect.Detector, s string) []secret {
	type finding struct{ value, kind string }
	seen := make(map[finding]bool) // one that occurs often is found as often
	var found []secret
	for _, f := range d.DetectString(s) {
		this := finding{f.Secret, f.RuleID}
		if this.kind == "generic-api-key" {
			this.kind = "secret"
		}
		if seen[this] || this.kind == "secret" && uuid.MatchString(this.value) {
			continue // a UUID is the key of a request or a cache, which helps the reader
		}
		seen[this] = true
		found = append(found, occurrences(s, this.value, this.kind)...)
	}
	return found
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func occurrences(s, value, kind string) []secret {
	var found []secret
	for at := 0; value != ""; {
		i := strings.Index(s[at:], value)
		if i < 0 {
			break
		}
		found = append(found, secret{at + i, at + i + len(value), kind})
		at += i + len(value)
	}
	return found
}

// rule is a secret that gitleaks has no rule for, or looks for in source code
// only. The secret is the pattern's first group, where accept is nil or true of it.
type rule struct {
	kind    string
	pattern *regexp.Regexp
	accept  func(value string) bool
}

var rules = []rule{
	// gitleaks leaves out ids that end in EXAMPLE.
	{"aws-access-key-id", regexp.MustCompile(`\b((?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16})\b`), nil},
	// RFC 7519 and 7516: a header that is a JSON object, then two or four more parts.
	// The last ones may be missing where the line was cut.
	{"jwt", regexp.MustCompile(`\b(eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]+){0,3})`), nil},
	// RFC 3986: userinfo, whose password may hold an "@", or a "/" though it must not.
	{"url-credentials", regexp.MustCompile(`://([^\s/?#"'<>:@]*:[^\s/?#"'<>]+)@`), nil},
	{"url-credentials", regexp.MustCompile(`://([^\s/?#"'<>:@]*:[^\s"'<>@]+)@`), notAPort},
	{"url-credentials", regexp.MustCompile(`://([^\s/?#"'<>:@]{16,})@`), hasDigit},
	// RFC 9110: a scheme, then the credentials.
	{"authorization", regexp.MustCompile(authorization + `(?:bearer|basic|token|apikey|negotiate)\s+([^\s"'\\,;\])}]+)`), nil},
	{"authorization", regexp.MustCompile(authorization + `(aws4-hmac-sha256\s[^"'\n]+)`), nil},
	{"authorization", regexp.MustCompile(authorization + `([^\s"'\\,;\])}]{8,})`), random},
	{"bearer", regexp.MustCompile(`(?i)\bbearer\s+([\w.~+/=-]{8,})`), random},
	{"basic", regexp.MustCompile(`(?i)\bbasic\s+([a-z0-9+/=]{8,})`), userAndPassword},
}

// authorization matches the header's name in a header, in JSON and in what
// languages print of their maps, up to where its value starts.
const authorization = `(?i)\bauthorization\\*["']?\s*[:=]\s*[\[\\"']*`

// ownRules returns what the rules above and the names of keys tell.
func ownRules(s string) []secret {
	found := append(named(s), privateKeys(s)...)
	for _, r := range rules {
		for _, m := range r.pattern.FindAllStringSubmatchIndex(s, -1) {
			if r.accept == nil || r.accept(s[m[2]:m[3]]) {
				found = append(found, secret{m[2], m[3], r.kind})
			}
		}
	}
	return found
}

// The lines around a private key (RFC 7468), and its base64 where the second
// is missing because the text was cut.
var (
	keyBegins = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----`)
	keyEnds   = regexp.MustCompile(`-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----`)
	keyBody   = regexp.MustCompile(`^(?:(?:\s|\\+[nr])*[A-Za-z0-9+/=]{16,})*`)
)

func privateKeys(s string) []secret {
	var found []secret
	for at := 0; ; {
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
		found = append(found, secret{start, at, "private-key"})
	}
}

// notAPort tells "user:pass" from "host:8080/path/", which an "@" may follow too.
func notAPort(userinfo string) bool {
	_, password, _ := strings.Cut(userinfo, ":")
	end := strings.IndexAny(password, "/?#")
	return end < 0 || strings.Trim(password[:end], "0123456789") != ""
}

// random reports whether value may be a token rather than a word of prose.
func random(value string) bool {
	return hasDigit(value) || strings.ToLower(value[1:]) != value[1:] && strings.ToUpper(value) != value
}

func hasDigit(value string) bool { return strings.ContainsAny(value, "0123456789") }

// userAndPassword tells the credentials of Basic (RFC 7617) from a word.
func userAndPassword(value string) bool {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	return err == nil && utf8.Valid(b) && bytes.IndexByte(b, ':') > 0 && bytes.IndexFunc(b, unicode.IsControl) < 0
}
