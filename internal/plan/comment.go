package plan

import (
	"slices"
	"strconv"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
)

// This file decides what is worth a comment, which notifies people: a reopening, the end
// of a snooze during which the error happened, and an error that got worse.

// comment sets the comment that an action is worth, unless the marker says that it was posted.
func comment(a *Action, in Input) {
	a.Comment, a.Note = "", ""
	before := a.Issue.Marker
	known := before.Told // what people know: the last comment, or else the issue
	if known.At == 0 {
		known = marker.Told{Count: before.Count(), Level: before.Level}
	}
	reason, note := Reason(""), ""
	switch {
	case a.Kind == Reopen:
		reason, note = a.Reason, "regression "+a.Issue.ClosedAt.UTC().Format(time.RFC3339)
	case a.Reason == SnoozeOver && a.Next.Count() > before.Count():
		reason, note = SnoozeOver, "snooze "+mutedSince(a.Issue, in).Format(time.RFC3339)
	case a.Kind == Update && a.Reason != SnoozeOver && a.Reason != Repaired && a.Issue.Open && in.Writing.Sub(known.At.Time()) >= day:
		reason, note = escalation(known, a.Next), "escalation after "+known.At.Time().UTC().Format(time.RFC3339) // the same in an overlapping run
	}
	if reason == "" || slices.Contains(before.Commented, note) {
		return
	}
	a.Comment, a.Note = reason, note
	a.Next.Commented = append(a.Next.Commented, note)
	a.Next.Told = marker.Told{At: count.At(in.Writing), Count: a.Next.Count(), Level: a.Next.Level}
}

// escalation returns how an error got worse than people know: HigherLevel, or TenTimes
// if its count reached another power of ten, from 100 on; else nothing.
func escalation(known marker.Told, next marker.Marker) Reason {
	before, _ := event.ParseLevel(known.Level)
	now, _ := event.ParseLevel(next.Level)
	magnitude := func(n int64) int { return len(strconv.FormatInt(n, 10)) - 1 }
	switch {
	case now > before:
		return HigherLevel
	case magnitude(next.Count()) > max(1, magnitude(known.Count)):
		return TenTimes
	}
	return ""
}
