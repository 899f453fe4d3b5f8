package github

import (
	"context"
	"fmt"
	"net/http"
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
	var found []finding.Finding
	for _, label := range n.Labels {
		if exists, err := c.HasLabel(ctx, label); err != nil {
			return append(found, finding.Of(about, err))
		} else if !exists {
			found = append(found, finding.Warn(about, fmt.Sprintf("no label %q", label), "check the spelling: GitHub creates it, in grey, with the first issue"))
		}
	}
	for _, login := range n.Assignees {
		ctx, call := begin(ctx, "check assignee")
		if can, _, err := c.gh.Issues.IsAssignee(ctx, c.owner, c.repo, login); err != nil {
			return append(found, finding.Of(about, c.explain(call, err)))
		} else if !can {
			found = append(found, finding.Warn(about, fmt.Sprintf("%q cannot be assigned", login), "check the spelling, and that the login has access to "+c.FullName()))
		}
	}
	if len(n.Types) > 0 {
		types, err := c.issueTypes(ctx)
		if err != nil {
			return append(found, finding.Of(about, err))
		}
		for _, name := range n.Types {
			if !slices.ContainsFunc(types, func(t string) bool { return strings.EqualFold(t, name) }) {
				found = append(found, finding.Warn(about, fmt.Sprintf("no issue type %q", name), "name one of the organization's: "+strings.Join(types, ", ")))
			}
		}
	}
	if total := len(n.Labels) + len(n.Assignees) + len(n.Types); len(found) == 0 && total > 0 {
		found = append(found, finding.Good(about, "all %d labels, assignees and issue types exist", total))
	}
	return found
}

// issueTypes returns the names of the issue types; none of a person's repository.
func (c *Client) issueTypes(ctx context.Context) ([]string, error) {
	ctx, call := begin(ctx, "list issue types")
	r, err := c.gh.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/issue-types", c.owner, c.repo), nil)
	if err != nil {
		return nil, err
	}
	var types []struct{ Name string }
	if _, err = c.gh.Do(ctx, r, &types); status(err) == http.StatusNotFound {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("list issue types: %w", c.explain(call, err))
	}
	var names []string
	for _, t := range types {
		names = append(names, t.Name)
	}
	return names, nil
}
