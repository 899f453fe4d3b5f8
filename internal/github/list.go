package github

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/org/errmon-action/internal/polite"
)

// List returns every issue with the label, open or closed, oldest first and without duplicates. Unless it is
// sure to have seen all of them, it returns ErrPartialListing and no issues. visit, if not nil, is called
// for each issue as its page is read. It may drop the body, because those of 10,000 issues are 55 MB.
// A comma in label separates several labels, all of which the issues must have.
func (c *Client) List(ctx context.Context, label string, visit func(*Issue)) ([]Issue, error) {
	return c.list(ctx, url.Values{"labels": {label}, "direction": {"asc"}}, math.MaxInt, visit)
}

// ListByCreator returns every issue by an author, without the bodies, as a cross-check of List.
func (c *Client) ListByCreator(ctx context.Context, login string) ([]Issue, error) {
	return c.list(ctx, url.Values{"creator": {login}, "direction": {"asc"}}, math.MaxInt, func(i *Issue) { i.Body = "" })
}

// Newest works like List, but reads only the newest 1,000 issues and pull requests, newest first.
func (c *Client) Newest(ctx context.Context, label string, visit func(*Issue)) ([]Issue, error) {
	return c.list(ctx, url.Values{"labels": {label}, "direction": {"desc"}}, 10, visit)
}

// list reads a limited number of pages of 100 issues, GitHub's maximum. It sorts by creation, the only order
// that writes during the listing do not change. It follows GitHub's link to the next page, because page
// numbers fail beyond some 10,000 issues, where GitHub uses cursors.
func (c *Client) list(ctx context.Context, query url.Values, pages int, visit func(*Issue)) ([]Issue, error) {
	partial := func(err error) ([]Issue, error) {
		return nil, fmt.Errorf("list issues: %w (%w)", err, ErrPartialListing)
	}
	maps.Copy(query, url.Values{"state": {"all"}, "sort": {"created"}, "per_page": {"100"}})
	next := c.path("issues?%s", query.Encode())
	var issues []Issue
	seen := map[int]bool{} // by number, including pull requests
	for asked := 0; next != "" && asked < pages; asked++ {
		page, following, err := c.listPage(ctx, next)
		if err != nil {
			return partial(err)
		}
		before := len(seen)
		for _, in := range page {
			issue, err := issueOf(in, errUnusable)
			if err != nil {
				return partial(err)
			}
			if !seen[issue.Number] && !in.IsPullRequest() {
				if visit != nil {
					visit(&issue)
				}
				issues = append(issues, issue)
			}
			seen[issue.Number] = true
		}
		if len(seen) == before && (len(page) > 0 || following != "") {
			return partial(errors.New("GitHub answered with an empty page, or one it had sent before"))
		}
		next = following
	}
	return issues, nil
}

// listPage reads one page and returns the URL of the next, or "".
func (c *Client) listPage(ctx context.Context, address string) (found []*gh.Issue, next string, err error) {
	header, err := c.send(ctx, polite.Request{Kind: "list issues", Method: http.MethodGet, URL: address}, nil, &found)
	if errors.Is(err, errUnusable) || err == nil && found == nil {
		err = errors.New("GitHub's answer is not a list of issues")
	}
	if err != nil {
		return nil, "", err
	}
	next, err = c.nextPage(header)
	return found, next, err
}

var nextLink = regexp.MustCompile(`<([^>]*)>[^<]*rel="next"`)

// nextPage returns the Link header's rel="next", or "". It refuses other hosts, which must not get the token.
func (c *Client) nextPage(header http.Header) (string, error) {
	link := nextLink.FindStringSubmatch(strings.Join(header.Values("Link"), ","))
	if link == nil {
		return "", nil
	}
	next, err := c.base.Parse(link[1])
	if err != nil || next.Host != c.base.Host || next.Scheme != c.base.Scheme {
		return "", fmt.Errorf("the link to the next page does not lead to GitHub (%s): check GITHUB_API_URL", c.api.Quote(link[1]))
	}
	return next.String(), nil
}
