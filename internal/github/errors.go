package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v62/github"
)

// What callers act on, for errors.Is. Every other error is for people.
var (
	// ErrGone: the issue is no longer in this repository.
	ErrGone = errors.New("the issue is gone from this repository")
	// ErrAmbiguous: the issue or comment may have been written or not.
	ErrAmbiguous = errors.New("GitHub may or may not have done it")
	// ErrPartialListing: issues may be missing from the listing.
	ErrPartialListing = errors.New("without the whole list of issues nothing may be written")
	// ErrBudget: GitHub's rate limit leaves no room, now or before the run's
	// time is up. Nothing was written; what waits can be done by a later run.
	ErrBudget = errors.New("no requests left")
	// ErrRefused: the token, its permissions or the repository's settings stand
	// in the way of every write.
	ErrRefused = errors.New("refused")
	// ErrNotFound: the repository has no such file.
	ErrNotFound = errors.New("no such file")
)

// How GitHub words a permission that is missing, by kind of token.
const (
	noIntegration   = "Resource not accessible by integration"
	noPersonalToken = "Resource not accessible by personal access token"
)

// explain puts an error that go-github returned into words for the user, naming
// the input to mend. It never repeats a request's headers.
func (c *Client) explain(call *call, err error) error {
	if call.failure != nil {
		return call.failure
	}
	var answer *gh.ErrorResponse
	switch {
	case errors.As(err, &answer):
		return c.refusal(call, answer)
	case call.once:
		return fmt.Errorf("%w: its answer is unreadable: %w", ErrAmbiguous, err)
	default:
		return fmt.Errorf("GitHub's answer is unusable: %w", err)
	}
}

func (c *Client) refusal(call *call, answer *gh.ErrorResponse) error {
	repository := c.owner + "/" + c.repo
	code, said := answer.Response.StatusCode, c.transport.quote(answer.Message)
	switch code {
	case http.StatusUnauthorized:
		return fmt.Errorf("%w: github-token is wrong or expired (401 %s)", ErrRefused, said)
	case http.StatusForbidden:
		return fmt.Errorf("%w: %s", ErrRefused, forbidden(call.kind, repository, answer.Message, said))
	case http.StatusNotFound:
		return fmt.Errorf("%w: repository %q not found: check repository and GITHUB_API_URL, or github-token may not see it", ErrRefused, repository)
	case http.StatusGone:
		return fmt.Errorf("%w: issues are disabled in repository %q: enable them under Settings → General → Features → Issues", ErrRefused, repository)
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return fmt.Errorf("%w: repository %q was renamed or moved: set repository to its new name", ErrRefused, repository)
	case http.StatusUnprocessableEntity:
		return fmt.Errorf("GitHub refuses %s (422 %s)", c.complaints(answer), said)
	}
	return fmt.Errorf("GitHub answered %d %s (%s)", code, http.StatusText(code), cmp.Or(said, "and nothing more"))
}

// forbidden explains a 403 that is not about a rate limit.
func forbidden(kind, repository, message, said string) string {
	scope, permission := "issues: write", "Issues: Read and write"
	if kind == "read file" {
		scope, permission = "contents: read", "Contents: Read-only"
	}
	switch {
	case strings.Contains(message, noIntegration):
		return fmt.Sprintf("github-token may not do this (403 %s): add `permissions: %s` to the workflow", said, scope)
	case strings.Contains(message, noPersonalToken):
		return fmt.Sprintf("github-token may not do this (403 %s): grant it %q for %s", said, permission, repository)
	case strings.Contains(message, "SAML"):
		return fmt.Sprintf("github-token may not do this (403 %s): authorize the token for the organization's single sign-on", said)
	case strings.Contains(message, "archived"):
		return fmt.Sprintf("repository %q is archived (403 %s): unarchive it, or set repository to another", repository, said)
	}
	return fmt.Sprintf("github-token may not do this in %s (403 %s): check github-token and `permissions: %s`", repository, said, scope)
}

// complaints lists what GitHub's validation found wrong, each with its field.
func (c *Client) complaints(answer *gh.ErrorResponse) string {
	var parts []string
	for _, e := range answer.Errors {
		what := e.Message
		if what == "" {
			what = e.Code
		}
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s", e.Field, c.transport.quote(what))))
	}
	if len(parts) == 0 {
		return "the request"
	}
	return strings.Join(parts, ", ")
}

// explainIssue is explain for a call about one issue, where 404, 410 and a
// redirect mean that the issue is gone. Disabled issues answer 410 as well, and
// a renamed repository redirects as well; neither must look like lost issues, so
// the first is told by GitHub's wording and the second by asking for the
// repository.
func (c *Client) explainIssue(ctx context.Context, call *call, err error) error {
	var answer *gh.ErrorResponse
	if call.failure != nil || !errors.As(err, &answer) {
		return c.explain(call, err)
	}
	switch answer.Response.StatusCode {
	case http.StatusNotFound:
		return ErrGone
	case http.StatusGone:
		if !strings.Contains(answer.Message, "disabled") {
			return ErrGone
		}
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if _, err := c.Repository(ctx); err != nil {
			return err
		}
		return fmt.Errorf("%w: it was transferred", ErrGone)
	}
	return c.explain(call, err)
}
