package plan

import (
	"math"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/marker"
)

// isQuiet reports whether the error was not seen for close-after, as far as
// each of its sources was read: a source that is down proves nothing.
func isQuiet(m marker.Marker, in Input) bool {
	quiet := in.Rules.CloseAfter
	if in.Rules.CloseAuto {
		quiet = silence(m)
	}
	if m.Shape.CloseAfter != nil && in.Rules.CloseAfter >= 0 {
		quiet = *m.Shape.CloseAfter
	}
	return quiet > 0 && m.Last != 0 && !readUpTo(m, in).Before(m.Last.Time().Add(quiet))
}

// silence is how long an error must be silent until the chance that it goes on as
// before is less than 1%: had its n events been spread evenly over its span and the
// silence, all of them would lie in the span with the probability
// (span/(span+silence))^(n-1). It is at least a day, and at most 90.
func silence(m marker.Marker) time.Duration {
	const least, most = day, 90 * day
	n := m.Count()
	if n <= 1 {
		return most
	}
	span := float64(m.Last.Time().Sub(m.First.Time()))
	chance := span * (math.Pow(100, 1/float64(n-1)) - 1)
	return time.Duration(min(max(chance, float64(least)), float64(most)))
}

// readUpTo is up to when all sources of an error were read in this run; the
// zero time if one of them was not.
func readUpTo(m marker.Marker, in Input) time.Time {
	earliest := in.Now
	if in.ReadsSentry && len(m.Sentry) > 0 && in.States == nil {
		return time.Time{}
	}
	for name := range m.Sources {
		at, ok := in.Read[name]
		if !ok {
			return time.Time{}
		}
		if at.Before(earliest) {
			earliest = at
		}
	}
	return earliest
}

// flaps reports whether a change of the state must wait: after marker.MaxChanges of them
// within 24 hours. An issue that was reopened is not closed for a day, so that one that
// changed twice stays open.
func flaps(a Action, kind Kind, in Input) bool {
	if kind != Close && kind != Reopen {
		return false
	}
	recent := slices.DeleteFunc(slices.Clone(a.Issue.Marker.Changes), func(c marker.Change) bool {
		return in.Writing.Sub(c.At.Time()) >= day
	})
	return len(recent) >= marker.MaxChanges || kind == Close && len(recent) > 0 && recent[len(recent)-1].Open
}
