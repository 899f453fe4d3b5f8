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

// pageSize is the largest that Sentry grants, in issues.
const pageSize = 100

// maxPages stops a server whose pages never end: 100,000 issues.
const maxPages = 1000

// wireIssue is what is read of an issue, in the API and in webhooks. Its counts are
// strings. Who it is assigned to is not read.
type wireIssue struct {
	ID        payload.Text
	ShortID   string
	Title     string
	Permalink string
	WebURL    string `json:"web_url"` // of webhooks, which may lack the other
	Level     string
	Status    string
	Count     number
	UserCount number
	FirstSeen time.Time
	LastSeen  time.Time
	Project   struct{ Slug string }
	Lifetime  struct { // the others are of the search's period
		Count     number
		UserCount number
		FirstSeen time.Time
		LastSeen  time.Time
	}
}

// number is a whole number that Sentry writes as a string, and older servers
// as a number. What is none counts as 0.
type number int64

func (n *number) UnmarshalJSON(data []byte) error {
	v, _ := strconv.ParseInt(strings.Trim(string(data), `" `), 10, 64)
	*n = number(max(v, 0))
	return nil
}

// validID keeps ids, which stand in addresses and in markers, to what Sentry
// makes: whole numbers.
var validID = regexp.MustCompile(`^[0-9]{1,30}$`)

// Issues returns all issues that the configured search selects, in the order
// Sentry lists them. It is the whole list or an error.
func (c *Client) Issues(ctx context.Context) ([]event.SentryIssue, error) {
	var issues []event.SentryIssue
	seen, cursor := map[string]bool{}, ""
	for range maxPages {
		page, header, err := c.list(ctx, pageSize, cursor)
		if err != nil {
			return nil, err
		}
		for _, w := range page {
			issue := w.tracked()
			if !validID.MatchString(issue.ID) {
				return nil, errors.New("list issues: Sentry's answer has an issue without an id: check sentry-url")
			}
			if !seen[issue.ID] { // one that was seen again moves between the pages
				seen[issue.ID] = true
				issues = append(issues, issue)
			}
		}
		following, err := next(header)
		if err != nil || following == "" {
			return issues, err
		}
		if following == cursor {
			return nil, errors.New("list issues: Sentry's pages never end: check sentry-url")
		}
		cursor = following
	}
	return nil, fmt.Errorf("list issues: more than %d: narrow sentry-query", maxPages*pageSize)
}

// list reads a page of the issues that the configured search selects.
func (c *Client) list(ctx context.Context, limit int, cursor string) (page []wireIssue, h http.Header, err error) {
	query := url.Values{
		"query": {c.config.Query}, "project": c.config.Projects, "environment": c.config.Environments,
		"limit": {strconv.Itoa(limit)}, "collapse": {"stats"},
	}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	h, err = c.get(ctx, "list issues", c.organization("issues/"), query, &page)
	return page, h, cmp.Or(c.locate(ctx, status(err)), err)
}

// send sends a request for a path of Sentry's API and wants a success.
func (c *Client) send(ctx context.Context, r polite.Request, path string, query url.Values) (*polite.Answer, error) {
	address := *c.base
	address.Path += path
	address.RawQuery = query.Encode()
	r.URL = address.String()
	a, err := c.api.Do(ctx, r)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", r.Kind, err)
	case !a.OK():
		return nil, &refusal{a.Status, c.explain(a, r.Kind)}
	}
	return a, nil
}

// get reads what is at a path into out, unless that is nil, and returns the answer's header.
func (c *Client) get(ctx context.Context, kind, path string, query url.Values, out any) (http.Header, error) {
	a, err := c.send(ctx, polite.Request{Kind: kind, Method: http.MethodGet}, path, query)
	if err != nil || out == nil {
		return nil, err
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return nil, fmt.Errorf("%s: Sentry's answer is unusable: check sentry-url: %w", kind, err)
	}
	return a.Header, nil
}

type refusal struct {
	status int
	error
}

func (r *refusal) Unwrap() error { return r.error }

func status(err error) int {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused.status
	}
	return 0
}

// next reads the cursor of the next page, empty after the last. Sentry sends both
// links with every page, and says with results whether there is anything behind them.
func next(h http.Header) (string, error) {
	for link := range strings.SplitSeq(strings.Join(h.Values("Link"), ","), ",") {
		fields := map[string]string{}
		for _, field := range strings.Split(link, ";")[1:] {
			name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
			fields[name] = strings.Trim(value, `"`)
		}
		switch {
		case fields["rel"] != "next":
		case fields["results"] != "true":
			return "", nil
		case fields["cursor"] == "":
			return "", errors.New("list issues: Sentry's next page has no cursor")
		default:
			return fields["cursor"], nil
		}
	}
	return "", errors.New("list issues: Sentry's answer does not say whether it is the last page: check sentry-url and any proxy in between")
}

// Issue returns one issue by its id, whatever its state: Deleted where Sentry
// knows it no longer.
func (c *Client) Issue(ctx context.Context, id string) (event.SentryIssue, error) {
	var w wireIssue
	_, err := c.get(ctx, "get issue", c.issue(id), nil, &w)
	if status(err) == http.StatusNotFound {
		return event.SentryIssue{ID: id, State: event.Deleted}, nil
	}
	if err != nil {
		return event.SentryIssue{}, err
	}
	w.ID = payload.Text(id) // one that was merged into another answers with that one's
	return w.tracked(), nil
}

// Resolve marks an issue as resolved, which needs the scope event:write.
// Resolving it twice does no harm.
func (c *Client) Resolve(ctx context.Context, id string) error {
	r := polite.Request{Kind: "resolve issue", Method: http.MethodPut, Body: []byte(`{"status":"resolved"}`)}
	_, err := c.send(ctx, r, c.issue(id), nil)
	switch status(err) {
	case http.StatusNotFound: // deleted there in the meantime
		return nil
	case http.StatusForbidden:
		return finding.Mend("resolve issue: sentry-auth-token may not (403)",
			"give the internal integration Issue & Event: Read & Write (event:write), or set sentry-resolve to false")
	}
	return err
}

func (w wireIssue) tracked() event.SentryIssue {
	level, _ := event.ParseLevel(w.Level)
	l := w.Lifetime
	return event.SentryIssue{
		ID: w.ID.Trim(), Name: w.ShortID, Title: w.Title, URL: cmp.Or(w.Permalink, w.WebURL), Project: w.Project.Slug,
		Level: level, State: state(w.Status), Total: int64(max(w.Count, l.Count)), Users: int64(max(w.UserCount, l.UserCount)),
		First: cmp.Or(l.FirstSeen, w.FirstSeen), Last: cmp.Or(l.LastSeen, w.LastSeen),
	}
}

// state reads a status. What is about to be deleted or merged is gone for us.
func state(status string) event.State {
	switch status {
	case "resolved", "resolvedInNextRelease":
		return event.Resolved
	case "ignored", "muted", "reprocessing":
		return event.Ignored
	case "pending_deletion", "deletion_in_progress", "pending_merge":
		return event.Deleted
	}
	return event.Unresolved
}
