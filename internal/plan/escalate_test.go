package plan

import (
	"testing"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/marker"
)

func TestEscalated(t *testing.T) {
	for _, tt := range []struct {
		name          string
		kind          Kind
		reason        Reason
		before, after int64
		from, to      string
		want          bool
	}{
		{"a hundred", Update, MoreEvents, 99, 100, "error", "error", true},
		{"past a hundred", Update, MoreEvents, 100, 999, "error", "error", false},
		{"a thousand", Update, MoreEvents, 100, 1000, "error", "error", true},
		{"two powers at once", Update, MoreEvents, 3, 5000, "error", "error", true},
		{"ten are nothing", Update, MoreEvents, 9, 10, "error", "error", false},
		{"worse", Update, MoreEvents, 3, 4, "error", "fatal", true},
		{"better", Update, MoreEvents, 3, 4, "fatal", "error", false},
		{"new", Create, FirstSeen, 0, 5000, "", "fatal", false},
		{"reopened", Reopen, Regression, 9, 5000, "error", "fatal", false},
		{"its marker was lost", Update, Repaired, 0, 5000, "", "error", false},
		{"nothing is written", Keep, NothingNew, 99, 100, "error", "error", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := Action{Kind: tt.kind, Reason: tt.reason, Issue: Issue{Marker: counted(tt.before, tt.from)}, Next: counted(tt.after, tt.to)}
			if got := a.Escalated(); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func counted(n int64, level string) marker.Marker {
	m := marker.Marker{Level: level}
	m.SetSource(shop, count.Tally{Frozen: n})
	return m
}
