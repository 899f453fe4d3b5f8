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

	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/polite"
)

// skewFailed is how far off a clock may be until AWS refuses its signatures.
const skewFailed = 5 * time.Minute

// Check reports whether a scan could work with this repository and token: both
// exist, the clock is right, issues can be read and written. It leaves nothing
// behind: whether the token may write is learnt from requests that GitHub
// refuses in either case, as not allowed (403) or as incomplete (422).
func (c *Client) Check(ctx context.Context) []finding.Finding {
	r, err := c.record(ctx)
	if err != nil {
		return []finding.Finding{finding.Of("repository", err)}
	}
	found := []finding.Finding{c.checkClock(), checkRepository(r)}
	if found[len(found)-1].Level == finding.Failure {
		return found
	}
	return append(found, c.checkToken(ctx)...)
}

func (c *Client) checkClock() finding.Finding {
	const about = "clock"
	text, remedy := c.Ahead().String(), "sync the machine's clock with NTP"
	switch {
	case time.Duration(c.Ahead()).Abs() >= skewFailed:
		return finding.Fail(about, text+": AWS rejects signatures with the wrong time", remedy)
	case c.Ahead().Matters():
		return finding.Warn(about, text+": a scan uses GitHub's time", remedy)
	}
	return finding.Good(about, "within a minute of GitHub's")
}

func checkRepository(r record) finding.Finding {
	const about = "repository"
	switch {
	case r.Archived:
		return finding.Fail(about, r.FullName+" is archived", "unarchive it, or set repository to another")
	case !r.HasIssues:
		return finding.Fail(about, "issues are disabled in "+r.FullName, "enable them under Settings → General → Features → Issues")
	case r.Private:
		return finding.Good(about, "%s is private and has issues", r.FullName)
	}
	return finding.Good(about, "%s is public and has issues: they show no sample event unless publish-samples is true", r.FullName)
}

func (c *Client) checkToken(ctx context.Context) []finding.Finding {
	const about = "GitHub token"
	_, _, err := c.listPage(ctx, c.path("issues?state=all&per_page=1"))
	for _, what := range []string{"issues", "labels"} {
		if err == nil {
			err = c.probe(ctx, what)
		}
	}
	login := ""
	if err == nil {
		login, err = c.Login(ctx)
	}
	if err != nil {
		return []finding.Finding{finding.Of(about, err)}
	}
	return []finding.Finding{finding.Good(about, "%s may read and write issues and labels of %s", login, c.FullName())}
}

// probe asks to create something without the one field that it needs. GitHub
// looks at the permission first: 403 or 404 without it, 422 with it. Its
// documentation does not say so; others who ask in this way have seen it.
func (c *Client) probe(ctx context.Context, what string) error {
	err := c.call(ctx, polite.Request{Kind: "check " + what, Method: http.MethodPost, URL: c.path("%s", what)}, struct{}{}, nil)
	switch {
	case refusalOf(err).status == http.StatusUnprocessableEntity:
		return nil
	case refusalOf(err).status == http.StatusNotFound:
		return refused(fmt.Sprintf("github-token can read %s but not write to it (404)", c.FullName()),
			"grant it the permission issues: write, or, to a classic token, the scope repo")
	case err == nil:
		return errors.New("GitHub accepted an empty request to create " + strings.TrimSuffix(what, "s") + ": delete what it made")
	}
	return err
}

// WorkflowFacts are what GitHub knows about a workflow beyond its file.
type WorkflowFacts struct {
	Public   bool
	PushedAt time.Time // the last push to any branch
	State    string    // "active", "disabled_inactivity", "disabled_manually"; empty where the token may not ask
}

// Workflow asks for the facts about a workflow of this repository by its file's
// name. The state needs the permission actions: read.
func (c *Client) Workflow(ctx context.Context, file string) (WorkflowFacts, error) {
	r, err := c.record(ctx)
	if err != nil {
		return WorkflowFacts{}, err
	}
	facts := WorkflowFacts{Public: !r.Private, PushedAt: r.PushedAt}
	var workflow struct{ State string }
	err = c.read(ctx, "get workflow", c.path("actions/workflows/%s", url.PathEscape(file)), &workflow)
	if status := refusalOf(err).status; status == http.StatusForbidden || status == http.StatusNotFound {
		return facts, nil
	}
	facts.State = workflow.State
	return facts, wrap(err, "get workflow")
}

// maxOwnerErrors is how many lines of CODEOWNERS are reported.
const maxOwnerErrors = 5

// CheckCode reports whether code can be read, and what GitHub finds wrong in
// CODEOWNERS. None of it is a failure: issues are filed without their code too.
func (c *Client) CheckCode(ctx context.Context) []finding.Finding {
	const about = "code"
	refs, err := c.Refs(ctx, nil)
	if err != nil {
		f := finding.Of(about, err)
		return []finding.Finding{finding.Warn(about, "issues show no code: "+f.Text, f.Remedy)}
	}
	if refs.Head == "" {
		return []finding.Finding{finding.Good(about, "%s is readable, but has no commits", c.FullName())}
	}
	return append([]finding.Finding{finding.Good(about, "%s is readable, default branch %s", c.FullName(), refs.Branch)}, c.checkOwners(ctx)...)
}

// checkOwners reports lines of CODEOWNERS that GitHub skips, and owners that do
// not exist.
func (c *Client) checkOwners(ctx context.Context) []finding.Finding {
	const about = "CODEOWNERS"
	var wrong struct {
		Errors []struct {
			Line               int
			Path, Kind, Source string
		}
	}
	err := c.read(ctx, kindSource, c.path("codeowners/errors"), &wrong)
	switch {
	case refusalOf(err).status == http.StatusNotFound:
		return nil
	case err != nil:
		return []finding.Finding{finding.Warn(about, err.Error(), "")}
	case len(wrong.Errors) == 0:
		return []finding.Finding{finding.Good(about, "no mistakes")}
	}
	var found []finding.Finding
	for _, e := range wrong.Errors[:min(len(wrong.Errors), maxOwnerErrors)] {
		found = append(found, finding.Warn(about, fmt.Sprintf("line %d of %s: %s: %s", e.Line, e.Path, c.api.Quote(e.Kind), c.api.Quote(e.Source)),
			"correct the line: its owners are not shown"))
	}
	if more := len(wrong.Errors) - len(found); more > 0 {
		found = append(found, finding.Warn(about, fmt.Sprintf("%d more lines are wrong", more), "correct them too"))
	}
	return found
}

// Names are what a team's rules call things in GitHub.
type Names struct{ Labels, Assignees, Types []string }

// CheckNames reports which labels, assignees and issue types do not exist. None of it is
// a failure: GitHub creates labels, and issues are filed without the others.
func (c *Client) CheckNames(ctx context.Context, n Names) []finding.Finding {
	const about = "rules"
	var types []string
	var failure error
	if len(n.Types) > 0 {
		types, failure = c.issueTypes(ctx)
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

// issueTypes returns the names of the issue types; none of a person's repository.
func (c *Client) issueTypes(ctx context.Context) (names []string, err error) {
	var types []struct{ Name string }
	err = c.read(ctx, "list issue types", c.path("issue-types"), &types)
	if refusalOf(err).status == http.StatusNotFound {
		return nil, nil
	}
	for _, t := range types {
		names = append(names, t.Name)
	}
	return names, wrap(err, "list issue types")
}
