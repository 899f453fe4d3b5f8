package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// List reads the dashboard and the error issues, which must include filed: the issues that this run filed.
// It returns ErrLabelLost, or github.ErrPartialListing if a list is incomplete. Known.Warnings is always set.
func (l *Ledger) List(ctx context.Context, filed []int) (Known, error) {
	var k Known
	dashboards, err := l.GitHub.List(ctx, l.dashboardLabel(), nil)
	if err != nil {
		return k, fmt.Errorf("find the dashboard: %w", err)
	}
	if err := l.readDashboards(ctx, dashboards, &k); err != nil {
		return k, err
	}
	listed, err := l.readIssues(ctx, &k, l.GitHub.List, l.Render.Label)
	if err != nil {
		return k, err
	}
	err = l.verify(ctx, append(slices.Clone(filed), k.Dashboard.Filed...), listed)
	switch {
	case errors.Is(err, ErrLabelLost) && k.home.State == "closed":
		k.afresh = true
		return k, nil
	case err != nil || k.home.Number != 0:
		return k, err
	}
	return k, l.crossCheck(ctx, listed)
}

// Archive returns the newest archived issues. List does not include them.
func (l *Ledger) Archive(ctx context.Context) ([]plan.Issue, error) {
	var archive Known
	_, err := l.readIssues(ctx, &archive, l.GitHub.Newest, l.Render.Label+ArchiveSuffix)
	return slices.DeleteFunc(archive.Issues, func(i plan.Issue) bool { return !i.Archived }), err
}

type lister func(ctx context.Context, label string, visit func(*github.Issue)) ([]github.Issue, error)

// readIssues adds the listed issues with a trusted marker to k. It drops the bodies, to save memory.
func (l *Ledger) readIssues(ctx context.Context, k *Known, list lister, label string) ([]github.Issue, error) {
	var failure error
	listed, err := list(ctx, label, func(i *github.Issue) {
		if failure == nil {
			failure = l.readIssue(ctx, *i, k)
		}
		i.Body = ""
	})
	if err := cmp.Or(err, failure); err != nil {
		return nil, err
	}
	var newer []string
	for _, i := range k.Issues {
		if i.Newer {
			newer = append(newer, fmt.Sprintf("#%d", i.Number))
		}
	}
	if len(newer) > 0 {
		k.warn("%d issues (%s) were written by a newer version: left alone; update the version in `uses:`",
			len(newer), strings.Join(newer[:min(len(newer), 10)], ", "))
	}
	k.dropCopies()
	return listed, nil
}

func (l *Ledger) readIssue(ctx context.Context, i github.Issue, k *Known) error {
	issue, err := ReadIssue(i, l.Render.Label)
	if errors.Is(err, marker.ErrNone) { // may be somebody's own issue that has the label
		if slices.Contains(k.Dashboard.Filed, i.Number) {
			k.warn("issue #%d: errmon's section was removed, so it is no longer tracked; "+
				"to mute an error, close its issue as not planned instead", i.Number)
		}
		return nil
	}
	if trusted, failure := l.trusts(ctx, "issue", i, k); !trusted {
		return failure
	}
	switch {
	case err != nil:
		k.warn("issue #%d: %v: left alone", i.Number, err)
		return nil
	case issue.Damaged:
		k.warn("issue #%d: its marker is damaged: recognised by its key line and counted again", i.Number)
	}
	k.Issues = append(k.Issues, issue)
	return nil
}

// dropCopies drops issues whose body a person copied from an older one, because the marker describes the
// older one. If two runs file one error at once, FiledBy differs, so neither issue is a copy.
func (k *Known) dropCopies() {
	slices.SortFunc(k.Issues, func(a, b plan.Issue) int { return cmp.Compare(a.Number, b.Number) })
	originals := map[[2]string]int{} // issue numbers by key and run
	k.Issues = slices.DeleteFunc(k.Issues, func(i plan.Issue) bool {
		birth := [2]string{i.Marker.Key(), i.Marker.FiledBy}
		if original := originals[birth]; original != 0 {
			k.warn("issue #%d carries a copy of the marker of issue #%d: left alone; remove errmon's section from its body",
				i.Number, original)
			return true
		}
		if birth[0] != "" && birth[1] != "" {
			originals[birth] = i.Number
		}
		return false
	})
}

const (
	maxVerified = 20 // at most this many missing issues are looked up: if the list is incomplete, the first ones reveal it
	minLost     = 10 // with at least this many filed issues, it is suspicious if most lose their label at once
)

// ErrLabelLost stops a run that would lose track of issues because they lost their label.
var ErrLabelLost = errors.New("nothing was written, because the errors of those issues would be filed again")

// verify looks up filed issues that the list lacks. If one still has the label, the list is incomplete. It
// also fails if the label was deleted or most issues lost it at once: their errors would all be filed again.
func (l *Ledger) verify(ctx context.Context, filed []int, listed []github.Issue) error {
	missing := slices.DeleteFunc(slices.Clone(filed), func(number int) bool { return contains(listed, number) })
	unlabelled, looked := 0, missing[:min(len(missing), maxVerified)]
	for _, number := range looked {
		issue, err := l.GitHub.Get(ctx, number)
		switch {
		case errors.Is(err, github.ErrGone):
		case err != nil:
			return err
		case issue.Has(l.Render.Label):
			return fmt.Errorf("issue #%d is labelled %q but GitHub's list lacks it: %w", number, l.Render.Label, github.ErrPartialListing)
		case !issue.Has(l.Render.Label + ArchiveSuffix):
			unlabelled++
		}
	}
	if unlabelled == 0 {
		return nil
	}
	exists, err := l.GitHub.HasLabel(ctx, l.Render.Label)
	what := "more than half of the filed issues lost the label %q"
	switch {
	case err != nil:
		return err
	case !exists:
		what = "the label %q no longer exists"
	case len(filed) < minLost || 2*len(missing) <= len(filed) || 2*unlabelled <= len(looked):
		return nil
	}
	return fmt.Errorf(what+" (issues without it: %d): %w: rename it back or put it back on the issues, set `label:` to its new name, "+
		"or close the issue labelled %q to start afresh", l.Render.Label, len(missing), ErrLabelLost, l.dashboardLabel())
}

// crossCheck checks the list if there is no dashboard: GitHub's list by author must contain the same issues.
func (l *Ledger) crossCheck(ctx context.Context, listed []github.Issue) error {
	repository, err := l.Repository(ctx)
	if err != nil || len(listed) == 0 && repository.OpenIssues == 0 {
		return err
	}
	login, err := l.ownLogin(ctx)
	if err != nil {
		return err
	}
	own, err := l.GitHub.ListByCreator(ctx, login)
	if err != nil {
		return err
	}
	for _, issue := range own {
		if (issue.Has(l.Render.Label) || issue.Has(l.dashboardLabel())) && !contains(listed, issue.Number) {
			return fmt.Errorf("issue #%d is labelled %q but GitHub's list by label lacks it: %w",
				issue.Number, issue.Labels, github.ErrPartialListing)
		}
	}
	for _, issue := range listed {
		if issue.Author == login && !contains(own, issue.Number) {
			return fmt.Errorf("issue #%d is by %s but GitHub's list by author lacks it: %w", issue.Number, login, github.ErrPartialListing)
		}
	}
	return nil
}

func contains(issues []github.Issue, number int) bool {
	return slices.ContainsFunc(issues, func(i github.Issue) bool { return i.Number == number })
}
