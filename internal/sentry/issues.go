package sentry

import (
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
)

// pageSize is the largest that Sentry grants, in issues.
const pageSize = 100

// maxPages stops a server whose pages never end: 100,000 issues.
const maxPages = 1000

// wireIssue is what is read of an issue. Its count is a string.
type wireIssue struct {
	ID        string
	ShortID   string
	Title     string
	Permalink string
	Level     string
	Status    string
	Count     number
	UserCount number
	FirstSeen time.Time
	LastSeen  time.Time
	Project   struct{ Slug string }
	Lifetime  *struct {
		Count     number
		UserCount number
		FirstSeen *time.Time
		LastSeen  *time.Time
	}
}

// number is a whole number that Sentry writes as a string, and older servers
// as a number.
type number int64

func (n *number) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "null" || text == "" {
		return nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	*n = number(v)
	return err
}

// validID keeps ids, which stand in addresses and in markers, to what Sentry
// makes: whole numbers.
var validID = regexp.MustCompile(`^[0-9]{1,30}$`)

// Issues returns all issues that the configured search selects, in the order
// Sentry lists them. It is the whole list or an error.
func (c *Client) Issues(ctx context.Context) ([]event.SentryIssue, error) {
	query := url.Values{
		"query": {c.config.Query}, "project": c.config.Projects, "environment": c.config.Environments,
		"limit": {strconv.Itoa(pageSize)}, "collapse": {"stats"},
	}
	var issues []event.SentryIssue
	seen := map[string]bool{}
	for range maxPages {
		a, err := c.get(ctx, "list issues", c.organization("issues/"), query)
		if err != nil {
			return nil, err
		}
		var page []wireIssue
		if err := json.Unmarshal(a.body, &page); err != nil {
			return nil, fmt.Errorf("list issues: Sentry's answer is unusable: check sentry-url: %w", err)
		}
		for _, w := range page {
			if !validID.MatchString(w.ID) {
				return nil, errors.New("list issues: Sentry's answer has an issue without an id: check sentry-url")
			}
			if !seen[w.ID] { // one that was seen again moves between the pages
				seen[w.ID] = true
				issues = append(issues, w.tracked())
			}
		}
		cursor, more, err := next(a.header)
		if err != nil || !more {
			return issues, err
		}
		if cursor == query.Get("cursor") {
			return nil, errors.New("list issues: Sentry's pages never end: check sentry-url")
		}
		query.Set("cursor", cursor)
	}
	return nil, fmt.Errorf("list issues: more than %d: narrow sentry-query", maxPages*pageSize)
}

// get sends a request for reading and wants a success.
func (c *Client) get(ctx context.Context, kind, path string, query url.Values) (*answer, error) {
	a, err := c.transport.do(ctx, request{kind: kind, method: http.MethodGet, path: path, query: query})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	if a.ok() {
		return a, nil
	}
	if kind == "list issues" {
		if located := c.locate(ctx, a); located != nil {
			return nil, located
		}
	}
	return nil, &refusal{a.status, c.explain(a, kind)}
}

// refusal is an answer that was not a success.
type refusal struct {
	status int
	error
}

func (r *refusal) Unwrap() error { return r.error }

// status returns the HTTP status of Sentry's refusal, or 0.
func status(err error) int {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.status
	}
	return 0
}

// next reads the cursor of the next page. Sentry sends both links with every
// page, and says with results whether there is anything behind them.
func next(h http.Header) (cursor string, more bool, err error) {
	for _, link := range strings.Split(strings.Join(h.Values("Link"), ","), ",") {
		fields := map[string]string{}
		for _, field := range strings.Split(link, ";")[1:] {
			name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
			fields[name] = strings.Trim(value, `"`)
		}
		if fields["rel"] == "next" {
			more = fields["results"] == "true"
			if more && fields["cursor"] == "" {
				return "", false, errors.New("list issues: Sentry's next page has no cursor")
			}
			return fields["cursor"], more, nil
		}
	}
	return "", false, errors.New("list issues: Sentry's answer does not say whether it is the last page: check sentry-url, and what stands between")
}

// Issue returns one issue by its id, whatever its state: Deleted where Sentry
// knows it no longer.
func (c *Client) Issue(ctx context.Context, id string) (event.SentryIssue, error) {
	a, err := c.get(ctx, "get issue", c.organization("issues/"+url.PathEscape(id)+"/"), nil)
	if status(err) == http.StatusNotFound {
		return event.SentryIssue{ID: id, State: event.Deleted}, nil
	}
	if err != nil {
		return event.SentryIssue{}, err
	}
	var w wireIssue
	if err := json.Unmarshal(a.body, &w); err != nil {
		return event.SentryIssue{}, fmt.Errorf("get issue: Sentry's answer is unusable: check sentry-url: %w", err)
	}
	w.ID = id // one that was merged into another answers with that one's
	return w.tracked(), nil
}

// Resolve marks an issue as resolved, which needs the scope event:write.
// Resolving it twice does no harm.
func (c *Client) Resolve(ctx context.Context, id string) error {
	const kind = "resolve issue"
	a, err := c.transport.do(ctx, request{kind: kind, method: http.MethodPut, path: c.organization("issues/" + url.PathEscape(id) + "/"), body: []byte(`{"status":"resolved"}`)})
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", kind, err)
	case a.ok(), a.status == http.StatusNotFound: // deleted there in the meantime
		return nil
	case a.status == http.StatusForbidden:
		return fmt.Errorf("%s: sentry-auth-token may not (403 %s): give the internal integration Issue & Event: Read & Write (event:write), or set sentry-resolve to false",
			kind, c.transport.quote(a.body))
	}
	return c.explain(a, kind)
}

func (w wireIssue) tracked() event.SentryIssue {
	level, _ := event.ParseLevel(w.Level)
	t := event.SentryIssue{
		ID: w.ID, Name: w.ShortID, Title: w.Title, URL: w.Permalink, Project: w.Project.Slug, Level: level,
		State: state(w.Status), Total: int64(w.Count), Users: int64(w.UserCount), First: w.FirstSeen, Last: w.LastSeen,
	}
	if l := w.Lifetime; l != nil { // the others are of the search's period
		t.Total, t.Users = max(t.Total, int64(l.Count)), max(t.Users, int64(l.UserCount))
		if l.FirstSeen != nil {
			t.First = *l.FirstSeen
		}
		if l.LastSeen != nil {
			t.Last = *l.LastSeen
		}
	}
	return t
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
