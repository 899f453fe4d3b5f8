package grouping

import (
	"slices"
	"time"

	"github.com/org/errmon-action/internal/event"
)

// Version is a version of the code and the time of its newest event. The zero value
// stands for events without a version.
type Version struct {
	event.Version
	Last time.Time
}

// maxVersions is how many versions of one error are distinguished; more count as
// unknown.
const maxVersions = 8

// saw records a version. Too many become one unknown version with the newest time, in
// whatever order they came.
func (g *Group) saw(v Version) {
	if v.String() == "" {
		v.Service = ""
	}
	at := slices.IndexFunc(g.Versions, func(known Version) bool { return known.Version == v.Version })
	switch {
	case len(g.Versions) > maxVersions: // one unknown, and place holders
		at = 0
	case at < 0 && len(g.Versions) == maxVersions:
		for _, known := range g.Versions {
			v.Last = later(v.Last, known.Last)
		}
		g.Versions, at = make([]Version, maxVersions+1), 0
	case at < 0:
		g.Versions, at = append(g.Versions, v), len(g.Versions)
	}
	g.Versions[at].Last = later(g.Versions[at].Last, v.Last)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
