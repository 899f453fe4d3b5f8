// Package apply carries out what plan decided: it turns actions into requests to GitHub.
//
// Every write is idempotent. Right before an edit the issue is fetched and
// planned again, so that changes by people or an overlapping run since the
// listing win. A create without an answer is looked up, never repeated.
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
	Input  plan.Input // the input that the actions are based on
	Now    func() time.Time
	// Resolve marks a Sentry issue as resolved; nil where none is tracked.
	Resolve func(ctx context.Context, id string) error
	Assign  bool // new issues, to the owners of their code
}

// maxRefusals is how many refused writes in a row leave the rest to the next run:
// perhaps no write can succeed, and each may cost several retries.
const maxRefusals = 5

// errLeft marks writes that were not tried. The write that stopped them reports why.
var errLeft = errors.New("the writes after that are left to the next run")

// Do carries out the actions in order. A refused write affects only its own error.
// After a final refusal, the end of the context, or several refusals in a row, the
// remaining actions are left undone, each with an error.
func (a *Applier) Do(ctx context.Context, actions []plan.Action) []plan.Result {
	var results []plan.Result
	var stop error
	refusals := 0
	failed := map[int]bool{}
	for _, action := range actions {
		result := plan.Result{Action: action, Number: action.Issue.Number, URL: action.Issue.URL}
		switch {
		case !action.Writes():
		case stop != nil:
			result.Err = errLeft
		case failed[action.DupOf]:
			result.Err = fmt.Errorf("left to the next run: issue #%d, which it duplicates, was not written", action.DupOf)
		default:
			write := a.edit
			if action.Kind == plan.Create {
				write = a.create
			}
			result = write(ctx, action)
			result.Refused = result.Err != nil && !final(ctx, result.Err) && !errors.Is(result.Err, errSentry) && !errors.Is(result.Err, render.ErrNoRoom)
			if refusals++; !result.Refused {
				refusals = 0
			}
			if final(ctx, result.Err) || refusals == maxRefusals {
				stop = result.Err
			}
		}
		if result.Err != nil && action.Issue.Number != 0 {
			failed[action.Issue.Number] = true
		}
		results = append(results, result)
	}
	return results
}

// final reports whether no further write can succeed. A 403 may concern one body:
// firewalls return it for words in a stack trace.
func final(ctx context.Context, err error) bool {
	switch {
	case err == nil:
		return false
	case errors.Is(err, github.ErrRefused) && !errors.Is(err, github.ErrForbidden):
		return true
	}
	for _, end := range []error{github.ErrBudget, ledger.ErrUnlabelled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return true
		}
	}
	return ctx.Err() != nil
}

// edit plans again for the issue as it is now, and writes it.
func (a *Applier) edit(ctx context.Context, action plan.Action) plan.Result {
	result := plan.Result{Action: action, Number: action.Issue.Number, URL: action.Issue.URL}
	err := a.GitHub.Rewrite(ctx, action.Issue.Number, func(current github.Issue) (github.Edit, error) {
		issue, err := ledger.ReadIssue(current, a.Render.Label)
		if err != nil || !current.Has(a.Render.Label) {
			return github.Edit{}, github.ErrGone
		}
		if result.Action = a.redecide(action, issue); !result.Action.Writes() {
			return github.Edit{}, nil
		}
		if err := a.resolve(ctx, result.Action.Resolve); err != nil {
			return github.Edit{}, err
		}
		return a.edition(result.Action, current)
	})
	if errors.Is(err, github.ErrGone) {
		result.Action.Kind, result.Action.Reason = plan.Keep, plan.Gone
		return result
	}
	if err == nil && result.Action.Note != "" {
		err = a.comment(ctx, result.Action)
	}
	if err == nil {
		err = a.relabel(ctx, result.Action)
	}
	result.Err = err
	return result
}

// relabel changes the labels of an issue that was just written. An archived issue gets
// its new label before it loses the one that the listing goes by.
func (a *Applier) relabel(ctx context.Context, action plan.Action) error {
	remove := action.Unlabel
	if action.Kind == plan.Update && action.Reason == plan.Archived {
		if err := a.GitHub.AddLabels(ctx, action.Issue.Number, a.Render.Label+ledger.ArchiveSuffix); err != nil {
			return err
		}
		remove = []string{a.Render.Label}
	}
	for _, label := range remove {
		if err := a.GitHub.RemoveLabel(ctx, action.Issue.Number, label); err != nil {
			return err
		}
	}
	return nil
}

// errSentry marks a failure of Sentry rather than GitHub.
var errSentry = errors.New("update Sentry")

// resolve resolves the Sentry issue of a closed one. It runs before the issue's own
// write, which records it: resolving twice is harmless, but recorded and not done,
// Sentry's issue would look reopened.
func (a *Applier) resolve(ctx context.Context, ids []string) error {
	for _, id := range ids {
		if err := a.Resolve(ctx, id); err != nil {
			return fmt.Errorf("%w: resolve the closed issue there: %w", errSentry, err)
		}
	}
	return nil
}

func (a *Applier) redecide(action plan.Action, issue plan.Issue) plan.Action {
	if action.Reason == plan.Duplicate && !issue.Newer {
		return plan.CloseDuplicate(issue, action.DupOf)
	}
	in := a.Input
	in.Writing = a.Now()
	if action.Reason == plan.Archived {
		return plan.Archive(issue, in)
	}
	action.Issue = issue
	return plan.Decide(action, in)
}

// closedAs is GitHub's state_reason of a closing.
var closedAs = map[plan.Reason]string{
	plan.Duplicate: "duplicate", plan.Quiet: "completed", plan.SentryResolved: "completed", plan.SentryArchived: "not_planned",
}

func (a *Applier) edition(action plan.Action, current github.Issue) (github.Edit, error) {
	labels, changed := action.Labels(current.Labels)
	body, err := a.Render.Body(action, current.Body)
	if errors.Is(err, render.ErrNoRoom) && action.Reason == plan.Archived {
		return github.Edit{}, nil // people's text stays, and the label says it too
	}
	if err != nil {
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

// longestRun is the largest max-duration: no run that overlaps began earlier.
const longestRun = 6 * time.Hour

// comment posts the action's comment. The marker just written already records it: if this run dies
// here, the comment is missing, and no later run posts it. A concurrent run may post one too: of
// two comments with the same note, the run that posted the later one deletes it.
func (a *Applier) comment(ctx context.Context, action plan.Action) error {
	number := action.Issue.Number
	posted, err := a.GitHub.Comment(ctx, number, a.Render.Comment(action))
	if err != nil {
		return err
	}
	since := action.Issue.ClosedAt
	if since.IsZero() {
		since = a.Input.Now.Add(-longestRun)
	}
	all, err := a.GitHub.Comments(ctx, number, since)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.ID < posted.ID && c.Author == posted.Author && render.Carries(c.Body, action.Note) {
			return a.GitHub.DeleteComment(ctx, posted.ID)
		}
	}
	return nil
}

// create files a new issue and makes sure that the next listing finds it.
func (a *Applier) create(ctx context.Context, action plan.Action) plan.Result {
	result := plan.Result{Action: action}
	body, err := a.Render.Body(action, "")
	if err != nil {
		result.Err = err
		return result
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
