package enrich

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// This file shows the code of an error: links, an excerpt, owners and suspects.

const (
	maxFrames = 10 // in-app frames that get a link
	maxBlamed = 4  // files whose lines are blamed, and whose versions are compared
)

// Add looks up the code of issues that are created or reopened, or whose commit
// changed. An issue that it could not look up is looked up when it is next written.
func (r *Repository) Add(ctx context.Context, actions []plan.Action) {
	for _, kind := range []plan.Kind{plan.Create, plan.Reopen, plan.Update} {
		for i := range actions {
			a := &actions[i]
			e, ok := a.Sample()
			if a.Kind != kind || !ok || !hasPlace(e) || kind == plan.Update && a.Issue.Marker.Code.Version == version(e) {
				continue // or an issue that shows the code which failed last
			}
			found, err := r.source(ctx, e, a.Next.First.Time())
			if err != nil {
				continue // the warnings say why
			}
			a.Evidence.Code = &found
			a.Evidence.Build = marker.Build{
				Version: version(e), Commit: found.Commit.SHA, Frames: min(len(e.InApp()), maxFrames), Shown: len(found.Links),
			}
			a.Next.Code = a.Evidence.Build
		}
	}
}

// version names the version of an event; an unknown one has a name too, so that a
// marker tells it from one that was never looked up.
func version(e event.Event) string { return cmp.Or(e.Version().String(), "unknown") }

func hasPlace(e event.Event) bool {
	return slices.ContainsFunc(e.InApp(), func(f event.Frame) bool { return f.Line > 0 })
}

// placed is a frame and the file that it may be in.
type placed struct {
	event.Frame
	path  string
	loose bool
}

// source looks up one event.
func (r *Repository) source(ctx context.Context, e event.Event, firstSeen time.Time) (code.Source, error) {
	facts, err := r.facts(ctx)
	if err != nil {
		return code.Source{}, err
	}
	commit, err := r.commit(ctx, e.Version())
	found := code.Source{Commit: commit, Page: facts.Page}
	if err != nil || commit.Certainty == code.Unknown {
		return found, err
	}
	t, err := r.tree(ctx, commit.SHA)
	if err != nil {
		return found, err
	}
	found.Guide = t.First(code.Guides)
	frames, topPlaced := place(t, e)
	if len(frames) == 0 {
		return found, nil
	}
	public, err := r.public(ctx)
	if err != nil {
		return found, err
	}
	files, err := r.files(ctx, commit, frames, !public)
	if err != nil {
		return found, err
	}
	check := check{files, e.Runtime, commit.Certainty, firstSeen}
	sure := slices.DeleteFunc(slices.Clone(frames), func(f placed) bool { return !check.passes(f, frames) })
	for _, f := range sure {
		found.Links = append(found.Links, code.Link{Function: f.Function, Path: f.path, Line: f.Line})
	}
	if topPlaced && !public && len(sure) > 0 && sure[0] == frames[0] {
		top := found.Links[0]
		found.Excerpt, _ = code.ExcerptOf(top.Path, files[top.Path].Text, top.Line)
		found.Owners = code.OwnersOf(top.Path, t.owners, t.ownership)
		found.Suspects = suspects(found.Links, files, firstSeen, t.ignored)
	}
	return found, nil
}

func suspects(links []code.Link, files map[string]github.File, firstSeen time.Time, ignored string) []code.Suspect {
	var found []code.Suspect
	for _, l := range links {
		if s, ok := code.SuspectOf(l, blamed(files[l.Path].Blame), firstSeen, ignored); ok {
			found = append(found, s)
		}
	}
	return code.Suspects(found)
}

// place finds the files of in-app frames, each line once. top reports whether the
// first of them is the event's topmost in-app frame.
func place(t *tree, e event.Event) (frames []placed, top bool) {
	for i, f := range e.InApp() {
		path, loose, ok := t.Find(f, e.Runtime)
		twice := slices.ContainsFunc(frames, func(p placed) bool { return p.path == path && p.Line == f.Line })
		if !ok || f.Line <= 0 || twice || len(frames) == maxFrames {
			continue
		}
		top = top || i == 0
		frames = append(frames, placed{f, path, loose})
	}
	return frames, top
}

// files reads the files of the frames by one query. GitHub may fail to blame large
// files in time: then they are read without.
func (r *Repository) files(ctx context.Context, commit code.Commit, frames []placed, blame bool) (map[string]github.File, error) {
	var w github.Wanted
	for _, f := range frames {
		if !slices.Contains(w.Texts, f.path) {
			w.Texts = append(w.Texts, f.path)
		}
	}
	few := w.Texts[:min(len(w.Texts), maxBlamed)]
	if commit.Certainty == code.Guessed {
		w.Texts, w.Versions = few, few
	}
	if blame {
		w.Blames = few
	}
	files, err := r.read(ctx, commit.SHA, w)
	if err != nil && r.stopped == nil && blame {
		w.Blames = nil
		files, err = r.read(ctx, commit.SHA, w)
	}
	return files, err
}

// check decides which frames are shown, by files of the commit.
type check struct {
	files     map[string]github.File
	runtime   string
	certainty code.Certainty
	firstSeen time.Time
}

// passes reports whether a frame's line is in the file at the commit, as surely as
// that must be known: the less certain the commit, the more has to agree.
func (c check) passes(f placed, all []placed) bool {
	text := c.files[f.path].Text
	if text == "" || f.Line > len(code.Lines(text)) {
		return false
	}
	switch {
	case c.certainty == code.Exact && !f.loose:
		return true
	case c.certainty == code.Tagged && !f.loose && !code.HasName(f.Frame, c.runtime): // a closure: the other frames show whether the tag is right
		return slices.ContainsFunc(all, c.named)
	case c.certainty == code.Guessed && moved(c.files[f.path].Versions, f.Line, c.firstSeen):
		return false
	}
	return c.named(f)
}

func (c check) named(f placed) bool {
	return code.Named(c.files[f.path].Text, f.Line, f.Frame, c.runtime)
}

// oldest is how old a running version may be when an error is first seen.
const oldest = 30 * 24 * time.Hour

// moved reports whether a line is not in the same place in every version that may
// run: all there are, or those of the last month.
func moved(versions []github.Version, line int, firstSeen time.Time) bool {
	if len(versions) == 0 || len(versions) == github.MaxVersions && versions[len(versions)-1].At.After(firstSeen.Add(-oldest)) {
		return true
	}
	return slices.ContainsFunc(versions, func(v github.Version) bool { return !code.Unmoved(v.Text, versions[0].Text, line) })
}

func blamed(ranges []github.Blame) []code.Blamed {
	var blame []code.Blamed
	for _, b := range ranges {
		c := code.Change{
			SHA: b.Commit.OID, At: b.Commit.CommittedDate, Author: cmp.Or(b.Commit.Author.User.Login, strings.TrimSpace(b.Commit.Author.Name)),
			Files: b.Commit.ChangedFilesIfAvailable, Merge: b.Commit.Parents.TotalCount > 1,
		}
		if pulls := b.Commit.AssociatedPullRequests.Nodes; len(pulls) > 0 {
			c.Pull = pulls[0].Number
		}
		blame = append(blame, code.Blamed{First: b.StartingLine, Last: b.EndingLine, Change: c})
	}
	return blame
}
