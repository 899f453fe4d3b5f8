package github

import (
	"context"
	"fmt"
	"net/http"
	"unicode/utf8"

	gh "github.com/google/go-github/v62/github"
)

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
