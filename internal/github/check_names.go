package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/finding"
)

// Names are what a team's rules call things in GitHub.
type Names struct{ Labels, Assignees, Types []string }

// CheckNames reports which labels, assignees and issue types do not exist. None of it is
// a failure: GitHub creates labels, and issues are filed without the others.
func (c *Client) CheckNames(ctx context.Context, n Names) []finding.Finding {
	const about = "rules"
	types, failure := c.issueTypes(ctx, len(n.Types) > 0)
	var found []finding.Finding
	check := func(names []string, exists func(name string) (bool, error), text, remedy string) {
		for _, name := range names {
			ok, err := exists(name)
			failure = errors.Join(failure, err)
			if err == nil && !ok {
				found = append(found, finding.Warn(about, fmt.Sprintf(text, name), remedy))
			}
		}
	}
	check(n.Labels, func(name string) (bool, error) { return c.HasLabel(ctx, name) },
		"no label %q", "check the spelling: GitHub creates it, in grey, with the first issue")
	check(n.Assignees, func(login string) (bool, error) {
		err := c.read(ctx, "check assignee", c.path("assignees/%s", url.PathEscape(login)), nil)
		if refusalOf(err).status == http.StatusNotFound {
			return false, nil
		}
		return true, err
	}, "%q cannot be assigned", "check the spelling, and that the login has access to "+c.FullName())
	check(n.Types, func(name string) (bool, error) { return failure != nil || slices.Contains(types, name), nil },
		"no issue type %q", "name one of the organization's: "+strings.Join(types, ", "))
	if total := len(n.Labels) + len(n.Assignees) + len(n.Types); len(found) == 0 && failure == nil && total > 0 {
		return []finding.Finding{finding.Good(about, "all %d labels, assignees and issue types exist", total)}
	}
	return append(found, finding.All(about, failure)...)
}

// issueTypes returns the names of the issue types, if they are wanted; none of a
// person's repository.
func (c *Client) issueTypes(ctx context.Context, wanted bool) (names []string, err error) {
	if !wanted {
		return nil, nil
	}
	var types []struct{ Name string }
	err = c.read(ctx, "list issue types", c.path("issue-types"), &types)
	if err != nil && refusalOf(err).status != http.StatusNotFound {
		return nil, fmt.Errorf("list issue types: %w", err)
	}
	for _, t := range types {
		names = append(names, t.Name)
	}
	return names, nil
}
