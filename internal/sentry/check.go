package sentry

import (
	"context"
	"net/http"
	"strings"

	"github.com/org/errmon-action/internal/finding"
)

// Check reports whether the issues of each project can be read with the token. It
// only reads.
func (c *Client) Check(ctx context.Context) []finding.Finding {
	const about = "Sentry token"
	if _, _, err := c.list(ctx, 1, ""); err != nil {
		return []finding.Finding{finding.Of(about, err)}
	}
	found := []finding.Finding{finding.Good(about, "%s, can read the issues of %s at %s", tokenKind(c.config.Token), c.config.Organization, c.server())}
	for _, project := range c.config.Projects {
		found = append(found, c.checkProject(ctx, project))
	}
	return found
}

// tokenKind distinguishes tokens apart by the prefixes of Sentry's
// src/sentry/types/token.py. Older tokens have none.
func tokenKind(token string) string {
	switch {
	case strings.HasPrefix(token, "sntryi_"), strings.HasPrefix(token, "sntrya_"):
		return "an integration token"
	case strings.HasPrefix(token, "sntryu_"):
		return "a personal token, which ends with the account"
	}
	return "a token of unknown kind"
}

// checkProject asks for the project by itself: a list of several is answered as
// long as one of them is known.
func (c *Client) checkProject(ctx context.Context, project string) finding.Finding {
	about := "Sentry project " + project
	_, err := c.get(ctx, "get project", c.project(project), nil, nil)
	switch {
	case err == nil:
		return finding.Good(about, "exists")
	case status(err) == http.StatusForbidden:
		return finding.Warn(about, "cannot be looked up (403)", scopes)
	case status(err) == http.StatusNotFound:
		return finding.Fail(about, "not found (404)", "check sentry-projects, which takes slugs")
	}
	return finding.Of(about, err)
}
