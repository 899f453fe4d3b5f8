package sentry_test

import (
	"strings"
	"testing"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

// Check reports the kind of token, and sends only GET requests.
func TestCheckNamesTheKindOfToken(t *testing.T) {
	for token, kind := range map[string]string{
		"sntryi_x": "an integration token", "sntrya_x": "an integration token", "sntryu_x": "a personal token", "token": "a token of unknown kind",
	} {
		h := newHouse(t, "web")
		h.Configure(func(s *sentrytest.Settings) { s.Tokens[token] = s.Tokens["token"] })
		h.config.Token = token
		found := h.client(t).Check(t.Context())
		if len(found) != 2 || found[0].Level != finding.OK || !strings.HasPrefix(found[0].Text, kind) || found[1].Level != finding.OK {
			t.Errorf("%s: %+v", token, found)
		}
		for _, q := range h.Requests() {
			if q.Method != "GET" {
				t.Errorf("%s %s", q.Method, q.Path)
			}
		}
	}
}

// Sentry redirects the old name of a renamed project, and does not list issues by it.
func TestRenamedProject(t *testing.T) {
	h := newHouse(t, "web")
	h.config.Projects = []string{"web", "shop"}
	h.Configure(func(s *sentrytest.Settings) {
		s.Break = func(r fake.Request) *fake.Fault {
			switch {
			case strings.HasSuffix(r.Path, "/projects/acme/shop/"):
				return &fake.Fault{Status: 302, Header: map[string]string{"Location": "/api/0/projects/acme/store/"}}
			case len(r.Query["project"]) == 2: // the real Sentry may list those of the other
				return &fake.Fault{Status: 200, Header: map[string]string{"Link": lastPage}, Body: `[]`}
			}
			return nil
		}
	})
	found := h.client(t).Check(t.Context())
	if len(found) != 3 || found[2].Level != finding.Failure || !strings.Contains(found[2].Remedy, "sentry-projects") {
		t.Errorf("%+v", found)
	}
	h.config.Projects = []string{"shop"}
	_, err := h.client(t).Issues(t.Context())
	want(t, err, "has no project shop", "check sentry-projects")
}
