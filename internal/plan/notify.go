package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/marker"
)

// This file decides what people are notified about. Issues of muted errors are not written; the dashboard
// counts their events, so no events are missing once an issue is unmuted. A comment notifies people when an
// issue is reopened, when its snooze ends and the error happened meanwhile, and when the error gets worse.

// Snooze is a temporary mute, set by labels such as errmon:snooze-7d.
type Snooze struct {
	Labels []string
	For    time.Duration // the longest period; 0 if the issue has no such label
}

var snoozeFor = regexp.MustCompile(`^:snooze-(\d{1,4})d$`)

// ReadSnooze reads the snooze labels among an issue's labels. label is the label of error issues.
func ReadSnooze(labels []string, label string) Snooze {
	var s Snooze
	for _, l := range labels {
		kind, ours := strings.CutPrefix(strings.ToLower(l), strings.ToLower(label))
		if m := snoozeFor.FindStringSubmatch(kind); ours && m != nil {
			days, _ := strconv.Atoi(m[1])
			s.Labels, s.For = append(s.Labels, l), max(s.For, time.Duration(days)*day)
		}
	}
	return s
}

// Muted reports whether people silenced the error, or a newer errmon wrote the issue.
func (i Issue) Muted() bool { return i.MutedBy() != "" }

// MutedBy returns what mutes the issue; empty if nothing does. A snooze counts until its label is removed.
func (i Issue) MutedBy() Reason {
	switch {
	case i.Newer:
		return NewerMarker
	case i.Ignored:
		return IgnoreLabel
	case !i.Open && i.Closed != "":
		return i.Closed
	case i.Snooze.For > 0:
		return Snoozed
	}
	return ""
}

func mutedBy(i Issue) string { return fmt.Sprintf("%s %s", i.MutedBy(), i.Snooze.For) }

// mutedSince returns when a run first saw the issue muted this way: GitHub's list lacks the times of labels.
func mutedSince(i Issue, in Input) time.Time {
	if m, ok := in.Muted[i.Number]; ok && m.By == mutedBy(i) {
		return m.Since.Time()
	}
	return in.Now
}

func unmuted(i Issue, in Input) marker.Marker {
	return marker.Merge(i.Marker, marker.Marker{Sources: in.Muted[i.Number].Sources})
}

// surgeFactor is how many times more often than before a muted error must happen to be worth a message.
const surgeFactor = 100

// mute returns what the dashboard keeps of a muted issue. An error surges if it happened surgeFactor times as
// often today as on any earlier day. Today's events that the issue already shows count as an earlier day's.
func mute(a Action, in Input) marker.Mute {
	m := marker.Mute{
		By: mutedBy(a.Issue), Since: count.At(mutedSince(a.Issue, in)), Ends: a.Reason == Snoozed, Surged: in.Muted[a.Issue.Number].Surged,
	}
	if grew(a.Issue.Marker, a.Next) {
		m.Sources = a.Next.Sources
	}
	today := count.MinuteOf(in.Now).Day()
	known, days := a.Issue.Marker.PerDay()[today], a.Next.PerDay()
	grown, most := days[today]-known, max(1, known)
	for day, n := range days {
		if day < today { // a clock that is ahead logs tomorrow's events
			most = max(most, n)
		}
	}
	if m.Surged == 0 && grown >= surgeFactor*most {
		m.Surged = count.At(in.Now)
	}
	return m
}

func comment(a *Action, in Input) {
	a.Comment, a.Note = "", ""
	before := a.Issue.Marker
	known := before.Told // what people were last told: by a comment, or else by the issue
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
		// An overlapping run writes the same note.
		reason, note = escalation(known, a.Next), "escalation after "+known.At.Time().UTC().Format(time.RFC3339)
	}
	if reason == "" || slices.Contains(before.Commented, note) {
		return
	}
	a.Comment, a.Note = reason, note
	a.Next.Commented = append(a.Next.Commented, note)
	a.Next.Told = marker.Told{At: count.At(in.Writing), Count: a.Next.Count(), Level: a.Next.Level}
}

// escalation returns HigherLevel, TenTimes if the count reached a new power of ten from 100 on, or nothing.
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
