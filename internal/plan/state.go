package plan

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// This file handles the states of issues: what happens when the error of a closed issue happens
// again, and how an issue and its Sentry issues stay in sync.
//
// Events after the closing are a regression unless all of them come from code without the fix. Only commits
// decide that, not names or dates of releases. If anything is unknown, the issue is reopened.
//
// Retired issues take no more events. An issue is retired if it is locked, archived, or was closed
// longer ago than reopen-window. Its error then gets a new issue with the same keys. The new issue
// refers to the old one (marker.After), so the two never look like duplicates.
//
// A marker stores the state that GitHub and Sentry last agreed on (marker.SetState), which shows
// which side changed since. Each change is copied once, so it never undoes what people do later.

// Ancestry is what the repository shows about the fix of a closed issue.
type Ancestry struct {
	Closed time.Time // when the issue was closed
	Fix    string    // the commit that closed it
	Builds []Build   // versions that failed since
}

// Build is a version that failed after the closing.
type Build struct {
	marker.Build
	Fixed bool // contains the fix
}

// FailedSince returns the versions that failed since an issue was closed; false if there are none, if one is
// unknown, or if the issue takes over other markers.
func (a Action) FailedSince() ([]event.Version, bool) {
	var versions []event.Version
	for _, g := range a.Groups {
		if g.Sentry != nil || len(g.Versions) > grouping.MaxVersions { // only the newest event of a Sentry issue is read
			return nil, false
		}
		for _, v := range g.Versions {
			if v.Last.After(closing(a.Issue)) && !slices.Contains(versions, v.Version) {
				versions = append(versions, v.Version)
			}
		}
	}
	unknown := slices.ContainsFunc(versions, func(v event.Version) bool { return v.String() == "" })
	return versions, len(versions) > 0 && !unknown && len(a.Merge)+len(a.Join) == 0
}

// lacksFix returns the fix that no version since the closing contains; false if one contains it or may do so.
func lacksFix(a Action, in Input) (*marker.Fix, bool) {
	known := in.Ancestry[a.Issue.Number]
	versions, certain := a.FailedSince()
	if !certain || !known.Closed.Equal(a.Issue.ClosedAt) {
		return nil, false
	}
	fix := marker.Fix{Closed: count.At(known.Closed), Commit: known.Fix}
	if m := a.Issue.Marker.Fix; m != nil && m.Closed == fix.Closed && m.Commit == fix.Commit {
		fix.Old = slices.Clone(m.Old)
	}
	for _, v := range versions {
		i := slices.IndexFunc(known.Builds, func(b Build) bool { return b.Version == v.String() })
		if i < 0 || known.Builds[i].Fixed {
			return nil, false
		}
		fix.Old = append(slices.DeleteFunc(fix.Old, func(b marker.Build) bool { return b.Version == v.String() }), known.Builds[i].Build)
	}
	return &fix, true
}

// retired returns why an issue takes no more events; empty if it takes them. Muted issues never retire.
func retired(i Issue, in Input) Reason {
	switch {
	case i.Muted():
		return ""
	case i.Locked:
		return Locked
	case i.Archived:
		return Archived
	case in.Rules.ReopenWindow > 0 && !i.Open && in.Now.Sub(i.ClosedAt) >= in.Rules.ReopenWindow:
		return Expired
	}
	return ""
}

// successor returns the marker of the issue that follows a retired one: the same keys, without its events.
func successor(i Issue) marker.Marker {
	old := i.Marker
	m := marker.Marker{
		Keys: slices.Clone(old.Keys), Aliases: slices.Clone(old.Aliases), Grouped: slices.Clone(old.Grouped),
		Template: old.Template, Service: old.Service, After: i.Number,
	}
	for name, tally := range old.Sources {
		prior := map[count.Minute]int64{}
		maps.Copy(prior, tally.Prior)
		for minute, n := range tally.Cells {
			prior[minute] += n
		}
		m.SetSource(name, count.Tally{Through: tally.Through, Prior: prior})
	}
	for kind, inbox := range old.Deliveries {
		m.SetInbox(kind, count.Inbox{IDs: inbox.IDs})
	}
	return m
}

// maxLeaving is how many issues a run archives or takes off the dashboard. Archiving takes four requests.
const maxLeaving = 5

// leave decides about a retired issue. After reopen-window, one run removes its number from the dashboard and
// a later one archives it. In the other order, a run that dies leaves a dead number on the dashboard.
func leave(i Issue, in Input, leaving *int) Action {
	a := archive(i, in)
	switch {
	case a.Reason != Archived:
	case in.Filed == nil || *leaving == maxLeaving:
		a.Kind, a.Reason = Keep, Expired
	default:
		if *leaving++; slices.Contains(in.Filed, i.Number) {
			a.Kind, a.Reason = Keep, Leaving
		}
	}
	return a
}

func archive(i Issue, in Input) Action {
	a := Action{Kind: Keep, Reason: retired(i, in), Issue: i, Title: i.Title, Next: i.Marker}
	if a.Reason == Expired {
		a.Kind, a.Reason = Update, Archived
	}
	return a
}

// sentryState summarises the states of an error's Sentry issues. It omits an issue whose state was copied
// after this run began, because the state that this run read may be older.
type sentryState struct {
	state      event.State            // unresolved if any issue is; empty if no state is known
	changed    map[string]event.State // by id: states that differ from the agreed one (unresolved if there is none)
	unresolved []string               // ids of unresolved issues
}

func sentryStateOf(m marker.Marker, in Input) sentryState {
	all := sentryState{changed: map[string]event.State{}}
	for _, id := range slices.Sorted(maps.Keys(m.Sentry)) {
		state := in.States[id]
		agreed, at := m.StateOf(id)
		if state == "" || state == event.Deleted || at != 0 && in.Now.Before(at.Time().Add(skew)) {
			continue
		}
		if state == event.Unresolved {
			all.unresolved = append(all.unresolved, id)
		}
		if state != cmp.Or(event.State(agreed), event.Unresolved) {
			all.changed[id] = state
		}
		all.state = max(all.state, state) // alphabetical: ignored, resolved, unresolved
	}
	return all
}

func archivedInSentry(i Issue) bool {
	return !i.Open && i.Closed == NotPlanned && some(i.Marker.Sentry, func(id string, _ int64) bool {
		state, at := i.Marker.StateOf(id)
		return state == string(event.Ignored) && i.ClosedAt.Before(at.Time().Add(LongestRun)) // otherwise people closed it
	})
}

// LongestRun is the largest max-duration. It limits the time from a decision to its write, and how much
// earlier an overlapping run can have begun.
const LongestRun = 6 * time.Hour
