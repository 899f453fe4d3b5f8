package plan

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/marker"
)

// This file is about muted errors. Their issues are not written; the dashboard counts
// them meanwhile, so that an issue that is no longer muted has every event.

// Snooze is a mute that ends, by labels such as errmon:snooze-7d.
type Snooze struct {
	Labels []string
	For    time.Duration // the longest; 0 if the issue carries no such label
}

var snoozeFor = regexp.MustCompile(`^:snooze-(\d{1,4})d$`)

// ReadSnooze reads the snooze labels among an issue's labels. label is that of error issues.
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

// Muted reports whether people want to hear no more of the error, or a newer errmon
// wrote the issue.
func (i Issue) Muted() bool { return i.MutedBy() != "" }

// MutedBy returns what mutes the issue; empty if nothing does.
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

// mutedBy tells mutes apart: another reason, or another number of days, begins anew.
func mutedBy(i Issue) string { return fmt.Sprintf("%s %s", i.MutedBy(), i.Snooze.For) }

// mutedSince is when a run first saw the issue muted. GitHub's list does not say when
// a label was added.
func mutedSince(i Issue, in Input) time.Time {
	if m, ok := in.Muted[i.Number]; ok && m.By == mutedBy(i) {
		return m.Since.Time()
	}
	return in.Now
}

// unmuted returns an issue's marker with what was counted while it was muted.
func unmuted(i Issue, in Input) marker.Marker {
	m := i.Marker.Clone()
	for name, tally := range in.Muted[i.Number].Sources {
		m.SetSource(name, m.Sources[name].Merge(tally))
		m.Span(time.Time{}, tally.Newest.Time())
	}
	return m
}

// mute returns what the dashboard keeps of a muted issue.
func mute(a Action, in Input) marker.Mute {
	m := marker.Mute{By: mutedBy(a.Issue), Since: count.At(mutedSince(a.Issue, in)), Surged: in.Muted[a.Issue.Number].Surged}
	if grew(a.Issue.Marker, a.Next) {
		m.Sources = a.Next.Sources
	}
	if m.Surged == 0 && surged(a, in) {
		m.Surged = count.At(in.Now)
	}
	return m
}

// surgeFactor is how many times as often as before a muted error must happen to be worth a message.
const surgeFactor = 100

// surged reports whether a muted error happened a hundred times as often today as on
// any earlier day. What was counted today before it was muted is known to people.
func surged(a Action, in Input) bool {
	today := count.MinuteOf(in.Now).Day()
	before, now := a.Issue.Marker.PerDay(), a.Next.PerDay()
	most := max(1, before[today])
	for day, n := range now {
		if day < today {
			most = max(most, n)
		}
	}
	return now[today]-before[today] >= surgeFactor*most
}
