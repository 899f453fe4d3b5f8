package plan

import (
	"slices"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/marker"
)

// maxChanges is how often errmon changes an issue's state within 24 hours.
const maxChanges = marker.MaxChanges

// flaps reports whether a change of the state must wait. An issue that was reopened is
// not closed for a day, so that one that changed twice stays open.
func flaps(a Action, kind Kind, in Input) bool {
	if kind != Close && kind != Reopen {
		return false
	}
	recent := slices.DeleteFunc(slices.Clone(a.Issue.Marker.Changes), func(c marker.Change) bool {
		return writing(in).Sub(c.At.Time()) >= day
	})
	return len(recent) >= maxChanges || kind == Close && len(recent) > 0 && recent[len(recent)-1].Open
}

// noteChange records a change of the issue's state.
func noteChange(a *Action, in Input) {
	if a.Kind == Reopen || a.Kind == Close {
		a.Next.Changes = append(a.Next.Changes, marker.Change{At: count.At(writing(in)), Open: a.Kind == Reopen})
	}
}
