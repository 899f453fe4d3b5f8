package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// An error that users see names the input to fix, and how.
func TestUserFacingErrors(t *testing.T) {
	list := func(s setup) error { _, err := s.List(t.Context(), "errmon", nil); return err }
	create := func(s setup) error { _, err := s.Create(t.Context(), github.Edit{Title: "boom"}); return err }
	readFile := func(s setup) error { _, err := s.ReadFile(t.Context(), "CODEOWNERS"); return err }
	answer := func(status int, body string) func(*githubtest.Settings) {
		return func(to *githubtest.Settings) {
			to.Break = func(fake.Request) *fake.Fault {
				return &fake.Fault{Status: status, Body: body}
			}
		}
	}
	tests := []struct {
		name   string
		change func(*githubtest.Settings)
		call   func(setup) error
		says   []string
	}{
		{"wrong token", func(to *githubtest.Settings) { to.Token = "another" }, list, []string{"github-token", "wrong or expired", "401 Bad credentials"}},
		{"no issues: write", func(to *githubtest.Settings) { to.NoIssuesWrite = true }, create, []string{"permissions: issues: write", "workflow", "Resource not accessible by integration"}},
		{"no issues: write, personal token", func(to *githubtest.Settings) { to.NoIssuesWrite, to.Login = true, "octocat" }, create, []string{"github-token", "Issues: Read and write", "acme/shop"}},
		{"no contents: read", answer(403, `{"message":"Resource not accessible by integration"}`), readFile, []string{"permissions: contents: read"}},
		{"single sign-on", answer(403, `{"message":"Resource protected by organization SAML enforcement. You must grant your token access."}`), list, []string{"github-token", "single sign-on"}},
		{"archived", answer(403, `{"message":"Repository was archived so is read-only."}`), create, []string{"archived", "acme/shop"}},
		{"another 403", answer(403, `{"message":"Must have admin rights to Repository."}`), create, []string{"github-token", "admin rights", "issues: write"}},
		{"issues disabled", func(to *githubtest.Settings) { to.IssuesDisabled = true }, create, []string{"acme/shop", "Settings → General → Features → Issues"}},
		{"issues disabled, list", func(to *githubtest.Settings) { to.IssuesDisabled = true }, list, []string{"Settings → General → Features → Issues"}},
		{"renamed, list", func(to *githubtest.Settings) { to.Renamed = true }, list, []string{"acme/shop", "repository", "new name"}},
		{"renamed, create", func(to *githubtest.Settings) { to.Renamed = true }, create, []string{"new name"}},
		{"title too long", nil, func(s setup) error {
			_, err := s.Create(t.Context(), github.Edit{Title: strings.Repeat("ü", 257)})
			return err
		}, []string{"title", "256 characters"}},
		{"body too long", nil, func(s setup) error {
			_, err := s.Create(t.Context(), github.Edit{Title: "t", Body: strings.Repeat("ü", 65537)})
			return err
		}, []string{"body", "65536 characters"}},
		{"no title", nil, func(s setup) error { _, err := s.Create(t.Context(), github.Edit{}); return err }, []string{"title", "wasn't supplied"}},
		{"comment too long", func(*githubtest.Settings) {}, func(s setup) error { return s.comment(t.Context(), 1, strings.Repeat("x", 65537)) }, []string{"#1", "body"}},
		{"validation without fields", answer(422, `{"message":"Invalid request."}`), create, []string{"the request", "Invalid request."}},
		{"errors that are strings", answer(422, `{"message":"Validation Failed","errors":["is spam"]}`), create, []string{"is spam"}},
		{"unknown status", answer(451, ``), list, []string{"451", "Unavailable For Legal Reasons"}},
		{"failing", answer(502, `<html>Unicorn!</html>`), list, []string{"502 Bad Gateway"}},
		{"token echoed", answer(400, `{"message":"bad header Bearer `+secret+`"}`), list, []string{"bad header Bearer ***"}},
		{"token echoed in a field", answer(422, `{"message":"Validation Failed","errors":[{"resource":"Issue","field":"`+secret+`","code":"invalid"}]}`), create, []string{"*** invalid"}},
		{"endless message", answer(400, `{"message":"`+strings.Repeat("so long ", 1000)+`"}`), list, []string{"…"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t)
			s.server.Add(githubtest.Issue{Title: "there"})
			if test.change != nil {
				s.server.Configure(test.change)
			}
			err := test.call(s)
			wantError(t, err, test.says...)
			if strings.Contains(err.Error(), secret) {
				t.Errorf("shows the token: %v", err)
			}
			if len(err.Error()) > 600 || strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("error of %d bytes, want one line of a readable length: %q", len(err.Error()), err)
			}
		})
	}
}

func TestUnknownRepository(t *testing.T) {
	s := start(t, func(c *github.Config) { c.Repo = "shp" })
	_, err := s.List(t.Context(), "errmon", nil)
	wantError(t, err, `"acme/shp"`, "check repository", "github-token may not see it")
}

// Tokens have no fixed form: a short word in a fake, a JWT, or a secret pasted with its line break.
func TestTokensAreSentAsTheyAre(t *testing.T) {
	for _, token := range []string{"x", "ghs_123_" + strings.Repeat("eyJ.", 300), " padded\n"} {
		s := start(t, func(c *github.Config) { c.Token = token })
		s.server.Configure(func(to *githubtest.Settings) { to.Token = strings.TrimSpace(token) })
		if _, err := s.Repository(t.Context()); err != nil {
			t.Errorf("token %.20q: %v", token, err)
		}
	}
}

// A redirect is never followed, so the token is never sent to another host.
func TestRedirectsAreNotFollowed(t *testing.T) {
	s := start(t)
	s.breakNth(http.MethodGet, 1, 0, fake.Fault{Status: http.StatusFound, Header: map[string]string{"Location": s.url + "/user"}})
	_, err := s.Repository(t.Context())
	wantError(t, err, "302")
	if got := len(s.server.Requests()); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}
