package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/org/errmon-action/internal/polite"
)

// List returns every issue that carries the label, open and closed, oldest
// first, each once. It returns ErrPartialListing, and no issues, wherever it
// cannot be sure to have seen all of them.
//
// visit is called for each issue as its page is read, and may drop what is not
// needed any more, such as the body: the bodies of 10,000 issues are 55 MB. It may
// be nil.
//
// GitHub reads a comma in label as "and".
func (c *Client) List(ctx context.Context, label string, visit func(*Issue)) ([]Issue, error) {
	return c.walk(ctx, visit, 0, "labels", label)
}

// ListByCreator returns every issue by an author, as List does by a label: a
// second view on the repository, to check List against. The issues have no bodies.
func (c *Client) ListByCreator(ctx context.Context, login string) ([]Issue, error) {
	return c.walk(ctx, func(i *Issue) { i.Body = "" }, 0, "creator", login)
}

// Newest returns the issues that carry the label, open and closed, newest first, as
// many as fit on so many pages of 100. It returns ErrPartialListing as List does.
func (c *Client) Newest(ctx context.Context, label string, pages int, visit func(*Issue)) ([]Issue, error) {
	return c.walk(ctx, visit, pages, "labels", label)
}

// walk asks for all pages, of 100 as GitHub's most, sorted by creation: the one
// order that writes during the listing do not change. If pages is not 0, it asks for
// so many, newest first.
func (c *Client) walk(ctx context.Context, visit func(*Issue), pages int, by, value string) ([]Issue, error) {
	w := walk{client: c, visit: visit, pages: map[string]bool{}, numbers: map[int]bool{}}
	query := url.Values{by: {value}, "direction": {"asc"}, "state": {"all"}, "sort": {"created"}, "per_page": {"100"}}
	if pages > 0 {
		query.Set("direction", "desc")
	}
	next := c.path("issues?%s", query.Encode())
	for next != "" && (pages == 0 || len(w.pages) < pages) {
		var err error
		if next, err = w.page(ctx, next); err != nil {
			return nil, fmt.Errorf("list issues: %w (%w)", err, ErrPartialListing)
		}
	}
	return w.issues, nil
}

type walk struct {
	client  *Client
	visit   func(*Issue)
	pages   map[string]bool // addresses asked for
	numbers map[int]bool    // issues and pull requests seen
	issues  []Issue
}

// page reads one page and returns the address of the next, or "". The address
// is GitHub's own: page numbers fail beyond some 10,000 issues, where GitHub
// hands out cursors.
func (w *walk) page(ctx context.Context, address string) (next string, err error) {
	w.pages[address] = true
	found, header, err := w.client.listPage(ctx, address)
	if err != nil {
		return "", err
	}
	fresh, err := w.add(found)
	if err != nil {
		return "", err
	}
	next, err = w.client.nextPage(header)
	switch {
	case err != nil:
		return "", err
	case len(found) > 0 && !fresh:
		return "", errors.New("GitHub answered with a page it had sent before")
	case len(found) == 0 && next != "":
		return "", errors.New("GitHub answered with an empty page and a link to another")
	case w.pages[next]:
		return "", errors.New("GitHub's link to the next page leads back to an earlier one")
	}
	return next, nil
}

func (w *walk) add(found []*gh.Issue) (fresh bool, err error) {
	for _, in := range found {
		issue, err := issueOf(in)
		if err != nil {
			return false, err
		}
		if w.numbers[issue.Number] {
			continue
		}
		w.numbers[issue.Number] = true
		fresh = true
		if in.IsPullRequest() {
			continue
		}
		if w.visit != nil {
			w.visit(&issue)
		}
		w.issues = append(w.issues, issue)
	}
	return fresh, nil
}

func (c *Client) listPage(ctx context.Context, address string) ([]*gh.Issue, http.Header, error) {
	var found []*gh.Issue
	resp, err := c.send(ctx, polite.Request{Kind: "list issues", Method: http.MethodGet, URL: address}, nil, &found)
	switch {
	case errors.Is(err, errUnusable), err == nil && found == nil:
		return nil, nil, errors.New("GitHub's answer is not a list of issues")
	case err != nil:
		return nil, nil, err
	}
	return found, resp.Header, nil
}

var nextLink = regexp.MustCompile(`<([^>]*)>[^<]*rel="next"`)

// nextPage returns the Link header's rel="next", or "". The token goes with
// the request, so an address on another host is refused.
func (c *Client) nextPage(header http.Header) (string, error) {
	link := nextLink.FindStringSubmatch(strings.Join(header.Values("Link"), ","))
	if link == nil {
		return "", nil
	}
	next, err := c.gh.BaseURL.Parse(link[1])
	if err != nil {
		return "", errors.New("GitHub's link to the next page is not an address")
	}
	if next.Host != c.gh.BaseURL.Host || next.Scheme != c.gh.BaseURL.Scheme {
		return "", fmt.Errorf("the link to the next page leads to another host, %q: check GITHUB_API_URL", next.Host)
	}
	return next.String(), nil
}
