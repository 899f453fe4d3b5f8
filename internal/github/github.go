// Package github lists, gets, creates, edits, labels and comments on the issues of one repository, which it
// returns as plain Issue values, and reads the repository's code. It uses go-github. Its rules:
//
//   - A listing, except Newest, is complete or fails (ErrPartialListing): missing issues would be refiled.
//   - A create or comment whose answer is lost is reported (ErrAmbiguous), never retried. Reads of code are
//     not retried, since a run can do without them. Everything else is retried; it is idempotent.
//   - It sends one request at a time, spaces out writes, and obeys GitHub's rate limits. It stops writing and
//     reading code while some of the hour's requests are left for others (ErrBudget).
//   - It follows no redirects: they lead to a transferred issue or a renamed repository.
//
// Titles, bodies and labels are foreign text. An error may quote GitHub's message, but never the token.
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

// Config configures a client.
type Config struct {
	Token string // surrounding space is trimmed, nothing else is checked: tokens have no fixed length or prefix
	// TokenSource, if set, replaces Token. It is called for each attempt, and its error may be ErrRefused.
	TokenSource   func(context.Context) (string, error)
	BaseURL       string // GITHUB_API_URL, such as https://api.github.com or https://ghes.example/api/v3
	Owner         string
	Repo          string
	WriteInterval time.Duration // from the end of one write to the start of the next; GitHub asks for at least a second
	Clock         clock.Clock
}

// Client talks to one repository, one request at a time. Concurrent use is safe, except for writing issues.
type Client struct {
	base        *url.URL
	api         *polite.Client // sends go-github's requests
	limits      *limits
	owner, repo string
	refused     []string // returned by Refused
}

var validName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// New checks the configuration and returns a client. It makes no network call.
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

// In returns a client for another repository, with the same token and limits. It does not check the names.
func (c *Client) In(owner, repo string) *Client {
	return &Client{base: c.base, api: c.api, limits: c.limits, owner: owner, repo: repo}
}

// FullName returns the repository as OWNER/REPO.
func (c *Client) FullName() string { return c.owner + "/" + c.repo }

// Requests returns the number of requests sent so far by kind, such as "create issue", retries included.
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

// Ahead compares the clock with the Date header of the last answer, to the second; 0 before the first answer.
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

// Repository gets the repository's record.
func (c *Client) Repository(ctx context.Context) (Repository, error) {
	var r Repository
	err := c.read(ctx, "get repository", "repos/"+c.FullName(), &r)
	return r, wrap(err, "get repository")
}

// WorkflowLogin is the author of what a workflow's own token writes. Such a token may not GET /user.
const WorkflowLogin = "github-actions[bot]"

// Login returns the login that appears as the author of the token's issues. GitHub does not reveal it to
// installation tokens, so Login then returns WorkflowLogin; another App's login must be in trusted-logins.
func (c *Client) Login(ctx context.Context) (string, error) {
	var user struct{ Login string }
	err := c.read(ctx, "get user", "user", &user)
	if r := refusalOf(err); r.status == http.StatusForbidden && strings.Contains(r.message, noIntegration) {
		return WorkflowLogin, nil
	}
	return user.Login, wrap(err, "get the token's user")
}

// ReadFile returns the content of a file on the default branch. It fails for files over 1 MB, whose content
// GitHub's contents API omits. It returns ErrNotFound if the path does not lead to a file, or contains "..".
func (c *Client) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if strings.Contains(path, "..") { // would address another part of the API
		return nil, fmt.Errorf("read file %q: %w", path, ErrNotFound)
	}
	var file struct {
		Type, Encoding string
		Content        []byte
	}
	_, err := c.find(ctx, kindFile, c.path("contents/%s", (&url.URL{Path: path}).EscapedPath()), &file)
	switch {
	case errors.Is(err, errUnusable) || err == nil && file.Type != "file": // a directory (a list) or a 404
		err = fmt.Errorf("%w in %s", ErrNotFound, c.FullName())
	case err != nil:
	case file.Encoding != "base64":
		err = errors.New("GitHub leaves out the content of files over 1 MB")
	}
	return file.Content, wrap(err, "read file %q", path)
}

// AppToken returns a Config.TokenSource for an App's installation; key is the App's private key in PEM. It
// makes no network call itself. Tokens are renewed hourly. If a key or id is wrong, errors name the input.
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
			return "", fmt.Errorf("%w: GitHub refuses the App a token (%s): "+
				"check github-app-id, github-app-key and github-app-installation", ErrRefused, answer.Response.Status)
		}
		return token, wrap(err, "renew the App's token")
	}, nil
}

// Dispatch sends a repository_dispatch event. eventType has at most 100 characters; payload is nil or a JSON
// object of at most 10 keys and less than 64 KB. The request may be retried although the first attempt
// arrived: the payload's reader counts each id once. The error is ErrRefused if no retry can help.
func (c *Client) Dispatch(ctx context.Context, eventType string, payload []byte) error {
	in := struct {
		Type    string          `json:"event_type"`
		Payload json.RawMessage `json:"client_payload,omitempty"`
	}{eventType, payload}
	err := c.call(ctx, polite.Request{Kind: kindDispatch, Method: http.MethodPost, URL: c.path("dispatches")}, in, nil)
	if status := refusalOf(err).status; status/100 == 4 && status != http.StatusRequestTimeout { // such as 400, 413, 422
		err = fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return wrap(err, "dispatch %s", eventType)
}
