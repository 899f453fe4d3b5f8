package safe

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"github.com/zricethezav/gitleaks/v8/detect"
)

// gitleaks returns every occurrence in s of each secret that d finds.
func gitleaks(d *detect.Detector, s string) []secret {
	var found []secret
	for _, f := range d.DetectString(s) {
		if f.RuleID == "generic-api-key" && uuid.MatchString(f.Secret) {
			continue // its key says "request-token" and the like: an id that helps the reader
		}
		found = append(found, occurrences(s, f.Secret, f.RuleID)...)
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
	// The signature may be missing where the line was cut.
	{"jwt", regexp.MustCompile(`\b(eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*){0,3})`), nil},
	// Up to its end or, because lines are cut, as far as base64 goes.
	{"private-key", regexp.MustCompile(`(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:[\w+/=\s:,-]|\\[nr])*)`), nil},
	// RFC 3986 userinfo, also with a raw "/" in the password.
	{"url-credentials", regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://([^\s/?#"'<>:@]*:[^\s"'<>]+)@`), notAPort},
	{"url-credentials", regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://([^\s/?#"'<>:@]{16,})@`), nil},
	// RFC 9110: a scheme that is known, then the credentials.
	{"authorization", regexp.MustCompile(`(?i)\bauthorization\b\\*["']?\s*[:=]\s*[\[\\"']*(?:bearer|basic|token|apikey|negotiate)\s+([^\s"'\\,;\])}]+)`), nil},
	{"authorization", regexp.MustCompile(`(?i)\bauthorization\b\\*["']?\s*[:=]\s*[\[\\"']*(?:digest|hawk|aws4-hmac-sha256)\s+([^"'\n]*(?:"[^"\n]*"[^"'\n]*)*)`), nil},
	{"authorization", regexp.MustCompile(`(?i)\bauthorization\b\\*["']?\s*[:=]\s*[\[\\"']*([^\s"'\\,;\])}]{8,})`), random},
	{"bearer", regexp.MustCompile(`(?i)\bbearer\s+([\w.~+/=-]{8,})`), random},
	{"basic", regexp.MustCompile(`(?i)\bbasic\s+([a-z0-9+/=]{8,})`), userAndPassword},
}

// ownRules returns what the rules above and the names of keys tell.
func ownRules(s string) []secret {
	found := named(s)
	for _, r := range rules {
		for _, m := range r.pattern.FindAllStringSubmatchIndex(s, -1) {
			if r.accept == nil || r.accept(s[m[2]:m[3]]) {
				found = append(found, secret{m[2], m[3], r.kind})
			}
		}
	}
	return found
}

// notAPort tells "user:pass" from "host:8080/path/", which an "@" may follow too.
func notAPort(userinfo string) bool {
	_, password, _ := strings.Cut(userinfo, ":")
	port, _, path := strings.Cut(password, "/")
	return !path || strings.Trim(port, "0123456789") != ""
}

// random reports whether value may be a token rather than a word of prose.
func random(value string) bool {
	return strings.ContainsAny(value, "0123456789") ||
		strings.ToLower(value[1:]) != value[1:] && strings.ToUpper(value) != value
}

// userAndPassword tells the credentials of Basic (RFC 7617) from a word.
func userAndPassword(value string) bool {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	return err == nil && slices.Contains(b, ':')
}
