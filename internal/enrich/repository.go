package enrich

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
)

// Repository looks things up in the code's repository, each of them once per
// run. It stops for good once it is refused, its requests are used up, or several
// failed in a row.
type Repository struct {
	GitHub *github.Client // of the code
	Issues *github.Client // of the issues
	Roots  []code.Root

	sent     int
	failures int // in a row
	stopped  error
	warnings []string

	refs    *github.Refs // without tags
	issues  string       // visibility of the issues' repository
	commits map[event.Version]code.Commit
	trees   map[string]*tree // by commit
}

// maxRequests is how many requests a run may spend on code.
const maxRequests = 60

var errSpent = fmt.Errorf("this run used up its %d requests for code: the other issues get theirs when their errors happen again", maxRequests)

// maxFailures is how many requests in a row may fail: each can take ten seconds or
// more, and the run has issues to write.
const maxFailures = 3

// ask counts a request and sends it, unless the repository was given up.
func ask[T any](r *Repository, request func() (T, error)) (answer T, err error) {
	if r.stopped == nil && r.sent >= maxRequests {
		r.stopped = errSpent
		r.warnings = append(r.warnings, errSpent.Error())
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
	if len(r.warnings) == 0 || r.stopped != nil {
		r.warnings = append(r.warnings, fmt.Sprintf("the code of %s was not read in full: %v", r.GitHub.FullName(), err))
	}
	return answer, err
}

// Warnings returns what went wrong so far.
func (r *Repository) Warnings() []string {
	if r == nil {
		return nil
	}
	return r.warnings
}

// facts returns what is the same for every commit.
func (r *Repository) facts(ctx context.Context) (github.Refs, error) {
	if r.refs != nil {
		return *r.refs, nil
	}
	return r.tagged(ctx, nil)
}

func (r *Repository) tagged(ctx context.Context, tags []string) (github.Refs, error) {
	refs, err := ask(r, func() (github.Refs, error) { return r.GitHub.Refs(ctx, tags) })
	if err == nil {
		facts := refs
		facts.Tags = nil
		r.refs = &facts
	}
	return refs, err
}

// seclusion ranks GitHub's visibilities.
var seclusion = map[string]int{"PUBLIC": 1, "INTERNAL": 2, "PRIVATE": 3}

// public reports whether the issues are more public than the code, and so may not
// show it.
func (r *Repository) public(ctx context.Context) (bool, error) {
	if r.Issues.FullName() == r.GitHub.FullName() {
		return false, nil
	}
	facts, err := r.facts(ctx)
	if err == nil && r.issues == "" {
		var issues github.Refs
		issues, err = ask(r, func() (github.Refs, error) { return r.Issues.Refs(ctx, nil) })
		r.issues = issues.Visibility
	}
	of, known := seclusion[facts.Visibility]
	return !known || seclusion[r.issues] < of, err
}

// digits may not be a SHA: a release may be named after a date.
var digits = regexp.MustCompile(`^[0-9]*$`)

// commit returns the commit of a version: by its SHA, by its tag, or else the head
// of the default branch, unless the version has a SHA that is unknown here: then
// the code is in another repository.
func (r *Repository) commit(ctx context.Context, v event.Version) (code.Commit, error) {
	if known, ok := r.commits[v]; ok {
		return known, nil
	}
	found, err := r.find(ctx, v)
	if err == nil {
		if r.commits == nil {
			r.commits = map[event.Version]code.Commit{}
		}
		r.commits[v] = found
	}
	return found, err
}

func (r *Repository) find(ctx context.Context, v event.Version) (code.Commit, error) {
	short := code.SHA(v)
	if short != "" {
		sha, err := ask(r, func() (string, error) { return r.GitHub.Commit(ctx, short) })
		if err == nil {
			return code.Commit{SHA: sha, Certainty: code.Exact}, nil
		}
		if !errors.Is(err, github.ErrNotFound) {
			return code.Commit{}, err
		}
	}
	refs, err := r.facts(ctx)
	if tags := code.Tags(v); len(tags) > 0 && err == nil {
		refs, err = r.tagged(ctx, tags)
	}
	if err != nil {
		return code.Commit{}, err
	}
	shas := slices.Compact(slices.Sorted(maps.Values(refs.Tags)))
	switch {
	case len(shas) == 1:
		return code.Commit{SHA: shas[0], Name: slices.Sorted(maps.Keys(refs.Tags))[0], Certainty: code.Tagged}, nil
	case refs.Head == "" || !digits.MatchString(short):
		return code.Commit{}, nil
	}
	return code.Commit{SHA: refs.Head, Name: refs.Branch, Certainty: code.Guessed}, nil
}

// tree is what is known about one commit.
type tree struct {
	*code.Tree
	owners, ownership string // path and text of CODEOWNERS
	ignored           string // text of .git-blame-ignore-revs
	err               error  // why the rest is missing
}

const (
	goMod      = "go.mod"
	maxModules = 20 // Go modules of a repository that are read
)

var module = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`)

// tree returns the files of a commit, with the content of those that describe others.
func (r *Repository) tree(ctx context.Context, sha string) (*tree, error) {
	t := r.trees[sha]
	if t == nil {
		t = &tree{}
		t.err = r.fill(ctx, sha, t)
		if r.trees == nil {
			r.trees = map[string]*tree{}
		}
		r.trees[sha] = t
	}
	return t, t.err
}

func (r *Repository) fill(ctx context.Context, sha string, t *tree) error {
	paths, err := ask(r, func() ([]string, error) { return r.GitHub.Tree(ctx, sha) })
	if err != nil {
		return err
	}
	t.Tree = code.NewTree(paths)
	t.Roots, t.owners = r.Roots, t.First(code.Ownership)
	modules := t.Named(goMod)
	wanted := slices.Clone(modules[:min(len(modules), maxModules)])
	for _, file := range []string{t.owners, code.IgnoredRevs} {
		if t.Has(file) {
			wanted = append(wanted, file)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	files, err := r.read(ctx, sha, github.Wanted{Texts: wanted})
	for _, file := range modules {
		if found := module.FindStringSubmatch(files[file].Text); found != nil {
			t.Modules[path.Dir(file)] = found[1]
		}
	}
	t.ownership, t.ignored = files[t.owners].Text, files[code.IgnoredRevs].Text
	return err
}

func (r *Repository) read(ctx context.Context, sha string, w github.Wanted) (map[string]github.File, error) {
	return ask(r, func() (map[string]github.File, error) { return r.GitHub.Source(ctx, sha, w) })
}
