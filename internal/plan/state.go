package plan

import (
	"maps"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
)

// This file keeps states in sync between an issue and its Sentry issues. A marker
// keeps the state that both sides last agreed on (marker.SetState), so that it shows
// which side changed: a change is carried over once, and what people do
// afterwards on one side is not a reason to undo it from the other.

// sentryState is what Sentry says of all Sentry issues of an error taken together.
type sentryState struct {
	state      event.State // unresolved where any is; empty where nothing is known
	changed    bool        // one of them is not as it was when both sides agreed
	unresolved []string
}

func sentryStateOf(m marker.Marker, in Input) sentryState {
	var t sentryState
	states := map[event.State]bool{}
	for _, id := range slices.Sorted(maps.Keys(m.Sentry)) {
		state, ok := stateOf(m, id, in)
		if !ok {
			continue
		}
		states[state] = true
		t.changed = t.changed || state != agreed(m, id)
		if state == event.Unresolved {
			t.unresolved = append(t.unresolved, id)
		}
	}
	for _, state := range []event.State{event.Ignored, event.Resolved, event.Unresolved} {
		if states[state] {
			t.state = state
		}
	}
	return t
}

// stateOf returns the state of a Sentry issue that this run has read. One that was
// read before both sides agreed on another, as a run that overlaps carried over, is
// not news; Sentry's issues are read some time after a run began.
func stateOf(m marker.Marker, id string, in Input) (event.State, bool) {
	state, ok := in.States[id]
	_, at := m.StateOf(id)
	old := at != 0 && in.Now.Before(at.Time().Add(skew))
	return state, ok && !old && state != event.Deleted
}

// agreed is the state last carried over. A Sentry issue is met unresolved.
func agreed(m marker.Marker, id string) event.State {
	if state, _ := m.StateOf(id); state != "" {
		return event.State(state)
	}
	return event.Unresolved
}

// syncState decides what a state of either side means for the other. It returns Keep if
// that is nothing.
func syncState(open bool, in Input, t sentryState) (Kind, Reason) {
	switch {
	case !t.changed && !open && t.state == event.Unresolved && in.Rules.Resolve:
		return Update, ResolvesSentry
	case !t.changed:
	case open && t.state == event.Resolved:
		return Close, SentryResolved
	case open && t.state == event.Ignored:
		return Close, SentryArchived
	case !open && t.state == event.Unresolved:
		return Reopen, SentryUnresolved
	}
	return Keep, NothingNew
}

// archivedInSentry reports whether it was errmon that closed an issue as not planned,
// because its Sentry issue was archived.
func archivedInSentry(i Issue) bool {
	return !i.Open && i.Closed == NotPlanned && some(i.Marker.Sentry, func(id string, _ int64) bool {
		state, at := i.Marker.StateOf(id)
		return state == string(event.Ignored) && i.ClosedAt.Before(at.Time().Add(closingTakes))
	})
}

// closingTakes is longer than a run takes from deciding on a closing to writing
// it: the longest max-duration. A later closing is people's own.
const closingTakes = 6 * time.Hour

// noteStates notes the states that both sides agree on once the action is done.
func noteStates(m *marker.Marker, in Input, resolved []string) {
	for id := range m.Sentry {
		state, ok := stateOf(*m, id, in)
		if slices.Contains(resolved, id) {
			state = event.Resolved
		}
		if ok && state != agreed(*m, id) {
			m.SetState(id, string(state), count.At(in.Writing))
		}
	}
}

// settled reports whether the Sentry issues of an error that waits are done
// with, and no other source has seen it.
func settled(m marker.Marker, in Input) bool {
	return len(m.Sentry) > 0 && len(m.Sources)+len(m.Deliveries) == 0 && !some(m.Sentry, func(id string, _ int64) bool {
		state, ok := in.States[id]
		return !ok || state == event.Unresolved
	})
}
