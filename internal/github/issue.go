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

	gh "github.com/google/go-github/v62/github"

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
	StateReason string // "completed", "not_planned", "duplicate", "reopened" or empty
	URL         string // the page people see
	Author      string // login; empty for a deleted account
	Labels      []string
	Assignees   []string // logins
	CreatedAt   time.Time
	UpdatedAt   time.Time
	ClosedAt    time.Time // zero while open
}

// Has reports whether the issue carries a label. GitHub takes labels that
// differ in case for one.
func (i Issue) Has(label string) bool {
	return slices.ContainsFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, label) })
}

// issueOf refuses what cannot be an issue, so that an answer of the wrong shape
// (a proxy's, say) is not taken for an issue with empty fields.
func issueOf(in *gh.Issue) (Issue, error) {
	if in.GetNumber() <= 0 || in.GetState() == "" {
		return Issue{}, errors.New("GitHub's answer is not an issue")
	}
	issue := Issue{
		Number: in.GetNumber(), Title: in.GetTitle(), Body: in.GetBody(), State: in.GetState(), Locked: in.GetLocked(),
		StateReason: in.GetStateReason(), URL: in.GetHTMLURL(), Author: in.GetUser().GetLogin(),
		CreatedAt: in.GetCreatedAt().Time, UpdatedAt: in.GetUpdatedAt().Time, ClosedAt: in.GetClosedAt().Time,
	}
	for _, label := range in.Labels {
		issue.Labels = append(issue.Labels, label.GetName())
	}
	for _, user := range in.Assignees {
		issue.Assignees = append(issue.Assignees, user.GetLogin())
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
	var got gh.Issue
	err := c.onIssue(ctx, polite.Request{Kind: "get issue", Method: http.MethodGet, URL: c.path("issues/%d", number)}, nil, &got)
	if err == nil && got.IsPullRequest() {
		err = fmt.Errorf("%w: it is a pull request", ErrGone)
	}
	if err != nil {
		return Issue{}, fmt.Errorf("get issue #%d: %w", number, err)
	}
	return issueOf(&got)
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
	issue, err := issueOf(created)
	if err != nil {
		return Issue{}, fmt.Errorf("create issue: %w: %w", ErrAmbiguous, err)
	}
	return issue, nil
}

// write sends a new or changed issue. Where GitHub's validation (422) complains of the
// type or the assignees, it is sent again without them; see Refused.
func (c *Client) write(ctx context.Context, r polite.Request, e Edit, send func(context.Context, polite.Request, any, any) error) (*gh.Issue, error) {
	for {
		issue := new(gh.Issue)
		err := send(ctx, r, e, issue)
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
		slices.ContainsFunc(r.Errors, func(e gh.Error) bool { return slices.Contains(fields, e.Field) })
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

var errStale = errors.New("the issue may have changed while GitHub's rate limit delayed the write")

func (c *Client) edit(ctx context.Context, number int, e Edit, stale error) (Issue, error) {
	edited, err := c.write(ctx, polite.Request{Kind: "edit issue", Method: http.MethodPatch, URL: c.path("issues/%d", number), Stale: stale}, e, c.onIssue)
	if err != nil {
		return Issue{}, fmt.Errorf("edit issue #%d: %w", number, err)
	}
	return issueOf(edited)
}

// Comment is a comment on an issue. A later one has the larger ID.
type Comment struct {
	ID     int64
	Author string // login; empty for a deleted account
	Body   string
}

func commentOf(in *gh.IssueComment) Comment {
	return Comment{ID: in.GetID(), Author: in.GetUser().GetLogin(), Body: in.GetBody()}
}

// Comment posts a comment, of at most 65,536 characters. It returns ErrAmbiguous
// where the comment may have been posted although no readable answer came, and
// ErrGone as Get does.
func (c *Client) Comment(ctx context.Context, number int, body string) (Comment, error) {
	var posted gh.IssueComment
	err := c.onIssue(ctx, polite.Request{Kind: "comment", Method: http.MethodPost, URL: c.path("issues/%d/comments", number), Once: ErrAmbiguous},
		map[string]string{"body": body}, &posted)
	if err == nil && posted.GetID() == 0 {
		err = ErrAmbiguous
	}
	return commentOf(&posted), wrap(err, "comment on issue #%d", number)
}

// Comments returns the comments on an issue that were written or changed since,
// oldest first, at most 100. It returns ErrGone as Get does.
func (c *Client) Comments(ctx context.Context, number int, since time.Time) ([]Comment, error) {
	var found []*gh.IssueComment
	address := c.path("issues/%d/comments?per_page=100&since=%s", number, since.UTC().Format(time.RFC3339))
	if err := c.onIssue(ctx, polite.Request{Kind: "list comments", Method: http.MethodGet, URL: address}, nil, &found); err != nil {
		return nil, fmt.Errorf("list comments of issue #%d: %w", number, err)
	}
	var comments []Comment
	for _, f := range found {
		comments = append(comments, commentOf(f))
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
