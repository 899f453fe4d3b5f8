package enrich

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// Repository looks up code, each commit once, and stops when requests are refused, used up or failing.
type Repository struct {
	GitHub   *github.Client // client for the repository with the code
	Warnings []string       // what went wrong so far

	issues   *github.Client
	roots    []code.Root
	sent     int
	failures int // in a row
	stopped  error

	refs       *github.Refs // cached by facts, without tags
	visibility string       // of the issues' repository
	commits    map[event.Version]code.Commit
	trees      map[string]*tree // by commit
}

// NewRepository returns a Repository for the code. The issues may be in the same repository or in another.
func NewRepository(gitHub, issues *github.Client, roots []code.Root) *Repository {
	return &Repository{GitHub: gitHub, issues: issues, roots: roots, commits: map[event.Version]code.Commit{}, trees: map[string]*tree{}}
}

const (
	maxRequests = 60 // requests that a run may spend on code
	maxFailures = 3  // in a row: each can take ten seconds or more, and the run has issues to write
)

// ask counts a request and sends it, unless the lookups have stopped.
func ask[T any](r *Repository, request func() (T, error)) (answer T, err error) {
	if r.stopped == nil && r.sent >= maxRequests {
		r.stopped = fmt.Errorf("this run used up its %d requests for code: other issues get their code when their errors recur", maxRequests)
		r.Warnings = append(r.Warnings, r.stopped.Error())
	}
	if r.stopped != nil {
		return answer, r.stopped
	}
	r.sent++
	answer, err = request()
	switch {
	case err == nil || errors.Is(err, github.ErrNotFound):
		r.failures = 0
		return answer, err
	case errors.Is(err, github.ErrRefused) || errors.Is(err, github.ErrBudget):
		r.failures = maxFailures
	default:
		r.failures++
	}
	if r.failures >= maxFailures {
		r.stopped = err
	}
	if len(r.Warnings) == 0 || r.stopped != nil {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the code of %s was not read in full: %v", r.GitHub.FullName(), err))
	}
	return answer, err
}

// facts returns the repository's page, visibility and default branch, and the commits of tags.
func (r *Repository) facts(ctx context.Context, tags ...string) (github.Refs, error) {
	if r.refs != nil && len(tags) == 0 {
		return *r.refs, nil
	}
	refs, err := ask(r, func() (github.Refs, error) { return r.GitHub.Refs(ctx, tags) })
	if err == nil {
		r.refs = &github.Refs{Page: refs.Page, Visibility: refs.Visibility, Branch: refs.Branch, Head: refs.Head}
	}
	return refs, err
}

// public reports whether the issues are more public than the code, and so may not show it.
func (r *Repository) public(ctx context.Context) (bool, error) {
	if r.issues.FullName() == r.GitHub.FullName() {
		return false, nil
	}
	facts, err := r.facts(ctx)
	if err == nil && r.visibility == "" {
		var issues github.Refs
		issues, err = ask(r, func() (github.Refs, error) { return r.issues.Refs(ctx, nil) })
		r.visibility = issues.Visibility
	}
	seclusion := []string{"PUBLIC", "INTERNAL", "PRIVATE"}
	of := slices.Index(seclusion, facts.Visibility)
	return of < 0 || slices.Index(seclusion, r.visibility) < of, err
}

// commit returns the commit of a version: by its SHA, by its tag, or else the head of the default
// branch. A version with a SHA that is unknown here has none: its code is in another repository.
func (r *Repository) commit(ctx context.Context, v event.Version) (found code.Commit, err error) {
	if known, ok := r.commits[v]; ok {
		return known, nil
	}
	short := code.SHA(v)
	if short != "" {
		found.Certainty = code.Exact
		found.SHA, err = ask(r, func() (string, error) { return r.GitHub.Commit(ctx, short) })
	}
	if short == "" || errors.Is(err, github.ErrNotFound) {
		var refs github.Refs
		refs, err = r.facts(ctx, code.Tags(v)...)
		found = code.Commit{}
		if shas := slices.Compact(slices.Sorted(maps.Values(refs.Tags))); len(shas) == 1 {
			found = code.Commit{SHA: shas[0], Name: slices.Sorted(maps.Keys(refs.Tags))[0], Certainty: code.Tagged}
		} else if refs.Head != "" && strings.Trim(short, "0123456789") == "" { // not a SHA, but maybe a date
			found = code.Commit{SHA: refs.Head, Name: refs.Branch, Certainty: code.Guessed}
		}
	}
	if err == nil {
		r.commits[v] = found
	}
	return found, err
}

type tree struct {
	*code.Tree
	owners, ownership string // path and text of CODEOWNERS
	ignored           string // text of .git-blame-ignore-revs
	err               error  // why the rest is missing
}

const maxModules = 20 // go.mod files of a repository that are read

var module = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`)

// tree returns the files of a commit, with the content of go.mod files, CODEOWNERS and IgnoredRevs.
func (r *Repository) tree(ctx context.Context, sha string) (*tree, error) {
	if t := r.trees[sha]; t != nil {
		return t, t.err
	}
	t := &tree{}
	r.trees[sha] = t
	paths, err := ask(r, func() ([]string, error) { return r.GitHub.Tree(ctx, sha) })
	if t.err = err; err != nil {
		return t, err
	}
	t.Tree = code.NewTree(paths)
	t.Roots, t.owners = r.roots, t.First(code.Ownership)
	modules := t.ByName["go.mod"]
	wanted := slices.Clone(modules[:min(len(modules), maxModules)])
	for _, file := range []string{t.owners, code.IgnoredRevs} {
		if t.Has(file) {
			wanted = append(wanted, file)
		}
	}
	if len(wanted) == 0 {
		return t, nil
	}
	files, err := r.read(ctx, sha, github.Wanted{Texts: wanted})
	for _, file := range modules {
		if found := module.FindStringSubmatch(files[file].Text); found != nil {
			t.Modules[path.Dir(file)] = found[1]
		}
	}
	t.ownership, t.ignored, t.err = files[t.owners].Text, files[code.IgnoredRevs].Text, err
	return t, err
}

func (r *Repository) read(ctx context.Context, sha string, w github.Wanted) (map[string]github.File, error) {
	return ask(r, func() (map[string]github.File, error) { return r.GitHub.Source(ctx, sha, w) })
}

// Ancestry looks up, for issues about to be reopened, the fix that closed them and whether the
// code that failed since contains it. What it cannot find is left out, so the issue is reopened.
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
	fix := i.Marker.Fix
	if fix == nil || fix.Closed != count.At(i.ClosedAt) {
		fix = &marker.Fix{}
		closer, err := ask(r, func() (github.Closer, error) { return r.issues.Closer(ctx, i.Number) }) // the warnings say what failed
		if err == nil && strings.EqualFold(closer.Repository, r.GitHub.FullName()) && closer.At.Equal(i.ClosedAt) {
			fix.Commit = closer.Commit
		}
	}
	found := plan.Ancestry{Closed: i.ClosedAt, Fix: fix.Commit}
	for _, v := range versions {
		build, ok := fix.Lacks(v.String())
		b := plan.Build{Build: build}
		if !ok && fix.Commit != "" {
			commit, err := r.commit(ctx, v)
			if err == nil && commit.Certainty >= code.Tagged { // a guessed commit may not be the one that ran
				b.Build = marker.Build{Version: v.String(), Commit: commit.SHA}
				b.Fixed, err = ask(r, func() (bool, error) { return r.GitHub.Contains(ctx, commit.SHA, fix.Commit) })
				ok = err == nil
			}
		}
		if !ok {
			return plan.Ancestry{}, false
		}
		found.Builds = append(found.Builds, b)
	}
	return found, true
}
