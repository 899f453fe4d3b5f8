package count

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMinuteOf(t *testing.T) {
	for _, tt := range []struct {
		at   time.Time
		want Minute
	}{
		{time.Time{}, 0},
		{time.Unix(59, 999), 0},
		{time.Unix(60, 0), 1},
		{time.Unix(-1, 0), -1},
		{time.Date(2026, 11, 22, 10, 30, 59, 0, time.UTC), 29922390},
	} {
		if got := MinuteOf(tt.at); got != tt.want {
			t.Errorf("MinuteOf(%v) = %d, want %d", tt.at, got, tt.want)
		}
	}
}

func TestTally(t *testing.T) {
	tests := []struct {
		name  string
		start Tally
		do    func(*Tally)
		want  Tally
	}{
		{
			"a cell is set to the larger, never added", Tally{Cells: map[Minute]int64{5: 3, 6: 9}},
			func(t *Tally) { t.Observe(map[Minute]int64{5: 4, 6: 1, 7: 2}) },
			Tally{Cells: map[Minute]int64{5: 4, 6: 9, 7: 2}},
		},
		{
			"a frozen minute is ignored", Tally{Through: 5, Frozen: 8},
			func(t *Tally) { t.Observe(map[Minute]int64{4: 100, 5: 100, 6: 1}) },
			Tally{Through: 5, Frozen: 8, Cells: map[Minute]int64{6: 1}},
		},
		{
			"freezing keeps the total and the day", Tally{Cells: map[Minute]int64{5: 3, 1440: 2, 1441: 1}},
			func(t *Tally) { t.Freeze(1440) },
			Tally{Through: 1440, Frozen: 5, Cells: map[Minute]int64{1441: 1}, Days: map[Day]int64{0: 3, 1: 2}},
		},
		{
			"freezing never goes back", Tally{Through: 9, Frozen: 1, Cells: map[Minute]int64{10: 1}},
			func(t *Tally) { t.Freeze(8) },
			Tally{Through: 9, Frozen: 1, Cells: map[Minute]int64{10: 1}},
		},
		{
			"the newest event is linked, of equals the larger address", Tally{},
			func(t *Tally) {
				t.Link("b", time.UnixMilli(2))
				t.Link("a", time.UnixMilli(2))
				t.Link("c", time.UnixMilli(1))
			},
			Tally{URL: "b", Newest: 2},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.start
			tt.do(&got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestObserveLeavesTheOriginalAlone(t *testing.T) {
	original := Tally{Cells: map[Minute]int64{5: 1}}
	changed := original
	changed.Observe(map[Minute]int64{5: 9})
	changed.Freeze(5)
	if original.Cells[5] != 1 {
		t.Error("a copy's change shows in the original")
	}
}

// TestReadingInAnyWayCountsTheSame checks that the total is right even if windows overlap and repeat, as long
// as every minute is read completely before it is frozen.
func TestReadingInAnyWayCountsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		truth := rapid.MapOfN(rapid.Map(rapid.Int64Range(1, 200), func(n int64) Minute { return Minute(n) }),
			rapid.Int64Range(1, 50), 1, 60).Draw(t, "truth")
		var tally Tally
		end := Minute(0)
		for end < 200 {
			from := max(1, end-Minute(rapid.Int64Range(0, 30).Draw(t, "overlap")))
			end = min(200, max(end, from)+Minute(rapid.Int64Range(1, 60).Draw(t, "length")))
			for range rapid.IntRange(1, 3).Draw(t, "times") {
				tally.Observe(window(truth, from, end))
			}
			tally.Freeze(end - Minute(rapid.Int64Range(0, 40).Draw(t, "lateness")))
		}
		var want int64
		for _, n := range truth {
			want += n
		}
		if got := tally.Total(); got != want {
			t.Fatalf("counted %d, truth is %d", got, want)
		}
	})
}

func window(truth map[Minute]int64, from, end Minute) map[Minute]int64 {
	seen := maps.Clone(truth)
	maps.DeleteFunc(seen, func(m Minute, _ int64) bool { return m < from || m > end })
	return seen
}

func TestMergeOfTwoCountsOfTheSameEvents(t *testing.T) {
	a := Tally{Through: 100, Frozen: 5, Cells: map[Minute]int64{101: 2, 111: 4}, URL: "a", Newest: 9}
	b := Tally{Through: 110, Frozen: 6, Cells: map[Minute]int64{111: 1, 112: 1}, URL: "b", Newest: 7}
	want := Tally{Through: 110, Frozen: 7, Cells: map[Minute]int64{111: 4, 112: 1}, Days: map[Day]int64{0: 2}, URL: "a", Newest: 9}
	for name, got := range map[string]Tally{"a with b": Tally.Merge(a, b), "b with a": Tally.Merge(b, a)} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Two retired issues of errors that turned out to be one have a common successor, which must not count the
// events that either of them counted.
func TestJoinKeepsWhatEitherIssueBeforeCounted(t *testing.T) {
	a := Tally{Through: 4, Prior: map[Minute]int64{5: 1, 6: 3}}
	b := Tally{Through: 5, Prior: map[Minute]int64{6: 2, 7: 1}}
	for name, got := range map[string]Tally{"a with b": Tally.Join(a, b), "b with a": Tally.Join(b, a)} {
		got.Observe(map[Minute]int64{6: 5, 7: 2})
		want := Tally{Through: 5, Cells: map[Minute]int64{7: 1}, Prior: map[Minute]int64{6: 5, 7: 1}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
