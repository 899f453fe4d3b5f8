package plan

import "github.com/org/errmon-action/internal/count"

// maxChanges is how often errmon changes an issue's state within 24 hours.
const maxChanges = 2

// flaps reports whether a change of the state must wait. Closing is allowed only if
// the reopening that may follow is allowed too: so an issue that changed its state
// twice stays open.
func flaps(a Action, kind Kind, in Input) bool {
	recent := 0
	for _, at := range a.Issue.Marker.Changes {
		if writing(in).Sub(at.Time()) < day {
			recent++
		}
	}
	switch kind {
	case Close:
		return recent+2 > maxChanges
	case Reopen:
		return recent+1 > maxChanges
	}
	return false
}

// noteChange records a change of the issue's state.
func noteChange(a *Action, in Input) {
	if a.Kind == Reopen || a.Kind == Close {
		a.Next.Changes = append(a.Next.Changes, count.At(writing(in)))
	}
}
