package plan

import (
	"slices"

	"github.com/org/errmon-action/internal/grouping"
)

// An alert is often the first to report an error, and contains little: the line, but
// neither the service nor the trace. The first error that turns out to say
// the same and more takes over the issue made of it; further ones are others.

// refine returns the issue that was made of less than the group contains, and marks it
// as taken by the group.
func (d *directory) refine(g *grouping.Group) (int, bool) {
	for _, key := range g.Vaguer {
		number, ok := d.owners[key]
		if !ok && g.Type == "" { // a line of a trace that came without its service
			number, ok = d.aliases[key]
		}
		i := slices.IndexFunc(d.issues, func(i Issue) bool { return i.Number == number })
		if !ok || i < 0 || d.duplicates[number] != 0 || !refinable(d.issues[i], g) {
			continue
		}
		if by := d.refined[number]; by == "" || by == refiner(g) {
			d.refined[number] = refiner(g)
			return number, true
		}
	}
	return 0, false
}

// refinable reports whether an issue may be this group's, made of less information:
// for a message, one without a service; for an exception, one that was
// delivered and never read.
func refinable(i Issue, g *grouping.Group) bool {
	if g.Type == "" {
		return i.Marker.Service == ""
	}
	return len(i.Marker.Deliveries) > 0 && len(i.Marker.Sources)+len(i.Marker.Sentry) == 0 &&
		!slices.ContainsFunc(i.Marker.Keys, func(key string) bool { return grouping.KindOf(key) != grouping.Message })
}

// refiner is what of a group one issue can be made of: messages of one service,
// or one exception.
func refiner(g *grouping.Group) string {
	if g.Type == "" {
		return "service " + g.Service
	}
	return g.Key
}
