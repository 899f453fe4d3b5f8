package github

import (
	"context"
	"fmt"
	"net/http"

	"github.com/org/errmon-action/internal/finding"
)

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
