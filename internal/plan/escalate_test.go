package plan

import (
	"testing"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
)

func TestEscalation(t *testing.T) {
	for _, tt := range []struct {
		name          string
		kind          Kind
		reason        Reason
		before, after int64
		from, to      string
		want          Reason
	}{
		{"a hundred", Update, MoreEvents, 99, 100, "error", "error", TenTimes},
		{"past a hundred", Update, MoreEvents, 100, 999, "error", "error", ""},
		{"a thousand", Update, MoreEvents, 100, 1000, "error", "error", TenTimes},
		{"two powers at once", Update, MoreEvents, 3, 5000, "error", "error", TenTimes},
		{"ten are nothing", Update, MoreEvents, 9, 10, "error", "error", ""},
		{"worse", Update, MoreEvents, 3, 4, "error", "fatal", HigherLevel},
		{"better", Update, MoreEvents, 3, 4, "fatal", "error", ""},
		{"new", Create, FirstSeen, 0, 5000, "", "fatal", ""},
		{"reopened", Reopen, Regression, 9, 5000, "error", "fatal", Regression},
		{"its marker was lost", Update, Repaired, 0, 5000, "", "error", ""},
		{"nothing is written", Keep, NothingNew, 99, 100, "error", "error", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := Action{Kind: tt.kind, Reason: tt.reason, Issue: Issue{Open: tt.kind != Reopen, Marker: counted(tt.before, tt.from)}, Next: counted(tt.after, tt.to)}
			if comment(&a, Input{Writing: now}); a.Comment != tt.want {
				t.Errorf("got %q", a.Comment)
			}
		})
	}
}

func counted(n int64, level string) marker.Marker {
	m := marker.Marker{Level: level}
	m.SetSource(shop, count.Tally{Frozen: n})
	return m
}

// An error that takes over another issue or a row is as severe as the worse of the two.
func TestUnitedErrorsHaveTheWorseLevel(t *testing.T) {
	double, waiting := issue(2, "exc1:a", 7), row("exc1:a", 7, OverMax)
	double.Marker.Level, waiting.Marker.Level = "fatal", "fatal"
	locked := issue(1, "exc1:a", 5)
	locked.Locked = true
	for name, in := range map[string]Input{
		"a double": {Issues: []Issue{issue(1, "exc1:a", 5), double}},
		"a row":    {Issues: []Issue{issue(1, "exc1:a", 5)}, Waiting: []marker.Row{waiting}},
		"a row of the issue that follows": {Issues: []Issue{locked}, Waiting: []marker.Row{waiting},
			Groups: []*grouping.Group{group("exc1:a", 1, time.Minute)}},
	} {
		in.Now, in.Rules = now, Rules{MinEvents: 1, MaxNew: 10}
		for _, a := range Plan(in) {
			if a.Writes() && a.Reason != Duplicate && a.Next.Level != "fatal" {
				t.Errorf("%s: %s, %s at level %q", name, a.Kind, a.Reason, a.Next.Level)
			}
		}
	}
}
