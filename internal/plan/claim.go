package plan

import (
	"slices"

	"github.com/org/errmon-action/internal/grouping"
)

// An alert is often the first to tell of an error, and tells little: the line, but
// neither the service nor the trace. The first error that turns out to say
// the same and more takes over the issue made of it; further ones are others.

// claim returns the issue that was made of less than the group tells, and marks it
// as taken by the group.
func (d *directory) claim(g *grouping.Group) (int, bool) {
	for _, key := range g.Claims {
		number, ok := d.owners[key]
		if !ok && g.Type == "" { // a line of a trace that was told without its service
			number, ok = d.aliases[key]
		}
		i := slices.IndexFunc(d.issues, func(i Issue) bool { return i.Number == number })
		if !ok || i < 0 || d.duplicates[number] != 0 || !claimable(d.issues[i], g) {
			continue
		}
		if by := d.claimed[number]; by == "" || by == claimant(g) {
			d.claimed[number] = claimant(g)
			return number, true
		}
	}
	return 0, false
}

// claimable reports whether an issue may be one of this group, of which less was
// told: for a message, one without a service; for an exception, one that was
// delivered and never read.
func claimable(i Issue, g *grouping.Group) bool {
	if g.Type == "" {
		return i.Marker.Service == ""
	}
	return len(i.Marker.Deliveries) > 0 && len(i.Marker.Sources)+len(i.Marker.Sentry) == 0 &&
		!slices.ContainsFunc(i.Marker.Keys, func(key string) bool { return !grouping.IsMessageKey(key) })
}

// claimant is what of a group one issue can be made of: messages of one service,
// or one exception.
func claimant(g *grouping.Group) string {
	if g.Type == "" {
		return "service " + g.Service
	}
	return g.Key
}
