package plan

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

func TestSilence(t *testing.T) {
	tests := []struct {
		name string
		n    int64
		span time.Duration
		want time.Duration
	}{
		{"once", 1, 0, 90 * day},
		{"twice at once", 2, 0, day},
		{"twice in an hour", 2, time.Hour, 99 * time.Hour},
		{"twice in a week", 2, 7 * day, 90 * day},
		{"three times in a week", 3, 7 * day, 63 * day},
		{"a hundred in a month", 100, 30 * day, 34*time.Hour + 17*time.Minute},
		{"a million in a year", 1_000_000, 365 * day, day},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := marker.Marker{}
			m.Span(now.Add(-tt.span), now)
			m.SetSource(shop, count.Tally{Frozen: tt.n})
			if got := silence(m); (got - tt.want).Abs() > time.Minute {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// TestCourse covers issues that are locked or were closed long ago, and checks which of an error's issues
// takes new events.
func TestCourse(t *testing.T) {
	with := func(i Issue, change func(*Issue)) Issue {
		change(&i)
		return i
	}
	first := issue(1, "exc1:a", 5)
	locked := with(first, func(i *Issue) { i.Locked = true })
	old := closed(first, "", 100*day)
	recent := closed(first, "", 89*day)
	next := func(number int, after int) Issue {
		return with(issue(number, "exc1:a", 2), func(i *Issue) { i.Marker.After = after })
	}
	muted := closed(first, NotPlanned, 100*day)
	ofSource := with(closed(issue(3, "sen1:7", 2), "", 100*day), func(i *Issue) { i.Marker.Alias("exc1:a") })
	waits := row("exc1:a", 2, BelowMin)
	waits.Marker.After = 1
	seen := []*grouping.Group{group("exc1:a", 3, time.Minute)}
	both := []*grouping.Group{joined("msg1:a", "msg1:b")}
	message := func(number int, key string) Issue { return issue(number, key, 5) }
	rules := Rules{MinEvents: 1, MaxNew: 10, ReopenWindow: 90 * day, CloseAfter: time.Minute}

	tests := []struct {
		name  string
		in    Input
		want  []outcome
		after int // of the last action
	}{
		{"closed within reopen-window", Input{Issues: []Issue{recent}, Groups: seen}, []outcome{{1, "exc1:a", Reopen, Regression, 8}}, 0},
		{"closed before reopen-window", Input{Issues: []Issue{old}, Groups: seen},
			[]outcome{{1, "exc1:a", Keep, Expired, 5}, {0, "exc1:a", Create, FirstSeen, 3}}, 1},
		{"closed before reopen-window, and nothing happens", Input{Issues: []Issue{old}}, []outcome{{1, "exc1:a", Keep, Expired, 5}}, 0},
		{"muted long ago", Input{Issues: []Issue{muted}, Groups: seen}, []outcome{{1, "exc1:a", Mute, NotPlanned, 8}}, 0},
		{"locked", Input{Issues: []Issue{locked}, Groups: seen},
			[]outcome{{1, "exc1:a", Keep, Locked, 5}, {0, "exc1:a", Create, FirstSeen, 3}}, 1},
		{"locked, and nothing happens", Input{Issues: []Issue{locked}}, []outcome{{1, "exc1:a", Keep, Locked, 5}}, 0},
		{"locked and closed, and an event is late", Input{Issues: []Issue{closed(locked, "", time.Second)}, Groups: seen},
			[]outcome{{1, "exc1:a", Keep, Locked, 5}}, 0},
		{"locked and ignored", Input{Issues: []Issue{with(locked, func(i *Issue) { i.Ignored = true })}, Groups: seen},
			[]outcome{{1, "exc1:a", Mute, IgnoreLabel, 8}}, 0},
		{"locked and quiet", Input{Read: map[string]time.Time{shop: now}, Issues: []Issue{locked}}, []outcome{{1, "exc1:a", Keep, Locked, 5}}, 0},
		{"the next one counts", Input{Issues: []Issue{old, next(2, 1)}, Groups: seen},
			[]outcome{{1, "exc1:a", Keep, Expired, 5}, {2, "exc1:a", Update, MoreEvents, 5}}, 1},
		{"the next one counts though people opened the old one", Input{Issues: []Issue{first, next(2, 1)}, Groups: seen},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}, {2, "exc1:a", Update, MoreEvents, 5}}, 1},
		{"the third of three", Input{Issues: []Issue{first, closed(next(2, 1), "", 95*day), next(3, 2)}, Groups: seen},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}, {2, "exc1:a", Keep, Expired, 2}, {3, "exc1:a", Update, MoreEvents, 5}}, 2},
		{"the one between was deleted", Input{Issues: []Issue{first, next(3, 2)}, Groups: seen},
			[]outcome{{1, "exc1:a", Keep, NothingNew, 5}, {3, "exc1:a", Update, MoreEvents, 5}}, 2},
		{"people merged the next one back", Input{Issues: []Issue{first, closed(next(2, 1), ClosedAsDup, day)}, Groups: seen},
			[]outcome{{1, "exc1:a", Update, MoreEvents, 8}, {2, "exc1:a", Mute, ClosedAsDup, 2}}, 1},
		{"people mute the next one", Input{Issues: []Issue{old, closed(next(2, 1), NotPlanned, day)}, Groups: seen},
			[]outcome{{1, "exc1:a", Keep, Expired, 5}, {2, "exc1:a", Mute, NotPlanned, 5}}, 1},
		{"two runs filed the next one", Input{Issues: []Issue{old, next(2, 1), next(3, 1)}},
			[]outcome{{1, "exc1:a", Keep, Expired, 5}, {2, "exc1:a", Keep, NothingNew, 2}, {3, "exc1:a", Close, Duplicate, 2}}, 1},
		{"the next one waits", Input{Issues: []Issue{old}, Waiting: []marker.Row{waits}, Rules: Rules{MinEvents: 9, MaxNew: 9, ReopenWindow: 90 * day}, Groups: seen},
			[]outcome{{1, "exc1:a", Keep, Expired, 5}, {0, "exc1:a", Wait, BelowMin, 5}}, 1},
		{"the next one waited, and is filed", Input{Issues: []Issue{old}, Waiting: []marker.Row{waits}, Read: map[string]time.Time{shop: now}},
			[]outcome{{1, "exc1:a", Keep, Expired, 5}, {0, "exc1:a", Create, FirstSeen, 2}}, 1},
		{"one template with an expired one", Input{Issues: []Issue{closed(message(1, "msg1:a"), "", 100*day), message(2, "msg1:b")}, Groups: both},
			[]outcome{{1, "msg1:a", Keep, Expired, 5}, {2, "msg1:b", Update, MoreEvents, 6}}, 0},
		{"an expired one of another source", Input{Issues: []Issue{first, ofSource}, Groups: seen},
			[]outcome{{1, "exc1:a", Update, MoreEvents, 8}, {3, "sen1:7", Keep, Expired, 2}}, 0},
		{"archived", Input{Archive: []Issue{with(old, func(i *Issue) { i.Archived = true })}, Groups: seen}, []outcome{{0, "exc1:a", Create, FirstSeen, 3}}, 1},
		{"forgotten, then archived", Input{Issues: []Issue{old, closed(createdAgo(2, 200*day), "", 99*day)}, Filed: []int{1}},
			[]outcome{{1, "exc1:a", Keep, Leaving, 5}, {2, "exc1:2", Update, Archived, 5}}, 0},
		{"muted ones are not archived", Input{Issues: []Issue{muted}, Filed: []int{}}, []outcome{{1, "exc1:a", Mute, NotPlanned, 5}}, 0},
		{"locked ones are not archived", Input{Issues: []Issue{closed(locked, "", 100*day)}, Filed: []int{}}, []outcome{{1, "exc1:a", Keep, Locked, 5}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := tt.in
			in.Now = now
			if in.Rules.MaxNew == 0 {
				in.Rules = rules
			}
			actions := Plan(in)
			if diff := cmp.Diff(tt.want, outcomes(actions)); diff != "" {
				t.Error(diff)
			}
			if got := actions[len(actions)-1].Next.After; got != tt.after {
				t.Errorf("names #%d as the one before, want #%d", got, tt.after)
			}
		})
	}
}

// A successor counts only the events that its predecessor did not count, even if the same minutes are read
// again and now hold more of its events.
func TestNextIssueCountsWhatIsNew(t *testing.T) {
	locked := issue(1, "exc1:a", 5)
	locked.Locked = true
	minute := count.MinuteOf(now.Add(-10 * time.Minute))
	tally := locked.Marker.Sources[shop]
	tally.Cells = map[count.Minute]int64{minute: 2, minute + 1: 1}
	locked.Marker.SetSource(shop, tally)
	in := Input{Now: now, Rules: Rules{MinEvents: 1, MaxNew: 10, Lateness: 15 * time.Minute}, Read: map[string]time.Time{shop: now}, Issues: []Issue{locked}}
	see := func(cells map[count.Minute]int64) []Action {
		g := group("exc1:a", 1, 8*time.Minute)
		g.Sources[shop].Cells = cells
		in.Groups = []*grouping.Group{g}
		return Plan(in)
	}
	if got := see(map[count.Minute]int64{minute: 2, minute + 1: 1}); len(got) != 1 {
		t.Fatalf("read again, it is filed anew: %v", outcomes(got))
	}
	filed := see(map[count.Minute]int64{minute: 2, minute + 1: 4, minute + 3: 1})[1]
	if filed.Kind != Create || filed.Count() != 4 {
		t.Fatalf("%s with %d events, want 4", filed.Kind, filed.Count())
	}
	in.Issues = append(in.Issues, Issue{Number: 2, Open: true, Marker: filed.Next})
	if again := see(map[count.Minute]int64{minute: 3, minute + 1: 4, minute + 3: 1})[1]; again.Kind != Update || again.Count() != 5 {
		t.Errorf("%s with %d events, want 5", again.Kind, again.Count())
	}
}

// errmon changes an issue's state at most twice in 24 hours, and never closes an issue within 24 hours of
// reopening it.
func TestFlapping(t *testing.T) {
	changes := func(all ...marker.Change) []marker.Change { return all }
	shut := func(ago time.Duration) marker.Change { return marker.Change{At: count.At(now.Add(-ago))} }
	open := func(ago time.Duration) marker.Change {
		return marker.Change{At: count.At(now.Add(-ago)), Open: true}
	}
	tests := []struct {
		name    string
		changes []marker.Change
		open    bool // the issue is open and quiet; else it is closed and the error happens again
		want    outcome
	}{
		{"reopened the first time", nil, false, outcome{1, "exc1:a", Reopen, Regression, 6}},
		{"reopened after errmon closed it", changes(shut(time.Hour)), false, outcome{1, "exc1:a", Reopen, Regression, 6}},
		{"closed by people after that", changes(shut(2*time.Hour), open(time.Hour)), false, outcome{1, "exc1:a", Update, Flapping, 6}},
		{"a day later", changes(shut(25*time.Hour), open(24*time.Hour)), false, outcome{1, "exc1:a", Reopen, Regression, 6}},
		{"closed the first time", nil, true, outcome{1, "exc1:a", Close, Quiet, 5}},
		{"not closed a day after reopening", changes(open(23 * time.Hour)), true, outcome{1, "exc1:a", Keep, Flapping, 5}},
		{"closed after that", changes(open(24 * time.Hour)), true, outcome{1, "exc1:a", Close, Quiet, 5}},
		{"closed after people opened it", changes(shut(time.Hour)), true, outcome{1, "exc1:a", Close, Quiet, 5}},
		{"not a third time", changes(open(20*time.Hour), shut(time.Hour)), true, outcome{1, "exc1:a", Keep, Flapping, 5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := issue(1, "exc1:a", 5)
			in := Input{Now: now, Rules: Rules{CloseAfter: time.Minute}, Read: map[string]time.Time{shop: now}}
			if !tt.open {
				i, in.Groups = closed(i, "", 10*time.Minute), []*grouping.Group{group("exc1:a", 1, time.Minute)}
			}
			i.Marker.Changes = tt.changes
			in.Issues = []Issue{i}
			actions := Plan(in)
			if diff := cmp.Diff([]outcome{tt.want}, outcomes(actions)); diff != "" {
				t.Error(diff)
			}
			changed := actions[0].Kind == Close || actions[0].Kind == Reopen
			if more := len(actions[0].Next.Changes) - len(tt.changes); more != map[bool]int{true: 1}[changed] {
				t.Errorf("%d changes noted", more)
			}
			if held := !tt.open && !changed; actions[0].Next.Held != held {
				t.Errorf("held: %v", actions[0].Next.Held)
			}
		})
	}
}

// Two first runs filed one error, the second with another lookback. Events that only one of them saw count
// too.
func TestDuplicateThatIsFrozenFurther(t *testing.T) {
	earlier, later := issue(1, "exc1:a", 0), issue(2, "exc1:a", 0)
	earlier.Marker.Sources = map[string]count.Tally{shop: {Through: count.MinuteOf(now.Add(-time.Hour)), Frozen: 3}}
	later.Marker.Sources = map[string]count.Tally{shop: {Through: count.MinuteOf(now.Add(-20 * time.Minute)), Frozen: 2}}
	in := Input{Now: now, Rules: Rules{MinEvents: 1}, Issues: []Issue{earlier, later}, Groups: []*grouping.Group{group("exc1:a", 2, 30*time.Minute)}}
	if a := Plan(in)[0]; a.Count() != 5 {
		t.Errorf("%d events, want 5", a.Count())
	}
}
