// Package github is the issues of one repository, as errmon needs them: list,
// get, create, edit, comment and label, with a plain Issue of its own; and reads
// code. Requests go through go-github. What it adds is how to behave:
//
//   - A listing is whole or an error (ErrPartialListing), because an issue that a
//     listing lost would be filed again.
//   - A create or comment whose answer got lost is reported (ErrAmbiguous) and
//     never repeated. Everything else is idempotent and repeated.
//   - One request at a time, writes spaced out, GitHub's rate limits obeyed, and
//     a reserve of the hour's requests left to others (ErrBudget).
//   - Redirects are never followed. GitHub answers an issue's old address with
//     the same redirect when the issue was transferred and when the repository
//     was renamed, and a redirected POST would silently become a GET.
//
// Titles, bodies and labels come back as GitHub has them: foreign text. An error
// may quote GitHub's own message, and never a token.
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
	gh "github.com/google/go-github/v62/github"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/polite"
)

// Config names the repository, the token, and the pace.
type Config struct {
	// Token is sent as it is, surrounding space aside. Tokens have no fixed
	// length or prefix.
	Token string
	// TokenSource, where it is set, is asked for the token of each attempt
	// instead. It says so itself where GitHub refuses (ErrRefused).
	TokenSource func(context.Context) (string, error)
	// BaseURL is GITHUB_API_URL, such as https://api.github.com or
	// https://ghes.example/api/v3.
	BaseURL string
	Owner   string
	Repo    string
	// WriteInterval is the least time between the end of one write and the
	// start of the next. GitHub asks for a second or more.
	WriteInterval time.Duration
	Clock         clock.Clock
}

// Client talks to one repository. It is safe for concurrent use, and makes one
// request at a time all the same: GitHub asks for that.
type Client struct {
	gh          *gh.Client
	api         *polite.Client // below gh
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
		Limits: l, Refusals: maxRefusals, Clock: c.Clock,
	})
	client := gh.NewClient(&http.Client{
		Transport:     transport{api},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	client.BaseURL = base
	return &Client{gh: client, api: api, limits: l, owner: c.Owner, repo: c.Repo}, nil
}

// In returns a client for another repository that shares this one's token, pace
// and rate limits. Owner and name must be well formed.
func (c *Client) In(owner, repo string) *Client {
	return &Client{gh: c.gh, api: c.api, limits: c.limits, owner: owner, repo: repo}
}

// FullName returns the repository as OWNER/REPO.
func (c *Client) FullName() string { return c.owner + "/" + c.repo }

// Requests returns how many requests were sent so far, retries included, by
// kind, such as "list issues" or "create issue".
func (c *Client) Requests() map[string]int { return c.api.Requests() }

// Ahead is how far this machine's clock is ahead of GitHub's, negative if it is
// behind.
type Ahead time.Duration

// Matters reports whether the clock is off by a minute or more, which moves events
// to other minutes.
func (a Ahead) Matters() bool { return time.Duration(a).Abs() >= time.Minute }

func (a Ahead) String() string {
	if a < 0 {
		return time.Duration(-a).String() + " behind GitHub's"
	}
	return time.Duration(a).String() + " ahead of GitHub's"
}

// Ahead compares the clock with the Date of the last answer, to the second; 0
// before the first one.
func (c *Client) Ahead() Ahead { return Ahead(c.limits.ahead.Load()) }

// Repository is what tells an empty list of issues from a wrong one.
type Repository struct {
	FullName   string `json:"full_name"`
	Private    bool
	HasIssues  bool `json:"has_issues"`
	OpenIssues int  `json:"open_issues_count"` // open issues and open pull requests together, as GitHub counts
}

type record struct {
	Repository
	Archived bool
	PushedAt time.Time `json:"pushed_at"`
}

func (c *Client) record(ctx context.Context) (record, error) {
	var r record
	err := c.read(ctx, "get repository", "repos/"+c.FullName(), &r)
	return r, wrap(err, "get repository")
}

// Repository reads the repository's own record.
func (c *Client) Repository(ctx context.Context) (Repository, error) {
	r, err := c.record(ctx)
	return r.Repository, err
}

// WorkflowLogin is the login that a workflow's own token writes as. GET /user is refused
// to such a token, so the name cannot be asked for.
const WorkflowLogin = "github-actions[bot]"

// Login returns the name that the token's issues carry as author. Any
// installation token is refused the question and taken for the workflow's;
// with the token of another GitHub App the answer is wrong, and the App's login
// belongs into trusted-logins.
func (c *Client) Login(ctx context.Context) (string, error) {
	var user struct{ Login string }
	err := c.read(ctx, "get user", "user", &user)
	if r := refusalOf(err); r.status == http.StatusForbidden && strings.Contains(r.Message, noIntegration) {
		return WorkflowLogin, nil
	}
	return user.Login, wrap(err, "get the token's user")
}

// ReadFile returns a file of the default branch, at most 1 MB: beyond that the
// contents API leaves the content out, which is an error here. It returns
// ErrNotFound where there is no such file, or a directory instead.
func (c *Client) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if strings.Contains(path, "..") { // leads out of the contents API
		return nil, fmt.Errorf("read file %q: %w", path, ErrNotFound)
	}
	var entry json.RawMessage
	var file struct {
		Type, Encoding string
		Content        []byte
	}
	err := c.read(ctx, kindFile, c.path("contents/%s", (&url.URL{Path: path}).EscapedPath()), &entry)
	switch {
	case refusalOf(err).status == http.StatusNotFound:
		err = fmt.Errorf("%w in %s", ErrNotFound, c.FullName())
	case err != nil:
	case json.Unmarshal(entry, &file) != nil || file.Type != "file":
		err = fmt.Errorf("%w: there is a directory or link with that name", ErrNotFound)
	case file.Encoding != "base64":
		err = errors.New("GitHub leaves out the content of files over 1 MB")
	}
	return file.Content, wrap(err, "read file %q", path)
}

// AppToken returns a source of tokens for Config.TokenSource: those of a GitHub
// App's installation, which last an hour and are renewed in time. The key is the
// App's private key in PEM. It makes no network call; the source's errors name
// the input to mend.
func AppToken(baseURL string, app, installation int64, key []byte) (func(context.Context) (string, error), error) {
	t, err := ghinstallation.New(http.DefaultTransport, app, installation, key)
	if err != nil {
		return nil, errors.New("the key is not a PEM-encoded RSA private key, as generated on the App's GitHub page: check github-app-key")
	}
	t.BaseURL = strings.TrimSuffix(baseURL, "/")
	return func(ctx context.Context) (string, error) {
		token, err := t.Token(ctx)
		answer, ok := errors.AsType[*ghinstallation.HTTPError](err)
		if ok && answer.Response != nil && slices.Contains(permanent, answer.Response.StatusCode) {
			return "", fmt.Errorf("%w: GitHub refuses the App a token (%s): check github-app-id, github-app-key and github-app-installation",
				ErrRefused, answer.Response.Status)
		}
		if err != nil {
			return "", fmt.Errorf("renew the App's token: %w", err)
		}
		return token, nil
	}, nil
}

var permanent = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity}

// Dispatch sends a repository_dispatch of a type, at most 100 characters, with a
// payload: a JSON object of at most 10 keys and less than 64 KB, or nil for none.
// It is repeated like what is idempotent, since the payload's reader counts each
// id once. The error is ErrRefused for good, ErrBudget or any other for the moment.
func (c *Client) Dispatch(ctx context.Context, eventType string, payload []byte) error {
	in := struct {
		Type    string          `json:"event_type"`
		Payload json.RawMessage `json:"client_payload,omitempty"`
	}{eventType, payload}
	err := c.call(ctx, polite.Request{Kind: kindDispatch, Method: http.MethodPost, URL: c.path("dispatches")}, in, nil)
	if refusalOf(err).status == http.StatusUnprocessableEntity { // sent again it would be refused again
		err = fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return wrap(err, "dispatch %s", eventType)
}
