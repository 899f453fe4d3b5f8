package sentry_test

import (
	"strings"
	"testing"

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
