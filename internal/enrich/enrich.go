// Package enrich adds evidence to actions before they are written: the lines logged around an
// error, those of its own lines that a filter left out, and the code behind it in the repository.
//
// It may import code, github, plan, reading, intake, source, marker, count and event.
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
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/reading"
	"github.com/org/errmon-action/internal/source"
)

const (
	maxContext = 20 // lines kept for an issue
	maxFrames  = 10 // in-app frames that get a link
	maxBlamed  = 4  // files whose lines are blamed, and whose versions are compared
)

// AddContext reads the lines around samples of new errors, then of known errors whose sample may lack lines,
// until the budget is used up; later runs do the rest. It also links samples to the services' pages.
func AddContext(ctx context.Context, from []source.Source, w *reading.Windows, in *intake.Intake, actions []plan.Action) {
	for _, kinds := range [][]plan.Kind{{plan.Create}, {plan.Reopen, plan.Update}} {
		for i := range actions {
			a := &actions[i]
			if !slices.Contains(kinds, a.Kind) || len(a.Groups) == 0 || w.Exhausted() {
				continue
			}
			sample := a.Groups[0].Sample
			s, ok := sourceOf(from, sample).(source.Windowed)
			if ok && !sample.Time.IsZero() && (a.Kind == plan.Create || sample.Split) {
				a.Evidence = evidence(in, sample, w.Around(ctx, s, sample))
			}
		}
	}
	for i := range actions {
		e, ok := actions[i].Sample()
		if linker, links := sourceOf(from, e).(source.Linker); ok && links && actions[i].Writes() {
			actions[i].Evidence.Links = linker.Links(e)
		}
	}
}

func sourceOf(sources []source.Source, e event.Event) source.Source {
	for _, s := range sources {
		if s.Key() == e.Source {
			return s
		}
	}
	return nil
}

// evidence returns the sample with all its lines, and the lines around it.
func evidence(in *intake.Intake, sample event.Event, records []event.Record) plan.Evidence {
	i := slices.IndexFunc(records, func(r event.Record) bool { return r.Time.Equal(sample.Time) })
	if i < 0 {
		return plan.Evidence{}
	}
	events := in.Frame(records...)
	if at := reading.WholeOf(sample, events, nil); at >= 0 && len(events[at].Text) > len(sample.Text) {
		sample.Text, sample.Stack, sample.Partial = events[at].Text, events[at].Stack, events[at].Partial
	}
	begin, end := i, i+1
	own := func(r event.Record) bool { return strings.Contains(sample.Text, strings.TrimSpace(r.Text)) } // blank lines, too
	for begin > 0 && own(records[begin-1]) {
		begin--
	}
	for end < len(records) && own(records[end]) {
		end++
	}
	first := max(0, begin-maxContext/2)
	added := plan.Evidence{Sample: &sample}
	for _, r := range records[first:begin] {
		added.Before = append(added.Before, r.Text)
	}
	for _, r := range records[end:min(len(records), end+maxContext-(begin-first))] {
		added.After = append(added.After, r.Text)
	}
	return added
}

// Add looks up the code of issues that are created or reopened, or whose version changed: links, an excerpt,
// owners and suspects. If that fails for an issue, it is tried again when the issue is next written.
func (r *Repository) Add(ctx context.Context, actions []plan.Action) {
	for _, kind := range []plan.Kind{plan.Create, plan.Reopen, plan.Update} {
		for i := range actions {
			a := &actions[i]
			e, ok := a.Sample()
			version := cmp.Or(e.Version().String(), "unknown") // not "", which means never looked up
			hasLine := slices.ContainsFunc(e.InApp(), func(f event.Frame) bool { return f.Line > 0 })
			if a.Kind != kind || !ok || !hasLine || kind == plan.Update && a.Issue.Marker.Code.Version == version {
				continue // nothing to look up, or the issue already shows this version's code
			}
			found, err := r.source(ctx, e, a.Next.First.Time())
			if err != nil {
				continue // the warnings say why
			}
			frames := min(len(e.InApp()), maxFrames)
			build := marker.Build{Version: version, Commit: found.Commit.SHA, Frames: frames, Shown: len(found.Links)}
			a.Evidence.Code, a.Evidence.Build = &found, build
			a.Next.Code, a.Next.Owners = build, found.Owners.Names
		}
	}
}

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
	frames := place(t, e)
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
	if !public && len(sure) > 0 && sure[0].top {
		top := found.Links[0]
		found.Excerpt = code.ExcerptOf(top.Path, files[top.Path].Text, top.Line)
		found.Owners = code.OwnersOf(top.Path, t.owners, t.ownership)
		changeOf := func(l code.Link) code.Change { return change(files[l.Path].Blame, l.Line) }
		found.Suspects = code.Suspects(found.Links, changeOf, firstSeen, t.ignored)
	}
	return found, nil
}

type placed struct {
	event.Frame
	path  string
	loose bool
	top   bool // it is the event's topmost in-app frame
}

// place finds the files of in-app frames, each line once.
func place(t *tree, e event.Event) (frames []placed) {
	for i, f := range e.InApp() {
		path, loose, ok := t.Find(f, e.Runtime)
		twice := slices.ContainsFunc(frames, func(p placed) bool { return p.path == path && p.Line == f.Line })
		if ok && f.Line > 0 && !twice && len(frames) < maxFrames {
			frames = append(frames, placed{f, path, loose, i == 0})
		}
	}
	return frames
}

// files reads the files of the frames in one query. If that fails, it tries again without blame.
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

type check struct {
	files     map[string]github.File
	runtime   string
	certainty code.Certainty
	firstSeen time.Time
}

const oldest = 30 * 24 * time.Hour // how old a running version may be when an error is first seen

// passes reports whether a frame's line is in the file at the commit. The less certain the commit, the more
// must agree: if it is guessed, the line must be in the same place in every version of the last month.
func (c check) passes(f placed, all []placed) bool {
	file := c.files[f.path]
	if file.Text == "" || f.Line > len(code.Lines(file.Text)) {
		return false
	}
	switch {
	case c.certainty == code.Exact && !f.loose:
		return true
	case c.certainty == code.Tagged && !f.loose && !code.HasName(f.Frame, c.runtime):
		return slices.ContainsFunc(all, c.named) // for a closure, other frames show whether the tag is right
	case c.certainty == code.Guessed:
		versions := file.Versions
		more := len(versions) == github.MaxVersions && versions[len(versions)-1].At.After(c.firstSeen.Add(-oldest))
		moved := func(v github.Version) bool { return !code.Unmoved(v.Text, versions[0].Text, f.Line) }
		if len(versions) == 0 || more || slices.ContainsFunc(versions, moved) {
			return false
		}
	}
	return c.named(f)
}

func (c check) named(f placed) bool {
	return code.Named(c.files[f.path].Text, f.Line, f.Frame, c.runtime)
}

// change returns the change that git blame names for a line; the zero Change if there is none.
func change(blame []github.Blame, line int) (c code.Change) {
	for _, b := range blame {
		if line < b.StartingLine || line > b.EndingLine {
			continue
		}
		by := b.Commit
		c = code.Change{SHA: by.OID, At: by.CommittedDate, Files: by.ChangedFilesIfAvailable, Merge: by.Parents.TotalCount > 1}
		c.Author = cmp.Or(by.Author.User.Login, strings.TrimSpace(by.Author.Name))
		for _, pull := range by.AssociatedPullRequests.Nodes {
			c.Pull = cmp.Or(c.Pull, pull.Number)
		}
	}
	return c
}
