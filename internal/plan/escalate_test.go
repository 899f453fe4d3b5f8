package plan

import (
	"testing"

	"github.com/org/errmon-action/internal/count"
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
