package enrich

import (
	"context"
	"strings"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// Ancestry looks up, for issues about to be reopened, the fix that closed them and
// whether the code that failed since contains it. What it cannot find is left out, so the
// issue is reopened.
func (r *Repository) Ancestry(ctx context.Context, actions []plan.Action) map[int]plan.Ancestry {
	known := map[int]plan.Ancestry{}
	for _, a := range actions {
		versions, certain := a.FailedSince()
		if a.Reason != plan.Regression || !certain || a.Issue.Marker.Quiet != 0 { // closed as quiet: nobody fixed it
			continue
		}
		if found, ok := r.ancestry(ctx, a.Issue, versions); ok {
			known[a.Issue.Number] = found
		}
	}
	return known
}

func (r *Repository) ancestry(ctx context.Context, i plan.Issue, versions []event.Version) (plan.Ancestry, bool) {
	found := plan.Ancestry{Closed: i.ClosedAt}
	stored := i.Marker.Fix
	if stored != nil && stored.Closed == count.At(i.ClosedAt) {
		found.Fix = stored.Commit
	} else {
		stored = nil
		found.Fix = r.fix(ctx, i)
	}
	for _, v := range versions {
		build, ok := stored.Lacks(v.String())
		b := plan.Build{Build: build}
		if !ok && found.Fix != "" {
			b, ok = r.build(ctx, v, found.Fix)
		}
		if !ok {
			return plan.Ancestry{}, false
		}
		found.Builds = append(found.Builds, b)
	}
	return found, true
}

// fix returns the commit that closed an issue; empty if there is none in
// the code's repository.
func (r *Repository) fix(ctx context.Context, i plan.Issue) string {
	closer, err := ask(r, func() (github.Closer, error) { return r.Issues.Closer(ctx, i.Number) }) // the warnings say what failed
	if err != nil || !strings.EqualFold(closer.Repository, r.GitHub.FullName()) || !closer.At.Equal(i.ClosedAt) {
		return ""
	}
	return closer.Commit
}

// build reports whether a version contains a fix; false if its commit is not known
// for certain.
func (r *Repository) build(ctx context.Context, v event.Version, fix string) (plan.Build, bool) {
	commit, err := r.commit(ctx, v)
	if err != nil || commit.Certainty < code.Tagged {
		return plan.Build{}, false
	}
	b := plan.Build{Build: marker.Build{Version: v.String(), Commit: commit.SHA}}
	b.Fixed, err = ask(r, func() (bool, error) { return r.GitHub.Contains(ctx, commit.SHA, fix) })
	return b, err == nil
}
