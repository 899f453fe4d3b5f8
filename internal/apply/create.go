package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/plan"
)

// errUnlabelled stops a run: without its label an issue is lost to the next
// listing, and would be filed again and again.
var errUnlabelled = errors.New("GitHub drops the label of new issues: the token needs issues: write and push access")

// create files a new issue and makes sure that the next listing finds it.
func (a *Applier) create(ctx context.Context, action plan.Action) Result {
	result := Result{Action: action}
	body, err := a.Render.Body(action, "")
	if err != nil {
		result.Err = err
		return result
	}
	issue, err := a.GitHub.Create(ctx, github.NewIssue{Title: a.Render.Title(action), Body: body, Labels: []string{a.Label}})
	if errors.Is(err, github.ErrAmbiguous) {
		issue, err = a.lookUp(ctx, action, err)
	}
	if err == nil {
		err = EnsureLabelled(ctx, a.GitHub, issue, a.Label)
	}
	if err == nil && issue.Body != body {
		// A run that overlaps filed it: what this one saw is counted in.
		action.Issue.Number = issue.Number
		err = a.edit(ctx, action).Err
	}
	result.Number, result.URL, result.Err = issue.Number, issue.URL, err
	return result
}

// lookUp finds the issue of a create whose answer was lost. Where it is not
// found the create may still be under way, so the error waits for the next run.
func (a *Applier) lookUp(ctx context.Context, action plan.Action, lost error) (github.Issue, error) {
	issues, err := a.GitHub.List(ctx, a.Label)
	if err != nil {
		return github.Issue{}, fmt.Errorf("%w; looking it up failed: %w", lost, err)
	}
	for _, issue := range issues {
		tracked, err := plan.Track(Snapshot(issue), a.Label+":ignore")
		if err == nil && slices.Equal(tracked.Marker.Keys, action.Next.Keys) {
			return issue, nil
		}
	}
	return github.Issue{}, fmt.Errorf("%w; it is not listed, so the next run tries again", lost)
}

// EnsureLabelled adds the label to an issue that was just filed, where GitHub
// dropped it, or else closes the issue and returns an error after which nothing
// further may be filed.
func EnsureLabelled(ctx context.Context, client *github.Client, issue github.Issue, label string) error {
	if issue.Has(label) {
		return nil
	}
	err := client.AddLabels(ctx, issue.Number, label)
	if err == nil {
		return nil
	}
	_, closeErr := client.Edit(ctx, issue.Number, github.Edit{State: "closed", StateReason: "not_planned"})
	return fmt.Errorf("%w: %w", errUnlabelled, errors.Join(err, closeErr))
}

// How the label of error issues looks: the colour of a red light, six hex digits.
const (
	LabelColor       = "d73a4a"
	LabelDescription = "A production error, filed and counted by errmon"
)
