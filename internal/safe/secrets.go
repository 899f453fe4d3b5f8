package safe

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ownRules returns what the rules of this package find, in s and in what it
// encodes, such as a form in a string of JSON.
func ownRules(s string) []secret {
	found := plainRules(s)
	text, at := s, func(i int) int { return i }
	for range maxEncodings {
		plain, offsets := decode(text)
		if offsets == nil {
			return found
		}
		outer := at
		text, at = plain, func(i int) int { return outer(offsets[i]) }
		for _, f := range plainRules(text) {
			found = append(found, secret{at(f.start), at(f.end), f.kind})
		}
	}
	return found
}

// maxEncodings is how many encodings of one text in another are undone.
const maxEncodings = 3

func plainRules(s string) []secret {
	var found []secret
	in := bytesIn(s) // so that a rule whose signs are missing costs nothing
	if in.has('@') {
		found = emails(s, dsnCredentials(s, urlCredentials(s, nil)))
	}
	found = digits(s, found)
	found = macs(s, hostOfAddress(s, ipv6(s, found)))
	found = named(s, found)
	quoted := in.has('"') || in.has('\'')
	if quoted || in.has('(') || strings.Contains(s, "dentified") || strings.Contains(s, "DENTIFIED") {
		found = sql(s, found)
	}
	if quoted {
		found = arguments(s, found)
	}
	if in.has('-') || in.has('/') {
		found = privateKeys(s, commandLines(s, found))
	}
	if in.has('|') || in.has(0xe2) {
		found = tables(s, found)
	}
	found = schemes(s, found)
	found = shaped(s, in, jwts(s, awsKeys(s, issued(s, found))))
	if !in.has('/') && !in.has(':') {
		return found
	}
	for _, r := range rules {
		if !strings.Contains(s, r.part) {
			continue
		}
		for _, m := range r.pattern.FindAllStringSubmatchIndex(s, -1) {
			if m[2] > m[0] || startsWord(s, m[2]) {
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
	// Whoever knows these addresses may post.
	{"slack-webhook-url", "hooks.slack.com/", regexp.MustCompile(`hooks\.slack\.com/(?:services|workflows|triggers)/([\w+/-]+)`)},
	{"slack-webhook-url", "services/T", regexp.MustCompile(`services/(T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/\w{16,})`)},
	{kindWebhook, "/api/webhooks/", regexp.MustCompile(`/api/webhooks/(\d+/[\w-]+)`)},
	{kindWebhook, ".webhook.office.com/", regexp.MustCompile(`\.webhook\.office\.com/(\S+?)(?:["'\s)]|$)`)},
	{kindWebhook, "chat.googleapis.com/", regexp.MustCompile(`chat\.googleapis\.com/v1/spaces/([\w/]+\?key=[\w&=%-]+)`)},
	{kindToken, ":AA", regexp.MustCompile(`(?:/bot)?(\d{8,10}:AA[\w-]{32,34})`)}, // a Telegram bot's
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
	if !strings.Contains(s, "-----BEGIN ") {
		return found
	}
	ends := keyEnds.FindAllStringIndex(s, -1)
	for _, begin := range keyBegins.FindAllStringIndex(s, -1) {
		for len(ends) > 0 && ends[0][0] < begin[1] {
			ends = ends[1:]
		}
		end := begin[1] + len(keyBody.FindString(s[begin[1]:min(len(s), begin[1]+maxKey)]))
		if len(ends) > 0 && ends[0][0]-begin[1] <= maxKey {
			end = ends[0][1]
		}
		found = append(found, secret{begin[0], end, kindPrivateKey})
	}
	return found
}

// maxKey is more than the longest private key in use, in bytes.
const maxKey = 32 << 10
