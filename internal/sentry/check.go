package sentry

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/polite"
)

// This file turns Sentry's refusals into errors with a remedy, and checks for them in advance.

// Check reports whether the token can list issues and read each project. It changes nothing.
func (c *Client) Check(ctx context.Context) []finding.Finding {
	const about = "Sentry token"
	if _, _, err := c.list(ctx, 1, ""); err != nil {
		return []finding.Finding{finding.Of(about, err)}
	}
	// The prefixes are from Sentry's src/sentry/types/token.py. Older tokens have none.
	prefix, _, _ := strings.Cut(c.config.Token, "_")
	kind := cmp.Or(map[string]string{
		"sntryi": "an integration token", "sntrya": "an integration token",
		"sntryu": "a personal token, which stops working once its owner's account is removed",
	}[prefix], "a token of unknown kind")
	found := []finding.Finding{finding.Good(about, "%s, can read the issues of %s at %s", kind, c.config.Organization, c.server())}
	for _, project := range c.config.Projects { // one by one: for a list, one existing project is enough
		about := "Sentry project " + project
		a, err := c.get(ctx, "get project", c.project(project), nil, nil)
		f := finding.Good(about, "exists")
		switch {
		case a.Status == http.StatusForbidden:
			f = finding.Warn(about, "cannot be looked up (403)", scopes)
		case a.Status == http.StatusNotFound:
			f = finding.Fail(about, "not found (404)", "check sentry-projects, which takes slugs")
		case a.Status/100 == 3:
			f = finding.Fail(about, fmt.Sprintf("was renamed (%d)", a.Status), "use its new slug in sentry-projects")
		case err != nil:
			f = finding.Of(about, err)
		}
		found = append(found, f)
	}
	return found
}

// scopes is the remedy for missing scopes, with the names in Sentry's settings.
const scopes = "give the internal integration Issue & Event: Read (event:read) and Project: Read (project:read)"

func (c *Client) explain(a *polite.Answer, kind string) error {
	var answer struct{ Detail payload.Text } // a string or an object
	_ = json.Unmarshal(a.Body, &answer)
	said := cmp.Or(c.api.Quote(answer.Detail.Trim()), "no message")
	refused := func(what, remedy string, args ...any) error {
		return finding.Mend(fmt.Sprintf("%s: %s (%d %s)", kind, what, a.Status, said), fmt.Sprintf(remedy, args...))
	}
	org, projects, server := c.config.Organization, strings.Join(c.config.Projects, ", "), c.server()
	switch {
	case a.Status == http.StatusUnauthorized:
		return refused("Sentry does not accept sentry-auth-token",
			"pass another: it is wrong, revoked, or for a server other than sentry-url (%s)", server)
	case a.Status == http.StatusForbidden:
		return refused("sentry-auth-token may not do this", "%s, and check sentry-organization (%s) and sentry-projects", scopes, org)
	case a.Status == http.StatusNotFound:
		return refused("not found", "check sentry-organization (%s), sentry-projects (%s) and sentry-url (%s)", org, projects, server)
	case a.Status == http.StatusBadRequest:
		return refused("Sentry refuses the search", "check sentry-query, sentry-environments and sentry-projects")
	case a.Status/100 == 3:
		to := "nowhere"
		if address, err := c.base.Parse(a.Header.Get("Location")); err == nil && a.Header.Get("Location") != "" {
			to = address.Scheme + "://" + address.Host
		}
		return refused("Sentry redirects to "+to, "set sentry-url to that address")
	}
	return finding.Mend(fmt.Sprintf("%s: Sentry answered %d %s (%s)", kind, a.Status, http.StatusText(a.Status), said),
		"it may be down, see https://status.sentry.io, or check sentry-url ("+server+"); the next run tries again")
}

// locate returns an error naming the input that made Sentry refuse a list, or nil if it cannot find out.
func (c *Client) locate(ctx context.Context, refused int) error {
	if refused != http.StatusNotFound && refused != http.StatusForbidden {
		return nil
	}
	const kind = "find the mistake"
	a, err := c.get(ctx, kind, c.issues(), url.Values{"limit": {"1"}}, nil)
	if a.Status == http.StatusNotFound {
		return finding.Mend(fmt.Sprintf("list issues: Sentry at %s has no organization %q (404), or sentry-auth-token cannot see it",
			c.server(), c.config.Organization), "check sentry-organization and sentry-url")
	}
	if err != nil {
		return nil
	}
	wrong := func(names []string, address func(name string) (path string, query url.Values)) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			path, query := address(name)
			a, _ := c.get(ctx, kind, path, query, nil)
			return a.Status != http.StatusNotFound && a.Status != http.StatusForbidden && a.Status/100 != 3 // of a renamed project
		}), ", ")
	}
	environments := wrong(c.config.Environments, func(name string) (string, url.Values) {
		return c.issues(), url.Values{"limit": {"1"}, "environment": {name}}
	})
	if environments != "" { // asked first: looking up projects needs a further scope
		return finding.Mend(fmt.Sprintf("list issues: organization %q has no environment %s (%d)", c.config.Organization, environments, refused),
			"check sentry-environments: Sentry knows an environment from its first event on")
	}
	projects := wrong(c.config.Projects, func(slug string) (string, url.Values) { return c.project(slug), nil })
	if projects != "" {
		return finding.Mend(fmt.Sprintf("list issues: organization %q has no project %s that sentry-auth-token may read (%d)",
			c.config.Organization, projects, refused), "check sentry-projects, which takes slugs")
	}
	return nil
}
