package plan

import (
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

// This file decides whether an error that happens after its issue was closed is a
// regression. It is not one if every event since comes from code without the fix. Only
// commits decide that, not names or dates of releases; if anything is unknown, the issue
// is reopened.

// Ancestry is what the repository says about the fix of a closed issue.
type Ancestry struct {
	Closed time.Time // the closing that it is about
	Fix    string    // the commit that closed it
	Builds []Build   // what failed since
}

// Build is a version that failed after the closing.
type Build struct {
	marker.Build
	Fixed bool // it contains the fix
}

// FailedSince returns the versions of the events since a closed issue was closed;
// false if one of them is unknown.
func (a Action) FailedSince() ([]event.Version, bool) {
	var versions []event.Version
	for _, g := range a.Groups {
		for _, v := range g.Versions {
			if v.Last.After(closing(a.Issue)) && !slices.Contains(versions, v.Version) {
				versions = append(versions, v.Version)
			}
		}
	}
	unknown := slices.ContainsFunc(versions, func(v event.Version) bool { return v.String() == "" }) ||
		slices.ContainsFunc(a.Groups, func(g *grouping.Group) bool {
			return g.Sentry != nil || len(g.Versions) > grouping.MaxVersions // only the newest event of a Sentry issue is read
		})
	if unknown || len(a.Merge)+len(a.Join) > 0 {
		return nil, false
	}
	return versions, len(versions) > 0
}

// lacksFix returns the fix that no version since the closing contains; false if
// one does, or nothing is known.
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

// fixed returns the fix of a reopened issue and a commit that contains it and
// failed; nothing if none is known.
func fixed(a Action, in Input) Fixed {
	known := in.Ancestry[a.Issue.Number]
	for _, b := range known.Builds {
		if b.Fixed && known.Closed.Equal(a.Issue.ClosedAt) {
			return Fixed{By: known.Fix, Failed: b.Commit}
		}
	}
	return Fixed{}
}
