package sentry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/polite"
)

const (
	pageSize = 100  // issues; Sentry's maximum
	maxPages = 1000 // 100,000 issues, in case a server's pages never end
)

// wireIssue holds the fields read from an issue in the API or a webhook. The assignee is not read.
type wireIssue struct {
	ID        payload.Text
	ShortID   string
	Title     string
	Permalink string
	WebURL    string `json:"web_url"` // in webhooks, in which Permalink may be missing
	Level     string
	Status    string
	Project   struct{ Slug string }
	figures   // in a list, only for the period of the search
	Lifetime  figures
}

type figures struct {
	Count     number
	UserCount number
	FirstSeen moment
	LastSeen  moment
}

// number is a whole number, which Sentry writes as a string (count) or a number (userCount). All else is 0.
type number int64

func (n *number) UnmarshalJSON(data []byte) error {
	v, _ := strconv.ParseInt(strings.Trim(string(data), `" `), 10, 64)
	*n = number(max(v, 0))
	return nil
}

// moment is a time. Anything else is the zero time, as an event without its time still counts.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(data []byte) error {
	_ = m.Time.UnmarshalJSON(data) // sets the zero time on failure
	return nil
}

// validID matches Sentry's ids, which are whole numbers. Anything else could break the URLs and markers.
var validID = regexp.MustCompile(`^[0-9]{1,30}$`)

// Issues returns all issues that the configured search matches, in Sentry's order, or an error.
func (c *Client) Issues(ctx context.Context) ([]event.SentryIssue, error) {
	var issues []event.SentryIssue
	seen, cursor := map[string]bool{}, ""
	for range maxPages {
		page, following, err := c.list(ctx, pageSize, cursor)
		if err != nil {
			return nil, err
		}
		for _, w := range page {
			issue := w.tracked()
			if !validID.MatchString(issue.ID) {
				return nil, errors.New("list issues: Sentry's answer has an issue without an id: check sentry-url")
			}
			if !seen[issue.ID] { // an issue may move between pages while they are read
				seen[issue.ID] = true
				issues = append(issues, issue)
			}
		}
		if following == "" {
			return issues, nil
		}
		if following == cursor {
			return nil, errors.New("list issues: Sentry's pages never end: check sentry-url")
		}
		cursor = following
	}
	return nil, fmt.Errorf("list issues: more than %d: narrow sentry-query", maxPages*pageSize)
}

var (
	nextLink   = regexp.MustCompile(`>[^<]*rel="next"[^<]*`)
	nextCursor = regexp.MustCompile(`cursor="([^"]+)"`)
)

// list reads one page of the matching issues. next is the cursor of the following page, empty after the last.
// Sentry always links to a next page; "results" in the link is "true" if that page has issues.
func (c *Client) list(ctx context.Context, limit int, cursor string) (page []wireIssue, next string, err error) {
	query := url.Values{
		"query": {c.config.Query}, "project": c.config.Projects, "environment": c.config.Environments,
		"limit": {strconv.Itoa(limit)}, "collapse": {"stats"},
	}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	a, err := c.get(ctx, "list issues", c.issues(), query, &page)
	if err != nil {
		return nil, "", cmp.Or(c.locate(ctx, a.Status), err)
	}
	link := nextLink.FindString(strings.Join(a.Header.Values("Link"), ","))
	following := nextCursor.FindStringSubmatch(link)
	switch {
	case page == nil:
		return nil, "", errors.New("list issues: Sentry's answer is not a list: check sentry-url and any proxy")
	case following == nil:
		return nil, "", errors.New("list issues: Sentry's answer does not say whether it is the last page: check sentry-url and any proxy")
	case !strings.Contains(link, `results="true"`):
		return page, "", nil
	}
	return page, following[1], nil
}

// send sends a request and decodes the answer into out, if not nil. Any status but 2xx is also an error.
func (c *Client) send(ctx context.Context, r polite.Request, path string, query url.Values, out any) (polite.Answer, error) {
	address := *c.base
	address.Path += path
	address.RawQuery = query.Encode()
	r.URL = address.String()
	a, err := c.api.Do(ctx, r)
	switch {
	case err != nil:
		return polite.Answer{}, fmt.Errorf("%s: %w", r.Kind, err)
	case a.Status/100 != 2:
		return *a, c.explain(a, r.Kind)
	case out != nil:
		err = json.Unmarshal(a.Body, out)
	}
	if err != nil {
		return *a, fmt.Errorf("%s: Sentry's answer is unusable: check sentry-url: %w", r.Kind, err)
	}
	return *a, nil
}

func (c *Client) get(ctx context.Context, kind, path string, query url.Values, out any) (polite.Answer, error) {
	return c.send(ctx, polite.Request{Kind: kind, Method: http.MethodGet}, path, query, out)
}

// Issue returns one issue by its id, in any state. The state is Deleted if Sentry no longer has it.
func (c *Client) Issue(ctx context.Context, id string) (event.SentryIssue, error) {
	var w wireIssue
	a, err := c.get(ctx, "get issue", c.issue(id), nil, &w)
	if a.Status == http.StatusNotFound {
		return event.SentryIssue{ID: id, State: event.Deleted}, nil
	}
	w.ID = payload.Text(id) // for a merged issue, Sentry returns the id of the issue it was merged into
	return w.tracked(), err
}

// Resolve marks an issue as resolved. It needs the scope event:write. Resolving an issue twice does no harm.
func (c *Client) Resolve(ctx context.Context, id string) error {
	r := polite.Request{Kind: "resolve issue", Method: http.MethodPut, Body: []byte(`{"status":"resolved"}`)}
	a, err := c.send(ctx, r, c.issue(id), nil, nil)
	switch a.Status {
	case http.StatusNotFound: // deleted in Sentry in the meantime
		return nil
	case http.StatusForbidden:
		return finding.Mend("resolve issue: sentry-auth-token may not (403)",
			"give the internal integration Issue & Event: Read & Write (event:write), or set sentry-resolve to false")
	}
	return err
}

func (w wireIssue) tracked() event.SentryIssue {
	level, _ := event.ParseLevel(w.Level)
	state := map[string]event.State{
		"resolved": event.Resolved, "resolvedInNextRelease": event.Resolved,
		"ignored": event.Ignored, "muted": event.Ignored, "reprocessing": event.Ignored,
		"pending_deletion": event.Deleted, "deletion_in_progress": event.Deleted, "pending_merge": event.Deleted, // about to disappear
	}[w.Status]
	l := w.Lifetime
	return event.SentryIssue{
		ID: w.ID.Trim(), Name: w.ShortID, Title: w.Title, URL: cmp.Or(w.Permalink, w.WebURL), Project: w.Project.Slug,
		Level: level, State: cmp.Or(state, event.Unresolved),
		Total: int64(max(w.Count, l.Count)), Users: int64(max(w.UserCount, l.UserCount)),
		First: cmp.Or(l.FirstSeen, w.FirstSeen).Time, Last: cmp.Or(l.LastSeen, w.LastSeen).Time,
	}
}
