package cloudwatch

import (
	"strconv"
	"testing"
	"time"
)

// However long a read is, only the ids of the last few minutes are kept.
func TestRecentForgets(t *testing.T) {
	var r recent
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	const n, step = 100_000, 100 * time.Millisecond
	for i := range n {
		if !r.add(at.Add(time.Duration(i)*step), "s", strconv.Itoa(i)) {
			t.Fatalf("id %d was new", i)
		}
		if held, most := len(r.current)+len(r.previous), int(2*memory/step); held > most {
			t.Fatalf("holds %d ids, want %d at most", held, most)
		}
	}
	for i := n - int(memory/step); i < n; i++ {
		if r.add(at.Add(n*step), "s", strconv.Itoa(i)) {
			t.Fatalf("id %d of the last %v was forgotten", i, memory)
		}
	}
}
