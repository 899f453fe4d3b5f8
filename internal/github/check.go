package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/org/errmon-action/internal/finding"
)

// skewFailed is how far off a clock may be until AWS refuses its signatures.
const skewFailed = 5 * time.Minute

// Check reports whether a scan could work with this repository and token: both
// exist, the clock is right, issues can be read and written. It leaves nothing
// behind: whether the token may write is learnt from requests that GitHub
// refuses in either case, as not allowed (403) or as incomplete (422).
func (c *Client) Check(ctx context.Context) []finding.Finding {
	const about = "repository"
	ctxRepo, call := begin(ctx, "get repository")
	r, _, err := c.gh.Repositories.Get(ctxRepo, c.owner, c.repo)
	if err != nil {
		return []finding.Finding{finding.Of(about, c.explain(call, err))}
	}
	found := []finding.Finding{c.checkClock(), checkRepository(r)}
	if found[len(found)-1].Level == finding.Failure {
		return found
	}
	return append(found, c.checkToken(ctx)...)
}

// checkClock reports how far the clock is off.
func (c *Client) checkClock() finding.Finding {
	const about = "clock"
	text, remedy := c.Ahead().String(), "set the machine's clock by NTP"
	switch {
	case time.Duration(c.Ahead()).Abs() >= skewFailed:
		return finding.Fail(about, text+": AWS refuses signatures of another time", remedy)
	case c.Ahead().Matters():
		return finding.Warn(about, text+": a scan counts by GitHub's time", remedy)
	}
	return finding.Good(about, "within a minute of GitHub's")
}

func checkRepository(r *gh.Repository) finding.Finding {
	const about = "repository"
	switch {
	case r.GetArchived():
		return finding.Fail(about, r.GetFullName()+" is archived", "unarchive it, or set repository to another")
	case !r.GetHasIssues():
		return finding.Fail(about, "issues are disabled in "+r.GetFullName(), "enable them under Settings → General → Features → Issues")
	case r.GetPrivate():
		return finding.Good(about, "%s is private and has issues", r.GetFullName())
	}
	return finding.Good(about, "%s is public and has issues: they show no sample event unless publish-samples is true", r.GetFullName())
}

func (c *Client) checkToken(ctx context.Context) []finding.Finding {
	const about = "GitHub token"
	if _, _, err := c.listPage(ctx, fmt.Sprintf("repos/%s/%s/issues?state=all&per_page=1", c.owner, c.repo)); err != nil {
		return []finding.Finding{finding.Of(about, err)}
	}
	for _, what := range []string{"issues", "labels"} {
		if err := c.probe(ctx, what); err != nil {
			return []finding.Finding{finding.Of(about, err)}
		}
	}
	login, err := c.Login(ctx)
	if err != nil {
		return []finding.Finding{finding.Of(about, err)}
	}
	return []finding.Finding{finding.Good(about, "%s may read and write issues and labels of %s/%s", login, c.owner, c.repo)}
}

// probe asks to create something without the one field that it needs. GitHub
// looks at the permission first: 403 or 404 without it, 422 with it. Its
// documentation does not say so; others who ask in this way have seen it.
func (c *Client) probe(ctx context.Context, what string) error {
	ctx, call := begin(ctx, "check "+what)
	request, err := c.gh.NewRequest(http.MethodPost, fmt.Sprintf("repos/%s/%s/%s", c.owner, c.repo, what), struct{}{})
	if err != nil {
		return err
	}
	_, err = c.gh.Do(ctx, request, nil)
	switch {
	case status(err) == http.StatusUnprocessableEntity:
		return nil
	case status(err) == http.StatusNotFound:
		return refused(fmt.Sprintf("github-token may read %s/%s and not write to it (404)", c.owner, c.repo), "grant it the permission issues: write, or, to a classic token, the scope repo")
	case err == nil:
		return errors.New("GitHub accepted an empty request to create " + strings.TrimSuffix(what, "s") + ": delete what it made")
	}
	return c.explain(call, err)
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
	ctxRepo, call := begin(ctx, "get repository")
	r, _, err := c.gh.Repositories.Get(ctxRepo, c.owner, c.repo)
	if err != nil {
		return WorkflowFacts{}, fmt.Errorf("get repository: %w", c.explain(call, err))
	}
	facts := WorkflowFacts{Public: !r.GetPrivate(), PushedAt: r.GetPushedAt().Time}
	ctx, call = begin(ctx, "get workflow")
	w, _, err := c.gh.Actions.GetWorkflowByFileName(ctx, c.owner, c.repo, file)
	switch {
	case status(err) == http.StatusForbidden, status(err) == http.StatusNotFound:
		return facts, nil
	case err != nil:
		return facts, fmt.Errorf("get workflow: %w", c.explain(call, err))
	}
	facts.State = w.GetState()
	return facts, nil
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
		return []finding.Finding{finding.Good(about, "%s is readable, and has no commit", c.FullName())}
	}
	return append([]finding.Finding{finding.Good(about, "%s is readable, default branch %s", c.FullName(), refs.Branch)}, c.checkOwners(ctx)...)
}

// checkOwners reports lines of CODEOWNERS that GitHub skips, and owners that do
// not exist.
func (c *Client) checkOwners(ctx context.Context) []finding.Finding {
	const about = "CODEOWNERS"
	ctx, call := beginExtra(ctx, kindSource)
	wrong, _, err := c.gh.Repositories.GetCodeownersErrors(ctx, c.owner, c.repo, nil)
	switch {
	case status(err) == http.StatusNotFound:
		return nil
	case err != nil:
		return []finding.Finding{finding.Warn(about, c.explain(call, err).Error(), "")}
	case len(wrong.Errors) == 0:
		return []finding.Finding{finding.Good(about, "no line is wrong")}
	}
	var found []finding.Finding
	for _, e := range wrong.Errors[:min(len(wrong.Errors), maxOwnerErrors)] {
		found = append(found, finding.Warn(about, fmt.Sprintf("line %d of %s: %s: %s", e.Line, e.Path, c.transport.quote(e.Kind), c.transport.quote(e.Source)),
			"correct the line: its owners are not shown"))
	}
	if more := len(wrong.Errors) - len(found); more > 0 {
		found = append(found, finding.Warn(about, fmt.Sprintf("%d more lines are wrong", more), "correct them too"))
	}
	return found
}
