package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/ledger"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/policy"
)

// create files a new issue and makes sure that the next listing finds it.
func (a *Applier) create(ctx context.Context, action plan.Action) plan.Result {
	result := plan.Result{Action: action}
	body, err := a.Render.Body(action, "")
	if err != nil {
		result.Err = err
		return result
	}
	labels, _ := action.Labels([]string{a.Render.Label})
	issue, err := a.GitHub.Create(ctx, github.NewIssue{
		Title: a.Render.Title(action), Body: body, Labels: labels, Assignees: a.assignees(action), Type: action.Next.Shape.Type,
	})
	if errors.Is(err, github.ErrAmbiguous) {
		issue, err = a.lookUp(ctx, action, err)
	}
	if err == nil {
		err = ledger.EnsureLabelled(ctx, a.GitHub, issue, a.Render.Label)
	}
	if err == nil && issue.Body != body {
		// An overlapping run filed it: add what this run saw.
		action.Issue.Number = issue.Number
		err = a.edit(ctx, action).Err
	}
	result.Number, result.URL, result.Err = issue.Number, issue.URL, err
	return result
}

// assignees are those that the settings or a rule name, and errmon did not assign yet.
func (a *Applier) assignees(action plan.Action) []string {
	before, named := action.Issue.Marker.Shape.Assignees, action.Next.Shape.Assignees
	if a.Assign && action.Kind == plan.Create {
		named = append(slices.Clone(named), policy.Owners)
	}
	var logins []string
	for _, login := range named {
		if slices.Contains(before, login) {
			continue
		}
		if code := action.Evidence.Code; login != policy.Owners {
			logins = append(logins, login)
		} else if code != nil {
			logins = append(logins, code.Owners.Users()...)
		}
	}
	slices.Sort(logins)
	return slices.Compact(logins)
}

// lookUp finds the issue of a create without an answer. If it is not found, the
// create may still be in progress, so the error waits for the next run.
func (a *Applier) lookUp(ctx context.Context, action plan.Action, lost error) (github.Issue, error) {
	issues, err := a.GitHub.List(ctx, a.Render.Label, nil)
	if err != nil {
		return github.Issue{}, fmt.Errorf("%w; looking it up failed: %w", lost, err)
	}
	for _, issue := range issues {
		tracked, err := ledger.ReadIssue(issue, a.Render.Label)
		if err == nil && slices.Equal(tracked.Marker.Keys, action.Next.Keys) {
			return issue, nil
		}
	}
	return github.Issue{}, fmt.Errorf("%w; it is not listed, so the next run tries again", lost)
}
