package github

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/org/errmon-action/internal/clock"
)

// Whatever a Link header contains, the next request goes to GitHub's own address, because it carries the
// token.
func FuzzNextPageStaysWithGitHub(f *testing.F) {
	for _, seed := range []string{
		`<https://api.github.com/repositories/1/issues?after=Y3Vyc29y&labels=a%2Cb>; rel="next", <https://x/>; rel="last"`,
		`<https://api.github.com/x?page=1>; rel="prev", </y>; title="a>b"; rel="next"`,
		`<//evil.example/>; rel="next"`, `<https://api.github.com@evil.example>; rel="next"`,
		`<https://api.github.com:443/>; rel="next"`, `<javascript:x>; rel="next"`, `<\\evil\x>; rel="next"`, `<>; rel="next"`, ``,
	} {
		f.Add(seed)
	}
	client, err := New(Config{BaseURL: "https://api.github.com", Owner: "acme", Repo: "shop", Clock: clock.System()})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, link string) {
		next, err := client.nextPage(http.Header{"Link": {link}})
		if err != nil || next == "" {
			return
		}
		u, err := url.Parse(next)
		if err != nil || u.Scheme != "https" || u.Host != "api.github.com" {
			t.Errorf("Link %q leads to %q (%v)", link, next, err)
		}
	})
}
