package safe

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Own are secrets of the run itself: its tokens, and the addresses of its webhooks.
// They are known exactly, so they are found whatever surrounds them, also
// where a proxy or a service repeats a part of a request.
type Own struct{ values []string }

// minOwn is how many bytes tell a secret from a word that is only alike.
const minOwn = 8

// NewOwn returns secrets with what they are recognised by: as they are, as URLs and
// JSON write them, and of an address also the path, its long parts and the password.
func NewOwn(secrets ...string) Own {
	var all []string
	add := func(parts ...string) {
		for _, s := range parts {
			all = append(all, s, url.QueryEscape(s), url.PathEscape(s), strings.ReplaceAll(s, "/", `\/`))
		}
	}
	for _, s := range secrets {
		s = strings.TrimSpace(s)
		add(s)
		u, err := url.Parse(s)
		if err != nil || u.Host == "" {
			continue
		}
		password, _ := u.User.Password()
		add(strings.Trim(u.EscapedPath(), "/"), password, u.User.Username(), u.RawQuery)
		for part := range strings.SplitSeq(u.Path, "/") {
			if len(part) >= 2*minOwn {
				add(part)
			}
		}
	}
	all = slices.DeleteFunc(all, func(s string) bool { return len(s) < minOwn })
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return Own{slices.Compact(all)}
}

// in adds each occurrence in s.
func (o Own) in(s string, found []secret) []secret {
	for _, value := range o.values {
		for _, at := range indexAll(s, value) {
			found = append(found, secret{at[0], at[1], kindSecret})
		}
	}
	return found
}

// maxQuote bounds, in runes, what an error quotes of an answer.
const maxQuote = 300

// Quote makes what a service answers fit for an error: one line, not endless, and
// without the secrets, which the service or a proxy may repeat.
func (o Own) Quote(answer string) string {
	for _, value := range o.values { // the longest first
		answer = strings.ReplaceAll(answer, value, "***")
	}
	answer = oneLine(clean(answer))
	if utf8.RuneCountInString(answer) > maxQuote {
		answer, _ = head(answer, maxQuote)
		answer += "…"
	}
	return answer
}
