package safe

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Own holds the run's own secrets: its tokens and webhook addresses. Their exact values are known, so they
// are found anywhere, even if a proxy or a service repeats part of a request.
type Own struct{ values []string }

// minOwn is the minimum length of a secret in bytes: a shorter one could also be a word.
const minOwn = 8

// NewOwn returns the secrets in every form in which they may appear: verbatim, encoded for URLs and JSON,
// and for an address also its path, the path's long parts, its query and its credentials.
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

// maxQuote is how much of an answer an error quotes, in runes.
const maxQuote = 300

// Quote returns a service's answer for use in an error: on one line, shortened, and without the secrets.
func (o Own) Quote(answer string) string {
	for _, value := range o.values { // longest first
		answer = strings.ReplaceAll(answer, value, "***")
	}
	answer = oneLine(clean(answer))
	if utf8.RuneCountInString(answer) > maxQuote {
		answer, _ = head(answer, maxQuote)
		answer += "…"
	}
	return answer
}
