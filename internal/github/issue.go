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

// Issue is an issue as GitHub has it. Pull requests, which GitHub's API lists as issues, never appear.
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
	ClosedAt    time.Time // zero while open
}

// Has reports whether the issue carries a label, in any case as in GitHub.
func (i Issue) Has(label string) bool {
	return slices.ContainsFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, label) })
}

// issueOf refuses what cannot be an issue, such as a proxy's answer, instead of returning empty fields.
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

// Edit holds the fields of an issue to create or change; an empty field is left alone. GitHub takes a title
// of at most 256 and a body of at most 65,536 characters, and creates labels it does not know.
type Edit struct {
	Title string `json:"title,omitempty"`
	Body  string `json:"body,omitempty"`
	State string `json:"state,omitempty"` // "open" or "closed"
	// StateReason is as in Issue. GitHub ignores it unless the state changes.
	StateReason string   `json:"state_reason,omitempty"`
	Labels      []string `json:"labels,omitzero"`    // all of them; nil leaves them alone
	Assignees   []string `json:"assignees,omitzero"` // all of them; nil leaves them alone
	Type        string   `json:"type,omitempty"`     // GitHub's issue type
}

// Get fetches one issue. It returns ErrGone if the issue was deleted, transferred or never existed, and for
// the number of a pull request.
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

// Create files an issue. It returns ErrAmbiguous if the issue may exist although no readable answer came:
// list again before another try. If GitHub refuses the type or the assignees, the issue is filed without
// them. GitHub silently drops labels that the token may not set: compare the returned Labels.
func (c *Client) Create(ctx context.Context, e Edit) (Issue, error) {
	issue, err := c.write(ctx, polite.Request{Kind: "create issue", Method: http.MethodPost, URL: c.path("issues"), Once: ErrAmbiguous}, e, c.call)
	return issue, wrap(err, "create issue")
}

// write sends a new or changed issue, and again without a type or assignees that GitHub refuses; see Refused.
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

// invalid reports whether GitHub's validation (422) rejects one of the fields.
func invalid(err error, fields ...string) bool {
	r := refusalOf(err)
	return r.status == http.StatusUnprocessableEntity &&
		slices.ContainsFunc(r.fields, func(e gh.Error) bool { return slices.Contains(fields, e.Field) })
}

// Refused returns the types and assignees that GitHub refused. Their issues were written without them.
func (c *Client) Refused() []string { return c.refused }

// Edit changes an issue. An edit whose answer is lost is sent again. It returns ErrGone as Get does.
func (c *Client) Edit(ctx context.Context, number int, e Edit) error {
	return c.edit(ctx, number, e, nil)
}

var errStale = errors.New("the issue may have changed while GitHub's rate limit delayed the write")

// Rewrite fetches an issue, passes it to change, and writes the Edit that change returns unless that is zero.
// GitHub has no compare-and-swap, so what people write between the two requests is lost. If the rate limit
// delays the write, it starts again, up to polite.MaxRefusals times. It returns ErrGone, or change's error.
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

// Comment is a comment on an issue, as GitHub sends it. A later one has the larger ID.
type Comment struct {
	ID   int64
	Body string
	User struct{ Login string } // empty for a deleted account
}

// Comment posts a comment of at most 65,536 characters. It returns ErrAmbiguous if the comment may have been
// posted although no readable answer came, and ErrGone as Get does.
func (c *Client) Comment(ctx context.Context, number int, body string) (posted Comment, err error) {
	r := polite.Request{Kind: "comment", Method: http.MethodPost, URL: c.path("issues/%d/comments", number), Once: ErrAmbiguous}
	err = c.onIssue(ctx, r, map[string]string{"body": body}, &posted)
	if err == nil && posted.ID == 0 {
		err = ErrAmbiguous
	}
	return posted, wrap(err, "comment on issue #%d", number)
}

// Comments returns up to 100 comments written or changed since a time, oldest first; ErrGone as Get does.
func (c *Client) Comments(ctx context.Context, number int, since time.Time) (found []Comment, err error) {
	address := c.path("issues/%d/comments?per_page=100&since=%s", number, since.UTC().Format(time.RFC3339))
	err = c.onIssue(ctx, polite.Request{Kind: "list comments", Method: http.MethodGet, URL: address}, nil, &found)
	return found, wrap(err, "list comments of issue #%d", number)
}

// DeleteComment deletes a comment.
func (c *Client) DeleteComment(ctx context.Context, id int64) error {
	err := c.call(ctx, polite.Request{Kind: "delete comment", Method: http.MethodDelete, URL: c.path("issues/comments/%d", id)}, nil, nil)
	if refusalOf(err).status == http.StatusNotFound { // deleted by an attempt whose answer was lost
		return nil
	}
	return wrap(err, "delete comment %d", id)
}

// AddLabels adds labels to those an issue has. It returns ErrGone as Get does.
func (c *Client) AddLabels(ctx context.Context, number int, labels ...string) error {
	err := c.onIssue(ctx, polite.Request{Kind: "add labels", Method: http.MethodPost, URL: c.path("issues/%d/labels", number)}, labels, nil)
	return wrap(err, "label issue #%d", number)
}

// RemoveLabel removes a label from an issue. An issue that lacks it, or never existed, is not an error;
// otherwise it returns ErrGone as Get does.
func (c *Client) RemoveLabel(ctx context.Context, number int, label string) error {
	address := c.path("issues/%d/labels/%s", number, url.PathEscape(label))
	err := c.onIssue(ctx, polite.Request{Kind: "remove label", Method: http.MethodDelete, URL: address}, nil, nil)
	if refusalOf(err).status == http.StatusNotFound {
		return nil
	}
	return wrap(err, "remove the label %q from issue #%d", label, number)
}

// EnsureLabel creates a label unless the repository has one of that name, which is left as it is.
// The name has at most 50 characters, the description 100; the colour is six hexadecimal digits without "#".
func (c *Client) EnsureLabel(ctx context.Context, name, color, description string) error {
	err := c.call(ctx, polite.Request{Kind: "create label", Method: http.MethodPost, URL: c.path("labels")},
		map[string]string{"name": name, "color": color, "description": description}, nil)
	if refusalOf(err).status == http.StatusUnprocessableEntity { // perhaps it exists
		if exists, failed := c.HasLabel(ctx, name); failed == nil && exists {
			return nil
		}
	}
	return wrap(err, "create label %q", name)
}

// HasLabel reports whether the repository has a label of that name, in any case.
func (c *Client) HasLabel(ctx context.Context, name string) (bool, error) {
	exists, err := c.find(ctx, "get label", c.path("labels/%s", url.PathEscape(name)), nil)
	return exists, wrap(err, "get label %q", name)
}
