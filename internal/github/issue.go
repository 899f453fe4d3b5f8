package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/polite"
)

// Issue is an issue as GitHub has it. Pull requests, which GitHub's API counts
// among the issues, never appear.
type Issue struct {
	Number      int
	Title       string
	Body        string
	State       string // "open" or "closed"
	Locked      bool
	StateReason string    `json:"state_reason"` // "completed", "not_planned", "duplicate", "reopened" or empty
	URL         string    `json:"html_url"`     // the page people see
	Author      string    `json:"-"`            // login; empty for a deleted account
	Labels      []string  `json:"-"`
	Assignees   []string  `json:"-"` // logins
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	ClosedAt    time.Time `json:"closed_at"` // zero while open
}

// Has reports whether the issue carries a label. GitHub takes labels that
// differ in case for one.
func (i Issue) Has(label string) bool {
	return slices.ContainsFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, label) })
}

// wireIssue is an issue or pull request as GitHub writes it.
type wireIssue struct {
	Issue
	User        struct{ Login string }
	Labels      []struct{ Name string }
	Assignees   []struct{ Login string }
	PullRequest *struct{} `json:"pull_request"`
}

// issue refuses what cannot be an issue, so that an answer of the wrong shape
// (a proxy's, say) is not taken for an issue with empty fields.
func (w wireIssue) issue() (Issue, error) {
	if w.Number <= 0 || w.State == "" {
		return Issue{}, errors.New("GitHub's answer is not an issue")
	}
	issue := w.Issue
	issue.Author = w.User.Login
	for _, label := range w.Labels {
		issue.Labels = append(issue.Labels, label.Name)
	}
	for _, user := range w.Assignees {
		issue.Assignees = append(issue.Assignees, user.Login)
	}
	return issue, nil
}

// NewIssue is what Create files. GitHub takes a title of at most 256 and a body
// of at most 65,536 characters, and creates labels it does not know.
type NewIssue struct {
	Title     string
	Body      string
	Labels    []string
	Assignees []string
	Type      string // GitHub's issue type; empty for none
}

// Edit says what to change; an empty field is left alone.
type Edit struct {
	Title string `json:"title,omitempty"`
	Body  string `json:"body,omitempty"`
	State string `json:"state,omitempty"` // "open" or "closed"
	// StateReason is "completed", "not_planned", "duplicate" or "reopened".
	// GitHub ignores it unless the state changes.
	StateReason string   `json:"state_reason,omitempty"`
	Labels      []string `json:"labels,omitzero"`    // all of them; nil leaves them alone
	Assignees   []string `json:"assignees,omitzero"` // all of them; nil leaves them alone
	Type        string   `json:"type,omitempty"`
}

// Get fetches one issue. It returns ErrGone where the issue was deleted,
// transferred to another repository, or never was, and where the number is a
// pull request's.
func (c *Client) Get(ctx context.Context, number int) (Issue, error) {
	var got wireIssue
	err := c.onIssue(ctx, polite.Request{Kind: "get issue", Method: http.MethodGet, URL: c.path("issues/%d", number)}, nil, &got)
	if err == nil && got.PullRequest != nil {
		err = fmt.Errorf("%w: it is a pull request", ErrGone)
	}
	if err != nil {
		return Issue{}, fmt.Errorf("get issue #%d: %w", number, err)
	}
	return got.issue()
}

// Create files an issue. It returns ErrAmbiguous where the issue may exist
// although no readable answer came: list again before another try. Where GitHub
// refuses the type or the assignees, the issue is filed without them. GitHub drops
// labels silently when the token may not set them: compare the returned Labels.
func (c *Client) Create(ctx context.Context, n NewIssue) (Issue, error) {
	created, err := c.write(ctx, polite.Request{Kind: "create issue", Method: http.MethodPost, URL: c.path("issues"), Once: ErrAmbiguous},
		Edit{Title: n.Title, Body: n.Body, Labels: n.Labels, Assignees: n.Assignees, Type: n.Type}, c.call)
	if err != nil {
		return Issue{}, fmt.Errorf("create issue: %w", err)
	}
	issue, err := created.issue()
	if err != nil {
		return Issue{}, fmt.Errorf("create issue: %w: %w", ErrAmbiguous, err)
	}
	return issue, nil
}

// write sends a new or changed issue. Where GitHub's validation (422) complains of the
// type or the assignees, it is sent again without them; see Refused.
func (c *Client) write(ctx context.Context, r polite.Request, e Edit, send func(context.Context, polite.Request, any, any) error) (wireIssue, error) {
	for {
		var issue wireIssue
		err := send(ctx, r, e, &issue)
		switch {
		case e.Type != "" && invalid(err, "type", "issue_type"):
			c.refuse(fmt.Sprintf("the issue type %q", e.Type))
			e.Type = ""
		case len(e.Assignees) > 0 && invalid(err, "assignees", "assignee"):
			c.refuse("the assignees " + strings.Join(e.Assignees, ", "))
			e.Assignees = nil
		default:
			return issue, err
		}
	}
}

// invalid reports whether GitHub's validation complains of one of the fields.
func invalid(err error, fields ...string) bool {
	r := refusalOf(err)
	return r.status == http.StatusUnprocessableEntity &&
		slices.ContainsFunc(r.Errors, func(e complaint) bool { return slices.Contains(fields, e.Field) })
}

func (c *Client) refuse(what string) {
	if !slices.Contains(c.refused, what) {
		c.refused = append(c.refused, what)
	}
}

// Refused returns the types and assignees that GitHub refused. Their issues were
// written without them.
func (c *Client) Refused() []string { return c.refused }

// Edit changes an issue and returns it as it is afterwards. Saying the same
// twice does no harm, so a lost answer is asked for again. It returns ErrGone as
// Get does.
func (c *Client) Edit(ctx context.Context, number int, e Edit) (Issue, error) {
	return c.edit(ctx, number, e, nil)
}

// maxRewrites bounds how often Rewrite begins anew, as maxRefusals does for one
// request.
const maxRewrites = maxRefusals

// Rewrite fetches an issue, asks change what to make of it, and writes that at
// once; nothing if change returns the zero Edit. GitHub has no compare-and-swap,
// so what people write between the two requests is lost: where the rate limit
// makes the write wait, the issue is fetched and change asked again. It returns
// ErrGone as Get does, and change's own error.
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
		_, err = c.edit(ctx, number, e, errStale)
		if !errors.Is(err, errStale) || tries == maxRewrites {
			return err
		}
	}
}

var errStale = errors.New("the issue may have changed while GitHub's rate limit held the write up")

func (c *Client) edit(ctx context.Context, number int, e Edit, stale error) (Issue, error) {
	edited, err := c.write(ctx, polite.Request{Kind: "edit issue", Method: http.MethodPatch, URL: c.path("issues/%d", number), Stale: stale}, e, c.onIssue)
	if err != nil {
		return Issue{}, fmt.Errorf("edit issue #%d: %w", number, err)
	}
	return edited.issue()
}

// Comment is a comment on an issue. A later one has the larger ID.
type Comment struct {
	ID     int64
	Author string // login; empty for a deleted account
	Body   string
}

type wireComment struct {
	Comment
	User struct{ Login string }
}

func (w wireComment) comment() Comment {
	w.Author = w.User.Login
	return w.Comment
}

// Comment posts a comment, of at most 65,536 characters. It returns ErrAmbiguous
// where the comment may have been posted although no readable answer came, and
// ErrGone as Get does.
func (c *Client) Comment(ctx context.Context, number int, body string) (Comment, error) {
	var posted wireComment
	err := c.onIssue(ctx, polite.Request{Kind: "comment", Method: http.MethodPost, URL: c.path("issues/%d/comments", number), Once: ErrAmbiguous},
		map[string]string{"body": body}, &posted)
	if err == nil && posted.ID == 0 {
		err = ErrAmbiguous
	}
	return posted.comment(), wrap(err, "comment on issue #%d", number)
}

// Comments returns the comments on an issue that were written or changed since,
// oldest first, at most 100. It returns ErrGone as Get does.
func (c *Client) Comments(ctx context.Context, number int, since time.Time) ([]Comment, error) {
	var found []wireComment
	address := c.path("issues/%d/comments?per_page=100&since=%s", number, since.UTC().Format(time.RFC3339))
	if err := c.onIssue(ctx, polite.Request{Kind: "list comments", Method: http.MethodGet, URL: address}, nil, &found); err != nil {
		return nil, fmt.Errorf("list comments of issue #%d: %w", number, err)
	}
	var comments []Comment
	for _, f := range found {
		comments = append(comments, f.comment())
	}
	return comments, nil
}

// DeleteComment takes a comment back.
func (c *Client) DeleteComment(ctx context.Context, id int64) error {
	err := c.call(ctx, polite.Request{Kind: "delete comment", Method: http.MethodDelete, URL: c.path("issues/comments/%d", id)}, nil, nil)
	if refusalOf(err).status == http.StatusNotFound { // deleted by an attempt whose answer was lost
		return nil
	}
	return wrap(err, "delete comment %d", id)
}
