package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/polite"
)

// Check reports whether a scan could work with this repository and token. It writes nothing: to test whether
// the token may write, it sends requests that GitHub refuses as not allowed (403, 404) or incomplete (422).
func (c *Client) Check(ctx context.Context) []finding.Finding {
	const about = "repository"
	r, err := c.Repository(ctx)
	if err != nil {
		return []finding.Finding{finding.Of(about, err)}
	}
	clock := finding.Good("clock", "within a minute of GitHub's")
	text, remedy := c.Ahead().String(), "sync the machine's clock with NTP"
	switch {
	case time.Duration(c.Ahead()).Abs() >= 5*time.Minute:
		clock = finding.Fail("clock", text+": AWS rejects signatures with the wrong time", remedy)
	case c.Ahead().Matters():
		clock = finding.Warn("clock", text+": a scan uses GitHub's time", remedy)
	}
	repository := finding.Good(about, "%s is public and has issues: they show no sample event unless publish-samples is true", r.FullName)
	switch {
	case r.Archived:
		return []finding.Finding{clock, finding.Fail(about, r.FullName+" is archived", "unarchive it, or set repository to another")}
	case !r.HasIssues:
		return []finding.Finding{clock, finding.Fail(about, "issues are disabled in "+r.FullName, enableIssues)}
	case r.Private:
		repository = finding.Good(about, "%s is private and has issues", r.FullName)
	}
	return []finding.Finding{clock, repository, c.checkToken(ctx)}
}

// checkToken lists issues, then tries to create an issue and a label without required fields. GitHub checks
// the permission first: it answers 403 or 404 without it, and 422 with it. This is observed, not documented.
func (c *Client) checkToken(ctx context.Context) finding.Finding {
	const about = "GitHub token"
	_, _, err := c.listPage(ctx, c.path("issues?state=all&per_page=1"))
	for _, what := range []string{"issues", "labels"} {
		if err != nil {
			return finding.Of(about, err)
		}
		err = c.call(ctx, polite.Request{Kind: "check " + what, Method: http.MethodPost, URL: c.path("%s", what)}, struct{}{}, nil)
		switch refusalOf(err).status {
		case http.StatusUnprocessableEntity:
			err = nil
		case http.StatusNotFound:
			err = refused(fmt.Sprintf("github-token can read %s but not write to it (404)", c.FullName()),
				"grant it the permission issues: write, or, to a classic token, the scope repo")
		}
	}
	login := ""
	if err == nil {
		login, err = c.Login(ctx)
	}
	if err != nil {
		return finding.Of(about, err)
	}
	return finding.Good(about, "%s may read and write issues and labels of %s", login, c.FullName())
}

// WorkflowState returns the state of a workflow by its file's name, such as "active" or
// "disabled_inactivity". It is empty if the request fails, as without the permission actions: read.
func (c *Client) WorkflowState(ctx context.Context, file string) string {
	var workflow struct{ State string }
	_ = c.read(ctx, "get workflow", c.path("actions/workflows/%s", url.PathEscape(file)), &workflow)
	return workflow.State
}

// CheckCode reports whether code can be read, and how many mistakes GitHub finds in CODEOWNERS. It
// quotes the first three. Its worst finding is a Warning: issues are filed without code too.
func (c *Client) CheckCode(ctx context.Context) []finding.Finding {
	refs, err := c.Refs(ctx, nil)
	switch {
	case err != nil:
		f := finding.Of("code", err)
		return []finding.Finding{finding.Warn("code", "issues show no code: "+f.Text, f.Remedy)}
	case refs.Head == "":
		return []finding.Finding{finding.Good("code", "%s is readable, but has no commits", c.FullName())}
	}
	found := []finding.Finding{finding.Good("code", "%s is readable, default branch %s", c.FullName(), refs.Branch)}
	var wrong gh.CodeownersErrors
	exists, err := c.find(ctx, kindSource, c.path("codeowners/errors"), &wrong)
	text, remedy := fmt.Sprintf("mistakes: %d, such as", len(wrong.Errors)), "correct the lines: their owners are not shown"
	for _, e := range wrong.Errors[:min(len(wrong.Errors), 3)] {
		text += fmt.Sprintf(" line %d of %s: %s: %s;", e.Line, e.Path, c.api.Quote(e.Kind), c.api.Quote(e.Source))
	}
	switch {
	case err != nil:
		return append(found, finding.Warn("CODEOWNERS", err.Error(), ""))
	case !exists:
		return found
	case len(wrong.Errors) == 0:
		return append(found, finding.Good("CODEOWNERS", "no mistakes"))
	}
	return append(found, finding.Warn("CODEOWNERS", strings.TrimSuffix(text, ";"), remedy))
}

// Names are the labels, assignees and issue types that a team's rules set.
type Names struct{ Labels, Assignees, Types []string }

// CheckNames reports which labels, assignees and issue types do not exist. Each is only a Warning: GitHub
// creates labels, and issues are filed without the others. A request that fails is a Failure.
func (c *Client) CheckNames(ctx context.Context, n Names) []finding.Finding {
	const about = "rules"
	var types []struct{ Name string }
	var unlisted error
	if len(n.Types) > 0 {
		_, err := c.find(ctx, "list issue types", c.path("issue-types"), &types) // find: a personal account has none
		unlisted = wrap(err, "list issue types")
	}
	failure := unlisted
	var names []string
	for _, t := range types {
		names = append(names, t.Name)
	}
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
		ok, err := c.find(ctx, "check assignee", c.path("assignees/%s", url.PathEscape(login)), nil)
		return ok, wrap(err, "check assignee %s", login)
	}, "%q cannot be assigned", "check the spelling, and that the login has access to "+c.FullName())
	check(n.Types, func(name string) (bool, error) { return unlisted != nil || slices.Contains(names, name), nil },
		"no issue type %q", "name one of the organization's: "+strings.Join(names, ", "))
	if total := len(n.Labels) + len(n.Assignees) + len(n.Types); len(found) == 0 && failure == nil && total > 0 {
		return []finding.Finding{finding.Good(about, "all %d labels, assignees and issue types exist", total)}
	}
	return append(found, finding.All(about, failure)...)
}
