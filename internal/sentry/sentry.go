// Package sentry contains everything specific to Sentry: it reads the issues of one organization and their
// events, resolves issues, and verifies and reads webhooks. It works with sentry.io, its regions and
// self-hosted servers. Its rules:
//
//   - An incomplete list is an error, because a missing issue would count as resolved.
//   - It sends one request at a time, obeys Sentry's rate limits, retries temporary failures, and stops when
//     the run ends.
//   - An error names the input to fix.
//   - User data attached to events is never passed on.
//
// Titles, events and Sentry's own messages are foreign text.
//
// It may import clock, event, finding, payload, polite, source and stacktrace.
package sentry

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/polite"
	"github.com/org/errmon-action/internal/source"
)

// Config holds the organization, the token, and what to read.
type Config struct {
	Token        string
	URL          string // such as https://sentry.io, https://de.sentry.io or https://sentry.example
	Organization string // slug
	Projects     []string
	Query        string // search for issues; empty for issues in any state
	Environments []string
	Clock        clock.Clock
}

// Client calls the API for one organization. It must not be used by several goroutines at once.
type Client struct {
	config Config
	base   *url.URL
	api    *polite.Client
}

// New returns a client, or an error for a wrong kind of token or an invalid URL. It makes no network call.
func New(c Config) (*Client, error) {
	if strings.HasPrefix(c.Token, "sntrys_") { // for uploads from CI; it cannot get the scope for reading issues
		return nil, finding.Mend("sentry-auth-token is an organization token (sntrys_…), which cannot read issues",
			"create an internal integration (Settings → Developer Settings → New Internal Integration) with the "+
				"permissions Issue & Event: Read (event:read) and Project: Read (project:read), and pass its token")
	}
	base, err := url.Parse(strings.TrimSuffix(c.URL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("the address %q is not an http(s) URL: check sentry-url", c.URL)
	}
	return &Client{config: c, base: base, api: polite.New(polite.Service{
		Token: func(context.Context) (string, error) { return c.Token, nil },
		Input: "sentry-url", Header: map[string]string{"Accept": "application/json"},
		Limits: &limits{clock: c.Clock}, Clock: c.Clock,
	})}, nil
}

// Integrate returns the integration for one organization. It is Unusable if New fails.
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

// Key returns the organization's source key, which never changes.
func (c *Client) Key() string { return "sentry:" + c.config.Organization }

// Requests returns the number of requests sent so far, including retries, by kind, such as "list issues".
func (c *Client) Requests() map[string]int { return c.api.Requests() }

func (c *Client) project(slug string) string {
	return "/api/0/projects/" + url.PathEscape(c.config.Organization) + "/" + url.PathEscape(slug) + "/"
}

func (c *Client) issues() string {
	return "/api/0/organizations/" + url.PathEscape(c.config.Organization) + "/issues/"
}

func (c *Client) issue(id string) string { return c.issues() + url.PathEscape(id) + "/" }

func (c *Client) server() string { return c.base.Scheme + "://" + c.base.Host }

// limits obeys Sentry's rate limits. Each answer has the number of requests left in the current window for
// this caller and endpoint, and the start of the next window in Unix seconds: X-Sentry-Rate-Limit-Remaining
// and -Reset. Sentry also limits concurrent requests, but this client sends one at a time.
type limits struct {
	clock    clock.Clock
	notUntil time.Time // no request may be sent earlier
}

// Ready implements polite.Limits: it returns the start of the next window once the current one is used up.
func (l *limits) Ready(polite.Request) (time.Time, error) { return l.notUntil, nil }

// Note implements polite.Limits: it remembers if the window is used up.
func (l *limits) Note(_ polite.Request, h http.Header) {
	if h.Get("X-Sentry-Rate-Limit-Remaining") == "0" {
		l.notUntil = l.window(h)
	}
}

// window returns when the next window begins, at most a minute from now as clocks differ; 1970 if unknown.
func (l *limits) window(h http.Header) time.Time {
	seconds, _ := strconv.ParseInt(h.Get("X-Sentry-Rate-Limit-Reset"), 10, 64)
	return time.Unix(min(seconds, l.clock.Now().Unix()+60), 0)
}

// Refused implements polite.Limits: a 429 is retried after Retry-After, else in the next window, else in 5 s.
func (l *limits) Refused(a *polite.Answer, _ int) (again time.Time, refused bool) {
	now := l.clock.Now()
	seconds, _ := strconv.Atoi(a.Header.Get("Retry-After"))
	wait := cmp.Or(time.Duration(max(seconds, 0))*time.Second, max(l.window(a.Header).Sub(now), 0), 5*time.Second)
	return now.Add(wait), a.Status == http.StatusTooManyRequests
}

// TooLate implements polite.Limits. Its error contains the time until which Sentry refuses requests.
func (l *limits) TooLate(until time.Time, _ *polite.Answer) error {
	return finding.Mend("Sentry's rate limit refuses requests until "+until.UTC().Format(time.RFC3339)+" (429)",
		"run less often, or name fewer projects in sentry-projects")
}
