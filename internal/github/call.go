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

// The kinds of calls that need another permission than most, see forbidden.
const (
	kindFile     = "read file"
	kindSource   = "read code"
	kindQuery    = "query code"
	kindDispatch = "dispatch"
)

func (c *Client) path(format string, args ...any) string {
	return "repos/" + c.FullName() + "/" + fmt.Sprintf(format, args...)
}

// call is a request on its way. It travels in the context, because go-github stands
// between the Client and the transport.
type call struct {
	polite.Request
	// failure is why the transport gave up. go-github forgets that when the context
	// has ended, and with it that a write may have arrived.
	failure error
}

type callKey struct{}

// transport sends what go-github asks for as polite does. Its answers carry no rate
// limits, since go-github v62 would refuse further calls by them, by the machine's own
// clock.
type transport struct{ api *polite.Client }

// RoundTrip implements http.RoundTripper for requests of Client.send.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req.Context().Value(callKey{}).(*call)
	r := sent.Request
	r.URL = req.URL.String()
	if req.Body != nil {
		defer req.Body.Close()
		var err error
		if r.Body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	a, err := t.api.Do(req.Context(), r)
	if err != nil {
		sent.failure = err
		return nil, err
	}
	header := a.Header.Clone()
	for _, name := range []string{"Retry-After", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		header.Del(name)
	}
	return &http.Response{StatusCode: a.Status, Header: header, Body: io.NopCloser(bytes.NewReader(a.Body)), Request: req}, nil
}

// send sends a request, its URL relative to the API's address, with a body unless in
// is nil, and decodes the answer into out, unless that is nil. An answer that is not a
// success is a refusal.
func (c *Client) send(ctx context.Context, r polite.Request, in, out any) (*gh.Response, error) {
	r.Extra = r.Kind == kindSource || r.Kind == kindQuery
	req, err := c.gh.NewRequest(r.Method, r.URL, in)
	if err != nil {
		return nil, err
	}
	sent := &call{Request: r}
	resp, err := c.gh.Do(context.WithValue(ctx, callKey{}, sent), req, out)
	answer, isRefusal := errors.AsType[*gh.ErrorResponse](err)
	switch {
	case err == nil:
		return resp, nil
	case sent.failure != nil:
		return nil, sent.failure
	case isRefusal:
		refused := &refusal{ErrorResponse: answer, status: answer.Response.StatusCode}
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

// refusal is an answer that is not a success. The error puts it into words for the
// user.
type refusal struct {
	*gh.ErrorResponse
	error
	status int
}

func (r *refusal) Error() string { return r.error.Error() }

func (r *refusal) Unwrap() error { return r.error }

func (r *refusal) Is(target error) bool {
	return target == ErrForbidden && r.status == http.StatusForbidden
}

// refusalOf returns the refusal that an error is about, or the zero refusal.
func refusalOf(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return &refusal{ErrorResponse: &gh.ErrorResponse{}}
}

// wrap says what was tried, as fmt.Errorf does; nil stays nil.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// What callers act on, for errors.Is. Every other error is for people.
var (
	// ErrGone: the issue is no longer in this repository.
	ErrGone = errors.New("the issue is gone from this repository")
	// ErrAmbiguous: the issue or comment may have been written or not.
	ErrAmbiguous = errors.New("GitHub may or may not have done it")
	// ErrPartialListing: issues may be missing from the listing.
	ErrPartialListing = errors.New("nothing is written without the complete list of issues")
	// ErrBudget: GitHub's rate limit leaves no room, now or before the run's
	// time is up. Nothing was written; what waits can be done by a later run.
	ErrBudget = errors.New("no requests left")
	// ErrRefused: the token, its permissions or the repository's settings stand
	// in the way of every write.
	ErrRefused = errors.New("refused")
	// ErrForbidden: GitHub, or a firewall before it, answered 403. It is ErrRefused as
	// well, but the next write may succeed.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound: the repository has no such file or commit.
	ErrNotFound = errors.New("no such file or commit")

	errUnusable = errors.New("GitHub's answer is unusable")
)

// How GitHub words a permission that is missing, by kind of token.
const (
	noIntegration   = "Resource not accessible by integration"
	noPersonalToken = "Resource not accessible by personal access token"
)

// explain puts a refusal into words for the user, naming the input to mend. It never
// repeats a request's headers.
func (c *Client) explain(kind string, r *refusal) error {
	said := c.api.Quote(r.Message)
	switch r.status {
	case http.StatusUnauthorized:
		return refused(fmt.Sprintf("github-token is wrong or expired (401 %s)", said),
			"pass another token, or in a workflow leave github-token out to use the workflow's own")
	case http.StatusForbidden:
		return refused(forbidden(kind, c.FullName(), r.Message, said))
	case http.StatusNotFound:
		return refused(fmt.Sprintf("repository %q not found", c.FullName()), "check repository and GITHUB_API_URL, or github-token may not see it")
	case http.StatusGone:
		return refused(fmt.Sprintf("issues are disabled in repository %q", c.FullName()), "enable them under Settings → General → Features → Issues")
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return refused(fmt.Sprintf("repository %q was renamed or moved", c.FullName()), "set repository to its new name")
	case http.StatusUnprocessableEntity:
		var wrong []string
		for _, e := range r.Errors {
			wrong = append(wrong, strings.TrimSpace(c.api.Quote(e.Field+" "+cmp.Or(e.Message, e.Code))))
		}
		return fmt.Errorf("GitHub refuses %s (422 %s)", cmp.Or(strings.Join(wrong, ", "), "the request"), said)
	}
	return fmt.Errorf("GitHub answered %d %s (%s)", r.status, http.StatusText(r.status), cmp.Or(said, "no message"))
}

// refused is a refusal that every write would meet.
func refused(what, remedy string) error {
	return fmt.Errorf("%w: %w", ErrRefused, finding.Mend(what, remedy))
}

// forbidden explains a 403 that is not about a rate limit: what it is, and how
// to mend it.
func forbidden(kind, repository, message, said string) (what, remedy string) {
	scope, permission := "issues: write", "Issues: Read and write"
	switch kind {
	case kindFile, kindSource, kindQuery:
		scope, permission = "contents: read", "Contents: Read-only"
	case kindDispatch:
		scope, permission = "contents: write", "Contents: Read and write"
	}
	what = fmt.Sprintf("github-token may not do this (403 %s)", said)
	switch {
	case strings.Contains(message, noIntegration):
		return what, fmt.Sprintf("add `permissions: %s` to the workflow", scope)
	case strings.Contains(message, noPersonalToken):
		return what, fmt.Sprintf("grant it %q for %s, and if its organization has single sign-on, authorize it there", permission, repository)
	case strings.Contains(message, "SAML"):
		return what, "authorize the token for the organization's single sign-on"
	case strings.Contains(message, "archived"):
		return fmt.Sprintf("repository %q is archived (403 %s)", repository, said), "unarchive it, or set repository to another"
	}
	return fmt.Sprintf("github-token may not do this in %s (403 %s)", repository, said),
		fmt.Sprintf("check github-token and `permissions: %s`", scope)
}

// onIssue is call for a request about one issue, where 404, 410 and a redirect mean
// that the issue is gone. Disabled issues answer 410 as well, and a renamed
// repository redirects as well; neither must look like lost issues, so the first is
// recognised by GitHub's wording and the second by asking for the repository.
func (c *Client) onIssue(ctx context.Context, r polite.Request, in, out any) error {
	err := c.call(ctx, r, in, out)
	refused := refusalOf(err)
	switch refused.status {
	case http.StatusNotFound:
		refused.error = ErrGone
	case http.StatusGone:
		if !strings.Contains(refused.Message, "disabled") {
			refused.error = ErrGone
		}
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if _, err := c.Repository(ctx); err != nil {
			return err
		}
		return fmt.Errorf("%w: it was transferred", ErrGone)
	}
	return err
}
