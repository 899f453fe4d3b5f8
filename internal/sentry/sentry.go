// Package sentry is all that is known about Sentry: it reads the issues of one
// organization and their events, resolves issues, and reads and verifies webhooks. It
// works with sentry.io, its regions and self-hosted servers. What it adds to the API is
// how to behave:
//
//   - A list is whole or an error, since an issue that is missing is taken for
//     resolved.
//   - One request at a time. Sentry's rate limits are obeyed, what fails for the
//     moment is repeated, and a run's end is respected.
//   - An error names the input to mend.
//   - User data attached to events is never read.
//
// Titles, events and Sentry's own messages are foreign text.
//
// It may import clock, event, finding, payload, polite, source and stacktrace.
package sentry

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/polite"
	"github.com/org/errmon-action/internal/source"
)

// Config names the organization, the token, and what to read.
type Config struct {
	Token        string
	URL          string // such as https://sentry.io, https://de.sentry.io or https://sentry.example
	Organization string // slug
	Projects     []string
	Query        string // of the list; empty for the issues of any state
	Environments []string
	Clock        clock.Clock
}

// Client talks to one organization. It is for one goroutine at a time.
type Client struct {
	config Config
	base   *url.URL
	api    *polite.Client
}

// errOrganizationToken is returned before anything is sent: such tokens are made
// for uploads from CI, and nothing gives them the scope to read issues.
var errOrganizationToken error = &finding.Mendable{
	What: "sentry-auth-token is an organization token (sntrys_…), which cannot read issues",
	Remedy: "create an internal integration (Settings → Developer Settings → New Internal Integration) " +
		"with the permissions Issue & Event: Read (event:read) and Project: Read (project:read), and pass its token",
}

// New checks the configuration without a network call.
func New(c Config) (*Client, error) {
	if strings.HasPrefix(c.Token, "sntrys_") {
		return nil, errOrganizationToken
	}
	base, err := url.Parse(strings.TrimSuffix(c.URL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("the address %q is not an http(s) URL: check sentry-url", c.URL)
	}
	token := func(context.Context) (string, error) { return c.Token, nil }
	api := polite.New(polite.Service{
		Token: token, Input: "sentry-url", Header: map[string]string{"Accept": "application/json"},
		Limits: &limits{clock: c.Clock}, Refusals: maxRefusals, Clock: c.Clock,
	})
	return &Client{config: c, base: base, api: api}, nil
}

// Key names the organization among the sources; it never changes.
func (c *Client) Key() string { return "sentry:" + c.config.Organization }

// Requests returns how many requests were sent so far, retries included, by
// kind, such as "list issues".
func (c *Client) Requests() map[string]int { return c.api.Requests() }

func (c *Client) project(slug string) string {
	return "/api/0/projects/" + url.PathEscape(c.config.Organization) + "/" + url.PathEscape(slug) + "/"
}

// organization is the path of the organization's API, with the given rest
// behind it.
func (c *Client) organization(rest string) string {
	return "/api/0/organizations/" + url.PathEscape(c.config.Organization) + "/" + rest
}

func (c *Client) issue(id string) string { return c.organization("issues/" + url.PathEscape(id) + "/") }

func (c *Client) server() string { return c.base.Scheme + "://" + c.base.Host }

// Integrate connects one organization. A token of the wrong kind makes it unusable.
func Integrate(c Config) source.Integration {
	i := source.Integration{Name: "Sentry"}
	client, err := New(c)
	if err != nil {
		i.Unusable = err
		i.Check = func(context.Context) []finding.Finding { return []finding.Finding{finding.Of("Sentry token", err)} }
		return i
	}
	i.Tracker, i.Check, i.Requests = client, client.Check, client.Requests
	return i
}
