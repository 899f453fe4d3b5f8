package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/org/errmon-action/internal/github"
)

// maxVerified is how many filed issues missing from the list are looked up. If
// the list is not whole, the first ones show it.
const maxVerified = 20

// verify looks up filed issues that the list lacks. One that is still there and
// labelled proves that the list is not whole.
func (l *Ledger) verify(ctx context.Context, filed []int, listed []github.Issue) error {
	var missing []int
	for _, number := range filed {
		if !contains(listed, number) {
			missing = append(missing, number)
		}
	}
	for _, number := range missing[:min(len(missing), maxVerified)] {
		issue, err := l.GitHub.Get(ctx, number)
		if errors.Is(err, github.ErrGone) {
			continue
		}
		if err != nil {
			return err
		}
		if issue.Has(l.label()) {
			return fmt.Errorf("issue #%d is labelled %q but GitHub's list lacks it: %w", number, l.label(), github.ErrPartialListing)
		}
	}
	return nil
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
	return compare(listed, own, login, l.label(), l.dashboardLabel())
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
