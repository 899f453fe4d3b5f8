package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/ledger"
	"github.com/org/errmon-action/internal/plan"
)

// create files a new issue and makes sure that the next listing finds it.
func (a *Applier) create(ctx context.Context, action plan.Action) plan.Result {
	result := plan.Result{Action: action}
	body, err := a.Render.Body(action, "")
	if err != nil {
		result.Err = err
		return result
	}
	filed := github.NewIssue{Title: a.Render.Title(action), Body: body, Labels: []string{a.Render.Label}}
	if code := action.Evidence.Code; a.Assign && code != nil {
		filed.Assignees = code.Owners.Users()
	}
	issue, err := a.GitHub.Create(ctx, filed)
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
