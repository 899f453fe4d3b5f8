package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/org/errmon-action/internal/polite"
)

// Issue is an issue on GitHub. It is never a pull request, although GitHub's API lists those as issues.
type Issue struct {
	Number      int
	Title       string
	Body        string
	State       string // "open" or "closed"
	Locked      bool
	StateReason string // "completed", "not_planned", "duplicate", "reopened" or empty
	URL         string // on the web, not in the API
	Author      string // login; empty for a deleted account
	Labels      []string
	Assignees   []string // logins
	CreatedAt   time.Time
	ClosedAt    time.Time // zero while open
}

// Has reports whether the issue has a label. Like GitHub it ignores case.
func (i Issue) Has(label string) bool {
	return slices.ContainsFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, label) })
}

// issueOf converts an issue. It returns refusal for an answer without an issue's fields, such as a proxy's.
func issueOf(in *gh.Issue, refusal error) (Issue, error) {
	if in.GetNumber() <= 0 || in.GetState() == "" {
		return Issue{}, fmt.Errorf("%w: the answer is not an issue", refusal)
	}
	issue := Issue{
		Number: in.GetNumber(), Title: in.GetTitle(), Body: in.GetBody(), State: in.GetState(), Locked: in.GetLocked(),
		StateReason: in.GetStateReason(), URL: in.GetHTMLURL(), Author: in.GetUser().GetLogin(),
		CreatedAt: in.GetCreatedAt().Time, ClosedAt: in.GetClosedAt().Time,
	}
	for _, label := range in.Labels {
		issue.Labels = append(issue.Labels, label.GetName())
	}
	for _, user := range in.Assignees {
		issue.Assignees = append(issue.Assignees, user.GetLogin())
	}
	return issue, nil
}

// Edit holds the fields of an issue to create or change; a zero field is left unchanged. GitHub accepts a
// title of at most 256 and a body of at most 65,536 characters, and creates labels that do not exist.
type Edit struct {
	Title string `json:"title,omitempty"`
	Body  string `json:"body,omitempty"`
	State string `json:"state,omitempty"` // "open" or "closed"
	// StateReason has the values of Issue.StateReason. GitHub ignores it unless the state changes.
	StateReason string   `json:"state_reason,omitempty"`
	Labels      []string `json:"labels,omitzero"`    // replace the current ones; nil keeps those
	Assignees   []string `json:"assignees,omitzero"` // replace the current ones; nil keeps those
	Type        string   `json:"type,omitempty"`     // name of an issue type of the organization
}

// Get fetches an issue, or returns ErrGone if it was deleted, transferred, never there, or is a pull request.
func (c *Client) Get(ctx context.Context, number int) (Issue, error) {
	var got gh.Issue
	err := c.onIssue(ctx, polite.Request{Kind: "get issue", Method: http.MethodGet, URL: c.path("issues/%d", number)}, nil, &got)
	if err == nil && got.IsPullRequest() {
		err = fmt.Errorf("%w: it is a pull request", ErrGone)
	}
	if err != nil {
		return Issue{}, fmt.Errorf("get issue #%d: %w", number, err)
	}
	return issueOf(&got, errUnusable)
}

// Create files an issue. It returns ErrAmbiguous if there was no readable answer but the issue may exist;
// list the issues before trying again. If GitHub refuses the type or the assignees, Create files the issue
// without them. GitHub silently drops labels that the token may not set; compare the returned Labels.
func (c *Client) Create(ctx context.Context, e Edit) (Issue, error) {
	r := polite.Request{Kind: "create issue", Method: http.MethodPost, URL: c.path("issues"), Once: ErrAmbiguous}
	issue, err := c.write(ctx, r, e, c.call)
	return issue, wrap(err, "create issue")
}

// write sends an issue. If GitHub refuses the type or the assignees, it notes that and tries without them.
func (c *Client) write(ctx context.Context, r polite.Request, e Edit, send func(context.Context, polite.Request, any, any) error) (Issue, error) {
	for {
		var written gh.Issue
		err := send(ctx, r, e, &written)
		what := ""
		switch {
		case err == nil:
			return issueOf(&written, cmp.Or(r.Once, errUnusable))
		case e.Type != "" && invalid(err, "type", "issue_type"):
			what, e.Type = fmt.Sprintf("the issue type %q", e.Type), ""
		case len(e.Assignees) > 0 && invalid(err, "assignees", "assignee"):
			what, e.Assignees = "the assignees "+strings.Join(e.Assignees, ", "), nil
		default:
			return Issue{}, err
		}
		if !slices.Contains(c.refused, what) {
			c.refused = append(c.refused, what)
		}
	}
}

// invalid reports whether err is a failed validation (422) of one of the fields.
func invalid(err error, fields ...string) bool {
	r := refusalOf(err)
	return r.status == http.StatusUnprocessableEntity &&
		slices.ContainsFunc(r.fields, func(e gh.Error) bool { return slices.Contains(fields, e.Field) })
}

// Refused describes the types and assignees that GitHub refused; the issues were written without them.
func (c *Client) Refused() []string { return c.refused }

// Edit changes an issue. If the answer is lost, it retries. If there is no such issue, it returns ErrGone.
func (c *Client) Edit(ctx context.Context, number int, e Edit) error {
	return c.edit(ctx, number, e, nil)
}

var errStale = errors.New("the issue may have changed while GitHub's rate limit delayed the write")

// Rewrite fetches an issue, passes it to change, and writes the Edit that change returns unless it is zero.
// GitHub has no compare-and-swap, so a change by a person between the two requests may be overwritten. If the
// rate limit delays the write, Rewrite fetches the issue again, and gives up after polite.MaxRefusals tries.
// It returns ErrGone as Get does, and any error of change.
func (c *Client) Rewrite(ctx context.Context, number int, change func(Issue) (Edit, error)) error {
	for tries := 1; ; tries++ {
		issue, err := c.Get(ctx, number)
		if err != nil {
			return err
		}
		e, err := change(issue)
		if err != nil || reflect.ValueOf(e).IsZero() {
			return err
		}
		err = c.edit(ctx, number, e, errStale)
		if !errors.Is(err, errStale) || tries == polite.MaxRefusals {
			return err
		}
	}
}

func (c *Client) edit(ctx context.Context, number int, e Edit, stale error) error {
	r := polite.Request{Kind: "edit issue", Method: http.MethodPatch, URL: c.path("issues/%d", number), Stale: stale}
	_, err := c.write(ctx, r, e, c.onIssue)
	return wrap(err, "edit issue #%d", number)
}

// Comment is a comment on an issue, in the shape of GitHub's JSON. Later comments have larger IDs.
type Comment struct {
	ID   int64
	Body string
	User struct{ Login string } // empty for a deleted account
}

// Comment posts a comment of at most 65,536 characters. It returns ErrAmbiguous if there was no readable
// answer but the comment may have been posted, and ErrGone if there is no such issue.
func (c *Client) Comment(ctx context.Context, number int, body string) (posted Comment, err error) {
	r := polite.Request{Kind: "comment", Method: http.MethodPost, URL: c.path("issues/%d/comments", number), Once: ErrAmbiguous}
	err = c.onIssue(ctx, r, map[string]string{"body": body}, &posted)
	if err == nil && posted.ID == 0 {
		err = ErrAmbiguous
	}
	return posted, wrap(err, "comment on issue #%d", number)
}

// Comments returns the first 100 comments written or edited since a time, oldest first, or ErrGone.
func (c *Client) Comments(ctx context.Context, number int, since time.Time) (found []Comment, err error) {
	address := c.path("issues/%d/comments?per_page=100&since=%s", number, since.UTC().Format(time.RFC3339))
	err = c.onIssue(ctx, polite.Request{Kind: "list comments", Method: http.MethodGet, URL: address}, nil, &found)
	return found, wrap(err, "list comments of issue #%d", number)
}

// DeleteComment deletes a comment. It is not an error if there is none.
func (c *Client) DeleteComment(ctx context.Context, id int64) error {
	err := c.call(ctx, polite.Request{Kind: "delete comment", Method: http.MethodDelete, URL: c.path("issues/comments/%d", id)}, nil, nil)
	if refusalOf(err).status == http.StatusNotFound { // deleted by an attempt whose answer was lost
		return nil
	}
	return wrap(err, "delete comment %d", id)
}

// AddLabels adds labels to an issue. It returns ErrGone if there is no such issue.
func (c *Client) AddLabels(ctx context.Context, number int, labels ...string) error {
	err := c.onIssue(ctx, polite.Request{Kind: "add labels", Method: http.MethodPost, URL: c.path("issues/%d/labels", number)}, labels, nil)
	return wrap(err, "label issue #%d", number)
}

// RemoveLabel removes a label from an issue. It is not an error if the issue lacks the label or never
// existed. It returns ErrGone if the issue was deleted or transferred.
func (c *Client) RemoveLabel(ctx context.Context, number int, label string) error {
	address := c.path("issues/%d/labels/%s", number, url.PathEscape(label))
	err := c.onIssue(ctx, polite.Request{Kind: "remove label", Method: http.MethodDelete, URL: address}, nil, nil)
	if refusalOf(err).status == http.StatusNotFound {
		return nil
	}
	return wrap(err, "remove the label %q from issue #%d", label, number)
}

// EnsureLabel creates a label. An existing label of that name is left unchanged. A name has at most 50
// characters and a description 100; the colour is six hexadecimal digits without "#".
func (c *Client) EnsureLabel(ctx context.Context, name, color, description string) error {
	err := c.call(ctx, polite.Request{Kind: "create label", Method: http.MethodPost, URL: c.path("labels")},
		map[string]string{"name": name, "color": color, "description": description}, nil)
	if refusalOf(err).status == http.StatusUnprocessableEntity { // also GitHub's answer for an existing label
		if exists, failed := c.HasLabel(ctx, name); failed == nil && exists {
			return nil
		}
	}
	return wrap(err, "create label %q", name)
}

// HasLabel reports whether the repository has a label of that name, ignoring case.
func (c *Client) HasLabel(ctx context.Context, name string) (bool, error) {
	exists, err := c.find(ctx, "get label", c.path("labels/%s", url.PathEscape(name)), nil)
	return exists, wrap(err, "get label %q", name)
}
