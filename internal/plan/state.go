package plan

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
)

// This file keeps the states of an issue and its Sentry issues in sync. A marker stores
// the state that both sides last agreed on (marker.SetState), so it shows which side
// changed. A change is carried over once; what people do later on one side is never
// undone from the other.

// sentryState is the state of all Sentry issues of an error taken together.
type sentryState struct {
	state      event.State // unresolved if any is; empty if nothing is known
	changed    bool        // since both sides agreed
	unresolved []string    // ids
}

func sentryStateOf(m marker.Marker, in Input) (all sentryState) {
	order := []event.State{event.Ignored, event.Resolved, event.Unresolved}
	for _, id := range slices.Sorted(maps.Keys(m.Sentry)) {
		state, changed, ok := stateOf(m, id, in)
		if ok && state == event.Unresolved {
			all.unresolved = append(all.unresolved, id)
		}
		all.changed = all.changed || changed
		if slices.Index(order, state) > slices.Index(order, all.state) {
			all.state = state
		}
	}
	return all
}

// stateOf returns the state of a Sentry issue that this run read, and whether it differs from
// the state last agreed on, which begins as unresolved. A state read before both sides agreed, as
// when an overlapping run carried another one over, is no news; Sentry is read some time after a
// run began.
func stateOf(m marker.Marker, id string, in Input) (state event.State, changed, ok bool) {
	state, ok = in.States[id]
	agreed, at := m.StateOf(id)
	if !ok || state == event.Deleted || at != 0 && in.Now.Before(at.Time().Add(skew)) {
		return "", false, false
	}
	return state, state != cmp.Or(event.State(agreed), event.Unresolved), true
}

// archivedInSentry reports whether errmon closed an issue as not planned because its
// Sentry issue was archived.
func archivedInSentry(i Issue) bool {
	return !i.Open && i.Closed == NotPlanned && some(i.Marker.Sentry, func(id string, _ int64) bool {
		state, at := i.Marker.StateOf(id)
		return state == string(event.Ignored) && i.ClosedAt.Before(at.Time().Add(LongestRun)) // else people closed it
	})
}

// LongestRun is the largest max-duration: how long a run may take from a decision to its
// write, and how much earlier an overlapping run may have begun.
const LongestRun = 6 * time.Hour

func noteSentry(m *marker.Marker, in Input, resolved []string) {
	for id := range m.Sentry {
		state, changed, _ := stateOf(*m, id, in)
		if slices.Contains(resolved, id) {
			state, changed = event.Resolved, true
		}
		if changed {
			m.SetState(id, string(state), count.At(in.Writing))
		}
	}
}

// settled reports whether the Sentry issues of a waiting error are closed, and no other
// source has seen it.
func settled(m marker.Marker, in Input) bool {
	return len(m.Sentry) > 0 && len(m.Sources)+len(m.Deliveries) == 0 && !some(m.Sentry, func(id string, _ int64) bool {
		state, ok := in.States[id]
		return !ok || state == event.Unresolved
	})
}
