package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v62/github"
)

// Issue is an issue as GitHub has it. Pull requests, which GitHub's API counts
// among the issues, never appear.
type Issue struct {
	Number      int
	Title       string
	Body        string
	State       string // "open" or "closed"
	StateReason string // "completed", "not_planned", "duplicate", "reopened" or empty
	URL         string // the page people see
	Author      string // login; empty for a deleted account
	Labels      []string
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
// refuses the assignees, the issue is filed without any. GitHub drops labels
// silently when the token may not set them: compare the returned Labels.
func (c *Client) Create(ctx context.Context, n NewIssue) (Issue, error) {
	request := &gh.IssueRequest{Title: &n.Title, Body: &n.Body, Labels: &n.Labels}
	if len(n.Assignees) > 0 {
		request.Assignees = &n.Assignees
	}
	created, call, err := c.create(ctx, request)
	if request.Assignees != nil && invalid(err, isAssignee) {
		request.Assignees = nil
		created, call, err = c.create(ctx, request)
	}
	if err != nil {
		return Issue{}, fmt.Errorf("create issue: %w", c.explain(call, err))
	}
	issue, err := convert(created)
	if err != nil {
		return Issue{}, fmt.Errorf("create issue: %w: %w", ErrAmbiguous, err)
	}
	return issue, nil
}

func isAssignee(e gh.Error) bool { return e.Field == "assignees" || e.Field == "assignee" }

func (c *Client) create(ctx context.Context, request *gh.IssueRequest) (*gh.Issue, *call, error) {
	ctx, call := beginOnce(ctx, "create issue")
	created, _, err := c.gh.Issues.Create(ctx, c.owner, c.repo, request)
	return created, call, err
}

// Edit changes an issue and returns it as it is afterwards. Saying the same
// twice does no harm, so a lost answer is asked for again. It returns ErrGone as
// Get does.
func (c *Client) Edit(ctx context.Context, number int, e Edit) (Issue, error) {
	ctx, call := begin(ctx, "edit issue")
	return c.edit(ctx, call, number, e)
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
		if err != nil || e == (Edit{}) {
			return err
		}
		writing, call := begin(ctx, "edit issue")
		call.stale = errStale
		_, err = c.edit(writing, call, number, e)
		if !errors.Is(err, errStale) || tries == maxRewrites {
			return err
		}
	}
}

var errStale = errors.New("the issue may have changed while GitHub's rate limit held the write up")

func (c *Client) edit(ctx context.Context, call *call, number int, e Edit) (Issue, error) {
	edited, _, err := c.gh.Issues.Edit(ctx, c.owner, c.repo, number, &gh.IssueRequest{
		Title:       optional(e.Title),
		Body:        optional(e.Body),
		State:       optional(e.State),
		StateReason: optional(e.StateReason),
	})
	if err != nil {
		return Issue{}, fmt.Errorf("edit issue #%d: %w", number, c.explainIssue(ctx, call, err))
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
