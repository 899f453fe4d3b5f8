package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	gh "github.com/google/go-github/v62/github"

	"github.com/org/errmon-action/internal/polite"
)

// maxLabelName is how many characters GitHub takes in a label's name.
const maxLabelName = 50

// AddLabels adds labels to an issue, beside those it has. It returns ErrGone as
// Get does.
func (c *Client) AddLabels(ctx context.Context, number int, labels ...string) error {
	err := c.onIssue(ctx, polite.Request{Kind: "add labels", Method: http.MethodPost, URL: c.path("issues/%d/labels", number)}, labels, nil)
	return wrap(err, "label issue #%d", number)
}

// RemoveLabel removes a label from an issue; it is no error if the issue lacks it. It
// returns ErrGone as Get does, except for a deleted issue, which lacks it too.
func (c *Client) RemoveLabel(ctx context.Context, number int, label string) error {
	address := c.path("issues/%d/labels/%s", number, url.PathEscape(label))
	err := c.onIssue(ctx, polite.Request{Kind: "remove label", Method: http.MethodDelete, URL: address}, nil, nil)
	if refusalOf(err).status == http.StatusNotFound {
		return nil
	}
	return wrap(err, "remove the label %q from issue #%d", label, number)
}

// EnsureLabel creates a label, unless the repository has one of that name,
// which is left as it is. The colour is six hexadecimal digits without "#"; the
// description has at most 100 characters.
func (c *Client) EnsureLabel(ctx context.Context, name, color, description string) error {
	if utf8.RuneCountInString(name) > maxLabelName {
		return fmt.Errorf("label %q is longer than GitHub's %d characters: shorten label", name, maxLabelName)
	}
	err := c.call(ctx, polite.Request{Kind: "create label", Method: http.MethodPost, URL: c.path("labels")},
		map[string]string{"name": name, "color": color, "description": description}, nil)
	refused := refusalOf(err)
	if slices.ContainsFunc(refused.Errors, func(e gh.Error) bool { return e.Code == "already_exists" }) {
		return nil
	}
	if refused.status == http.StatusUnprocessableEntity { // some servers word it in their own way, or not at all
		if exists, failed := c.HasLabel(ctx, name); failed == nil && exists {
			return nil
		}
	}
	return wrap(err, "create label %q", name)
}

// HasLabel reports whether the repository has a label of that name, in any case.
func (c *Client) HasLabel(ctx context.Context, name string) (bool, error) {
	err := c.read(ctx, "get label", c.path("labels/%s", url.PathEscape(name)), nil)
	if refusalOf(err).status == http.StatusNotFound {
		return false, nil
	}
	return err == nil, wrap(err, "get label %q", name)
}
