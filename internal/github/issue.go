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
	"unicode/utf8"

	gh "github.com/google/go-github/v62/github"
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

// NewIssue is what Create files. GitHub takes a title of at most 256 and a body
// of at most 65,536 characters, and creates labels it does not know.
type NewIssue struct {
	Title     string
	Body      string
	Labels    []string
	Assignees []string
	Type      string // GitHub's issue type; empty for none
}

// Has reports whether the issue carries a label. GitHub takes labels that
// differ in case for one.
func (i Issue) Has(label string) bool {
	return slices.ContainsFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, label) })
}

// Edit says what to change; an empty field is left alone.
type Edit struct {
	Title string
	Body  string
	State string // "open" or "closed"
	// StateReason is "completed", "not_planned", "duplicate" or "reopened".
	// GitHub ignores it unless the state changes.
	StateReason string
	Labels      []string // all of them; nil leaves them alone
	Assignees   []string // all of them; nil leaves them alone
	Type        string
}

// Get fetches one issue. It returns ErrGone where the issue was deleted,
// transferred to another repository, or never was, and where the number is a
// pull request's.
func (c *Client) Get(ctx context.Context, number int) (Issue, error) {
	ctx, call := begin(ctx, "get issue")
	got, _, err := c.gh.Issues.Get(ctx, c.owner, c.repo, number)
	if err == nil && got.IsPullRequest() {
		return Issue{}, fmt.Errorf("get issue #%d: %w: it is a pull request", number, ErrGone)
	}
	if err != nil {
		return Issue{}, fmt.Errorf("get issue #%d: %w", number, c.explainIssue(ctx, call, err))
	}
	return convert(got)
}

// Create files an issue. It returns ErrAmbiguous where the issue may exist
// although no readable answer came: list again before another try. Where GitHub
// refuses the type or the assignees, the issue is filed without them. GitHub drops
// labels silently when the token may not set them: compare the returned Labels.
func (c *Client) Create(ctx context.Context, n NewIssue) (Issue, error) {
	request := issueRequest{Type: optional(n.Type), IssueRequest: gh.IssueRequest{Title: &n.Title, Body: &n.Body, Labels: &n.Labels}}
	if len(n.Assignees) > 0 {
		request.Assignees = &n.Assignees
	}
	created, call, err := c.write(http.MethodPost, "issues", request, func() (context.Context, *call) { return beginOnce(ctx, "create issue") })
	if err != nil {
		return Issue{}, fmt.Errorf("create issue: %w", c.explain(call, err))
	}
	issue, err := convert(created)
	if err != nil {
		return Issue{}, fmt.Errorf("create issue: %w: %w", ErrAmbiguous, err)
	}
	return issue, nil
}

// issueRequest adds what go-github does not know yet.
type issueRequest struct {
	gh.IssueRequest
	Type *string `json:"type,omitempty"`
}

// write sends a new or changed issue. Where GitHub's validation (422) complains of the
// type or the assignees, it is sent again without them; see Refused.
func (c *Client) write(method, path string, request issueRequest, begin func() (context.Context, *call)) (*gh.Issue, *call, error) {
	for {
		ctx, call := begin()
		r, err := c.gh.NewRequest(method, fmt.Sprintf("repos/%s/%s/%s", c.owner, c.repo, path), request)
		if err != nil {
			return nil, call, err
		}
		issue := new(gh.Issue)
		_, err = c.gh.Do(ctx, r, issue)
		switch {
		case request.Type != nil && invalid(err, isType):
			c.refuse(fmt.Sprintf("the issue type %q", *request.Type))
			request.Type = nil
		case request.Assignees != nil && invalid(err, isAssignee):
			c.refuse("the assignees " + strings.Join(*request.Assignees, ", "))
			request.Assignees = nil
		default:
			return issue, call, err
		}
	}
}

func (c *Client) refuse(what string) {
	if !slices.Contains(c.refused, what) {
		c.refused = append(c.refused, what)
	}
}

// Refused returns the types and assignees that GitHub refused. Their issues were
// written without them.
func (c *Client) Refused() []string { return c.refused }

func isType(e gh.Error) bool     { return e.Field == "type" || e.Field == "issue_type" }
func isAssignee(e gh.Error) bool { return e.Field == "assignees" || e.Field == "assignee" }

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
	request := issueRequest{Type: optional(e.Type), IssueRequest: gh.IssueRequest{
		Title: optional(e.Title), Body: optional(e.Body), State: optional(e.State), StateReason: optional(e.StateReason),
	}}
	if e.Labels != nil {
		request.Labels = &e.Labels
	}
	if e.Assignees != nil {
		request.Assignees = &e.Assignees
	}
	edited, sent, err := c.write(http.MethodPatch, fmt.Sprintf("issues/%d", number), request, func() (context.Context, *call) {
		writing, call := begin(ctx, "edit issue")
		call.stale = stale
		return writing, call
	})
	if err != nil {
		return Issue{}, fmt.Errorf("edit issue #%d: %w", number, c.explainIssue(ctx, sent, err))
	}
	return convert(edited)
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

var errNoIssue = errors.New("GitHub's answer is not an issue")

// convert refuses what cannot be an issue, so that an answer of the wrong shape
// (a proxy's, say) is not taken for an issue with empty fields.
func convert(in *gh.Issue) (Issue, error) {
	if in.GetNumber() <= 0 || in.GetState() == "" {
		return Issue{}, errNoIssue
	}
	issue := Issue{
		Number:      in.GetNumber(),
		Title:       in.GetTitle(),
		Body:        in.GetBody(),
		State:       in.GetState(),
		Locked:      in.GetLocked(),
		StateReason: in.GetStateReason(),
		URL:         in.GetHTMLURL(),
		Author:      in.GetUser().GetLogin(),
		CreatedAt:   in.GetCreatedAt().Time,
		UpdatedAt:   in.GetUpdatedAt().Time,
		ClosedAt:    in.GetClosedAt().Time,
	}
	for _, label := range in.Labels {
		issue.Labels = append(issue.Labels, label.GetName())
	}
	for _, user := range in.Assignees {
		issue.Assignees = append(issue.Assignees, user.GetLogin())
	}
	return issue, nil
}

// status returns the HTTP status of GitHub's refusal, or 0.
func status(err error) int {
	var answer *gh.ErrorResponse
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.Response.StatusCode
}

// invalid reports whether GitHub's validation (422) complains of something that
// matches.
func invalid(err error, matches func(gh.Error) bool) bool {
	var answer *gh.ErrorResponse
	return status(err) == http.StatusUnprocessableEntity && errors.As(err, &answer) && slices.ContainsFunc(answer.Errors, matches)
}

// Comment is a comment on an issue. A later one has the larger ID.
type Comment struct {
	ID     int64
	Author string // login; empty for a deleted account
	Body   string
}

// Comment posts a comment, of at most 65,536 characters. It returns ErrAmbiguous
// where the comment may have been posted although no readable answer came, and
// ErrGone as Get does.
func (c *Client) Comment(ctx context.Context, number int, body string) (Comment, error) {
	ctx, call := beginOnce(ctx, "comment")
	posted, _, err := c.gh.Issues.CreateComment(ctx, c.owner, c.repo, number, &gh.IssueComment{Body: &body})
	if err != nil {
		return Comment{}, fmt.Errorf("comment on issue #%d: %w", number, c.explainIssue(ctx, call, err))
	}
	return Comment{posted.GetID(), posted.GetUser().GetLogin(), posted.GetBody()}, nil
}

// Comments returns the comments on an issue that were written or changed since,
// oldest first, at most 100. It returns ErrGone as Get does.
func (c *Client) Comments(ctx context.Context, number int, since time.Time) ([]Comment, error) {
	ctx, call := begin(ctx, "list comments")
	found, _, err := c.gh.Issues.ListComments(ctx, c.owner, c.repo, number,
		&gh.IssueListCommentsOptions{Since: &since, ListOptions: gh.ListOptions{PerPage: 100}})
	if err != nil {
		return nil, fmt.Errorf("list comments of issue #%d: %w", number, c.explainIssue(ctx, call, err))
	}
	var comments []Comment
	for _, f := range found {
		comments = append(comments, Comment{f.GetID(), f.GetUser().GetLogin(), f.GetBody()})
	}
	return comments, nil
}

// DeleteComment takes a comment back.
func (c *Client) DeleteComment(ctx context.Context, id int64) error {
	ctx, call := begin(ctx, "delete comment")
	_, err := c.gh.Issues.DeleteComment(ctx, c.owner, c.repo, id)
	if err != nil && status(err) != 404 { // deleted by an attempt whose answer was lost
		return fmt.Errorf("delete comment %d: %w", id, c.explain(call, err))
	}
	return nil
}

// maxLabelName is how many characters GitHub takes in a label's name.
const maxLabelName = 50

// AddLabels adds labels to an issue, beside those it has. It returns ErrGone as
// Get does.
func (c *Client) AddLabels(ctx context.Context, number int, labels ...string) error {
	ctx, call := begin(ctx, "add labels")
	_, _, err := c.gh.Issues.AddLabelsToIssue(ctx, c.owner, c.repo, number, labels)
	if err != nil {
		return fmt.Errorf("label issue #%d: %w", number, c.explainIssue(ctx, call, err))
	}
	return nil
}

// RemoveLabel removes a label from an issue; it is no error if the issue lacks it. It
// returns ErrGone as Get does, except for a deleted issue, which lacks it too.
func (c *Client) RemoveLabel(ctx context.Context, number int, label string) error {
	ctx, call := begin(ctx, "remove label")
	_, err := c.gh.Issues.RemoveLabelForIssue(ctx, c.owner, c.repo, number, label)
	if err != nil && status(err) != http.StatusNotFound {
		return fmt.Errorf("remove the label %q from issue #%d: %w", label, number, c.explainIssue(ctx, call, err))
	}
	return nil
}

// EnsureLabel creates a label, unless the repository has one of that name,
// which is left as it is. The colour is six hexadecimal digits without "#"; the
// description has at most 100 characters.
func (c *Client) EnsureLabel(ctx context.Context, name, color, description string) error {
	if utf8.RuneCountInString(name) > maxLabelName {
		return fmt.Errorf("label %q is longer than GitHub's %d characters: shorten label", name, maxLabelName)
	}
	ctx, call := begin(ctx, "create label")
	_, _, err := c.gh.Issues.CreateLabel(ctx, c.owner, c.repo, &gh.Label{Name: &name, Color: &color, Description: &description})
	if err == nil || invalid(err, alreadyExists) {
		return nil
	}
	failure := fmt.Errorf("create label %q: %w", name, c.explain(call, err))
	if status(err) != http.StatusUnprocessableEntity {
		return failure
	}
	// Some servers word the refusal in their own way, or not at all.
	if exists, err := c.HasLabel(ctx, name); err != nil || !exists {
		return failure
	}
	return nil
}

// HasLabel reports whether the repository has a label of that name, in any case.
func (c *Client) HasLabel(ctx context.Context, name string) (bool, error) {
	ctx, call := begin(ctx, "get label")
	_, _, err := c.gh.Issues.GetLabel(ctx, c.owner, c.repo, name)
	if status(err) == http.StatusNotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("get label %q: %w", name, c.explain(call, err))
	}
	return true, nil
}

func alreadyExists(e gh.Error) bool { return e.Code == "already_exists" }
