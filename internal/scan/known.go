package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/apply"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// known is what GitHub tells at the start of a run.
type known struct {
	issues    []plan.Issue
	dashboard marker.Dashboard
	stored    []marker.Row   // what waits on the dashboard issue itself, without its doubles
	home      github.Issue   // the dashboard issue; Number 0 if there is none
	doubles   []github.Issue // open dashboards of other first runs
}

// list reads the dashboard and the tracked issues. Any doubt about the listing
// is an error, and then nothing may be written: an issue that the list lost
// would be filed again.
func (s *Scan) list(ctx context.Context) (known, error) {
	var k known
	homes, err := s.GitHub.List(ctx, s.Label+":dashboard")
	if err != nil {
		return known{}, fmt.Errorf("find the dashboard: %w", err)
	}
	if err := s.readHomes(ctx, homes, &k); err != nil {
		return known{}, err
	}
	listed, err := s.GitHub.List(ctx, s.Label)
	if err != nil {
		return known{}, err
	}
	if k.issues, err = s.track(ctx, listed); err != nil {
		return known{}, err
	}
	if k.home.Number != 0 {
		s.warnOfStripped(k, listed)
		return k, s.verify(ctx, append(slices.Clone(s.created), k.dashboard.Tracked...), listed)
	}
	if err := s.verify(ctx, s.created, listed); err != nil {
		return k, err
	}
	return k, s.crossCheck(ctx, listed)
}

// warnOfStripped tells of issues that were tracked and whose section somebody
// took out: their errors are new ones from now on.
func (s *Scan) warnOfStripped(k known, listed []github.Issue) {
	for _, issue := range listed {
		if _, err := marker.Read(issue.Body); errors.Is(err, marker.ErrNone) && slices.Contains(k.dashboard.Tracked, issue.Number) {
			s.warn("issue #%d: errmon's section was removed: forgotten; to silence an error, close its issue as not planned instead", issue.Number)
		}
	}
}

// track returns the issues that carry a marker of ours.
func (s *Scan) track(ctx context.Context, listed []github.Issue) ([]plan.Issue, error) {
	var issues []plan.Issue
	for _, i := range listed {
		issue, err := plan.Track(apply.Snapshot(i), s.Label+":ignore")
		if errors.Is(err, marker.ErrNone) {
			continue // somebody's own issue that happens to carry the label
		}
		trusted, loginErr := s.trusts(ctx, i.Author)
		if loginErr != nil {
			return nil, loginErr
		}
		switch {
		case !trusted:
			s.warn("issue #%d carries errmon's marker but was written by %q: left alone; if that is errmon under another token, add the login to trusted-logins", i.Number, i.Author)
			continue
		case err != nil:
			s.warn("issue #%d: %v: left alone", i.Number, err)
			continue
		case issue.Damaged:
			s.warn("issue #%d: its marker is damaged: recognised by its key line, and counted anew", i.Number)
		}
		issues = append(issues, issue)
	}
	return s.withoutCopies(issues), nil
}

// withoutCopies leaves out issues whose body a person copied from an older one:
// the marker is ours, but says nothing of them. Two runs that filed one error at
// once are told from that by the run's name.
func (s *Scan) withoutCopies(issues []plan.Issue) []plan.Issue {
	type birth struct{ key, run string }
	slices.SortFunc(issues, func(a, b plan.Issue) int { return cmp.Compare(a.Number, b.Number) })
	originals := map[birth]int{}
	return slices.DeleteFunc(issues, func(i plan.Issue) bool {
		if i.Marker.FiledBy == "" || len(i.Marker.Keys) == 0 {
			return false
		}
		b := birth{i.Marker.Keys[0], i.Marker.FiledBy}
		original, copied := originals[b]
		if !copied {
			originals[b] = i.Number
			return false
		}
		s.warn("issue #%d carries a copy of the marker of issue #%d: left alone; remove errmon's section from its body", i.Number, original)
		return true
	})
}

// trusts reports whether a marker by this author counts. The token's own login
// costs a request, so it is asked for only when another name turns up.
func (s *Scan) trusts(ctx context.Context, author string) (bool, error) {
	if author == github.WorkflowLogin || slices.ContainsFunc(s.Trusted, func(t string) bool { return strings.EqualFold(t, author) }) {
		return true, nil
	}
	login, err := s.ownLogin(ctx)
	return author == login, err
}

// ownLogin is whom the token writes as.
func (s *Scan) ownLogin(ctx context.Context) (string, error) {
	if s.login != "" {
		return s.login, nil
	}
	login, err := s.GitHub.Login(ctx)
	s.login = login
	return login, err
}

// maxVerified is how many tracked issues missing from the list are looked up.
// If the list lies, the first ones show it.
const maxVerified = 20

// verify looks up tracked issues that the list lacks. One that is still there
// and labelled proves that the list is not whole.
func (s *Scan) verify(ctx context.Context, tracked []int, listed []github.Issue) error {
	var missing []int
	for _, number := range tracked {
		if !isListed(number, listed) {
			missing = append(missing, number)
		}
	}
	for _, number := range missing[:min(len(missing), maxVerified)] {
		issue, err := s.GitHub.Get(ctx, number)
		if errors.Is(err, github.ErrGone) {
			continue
		}
		if err != nil {
			return err
		}
		if issue.Has(s.Label) {
			return fmt.Errorf("issue #%d is labelled %q but GitHub's list lacks it: %w", number, s.Label, github.ErrPartialListing)
		}
	}
	return nil
}

// crossCheck doubts both lists where no dashboard says what should be in them:
// they must lack none of the issues that GitHub knows by their author.
func (s *Scan) crossCheck(ctx context.Context, listed []github.Issue) error {
	if s.DryRun {
		return nil
	}
	repository, err := s.GitHub.Repository(ctx)
	if err != nil {
		return err
	}
	s.repository = &repository
	if len(listed) == 0 && repository.OpenIssues == 0 {
		return nil
	}
	login, err := s.ownLogin(ctx)
	if err != nil {
		return err
	}
	mine, err := s.GitHub.ListByCreator(ctx, login)
	if err != nil {
		return err
	}
	return s.agree(listed, mine, login)
}

// agree compares the list by label with the list by author. What only one of
// them has proves that the other is not whole.
func (s *Scan) agree(byLabel, byAuthor []github.Issue, login string) error {
	for _, issue := range byAuthor {
		for _, label := range []string{s.Label, s.Label + ":dashboard"} {
			if issue.Has(label) && !isListed(issue.Number, byLabel) {
				return fmt.Errorf("issue #%d is labelled %q but GitHub's list by label lacks it: %w", issue.Number, label, github.ErrPartialListing)
			}
		}
	}
	for _, issue := range byLabel {
		if issue.Author == login && !isListed(issue.Number, byAuthor) {
			return fmt.Errorf("issue #%d is by %s but GitHub's list by author lacks it: %w", issue.Number, login, github.ErrPartialListing)
		}
	}
	return nil
}

func isListed(number int, issues []github.Issue) bool {
	return slices.ContainsFunc(issues, func(i github.Issue) bool { return i.Number == number })
}
