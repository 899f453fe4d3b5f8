package sentry

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/polite"
)

// scopes is what the token needs, as Sentry's settings name it.
const scopes = "give the internal integration Issue & Event: Read (event:read) and Project: Read (project:read)"

// explain puts a refusal into words for the user, naming the input to mend.
func (c *Client) explain(a *polite.Answer, kind string) error {
	said, server := c.quote(a.Body), c.server()
	switch {
	case a.Status == http.StatusUnauthorized:
		return mend(fmt.Sprintf("%s: Sentry does not accept sentry-auth-token (401 %s)", kind, said),
			"pass another: it is wrong, revoked, or for a server other than sentry-url (%s)", server)
	case a.Status == http.StatusForbidden:
		return mend(fmt.Sprintf("%s: sentry-auth-token may not do this (403 %s)", kind, said),
			"%s, and check sentry-organization (%s) and sentry-projects", scopes, c.config.Organization)
	case a.Status == http.StatusNotFound:
		return mend(fmt.Sprintf("%s: not found (404 %s)", kind, said), "check sentry-organization (%s), sentry-projects (%s) and sentry-url (%s)",
			c.config.Organization, strings.Join(c.config.Projects, ", "), server)
	case a.Status == http.StatusBadRequest:
		return mend(fmt.Sprintf("%s: Sentry refuses the search (400 %s)", kind, said), "check sentry-query, sentry-environments and sentry-projects")
	case a.Status >= 300 && a.Status < 400:
		to := "nowhere"
		if address, err := c.base.Parse(a.Header.Get("Location")); err == nil && a.Header.Get("Location") != "" {
			to = address.Scheme + "://" + address.Host
		}
		return mend(fmt.Sprintf("%s: Sentry redirects to %s", kind, to), "set sentry-url to that address")
	}
	return mend(fmt.Sprintf("%s: Sentry answered %d %s (%s)", kind, a.Status, http.StatusText(a.Status), said),
		"it may be down, see https://status.sentry.io, or check sentry-url (%s); the next run tries again", server)
}

func mend(what, remedy string, args ...any) error {
	return finding.Mend(what, fmt.Sprintf(remedy, args...))
}

// locate asks which of the inputs a refused list is about: Sentry answers a
// wrong organization and a wrong project alike. It returns nil where that cannot
// be told.
func (c *Client) locate(ctx context.Context, refused int) error {
	if refused != http.StatusNotFound && refused != http.StatusForbidden {
		return nil
	}
	const kind = "find the mistake"
	_, err := c.get(ctx, kind, c.organization("issues/"), url.Values{"limit": {"1"}}, nil)
	switch {
	case status(err) == http.StatusNotFound:
		return mend(fmt.Sprintf("list issues: Sentry at %s has no organization %q (404), or sentry-auth-token cannot see it",
			c.server(), c.config.Organization), "check sentry-organization and sentry-url")
	case err != nil:
		return nil
	}
	var wrong []string
	for _, project := range c.config.Projects {
		_, err := c.get(ctx, kind, c.project(project), nil, nil)
		if status(err) == http.StatusNotFound || status(err) == http.StatusForbidden {
			wrong = append(wrong, project)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return mend(fmt.Sprintf("list issues: organization %q has no project %s that sentry-auth-token may read (%d)",
		c.config.Organization, strings.Join(wrong, ", "), refused), "check sentry-projects, which takes slugs")
}

func (c *Client) quote(body []byte) string {
	var said struct{ Detail json.RawMessage }
	_ = json.Unmarshal(body, &said)
	var message string
	var object struct{ Message string }
	if json.Unmarshal(said.Detail, &message) != nil {
		_ = json.Unmarshal(said.Detail, &object)
	}
	return cmp.Or(c.api.Quote(cmp.Or(message, object.Message)), "no message")
}
