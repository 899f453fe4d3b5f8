package plan

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

func TestSnoozeLabels(t *testing.T) {
	tests := []struct {
		label string
		want  time.Duration
	}{
		{"errmon:snooze-7d", 7 * day}, {"Errmon:Snooze-30D", 30 * day}, {"errmon:snooze-0d", 0}, {"errmon:snooze-7", 0}, {"errmon:snooze--7d", 0},
		{"errmon:snooze-99999d", 0}, {"other:snooze-7d", 0}, {"errmon2:snooze-7d", 0}, {"errmon:snooze-7d ", 0}, {"errmon", 0}, {"err", 0},
	}
	for _, tt := range tests {
		if got := ReadSnooze([]string{"bug", tt.label}, "errmon"); got.For != tt.want {
			t.Errorf("%q: %v", tt.label, got)
		}
	}
	if got := ReadSnooze([]string{"errmon:snooze-1d", "errmon:snooze-20d"}, "errmon"); got.For != 20*day || len(got.Labels) != 2 {
		t.Errorf("two labels: %v", got)
	}
}

// TestMutes covers every kind of mute, and how it ends.
func TestMutes(t *testing.T) {
	with := func(change func(*Issue)) Issue {
		i := issue(1, "exc1:a", 5)
		change(&i)
		return i
	}
	ignored := with(func(i *Issue) { i.Ignored = true })
	notPlanned := closed(issue(1, "exc1:a", 5), NotPlanned, time.Hour)
	snoozed := with(func(i *Issue) { i.Snooze = Snooze{[]string{"errmon:snooze-7d"}, 7 * day} })
	closedAndSnoozed := closed(snoozed, "", time.Hour)
	since := func(i Issue, ago time.Duration) marker.Mute {
		return marker.Mute{By: mutedBy(i), Since: count.At(now.Add(-ago)), Ends: i.Snooze.For > 0}
	}
	counted := func(i Issue, ago time.Duration, n int64) marker.Mute {
		m := since(i, ago)
		m.Sources = map[string]count.Tally{shop: {Frozen: 5 + n, Through: count.MinuteOf(now.Add(-30 * time.Minute))}}
		return m
	}
	type result struct {
		Kind    Kind
		Reason  Reason
		Count   int64
		Comment Reason
		Unlabel int
		Since   time.Duration // before now
	}
	tests := []struct {
		name  string
		issue Issue
		mute  marker.Mute // on the dashboard; zero if there is none
		seen  bool        // whether one more event was seen
		want  result
	}{
		{"ignored", ignored, marker.Mute{}, true, result{Mute, IgnoreLabel, 6, "", 0, 0}},
		{"ignored for a month", ignored, counted(ignored, 30*day, 90), true, result{Mute, IgnoreLabel, 96, "", 0, 30 * day}},
		{"no longer ignored", issue(1, "exc1:a", 5), counted(ignored, 30*day, 90), false, result{Update, MoreEvents, 95, "", 0, 0}},
		{"closed as not planned", notPlanned, since(notPlanned, day), true, result{Mute, NotPlanned, 6, "", 0, day}},
		{"closed as not planned, then opened", issue(1, "exc1:a", 5), counted(notPlanned, day, 2), true, result{Update, MoreEvents, 8, "", 0, 0}},
		{"snoozed", snoozed, marker.Mute{}, true, result{Mute, Snoozed, 6, "", 0, 0}},
		{"snoozed, six days ago", snoozed, counted(snoozed, 6*day, 3), true, result{Mute, Snoozed, 9, "", 0, 6 * day}},
		{"snooze is over, and nothing happened", snoozed, since(snoozed, 7*day), false, result{Update, SnoozeOver, 5, "", 1, 0}},
		{"snooze is over, and it happened", snoozed, counted(snoozed, 7*day, 3), false, result{Update, SnoozeOver, 8, SnoozeOver, 1, 0}},
		{"snooze is over, and it happens now", snoozed, since(snoozed, 8*day), true, result{Update, SnoozeOver, 6, SnoozeOver, 1, 0}},
		{"snooze is over, and it grew a hundredfold", snoozed, counted(snoozed, 7*day, 995), false, result{Update, SnoozeOver, 1000, SnoozeOver, 1, 0}},
		{"snoozed while closed", closedAndSnoozed, since(closedAndSnoozed, day), true, result{Mute, Snoozed, 6, "", 0, day}},
		{"snooze of a closed one is over", closedAndSnoozed, counted(closedAndSnoozed, 7*day, 1), true, result{Reopen, Regression, 7, Regression, 1, 0}},
		{"snooze of a locked one is over", with(func(i *Issue) { i.Snooze, i.Locked = snoozed.Snooze, true }), since(snoozed, 8*day), true,
			result{Mute, Snoozed, 6, "", 0, 8 * day}},
		{"snoozed for longer", snoozed, since(with(func(i *Issue) { i.Snooze.For = day }), 30*day), true, result{Mute, Snoozed, 6, "", 0, 0}},
		{"snoozed after it was ignored", snoozed, since(ignored, 30*day), true, result{Mute, Snoozed, 6, "", 0, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := Input{Now: now, Rules: Rules{MinEvents: 1, MaxNew: 10}, Read: map[string]time.Time{shop: now}, Issues: []Issue{tt.issue}}
			if tt.mute.By != "" {
				in.Muted = map[int]marker.Mute{1: tt.mute}
			}
			if tt.seen {
				in.Groups = []*grouping.Group{group("exc1:a", 1, time.Minute)}
			}
			a := Plan(in)[0]
			got := result{a.Kind, a.Reason, a.Count(), a.Comment, len(a.Unlabel), 0}
			if a.Kind == Mute {
				got.Since = now.Sub(a.Mute.Since.Time())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A muted error that becomes a hundred times as frequent within a day is worth one message.
func TestSurge(t *testing.T) {
	today := count.MinuteOf(now).Day()
	tests := []struct {
		name         string
		before, days map[count.Day]int64 // counts in the issue, and now
		surged       bool                // whether it surged before
		want         bool
	}{
		{"a hundredfold", map[count.Day]int64{today - 3: 2}, map[count.Day]int64{today - 3: 2, today: 200}, false, true},
		{"a little less", map[count.Day]int64{today - 3: 2}, map[count.Day]int64{today - 3: 2, today: 199}, false, false},
		{"once only", map[count.Day]int64{today - 3: 2}, map[count.Day]int64{today - 3: 2, today: 300}, true, false},
		{"a frequent error, muted today", map[count.Day]int64{today: 500}, map[count.Day]int64{today: 1000}, false, false},
		{"as often as yesterday", nil, map[count.Day]int64{today - 1: 400, today: 500}, false, false},
		{"past midnight by a clock that is ahead", map[count.Day]int64{today - 3: 2}, map[count.Day]int64{today - 3: 2, today: 200, today + 1: 100}, false, true},
		{"from nothing", map[count.Day]int64{today - 20: 1}, map[count.Day]int64{today: 100}, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := issue(1, "exc1:a", 0)
			i.Ignored = true
			i.Marker.Sources = map[string]count.Tally{shop: frozen(tt.before)}
			mute := marker.Mute{By: mutedBy(i), Since: count.At(now.Add(-5 * day)), Sources: map[string]count.Tally{shop: frozen(tt.days)}}
			if tt.surged {
				mute.Surged = count.At(now.Add(-time.Hour))
			}
			a := Plan(Input{Now: now, Issues: []Issue{i}, Muted: map[int]marker.Mute{1: mute}})[0]
			if a.Surged != tt.want || (a.Mute.Surged != 0) != (tt.want || tt.surged) {
				t.Errorf("surged: %v, %+v", a.Surged, a.Mute)
			}
		})
	}
}

func frozen(days map[count.Day]int64) count.Tally {
	t := count.Tally{Days: days, Through: count.MinuteOf(now.Add(-time.Hour))}
	for _, n := range days {
		t.Frozen += n
	}
	return t
}
