package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/report"
)

// Tracker is a service that keeps issues of its own, each with its lifetime
// total and a state.
type Tracker interface {
	// Key names the source on the dashboard; it never changes.
	Key() string
	// Issues returns all issues that are selected there, whole or an error.
	Issues(ctx context.Context) ([]event.Tracked, error)
	// Issue returns one issue, whatever its state: event.Deleted if it is gone.
	Issue(ctx context.Context, id string) (event.Tracked, error)
	// LatestEvent returns the newest event of an issue, or the zero Event if there is
	// none any more.
	LatestEvent(ctx context.Context, issue event.Tracked) (event.Event, error)
	// Event returns one event of an issue by its id, or the zero Event if it is not
	// there any more.
	Event(ctx context.Context, issue event.Tracked, id string) (event.Event, error)
	// Resolve marks an issue as resolved. Twice does no harm.
	Resolve(ctx context.Context, id string) error
}

// track is one reading of the tracker.
type track struct {
	scan     *Scan
	pipeline *Pipeline
	issues   map[string]plan.Issue // by the id of a Sentry issue they track
	rows     map[string]marker.Row // the same of what waits
	fetch    map[string]bool       // rows that get their issue in this run
	states   map[string]event.State
	listed   []event.Tracked
	events   map[string]event.Event // newest, by issue, of those that were asked for
}

// readTracker reads all issues of the tracker and the states of those that are
// tracked here. If that fails it adds nothing: half a list looks as if the other
// half was resolved. An issue whose event cannot be read is left to the next run.
func (s *Scan) readTracker(ctx context.Context, p *Pipeline, k known) {
	if s.Tracker == nil {
		return
	}
	ctx, cancel := s.Clock.WithTimeout(ctx, s.MaxDuration/3, errTrackTime)
	defer cancel()
	t := newTrack(s, p, k)
	before := p.Events
	source := report.Source{Name: s.Tracker.Key(), Tracker: true}
	if source.Err = t.read(ctx); source.Err == nil {
		source.Err = t.readEvents(ctx)
		t.add()
		s.states, source.Complete, source.Issues, source.Events = t.states, s.now, len(t.listed), p.Events-before
	}
	if source.Err == nil {
		s.completed[s.Tracker.Key()] = s.now
	} else {
		s.fail(source.Err)
	}
	s.out.Sources = append(s.out.Sources, source)
}

// errTrackTime is what stops a reading of the tracker, so that there is time
// left for the other sources.
var errTrackTime = errors.New("reading Sentry took a third of max-duration: raise max-duration, or narrow sentry-query or sentry-projects")

func newTrack(s *Scan, p *Pipeline, k known) *track {
	t := &track{scan: s, pipeline: p, issues: map[string]plan.Issue{}, rows: map[string]marker.Row{}, fetch: map[string]bool{},
		states: map[string]event.State{}, events: map[string]event.Event{}}
	for _, issue := range slices.Backward(k.issues) { // of two the older one counts
		for id := range issue.Marker.Sentry {
			if issue.Marker.DupOf == 0 {
				t.issues[id] = issue
			}
		}
	}
	for _, row := range k.dashboard.Waiting {
		for id := range row.Marker.Sentry {
			t.rows[id] = row
		}
	}
	for _, row := range next(k.dashboard.Waiting, s.Rules.MaxNew) {
		for id := range row.Marker.Sentry {
			t.fetch[id] = true
		}
	}
	return t
}

func (t *track) read(ctx context.Context) error {
	all, err := t.scan.Tracker.Issues(ctx)
	if err != nil {
		return err
	}
	for _, i := range all {
		t.states[i.ID] = i.State
	}
	if err := t.readMissing(ctx); err != nil {
		return err
	}
	t.listed = append(t.listed, all...)
	return nil
}

// maxMissed is how many events in a row may be unreadable until the rest is left
// to the next run: each took several requests already.
const maxMissed = 3

// readEvents reads the events that are worth it, and returns the first error.
func (t *track) readEvents(ctx context.Context) error {
	var first error
	missed := 0
	for _, i := range t.worthwhile() {
		var e event.Event
		err := errMissed
		if missed < maxMissed {
			e, err = t.scan.Tracker.LatestEvent(ctx, i)
		}
		if err == nil {
			t.events[i.ID], missed = e, 0
			continue
		}
		missed++
		first = cmp.Or(first, err)
		if _, tracked := t.issues[i.ID]; !tracked {
			delete(t.states, i.ID) // nothing is known of it in this run
		}
	}
	return first
}

// errMissed stands for the events that were not even asked for.
var errMissed = errors.New("left to the next run")

// readMissing asks for the issues that are tracked here and not selected there
// any more. Where ours is closed that is as it should be: what is unresolved again
// will be in the list.
func (t *track) readMissing(ctx context.Context) error {
	wanted := map[string]bool{}
	for id, issue := range t.issues {
		wanted[id] = issue.Open && !issue.Ignored
	}
	for id := range t.rows {
		wanted[id] = true
	}
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		if _, listed := t.states[id]; listed || !wanted[id] {
			continue
		}
		i, err := t.scan.Tracker.Issue(ctx, id)
		if err != nil {
			return err
		}
		t.states[id] = i.State
		if _, tracked := t.issues[id]; tracked && i.State != event.Deleted {
			t.listed = append(t.listed, i)
		}
	}
	return nil
}

// worthwhile returns the issues whose newest event is to be read: new ones, those
// whose issue here may be reopened, and those that leave the dashboard. Of the new
// ones that are as many as this run can file and the dashboard can keep, the
// worst first; the others are left to later runs.
func (t *track) worthwhile() []event.Tracked {
	all := slices.SortedFunc(slices.Values(t.listed), WorstFirst)
	room := t.scan.Rules.MaxNew + marker.MaxWaiting
	var some []event.Tracked
	left := 0
	for _, i := range all {
		issue, tracked := t.issues[i.ID]
		row, waits := t.rows[i.ID]
		switch {
		case !t.kept(i) || i.State != event.Unresolved:
		case tracked && !issue.Open && i.Total > issue.Marker.Sentry[i.ID]:
			some = append(some, i)
		case tracked:
		case waits && (t.fetch[i.ID] || row.Reason == string(plan.BelowMin) && i.Total >= int64(t.scan.Rules.MinEvents)):
			some = append(some, i)
		case waits:
		case room > 0:
			some, room = append(some, i), room-1
		default:
			left++
		}
	}
	if left > 0 {
		t.scan.out.Notices = append(t.scan.out.Notices,
			fmt.Sprintf("%d more unresolved issues in Sentry wait for later runs: narrow sentry-query or raise max-new-issues", left))
	}
	return some
}

// kept reports whether the policy keeps an issue. One that is tracked already
// was kept once.
func (t *track) kept(i event.Tracked) bool {
	_, tracked := t.issues[i.ID]
	_, waits := t.rows[i.ID]
	return tracked || waits || t.scan.Policy.Keep(event.Event{Level: i.Level})
}

// WorstFirst orders the issues of a tracker by what people should see first.
func WorstFirst(a, b event.Tracked) int {
	return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Total, a.Total), a.First.Compare(b.First), cmp.Compare(a.ID, b.ID))
}

// add adds what was read to the pipeline. A new issue whose event was not read
// is left out: it may be an error that another source has shown.
func (t *track) add() {
	for _, i := range t.listed {
		issue, tracked := t.issues[i.ID]
		row, waits := t.rows[i.ID]
		e, read := t.events[i.ID]
		_, stated := t.states[i.ID]
		if !t.kept(i) || !stated || !tracked && (!waits && !read || i.State != event.Unresolved) {
			continue
		}
		t.pipeline.Track(i, e, max(0, i.Total-max(issue.Marker.Sentry[i.ID], row.Marker.Sentry[i.ID])))
	}
}

// Track adds an issue of a tracker, of which so many events are new. The event
// is its newest; the zero Event if that was not read.
func (p *Pipeline) Track(t event.Tracked, e event.Event, fresh int64) {
	t.Title, t.Name, t.Project = p.redactor.Skeleton(t.Title, grouping.Wildcard), p.name(t.Name), p.name(t.Project)
	if p.redactor.Redact(t.URL) != t.URL {
		t.URL = ""
	}
	if fresh > 0 {
		p.grown[grouping.TrackedKey(t.ID)] = true
	}
	p.Events += fresh
	if e.ID == "" {
		p.Set.Track(t, nil)
		return
	}
	p.Parse(&e)
	p.Set.Track(t, &e)
}

// distinct counts the errors that events of this run belong to. One that a log
// and the tracker show is one.
func (p *Pipeline) distinct(groups []*grouping.Group) int {
	keys := map[string]bool{}
	for _, g := range groups {
		keys[g.Key] = true
	}
	count := 0
	for _, g := range groups {
		elsewhere := slices.ContainsFunc(g.EventKeys, func(key string) bool { return keys[key] })
		if g.Tracked == nil || p.grown[g.Key] && !elsewhere {
			count++
		}
	}
	return count
}
