// Package apply carries out the actions that plan decided on: it turns them into requests to GitHub.
//
// Every write is idempotent. Right before an edit, the issue is fetched and decided on again, so
// changes that people or an overlapping run made after it was listed take precedence. If GitHub does
// not answer a request to create an issue, the issue is looked up; the request is never repeated.
//
// It may import plan, policy, render, github and ledger.
package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/ledger"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/render"
)

// Applier writes to one repository.
type Applier struct {
	GitHub *github.Client
	Render render.Renderer
	Input  plan.Input // the input that the actions were planned from
	Now    func() time.Time
	// Resolve marks a Sentry issue as resolved; nil if Sentry is not a source.
	Resolve func(ctx context.Context, id string) error
	Assign  bool // assign new issues to the owners of their code
}

// maxRefusals is how many consecutive refused writes stop a run: the rest would probably fail too.
const maxRefusals = 5

// Do carries out the actions in order. A refused write affects only its own error. After a final error, or
// maxRefusals refusals in a row, it skips the remaining writes and gives each an error.
func (a *Applier) Do(ctx context.Context, actions []plan.Action) []plan.Result {
	var results []plan.Result
	stop, refusals := false, 0
	failed := map[int]bool{}
	for _, action := range actions {
		result := plan.Result{Action: action, Number: action.Issue.Number, URL: action.Issue.URL}
		switch {
		case !action.Writes():
		case stop:
			result.Err = errors.New("the remaining writes are left to the next run")
		case failed[action.DupOf]:
			result.Err = fmt.Errorf("left to the next run: issue #%d, which it duplicates, was not written", action.DupOf)
		default:
			if action.Kind == plan.Create {
				result.Number, result.URL, result.Err = a.create(ctx, action)
			} else {
				result.Action, result.Err = a.edit(ctx, action)
			}
			stop = final(ctx, result.Err)
			result.Refused = result.Err != nil && !stop && !errors.Is(result.Err, errSentry) && !errors.Is(result.Err, render.ErrNoRoom)
			if refusals++; !result.Refused {
				refusals = 0
			}
			stop = stop || refusals == maxRefusals
		}
		if result.Err != nil && action.Issue.Number != 0 {
			failed[action.Issue.Number] = true
		}
		results = append(results, result)
	}
	return results
}

// final reports whether no further write can succeed. A 403 is not final: a firewall may object to one body.
func final(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, github.ErrRefused) && !errors.Is(err, github.ErrForbidden) ||
		errors.Is(err, github.ErrBudget) || errors.Is(err, ledger.ErrUnlabelled) || errors.Is(err, context.DeadlineExceeded))
}

// edit decides again for the issue as it is now, writes it, and returns the new decision.
func (a *Applier) edit(ctx context.Context, action plan.Action) (decided plan.Action, err error) {
	decided = action
	err = a.GitHub.Rewrite(ctx, action.Issue.Number, func(current github.Issue) (github.Edit, error) {
		issue, err := ledger.ReadIssue(current, a.Render.Label)
		if err != nil || !current.Has(a.Render.Label) {
			return github.Edit{}, github.ErrGone
		}
		planned, in := action, a.Input
		planned.Issue, in.Writing = issue, a.Now()
		if decided = plan.Decide(planned, in); !decided.Writes() {
			return github.Edit{}, nil
		}
		// Resolve before writing: twice is harmless, but a Sentry issue resolved only in the marker looks reopened.
		for _, id := range decided.Resolve {
			if err := a.Resolve(ctx, id); err != nil {
				return github.Edit{}, fmt.Errorf("%w: resolve the closed issue there: %w", errSentry, err)
			}
		}
		return a.edition(decided, current)
	})
	if errors.Is(err, github.ErrGone) {
		decided.Kind, decided.Reason = plan.Keep, plan.Gone
		return decided, nil
	}
	if err == nil {
		err = a.followUp(ctx, decided)
	}
	return decided, err
}

// followUp comments on an issue that was just written, and changes its labels. An archived issue gets its new
// label before it loses the label of live issues, so it is always listed.
func (a *Applier) followUp(ctx context.Context, action plan.Action) (err error) {
	number, remove := action.Issue.Number, action.Unlabel
	if action.Note != "" {
		err = a.comment(ctx, action)
	}
	if err == nil && action.Kind == plan.Update && action.Reason == plan.Archived {
		err = a.GitHub.AddLabels(ctx, number, a.Render.Label+ledger.ArchiveSuffix)
		remove = []string{a.Render.Label}
	}
	for _, label := range remove {
		if err == nil {
			err = a.GitHub.RemoveLabel(ctx, number, label)
		}
	}
	return err
}

var errSentry = errors.New("update Sentry")

// closedAs maps the reason for closing an issue to GitHub's state_reason.
var closedAs = map[plan.Reason]string{
	plan.Duplicate: "duplicate", plan.Quiet: "completed", plan.SentryResolved: "completed", plan.SentryArchived: "not_planned",
}

func (a *Applier) edition(action plan.Action, current github.Issue) (github.Edit, error) {
	labels, changed := action.Labels(current.Labels)
	body, err := a.body(action, current.Body)
	switch {
	case errors.Is(err, render.ErrNoRoom) && action.Reason == plan.Archived: // the label alone shows it
		return github.Edit{}, nil
	case err != nil:
		return github.Edit{}, err
	}
	edit := github.Edit{Body: body}
	if changed {
		edit.Labels = labels
	}
	if more := a.assignees(action); len(more) > 0 {
		edit.Assignees = append(slices.Clone(current.Assignees), more...)
	}
	if kind := action.Next.Shape.Type; kind != action.Issue.Marker.Shape.Type {
		edit.Type = kind
	}
	switch {
	case action.Kind == plan.Reopen:
		edit.State, edit.StateReason = "open", "reopened"
	case action.Kind == plan.Close && action.Issue.Open:
		edit.State, edit.StateReason = "closed", closedAs[action.Reason]
	}
	return edit, nil
}

// comment posts the action's comment. The marker already records it, so no later run posts it, even if this
// run dies first. If an overlapping run posts a comment with the same note, the later of the two is deleted.
func (a *Applier) comment(ctx context.Context, action plan.Action) error {
	number := action.Issue.Number
	posted, err := a.GitHub.Comment(ctx, number, a.Render.Comment(action))
	if err != nil {
		return err
	}
	since := action.Issue.ClosedAt
	if since.IsZero() {
		since = a.Input.Now.Add(-plan.LongestRun)
	}
	all, err := a.GitHub.Comments(ctx, number, since)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.ID < posted.ID && c.User == posted.User && render.Carries(c.Body, action.Note) {
			return a.GitHub.DeleteComment(ctx, posted.ID)
		}
	}
	return nil
}

func (a *Applier) create(ctx context.Context, action plan.Action) (number int, url string, err error) {
	body, err := a.body(action, "")
	if err != nil {
		return 0, "", err
	}
	labels, _ := action.Labels([]string{a.Render.Label})
	issue, err := a.GitHub.Create(ctx, github.Edit{
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
		_, err = a.edit(ctx, action)
	}
	return issue.Number, issue.URL, err
}

// body renders the issue. Its marker lists owners as assigned only if some are known, or if it did before.
func (a *Applier) body(action plan.Action, current string) (string, error) {
	code, shape := action.Evidence.Code, &action.Next.Shape
	if (code == nil || len(code.Owners.Names) == 0) && !slices.Contains(action.Issue.Marker.Shape.Assignees, policy.Owners) {
		shape.Assignees = slices.DeleteFunc(slices.Clone(shape.Assignees), func(login string) bool { return login == policy.Owners })
	}
	return a.Render.Body(action, current)
}

// assignees returns the logins to assign, from the settings and rules, that errmon has not assigned before.
func (a *Applier) assignees(action plan.Action) []string {
	before, named := action.Issue.Marker.Shape.Assignees, action.Next.Shape.Assignees
	if a.Assign && action.Kind == plan.Create {
		named = append(slices.Clone(named), policy.Owners)
	}
	var logins []string
	for _, login := range named {
		switch code := action.Evidence.Code; {
		case slices.Contains(before, login):
		case login != policy.Owners:
			logins = append(logins, login)
		case code != nil:
			logins = append(logins, code.Owners.Users()...)
		}
	}
	slices.Sort(logins)
	return slices.Compact(logins)
}

// lookUp finds the issue whose creation GitHub did not confirm. If it is not listed, GitHub may still be
// creating it, so the error waits for the next run.
func (a *Applier) lookUp(ctx context.Context, action plan.Action, lost error) (github.Issue, error) {
	issues, err := a.GitHub.List(ctx, a.Render.Label, nil)
	if err != nil {
		return github.Issue{}, fmt.Errorf("%w; looking it up failed: %w", lost, err)
	}
	for _, issue := range issues {
		tracked, err := ledger.ReadIssue(issue, a.Render.Label)
		if err == nil && slices.Equal(tracked.Marker.Keys, action.Next.Keys) && tracked.Marker.After == action.Next.After {
			return issue, nil
		}
	}
	return github.Issue{}, fmt.Errorf("%w; it is not listed, so the next run tries again", lost)
}
