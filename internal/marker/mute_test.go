package marker

import (
	"fmt"
	"testing"

	"github.com/org/errmon-action/internal/count"
)

// However many errors are muted, the dashboard's state stays small enough, waiting errors have room, and the
// newest mutes keep the time when they began. So does a snooze, which would never end otherwise.
func TestManyMutes(t *testing.T) {
	d := Dashboard{Muted: map[int]Mute{}, Waiting: []Row{{Title: "waits", Marker: Marker{Keys: []string{"exc1:a"}}}}}
	for n := range 500 {
		tally := count.Tally{Newest: count.Millis(n), URL: fmt.Sprintf("https://example.com/%d", n*7919), Days: map[count.Day]int64{}, Cells: map[count.Minute]int64{}}
		for i := range 300 {
			tally.Cells[count.Minute(20_000_000+i*n)] = int64(i * n * 7919 % 1000)
			tally.Days[count.Day(i)] = int64(i)
		}
		d.Muted[n] = Mute{By: "labelled ignore 0s", Since: count.Millis(n), Sources: map[string]count.Tally{"a": tally, "b": tally}}
	}
	snooze := d.Muted[3]
	snooze.Ends = true
	d.Muted[3] = snooze
	body := d.Section("The dashboard.")
	got, err := ReadDashboard(body)
	if err != nil || len(body) > maxDashboard || len(got.Waiting) != 1 || len(got.Muted) != MaxMuted || got.Muted[499].Since != 499 || got.Muted[3].Since != 3 {
		t.Errorf("%d characters, %d rows, %d mutes: %v", len(body), len(got.Waiting), len(got.Muted), err)
	}
	if newest := got.Muted[499].Sources["a"]; len(newest.Days) != MaxMutedDays || newest.Total() == 0 {
		t.Errorf("the newest mute lost its counts: %v", newest)
	}
}

// The choice of dropped counts must not be random, or each run would change the dashboard.
func TestManyMutesAtOnce(t *testing.T) {
	d := Dashboard{Muted: map[int]Mute{}}
	for n := range MaxMuted {
		tally := count.Tally{Newest: 7, Days: map[count.Day]int64{}}
		for i := range MaxMutedDays {
			tally.Days[count.Day(i)] = int64((n*7 + i + 1) * 48_271 * 48_271 % 2_147_483_647)
		}
		d.Muted[n] = Mute{Sources: map[string]count.Tally{fmt.Sprint("a", n*n): tally}}
	}
	body := d.Section("")
	for range 5 {
		if d.Section("") != body {
			t.Fatal("the same mutes are stored in two ways")
		}
	}
}
