package plan

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
)

// Decide says what happens to one tracked issue, given what was seen of it
// (a.Groups) and what merges into it (a.Merge, a.Join). It is asked twice: for the
// listed issue, and again for the issue as it is right before the write.
func Decide(a Action, in Input) Action {
	decided := decide(a, in)
	if decided.Issue.Locked && decided.Writes() {
		decided.Kind, decided.Reason, decided.Comment, decided.Note, decided.Unlabel = Keep, Locked, "", "", nil
	}
	return decided
}

// decide is Decide for an issue that nobody locked.
func decide(a Action, in Input) Action {
	in.Writing = cmp.Or(in.Writing, in.Now)
	a.Title = a.Issue.Title
	a.Next = unmuted(a.Issue, in)
	for _, m := range a.Join {
		a.Next = join(a.Next, m)
	}
	a.Next = observe(a.Next, a.Groups)
	a.shape(a.Issue.Marker, in)
	for _, m := range a.Merge {
		a.Next = marker.Merge(a.Next, m)
	}
	if a.Evidence.Code != nil {
		a.Next.Code, a.Next.Owners = a.Evidence.Build, a.Evidence.Code.Owners.Names
	}
	a.Resolve = nil
	var held bool
	a.Kind, a.Reason, held = verdict(a, in)
	endSnooze(&a)
	if a.Reason == ResolvesSentry {
		a.Resolve = sentryStateOf(a.Next, in).unresolved
	}
	if !held { // else the state is carried over later
		noteStates(&a.Next, in, a.Resolve)
	}
	if a.Kind == Reopen || a.Kind == Close {
		a.Next.Changes = append(a.Next.Changes, marker.Change{At: count.At(in.Writing), Open: a.Kind == Reopen})
	}
	a.Next.Held = !a.Issue.Open && a.Kind != Reopen && (held || a.Issue.Marker.Held)
	switch {
	case a.Kind == Reopen:
		a.Next.Quiet, a.Next.Fix = 0, nil
		a.Fixed = fixed(a, in)
	case a.Reason == OldRelease:
		a.Next.Fix, _ = lacksFix(a, in)
	case a.Reason == Quiet:
		a.Next.Quiet = count.At(readUpTo(a.Next, in))
	case a.Issue.Open:
		a.Next.Quiet, a.Next.Fix = 0, nil
	}
	freeze(&a.Next, in, 0)
	comment(&a, in)
	if a.Kind == Mute {
		a.Mute = mute(a, in)
		a.Surged = a.Mute.Surged == count.At(in.Now)
	}
	return a
}

// verdict returns what happens to an issue. held reports that its state would change
// again too soon: then only its counts are written.
func verdict(a Action, in Input) (kind Kind, reason Reason, held bool) {
	kind, reason = wanted(a, in)
	if !flaps(a, kind, in) {
		return kind, reason, false
	}
	if kind, reason = written(a); kind == Keep || a.Issue.Muted() {
		return Keep, Flapping, true
	}
	if reason == LateEvents { // the events may be newer than the closing
		reason = Flapping
	}
	return kind, reason, true
}

func wanted(a Action, in Input) (Kind, Reason) {
	sentry := sentryStateOf(a.Next, in)
	switch {
	case a.Issue.Newer, a.Issue.Ignored:
		return Mute, a.Issue.MutedBy()
	case snoozed(a.Issue, in):
		return Mute, Snoozed
	case archivedInSentry(a.Issue) && sentry.state == event.Unresolved && sentry.changed:
		return Reopen, SentryUnresolved
	case !a.Issue.Open && a.Issue.Closed != "":
		return Mute, a.Issue.Closed
	}
	if !a.Issue.Open && regressed(a) {
		if _, lacking := lacksFix(a, in); lacking {
			return Update, OldRelease
		}
		return Reopen, Regression
	}
	if kind, reason := syncState(a.Issue.Open, in, sentry); kind != Keep {
		return kind, reason
	}
	if kind, reason := written(a); kind != Keep {
		return kind, reason
	}
	switch {
	case a.Issue.Open && isQuiet(a.Next, in):
		return Close, Quiet
	case sentry.changed:
		return Update, SentryNoted
	}
	return Keep, NothingNew
}

// written returns what is new for the marker of an issue whose state stays.
func written(a Action) (Kind, Reason) {
	grew := grew(a.Issue.Marker, a.Next)
	switch {
	case a.Issue.Damaged:
		return Update, Repaired
	case len(a.Merge)+len(a.Join) > 0 && (grew || ownsMore(a)):
		return Update, Merged
	case grew && a.Issue.Open:
		return Update, MoreEvents
	case grew:
		return Update, LateEvents
	case ownsMore(a):
		return Update, NewIdentity
	case deliveredAfter(time.Time{}, a): // what is not stored now is never seen again
		return Update, OtherSource
	}
	return Keep, NothingNew
}

// closing is the time that an event must be newer than to reopen an issue. What
// errmon closed as quiet it closed knowing the events up to its last read only.
func closing(issue Issue) time.Time {
	if quiet := issue.Marker.Quiet.Time(); !quiet.IsZero() && quiet.Before(issue.ClosedAt) {
		return quiet
	}
	return issue.ClosedAt
}

// regressed reports whether a closed error happened again, now or while its state could not change.
func regressed(a Action) bool {
	closed := closing(a.Issue)
	return grew(a.Issue.Marker, a.Next) && happenedAfter(closed, a) || a.Issue.Marker.Held && a.Next.Last.Time().After(closed)
}

// happenedAfter reports whether an event that was not counted before is newer
// than the closing. That the newest event is newer is not enough: a machine whose
// clock runs ahead may have logged it, and a run counted it, before closing.
func happenedAfter(closed time.Time, a Action) bool {
	if !a.Next.Last.Time().After(closed) {
		return false
	}
	cells := some(a.Next.Sources, func(name string, tally count.Tally) bool {
		return some(tally.Cells, func(minute count.Minute, n int64) bool {
			return minute >= count.MinuteOf(closed) && n > a.Issue.Marker.Sources[name].Cells[minute]
		})
	})
	return cells || len(a.Merge)+len(a.Join) > 0 || deliveredAfter(closed, a) || some(a.Next.Sentry, func(id string, n int64) bool {
		return n > a.Issue.Marker.Sentry[id] && a.Next.Pages[id].Last.Time().After(closed)
	})
}

// deliveredAfter reports whether a delivery that was not counted before is newer than the closing.
func deliveredAfter(closed time.Time, a Action) bool {
	return some(a.Next.Deliveries, func(kind string, inbox count.Inbox) bool {
		return inbox.Count > a.Issue.Marker.Deliveries[kind].Count && inbox.Newest.Time().After(closed)
	})
}

// grew reports whether any source counted more than before. Their largest
// decides how often an error happened, yet each is kept and shown.
func grew(before, after marker.Marker) bool {
	return after.Count() > before.Count() ||
		some(after.Sources, func(name string, tally count.Tally) bool { return tally.Total() > before.Sources[name].Total() }) ||
		some(after.Sentry, func(id string, n int64) bool { return n > before.Sentry[id] })
}

// some reports whether a condition holds for an entry of a map.
func some[K comparable, V any](m map[K]V, holds func(K, V) bool) bool {
	for key, value := range m {
		if holds(key, value) {
			return true
		}
	}
	return false
}

func ownsMore(a Action) bool { return len(a.Next.Keys) > len(a.Issue.Marker.Keys) }

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
