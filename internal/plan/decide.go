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

// Decide repeats a planned decision: right before the write, for the issue as it is then, or to merge more.
func Decide(a Action, in Input) Action {
	switch {
	case a.Reason == Duplicate && !a.Issue.Newer:
		return closeDuplicate(a.Issue, a.DupOf)
	case a.Reason == Archived:
		return archive(a.Issue, in)
	}
	decided := decide(a, in)
	if decided.Issue.Locked && decided.Writes() {
		decided.Kind, decided.Reason, decided.Comment, decided.Note, decided.Unlabel = Keep, Locked, "", "", nil
	}
	return decided
}

func decide(a Action, in Input) Action {
	in.Writing = cmp.Or(in.Writing, in.Now)
	a.Title, a.Next = a.Issue.Title, observe(Others{Join: a.Join}.into(unmuted(a.Issue, in)), a.Groups)
	a.Next = Others{Merge: a.Merge}.into(a.Next) // last, because it may freeze minutes for which this run counted more events
	a.shape(a.Issue.Marker, in)
	if a.Evidence.Code != nil {
		a.Next.Code, a.Next.Owners = a.Evidence.Build, a.Evidence.Code.Owners.Names
	}
	sentry := sentryStateOf(a.Next, in)
	var held bool
	a.Kind, a.Reason, held = verdict(a, sentry, in)
	a.Unlabel, a.Resolve = nil, nil
	if a.Issue.Snooze.For > 0 && a.Kind != Mute { // the snooze ended
		a.Unlabel = slices.Clone(a.Issue.Snooze.Labels)
		if a.Kind == Keep || a.Kind == Update {
			a.Kind, a.Reason = Update, SnoozeOver
		}
	}
	if a.Reason == ResolvesSentry {
		a.Resolve = sentry.unresolved
		for _, id := range a.Resolve {
			sentry.changed[id] = event.Resolved
		}
	}
	for id, state := range sentry.changed {
		if !held { // otherwise a later run copies the state
			a.Next.SetState(id, string(state), count.At(in.Writing))
		}
	}
	a.noteChange(held, in)
	freeze(&a.Next, in, 0)
	comment(&a, in)
	if a.Kind == Mute {
		a.Mute = mute(a, in)
		a.Surged = a.Mute.Surged == count.At(in.Now)
	}
	return a
}

func (a *Action) noteChange(held bool, in Input) {
	if a.Kind == Reopen || a.Kind == Close {
		a.Next.Changes = append(a.Next.Changes, marker.Change{At: count.At(in.Writing), Open: a.Kind == Reopen})
	}
	a.Next.Held = !a.Issue.Open && a.Kind != Reopen && (held || a.Issue.Marker.Held)
	switch {
	case a.Reason == OldRelease:
		a.Next.Fix, _ = lacksFix(*a, in)
	case a.Reason == Quiet:
		a.Next.Quiet = count.At(readUpTo(a.Next, in))
	case a.Kind == Reopen || a.Issue.Open:
		a.Next.Quiet, a.Next.Fix = 0, nil
	}
	a.Fixed = Fixed{}
	known := in.Ancestry[a.Issue.Number]
	fixed := slices.IndexFunc(known.Builds, func(b Build) bool { return b.Fixed })
	if a.Kind == Reopen && fixed >= 0 && known.Closed.Equal(a.Issue.ClosedAt) {
		a.Fixed = Fixed{By: known.Fix, Failed: known.Builds[fixed].Commit}
	}
}

// verdict returns what happens to an issue. held means that it is neither reopened nor closed, because errmon
// did so twice within 24 hours, or reopened it within 24 hours and would now close it.
func verdict(a Action, sentry sentryState, in Input) (kind Kind, reason Reason, held bool) {
	kind, reason = wanted(a, sentry, in)
	recent, reopened := 0, false // changes within 24 hours, and whether the last of them reopened it
	for _, c := range a.Issue.Marker.Changes {
		if in.Writing.Sub(c.At.Time()) < day {
			recent, reopened = recent+1, c.Open
		}
	}
	if kind != Close && kind != Reopen || recent < marker.MaxChanges && !(kind == Close && reopened) {
		return kind, reason, false
	}
	if kind, reason = written(a); kind == Keep || a.Issue.Muted() {
		return Keep, Flapping, true
	}
	if reason == LateEvents { // some events may be newer than the closing
		reason = Flapping
	}
	return kind, reason, true
}

func wanted(a Action, sentry sentryState, in Input) (Kind, Reason) {
	i := a.Issue
	becomes := func(state event.State) bool { return len(sentry.changed) > 0 && sentry.state == state }
	switch {
	case i.Newer, i.Ignored:
		return Mute, i.MutedBy()
	case i.Snooze.For > 0 && (i.Locked || in.Now.Before(mutedSince(i, in).Add(i.Snooze.For))):
		return Mute, Snoozed // a locked issue stays muted, because errmon cannot remove its label
	case archivedInSentry(i) && becomes(event.Unresolved):
		return Reopen, SentryUnresolved
	case !i.Open && i.Closed != "":
		return Mute, i.Closed
	case !i.Open && regressed(a):
		if _, lacking := lacksFix(a, in); lacking {
			return Update, OldRelease
		}
		return Reopen, Regression
	case i.Open && becomes(event.Resolved):
		return Close, SentryResolved
	case i.Open && becomes(event.Ignored):
		return Close, SentryArchived
	case !i.Open && becomes(event.Unresolved):
		return Reopen, SentryUnresolved
	case !i.Open && sentry.state == event.Unresolved && len(sentry.changed) == 0 && in.Rules.Resolve:
		return Update, ResolvesSentry
	}
	kind, reason := written(a)
	switch {
	case kind != Keep:
	case i.Open && isQuiet(a.Next, in):
		return Close, Quiet
	case len(sentry.changed) > 0:
		return Update, SentryNoted
	}
	return kind, reason
}

func written(a Action) (Kind, Reason) {
	grew := grew(a.Issue.Marker, a.Next)
	ownsMore := len(a.Next.Keys) > len(a.Issue.Marker.Keys)
	switch {
	case a.Issue.Damaged:
		return Update, Repaired
	case len(a.Merge)+len(a.Join) > 0 && (grew || ownsMore):
		return Update, Merged
	case grew && a.Issue.Open:
		return Update, MoreEvents
	case grew:
		return Update, LateEvents
	case ownsMore:
		return Update, NewIdentity
	case deliveredAfter(time.Time{}, a): // a delivery that is not stored now is lost
		return Update, OtherSource
	}
	return Keep, NothingNew
}

// closing returns the time after which an event reopens an issue. If errmon closed the issue as quiet, it is
// the time up to which the sources had been read.
func closing(issue Issue) time.Time {
	if quiet := issue.Marker.Quiet.Time(); !quiet.IsZero() && quiet.Before(issue.ClosedAt) {
		return quiet
	}
	return issue.ClosedAt
}

// regressed reports whether an event after the closing was newly counted, taken over from another marker, or
// counted while the state was held. Last alone proves nothing: a fast clock's event may be counted already.
func regressed(a Action) bool {
	closed, before := closing(a.Issue), a.Issue.Marker
	switch {
	case !a.Next.Last.Time().After(closed):
		return false
	case before.Held:
		return true
	case !grew(before, a.Next):
		return false
	}
	logged := some(a.Next.Sources, func(name string, tally count.Tally) bool {
		return some(tally.Cells, func(minute count.Minute, n int64) bool {
			return minute >= count.MinuteOf(closed) && n > before.Sources[name].Cells[minute]
		})
	})
	return logged || len(a.Merge)+len(a.Join) > 0 || deliveredAfter(closed, a) || some(a.Next.Sentry, func(id string, n int64) bool {
		return n > before.Sentry[id] && a.Next.Pages[id].Last.Time().After(closed)
	})
}

func deliveredAfter(closed time.Time, a Action) bool {
	return some(a.Next.Deliveries, func(kind string, inbox count.Inbox) bool {
		return inbox.Count > a.Issue.Marker.Deliveries[kind].Count && inbox.Newest.Time().After(closed)
	})
}

// grew reports whether the count, the total of a log group, or that of a Sentry issue is larger than before.
func grew(before, after marker.Marker) bool {
	return after.Count() > before.Count() ||
		some(after.Sources, func(name string, tally count.Tally) bool { return tally.Total() > before.Sources[name].Total() }) ||
		some(after.Sentry, func(id string, n int64) bool { return n > before.Sentry[id] })
}

func some[K comparable, V any](m map[K]V, holds func(K, V) bool) bool {
	for key, value := range m {
		if holds(key, value) {
			return true
		}
	}
	return false
}

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

// silence returns how long an error must be silent to count as quiet, 1 to 90 days. If the n events were
// spread at random over the span from first to last and the silence after it, all would fall within the span
// with probability (span/(span+silence))^(n-1). The silence makes this 1 %.
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

// readUpTo returns up to when all sources of an error were read in this run; zero if one was not.
func readUpTo(m marker.Marker, in Input) time.Time {
	earliest := in.Now
	if in.ReadsSentry && len(m.Sentry) > 0 && in.States == nil {
		return time.Time{}
	}
	for name := range m.Sources {
		if at := in.Read[name]; at.Before(earliest) { // zero if it was not read
			earliest = at
		}
	}
	return earliest
}
