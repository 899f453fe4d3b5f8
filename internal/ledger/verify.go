package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/org/errmon-action/internal/github"
)

// maxVerified is how many filed issues missing from the list are looked up. If
// the list is not whole, the first ones show it.
const maxVerified = 20

// verify looks up filed issues that the list lacks. One that is still there and labelled proves
// that the list is not whole. If the label itself is gone, or most issues lost it at once, somebody
// changed the label, and to forget the issues would file them all again.
func (l *Ledger) verify(ctx context.Context, filed []int, listed []github.Issue) error {
	var missing []int
	for _, number := range filed {
		if !contains(listed, number) {
			missing = append(missing, number)
		}
	}
	unlabelled, looked := 0, missing[:min(len(missing), maxVerified)]
	for _, number := range looked {
		issue, err := l.GitHub.Get(ctx, number)
		if errors.Is(err, github.ErrGone) {
			continue
		}
		if err != nil {
			return err
		}
		if issue.Has(l.Render.Label) {
			return fmt.Errorf("issue #%d is labelled %q but GitHub's list lacks it: %w", number, l.Render.Label, github.ErrPartialListing)
		}
		if !issue.Has(l.Render.Label + ArchiveSuffix) {
			unlabelled++
		}
	}
	if unlabelled == 0 {
		return nil
	}
	if exists, err := l.GitHub.HasLabel(ctx, l.Render.Label); err != nil || !exists {
		return cmp.Or(err, labelLost(l, fmt.Sprintf("the label %q no longer exists", l.Render.Label), len(missing)))
	}
	if len(filed) >= minLost && 2*len(missing) > len(filed) && 2*unlabelled > len(looked) {
		return labelLost(l, fmt.Sprintf("more than half of the filed issues lost the label %q", l.Render.Label), len(missing))
	}
	return nil
}

// minLost is from how many filed issues on it is suspicious that most lost their label at once.
const minLost = 10

// ErrLabelLost stops a run that would forget issues because of their label.
var ErrLabelLost = errors.New("nothing was written, because the errors of those issues would be filed again")

func labelLost(l *Ledger, what string, issues int) error {
	return fmt.Errorf("%s (issues without it: %d): %w: rename it back or put it back on the issues, set `label:` to its new name, "+
		"or close the issue labelled %q to start afresh", what, issues, ErrLabelLost, l.dashboardLabel())
}

// crossCheck doubts both lists if no dashboard says what should be in them:
// they must contain all issues that GitHub lists by their author.
func (l *Ledger) crossCheck(ctx context.Context, listed []github.Issue) error {
	if l.ReadOnly {
		return nil
	}
	repository, err := l.Repository(ctx)
	if err != nil {
		return err
	}
	if len(listed) == 0 && repository.OpenIssues == 0 {
		return nil
	}
	login, err := l.ownLogin(ctx)
	if err != nil {
		return err
	}
	own, err := l.GitHub.ListByCreator(ctx, login)
	if err != nil {
		return err
	}
	return compare(listed, own, login, l.Render.Label, l.dashboardLabel())
}

// compare compares the list by label with the list by author. An issue that only
// one of them has proves that the other is not whole.
func compare(byLabel, byAuthor []github.Issue, login string, labels ...string) error {
	for _, issue := range byAuthor {
		for _, label := range labels {
			if issue.Has(label) && !contains(byLabel, issue.Number) {
				return fmt.Errorf("issue #%d is labelled %q but GitHub's list by label lacks it: %w", issue.Number, label, github.ErrPartialListing)
			}
		}
	}
	for _, issue := range byLabel {
		if issue.Author == login && !contains(byAuthor, issue.Number) {
			return fmt.Errorf("issue #%d is by %s but GitHub's list by author lacks it: %w", issue.Number, login, github.ErrPartialListing)
		}
	}
	return nil
}

func contains(issues []github.Issue, number int) bool {
	return slices.ContainsFunc(issues, func(i github.Issue) bool { return i.Number == number })
}
