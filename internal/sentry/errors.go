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
	"github.com/org/errmon-action/internal/safe"
)

// scopes is what the token needs, as Sentry's settings name it.
const scopes = "give the internal integration Issue & Event: Read (event:read) and Project: Read (project:read)"

// explain puts a refusal into words for the user, naming the input to mend.
func (c *Client) explain(a *answer, kind string) error {
	said := c.transport.quote(a.body)
	switch a.status {
	case http.StatusUnauthorized:
		return mend(fmt.Sprintf("%s: Sentry does not accept sentry-auth-token (401 %s)", kind, said),
			"pass another: it is wrong, revoked, or of another server than sentry-url (%s)", c.transport.server())
	case http.StatusForbidden:
		return mend(fmt.Sprintf("%s: sentry-auth-token may not do this (403 %s)", kind, said),
			"%s, and check sentry-organization (%s) and sentry-projects", scopes, c.config.Organization)
	case http.StatusNotFound:
		return mend(fmt.Sprintf("%s: not found (404 %s)", kind, said), "check sentry-organization (%s), sentry-projects (%s) and sentry-url (%s)",
			c.config.Organization, strings.Join(c.config.Projects, ", "), c.transport.server())
	case http.StatusBadRequest:
		return mend(fmt.Sprintf("%s: Sentry refuses the search (400 %s)", kind, said), "check sentry-query, sentry-environments and sentry-projects")
	case http.StatusTooManyRequests:
		return mend(fmt.Sprintf("%s: Sentry's rate limit refused %d attempts (429 %s)", kind, maxRefusals+1, said),
			"run less often, or name fewer projects in sentry-projects")
	}
	if a.status >= 300 && a.status < 400 {
		return mend(fmt.Sprintf("%s: Sentry redirects to %s", kind, c.transport.target(a.header.Get("Location"))), "set sentry-url to the address it answers at")
	}
	return mend(fmt.Sprintf("%s: Sentry answered %d %s (%s)", kind, a.status, http.StatusText(a.status), said),
		"it may be down, see https://status.sentry.io, or check sentry-url (%s); the next run tries again", c.transport.server())
}

func mend(what, remedy string, args ...any) error {
	return &finding.Mendable{What: what, Remedy: fmt.Sprintf(remedy, args...)}
}

// locate asks which of the inputs a refused list is about: Sentry answers a
// wrong organization and a wrong project alike. It returns nil where that cannot
// be told.
func (c *Client) locate(ctx context.Context, refused *answer) error {
	if refused.status != http.StatusNotFound && refused.status != http.StatusForbidden {
		return nil
	}
	whole, err := c.transport.do(ctx, request{kind: "find the mistake", method: http.MethodGet, path: c.organization("issues/"), query: url.Values{"limit": {"1"}}})
	switch {
	case err != nil:
		return nil
	case whole.status == http.StatusNotFound:
		return mend(fmt.Sprintf("list issues: Sentry at %s knows no organization %q (404), or hides it from sentry-auth-token",
			c.transport.server(), c.config.Organization), "check sentry-organization and sentry-url")
	case !whole.ok():
		return nil
	}
	var wrong []string
	for _, project := range c.config.Projects {
		a, err := c.transport.do(ctx, request{kind: "find the mistake", method: http.MethodGet, path: c.project(project)})
		if err == nil && (a.status == http.StatusNotFound || a.status == http.StatusForbidden) {
			wrong = append(wrong, project)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return mend(fmt.Sprintf("list issues: organization %q has no project %s that sentry-auth-token may read (%d)",
		c.config.Organization, strings.Join(wrong, ", "), refused.status), "check sentry-projects, which takes slugs")
}

// quote makes Sentry's message fit for an error.
func (t *transport) quote(body []byte) string {
	var said struct{ Detail any }
	message := ""
	if json.Unmarshal(body, &said) == nil {
		switch detail := said.Detail.(type) {
		case string:
			message = detail
		case map[string]any:
			message, _ = detail["message"].(string)
		}
	}
	return cmp.Or(safe.NewOwn(t.token).Quote(message), "and nothing more")
}

// target is the host that a redirect leads to.
func (t *transport) target(location string) string {
	to, err := t.base.Parse(location)
	if err != nil || location == "" {
		return "nowhere"
	}
	return to.Scheme + "://" + to.Host
}
