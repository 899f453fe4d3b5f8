package plan

import (
	"slices"
	"strconv"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
)

// This file decides what is worth a comment, which notifies people: a reopening, the
// end of a snooze during which it happened, and an error that grew worse.

// comment notes what the action is worth in its comment, unless a marker says that it was posted.
func comment(a *Action, in Input) {
	a.Comment, a.Note = "", ""
	switch {
	case a.Kind == Reopen:
		a.Comment, a.Note = a.Reason, "regression "+a.Issue.ClosedAt.UTC().Format(time.RFC3339)
	case a.Reason == SnoozeOver && a.Next.Count() > a.Issue.Marker.Count():
		a.Comment, a.Note = SnoozeOver, "snooze "+mutedSince(a.Issue, in).Format(time.RFC3339)
	case a.Reason != SnoozeOver && a.Issue.Open && in.Writing.Sub(told(*a).At.Time()) >= day:
		if a.Comment = a.Escalation(); a.Comment != "" {
			a.Note = "escalation after " + told(*a).At.Time().UTC().Format(time.RFC3339) // the same in a run beside this one
		}
	}
	if a.Note == "" || slices.Contains(a.Issue.Marker.Commented, a.Note) {
		a.Comment, a.Note = "", ""
		return
	}
	a.Next.Commented = append(a.Next.Commented, a.Note)
	a.Next.Told = marker.Told{At: count.At(in.Writing), Count: a.Next.Count(), Level: a.Next.Level}
}

// told is what people know of an error: what the last comment said, or else the issue.
func told(a Action) marker.Told {
	if t := a.Issue.Marker.Told; t.At != 0 {
		return t
	}
	return marker.Told{Count: a.Issue.Marker.Count(), Level: a.Issue.Marker.Level}
}

// Escalation returns how an error that people know grew worse: HigherLevel, or
// TenTimes if its count reached another power of ten, from 100 on; else nothing.
func (a Action) Escalation() Reason {
	if a.Kind != Update || a.Reason == Repaired {
		return ""
	}
	known := told(a)
	before, _ := event.ParseLevel(known.Level)
	now, _ := event.ParseLevel(a.Next.Level)
	switch {
	case now > before:
		return HigherLevel
	case magnitude(a.Next.Count()) > max(1, magnitude(known.Count)):
		return TenTimes
	}
	return ""
}

// magnitude is the number of digits behind the first.
func magnitude(n int64) int { return len(strconv.FormatInt(n, 10)) - 1 }
