package github

import (
	"context"
	"fmt"
	"time"

	gh "github.com/google/go-github/v62/github"
)

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
