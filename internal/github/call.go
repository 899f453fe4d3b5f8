package github

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/polite"
)

// The kinds of calls for which permit names a permission other than issues: write.
const (
	kindFile     = "read file"
	kindSource   = "read code"
	kindQuery    = "query code"
	kindDispatch = "dispatch"
)

func (c *Client) path(format string, args ...any) string {
	return "repos/" + c.FullName() + "/" + fmt.Sprintf(format, args...)
}

// call sends one request: it is the transport of a go-github client.
type call struct {
	polite.Request
	api     *polite.Client
	failure error // kept because go-github hides it, even ErrAmbiguous, once the context has ended
}

// RoundTrip implements http.RoundTripper.
func (s *call) RoundTrip(req *http.Request) (*http.Response, error) {
	s.URL = req.URL.String()
	if req.Body != nil {
		s.Body, _ = io.ReadAll(req.Body) // cannot fail: the body is in memory
	}
	a, err := s.api.Do(req.Context(), s.Request)
	if s.failure = err; err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body)), Request: req}, nil
}

// send sends a request with in as its body, and decodes the answer into out; either may be nil. An answer
// that is not a success is returned as a refusal. Each request gets a new go-github client, because in
// v62 a client refuses calls itself, judging by the rate limits of earlier calls and the machine's clock.
func (c *Client) send(ctx context.Context, r polite.Request, in, out any) (http.Header, error) {
	r.Extra = r.Kind == kindSource || r.Kind == kindQuery
	sent := &call{Request: r, api: c.api}
	unfollowed := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client := gh.NewClient(&http.Client{Transport: sent, CheckRedirect: unfollowed})
	client.BaseURL = c.base
	req, err := client.NewRequest(r.Method, r.URL, in)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(ctx, req, out)
	answer, isRefusal := errors.AsType[*gh.ErrorResponse](err)
	switch {
	case err == nil:
		return resp.Header, nil
	case sent.failure != nil:
		return nil, sent.failure
	case isRefusal:
		refused := &refusal{status: answer.Response.StatusCode, message: answer.Message, fields: answer.Errors}
		refused.error = c.explain(r.Kind, refused)
		return nil, refused
	}
	return nil, fmt.Errorf("%w: %w", cmp.Or(r.Once, errUnusable), err)
}

func (c *Client) call(ctx context.Context, r polite.Request, in, out any) error {
	_, err := c.send(ctx, r, in, out)
	return err
}

func (c *Client) read(ctx context.Context, kind, address string, out any) error {
	return c.call(ctx, polite.Request{Kind: kind, Method: http.MethodGet, URL: address}, nil, out)
}

// find works like read, but returns false instead of an error for a 404.
func (c *Client) find(ctx context.Context, kind, address string, out any) (bool, error) {
	err := c.read(ctx, kind, address, out)
	if refusalOf(err).status == http.StatusNotFound {
		return false, nil
	}
	return err == nil, err
}

// refusal is the error for an answer that is not a success.
type refusal struct {
	error   // the explanation for the user
	status  int
	message string // from GitHub: foreign text
	fields  []gh.Error
}

func (r *refusal) Unwrap() error { return r.error }

func (r *refusal) Is(target error) bool {
	return target == ErrForbidden && r.status == http.StatusForbidden
}

// refusalOf returns the refusal that err wraps, or an empty one.
func refusalOf(err error) *refusal {
	r, _ := errors.AsType[*refusal](err)
	return cmp.Or(r, &refusal{})
}

// wrap prefixes err with a message. It returns nil if err is nil.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// The errors that callers may test for with errors.Is.
var (
	// ErrGone means that the repository never had the issue, or no longer has it; see Get.
	ErrGone = errors.New("the issue is gone from this repository")
	// ErrAmbiguous means that the issue or comment may or may not have been written.
	ErrAmbiguous = errors.New("GitHub may or may not have done it")
	// ErrPartialListing means that issues may be missing from the listing.
	ErrPartialListing = errors.New("nothing is written without the complete list of issues")
	// ErrBudget means that a rate limit prevented the request. Nothing was created; a later run can do it.
	ErrBudget = errors.New("no requests left")
	// ErrRefused means that the token, a permission or the repository prevents every write; see also Dispatch.
	ErrRefused = errors.New("refused")
	// ErrForbidden means a 403 of GitHub or a firewall. It comes with ErrRefused, but other requests may work.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound means that the repository has no such file or commit.
	ErrNotFound = errors.New("no such file or commit")

	errUnusable = errors.New("GitHub's answer is unusable")
)

const (
	noIntegration = "Resource not accessible by integration" // GitHub's message for the token of a workflow or App
	enableIssues  = "enable them under Settings → General → Features → Issues"
)

// explain returns an error that describes a refusal to the user and, where possible, names the input to fix.
func (c *Client) explain(kind string, r *refusal) error {
	name, said := fmt.Sprintf("repository %q", c.FullName()), c.api.Quote(r.message)
	switch r.status {
	case http.StatusUnauthorized:
		return refused(fmt.Sprintf("github-token is wrong or expired (401 %s)", said),
			"pass another token, or in a workflow leave github-token out to use the workflow's own")
	case http.StatusForbidden:
		if strings.Contains(r.message, "archived") {
			return refused(fmt.Sprintf("%s is archived (403 %s)", name, said), "unarchive it, or set repository to another")
		}
		return refused(fmt.Sprintf("github-token may not do this (403 %s)", said), c.permit(kind, r.message))
	case http.StatusNotFound:
		input := "repository and GITHUB_API_URL"
		if kind == kindQuery {
			input = "code-repository, " + input
		}
		return refused(name+" not found", "check "+input+", or github-token may not see it")
	case http.StatusGone:
		return refused("issues are disabled in "+name, enableIssues)
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return refused(name+" was renamed or moved", "set repository to its new name")
	case http.StatusUnprocessableEntity:
		var wrong []string
		for _, e := range r.fields {
			wrong = append(wrong, strings.TrimSpace(c.api.Quote(e.Field+" "+cmp.Or(e.Message, e.Code))))
		}
		return fmt.Errorf("GitHub refuses %s (422 %s)", cmp.Or(strings.Join(wrong, ", "), "the request"), said)
	}
	return fmt.Errorf("GitHub answered %d %s (%s)", r.status, http.StatusText(r.status), cmp.Or(said, "no message"))
}

// refused returns an ErrRefused with a remedy.
func refused(what, remedy string) error {
	return fmt.Errorf("%w: %w", ErrRefused, finding.Mend(what, remedy))
}

// permit returns the remedy for a 403: how to give the token the missing permission.
func (c *Client) permit(kind, message string) string {
	scope, permission := "issues: write", "Issues: Read and write"
	switch kind {
	case kindFile, kindSource, kindQuery:
		scope, permission = "contents: read", "Contents: Read-only"
	case kindDispatch:
		scope, permission = "contents: write", "Contents: Read and write"
	}
	switch {
	case strings.Contains(message, noIntegration):
		return fmt.Sprintf("add `permissions: %s` to the workflow", scope)
	case strings.Contains(message, "Resource not accessible by personal access token"):
		return fmt.Sprintf("grant it %q for %s, and if its organization has single sign-on, authorize it there", permission, c.FullName())
	case strings.Contains(message, "SAML"):
		return "authorize the token for the organization's single sign-on"
	}
	return fmt.Sprintf("check github-token and `permissions: %s`", scope)
}

// onIssue works like call for a request about one issue. It returns ErrGone for a 404, 410 or redirect, with
// two exceptions that must not look like lost issues: GitHub also answers 410 if issues are disabled, which
// its message reveals, and redirects if the repository was renamed, which another request reveals.
func (c *Client) onIssue(ctx context.Context, r polite.Request, in, out any) error {
	err := c.call(ctx, r, in, out)
	switch refused := refusalOf(err); {
	case refused.status == http.StatusNotFound, refused.status == http.StatusGone && !strings.Contains(refused.message, "disabled"):
		refused.error = ErrGone
	case refused.status/100 == 3:
		if _, err := c.Repository(ctx); err != nil {
			return err
		}
		return fmt.Errorf("%w: it was transferred", ErrGone)
	}
	return err
}
