// Package github lists, gets, creates, edits, labels and comments on the issues of one repository, with a
// plain Issue of its own, and reads the repository's code. Requests go through go-github. The rules:
//
//   - A listing is complete or an error (ErrPartialListing): a missing issue would be filed again.
//   - A create or comment whose answer is lost is reported (ErrAmbiguous) and never repeated.
//     Everything else is idempotent and repeated.
//   - One request at a time, writes spaced out, GitHub's rate limits obeyed, and part of
//     the hour's requests left to others (ErrBudget).
//   - Redirects are never followed. GitHub answers alike for an issue that was
//     transferred and for a repository that was renamed.
//
// Titles, bodies and labels are foreign text. An error may quote GitHub's message, but never a token.
//
// It may import clock, finding and polite.
package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/polite"
)

// Config names the repository, the token, and the pace.
type Config struct {
	Token string // sent without surrounding space; tokens have no fixed length or prefix
	// TokenSource, if set, supplies the token of each attempt instead. Its error may be ErrRefused.
	TokenSource   func(context.Context) (string, error)
	BaseURL       string // GITHUB_API_URL, such as https://api.github.com or https://ghes.example/api/v3
	Owner         string
	Repo          string
	WriteInterval time.Duration // from the end of a write to the next; GitHub asks for a second or more
	Clock         clock.Clock
}

// Client talks to one repository. It is safe for concurrent use, but sends only one request at a time.
type Client struct {
	base        *url.URL
	api         *polite.Client // below go-github
	limits      *limits
	owner, repo string
	refused     []string // see Refused
}

var validName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// New checks the configuration without a network call.
func New(c Config) (*Client, error) {
	if !validName.MatchString(c.Owner) || !validName.MatchString(c.Repo) {
		return nil, fmt.Errorf("repository %q is not of the form owner/name: check repository", c.Owner+"/"+c.Repo)
	}
	base, err := url.Parse(strings.TrimSuffix(c.BaseURL, "/") + "/")
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("the API address %q is not an http(s) URL: check GITHUB_API_URL", c.BaseURL)
	}
	if c.TokenSource == nil {
		c.TokenSource = func(context.Context) (string, error) { return strings.TrimSpace(c.Token), nil }
	}
	l := &limits{clock: c.Clock, writeInterval: c.WriteInterval}
	api := polite.New(polite.Service{
		Token: c.TokenSource, Input: "GITHUB_API_URL",
		Header: map[string]string{"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
		Limits: l, Clock: c.Clock,
	})
	return &Client{base: base, api: api, limits: l, owner: c.Owner, repo: c.Repo}, nil
}

// In returns a client for another repository, of a valid name, that shares this one's token, pace and limits.
func (c *Client) In(owner, repo string) *Client {
	return &Client{base: c.base, api: c.api, limits: c.limits, owner: owner, repo: repo}
}

// FullName returns the repository as OWNER/REPO.
func (c *Client) FullName() string { return c.owner + "/" + c.repo }

// Requests returns how many requests were sent so far, retries included, by kind, such as "create issue".
func (c *Client) Requests() map[string]int { return c.api.Requests() }

// Ahead is how far this machine's clock is ahead of GitHub's, negative if behind.
type Ahead time.Duration

// Matters reports whether the clock is off by a minute or more, which moves events to other minutes.
func (a Ahead) Matters() bool { return time.Duration(a).Abs() >= time.Minute }

// String returns the difference in words, such as "3s behind GitHub's".
func (a Ahead) String() string {
	if a < 0 {
		return time.Duration(-a).String() + " behind GitHub's"
	}
	return time.Duration(a).String() + " ahead of GitHub's"
}

// Ahead compares the clock with the Date of the last answer, to the second; 0 before the first answer.
func (c *Client) Ahead() Ahead { return Ahead(c.limits.ahead.Load()) }

// Repository is GitHub's record of the repository.
type Repository struct {
	FullName   string `json:"full_name"`
	Private    bool
	Archived   bool
	HasIssues  bool      `json:"has_issues"`
	OpenIssues int       `json:"open_issues_count"` // open issues and open pull requests
	PushedAt   time.Time `json:"pushed_at"`         // the last push to any branch
}

// Repository reads the repository's record.
func (c *Client) Repository(ctx context.Context) (Repository, error) {
	var r Repository
	err := c.read(ctx, "get repository", "repos/"+c.FullName(), &r)
	return r, wrap(err, "get repository")
}

// WorkflowLogin is the login that a workflow's own token writes as. Such a token may not GET /user.
const WorkflowLogin = "github-actions[bot]"

// Login returns the login that the token's issues have as author. GitHub does not reveal it to installation
// tokens, so each counts as the workflow's. The login of another GitHub App must be added to trusted-logins.
func (c *Client) Login(ctx context.Context) (string, error) {
	var user struct{ Login string }
	err := c.read(ctx, "get user", "user", &user)
	if r := refusalOf(err); r.status == http.StatusForbidden && strings.Contains(r.message, noIntegration) {
		return WorkflowLogin, nil
	}
	return user.Login, wrap(err, "get the token's user")
}

// ReadFile returns a file of the default branch. Files over 1 MB are an error, because the contents API omits
// their content. It returns ErrNotFound if there is no such file, or a directory instead.
func (c *Client) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if strings.Contains(path, "..") { // leaves the contents API
		return nil, fmt.Errorf("read file %q: %w", path, ErrNotFound)
	}
	var file struct {
		Type, Encoding string
		Content        []byte
	}
	_, err := c.find(ctx, kindFile, c.path("contents/%s", (&url.URL{Path: path}).EscapedPath()), &file)
	switch {
	case errors.Is(err, errUnusable) || err == nil && file.Type != "file": // a directory's list, or nothing
		err = fmt.Errorf("%w in %s", ErrNotFound, c.FullName())
	case err != nil:
	case file.Encoding != "base64":
		err = errors.New("GitHub leaves out the content of files over 1 MB")
	}
	return file.Content, wrap(err, "read file %q", path)
}

// AppToken returns a Config.TokenSource for a GitHub App's installation, without a network call. Its tokens
// last an hour and are renewed in time. The key is the App's private key in PEM. Errors name the input.
func AppToken(baseURL string, app, installation int64, key []byte) (func(context.Context) (string, error), error) {
	t, err := ghinstallation.New(http.DefaultTransport, app, installation, key)
	if err != nil {
		return nil, errors.New("the key is not a PEM-encoded RSA private key, as generated on the App's GitHub page: check github-app-key")
	}
	t.BaseURL = strings.TrimSuffix(baseURL, "/")
	return func(ctx context.Context) (string, error) {
		token, err := t.Token(ctx)
		answer, _ := errors.AsType[*ghinstallation.HTTPError](err)
		if answer != nil && answer.Response != nil && slices.Contains([]int{401, 403, 404, 422}, answer.Response.StatusCode) {
			return "", fmt.Errorf("%w: GitHub refuses the App a token (%s): check github-app-id, github-app-key and github-app-installation",
				ErrRefused, answer.Response.Status)
		}
		return token, wrap(err, "renew the App's token")
	}, nil
}

// Dispatch sends a repository_dispatch of a type of at most 100 characters, with a payload: a JSON
// object of at most 10 keys and less than 64 KB, or nil. It is repeated like an idempotent request,
// because the payload's reader counts each id once. The error is ErrRefused if no retry can help.
func (c *Client) Dispatch(ctx context.Context, eventType string, payload []byte) error {
	in := struct {
		Type    string          `json:"event_type"`
		Payload json.RawMessage `json:"client_payload,omitempty"`
	}{eventType, payload}
	err := c.call(ctx, polite.Request{Kind: kindDispatch, Method: http.MethodPost, URL: c.path("dispatches")}, in, nil)
	if refusalOf(err).status == http.StatusUnprocessableEntity {
		err = fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return wrap(err, "dispatch %s", eventType)
}
