package count

import (
	"fmt"
	"testing"
	"time"
)

// inbox returns an Inbox that counted deliveries with these ids.
func inbox(ids ...string) Inbox {
	var b Inbox
	b.Take(delivered(ids...))
	return b
}

func delivered(ids ...string) IDs {
	var all IDs
	all.Add(7, ids...)
	return all.Hashed()
}

func TestInboxCountsEachDeliveryOnce(t *testing.T) {
	var storm []string
	for i := range 1001 {
		storm = append(storm, fmt.Sprint("event ", i))
	}
	both := inbox("a", "b")
	both.Take(delivered("b", "c"))
	twice := inbox(storm...)
	twice.Take(delivered(append(storm, storm[0])...))
	for _, tt := range []struct {
		name string
		got  Inbox
		want int64
		ids  int
	}{
		{"one id twice in a run", inbox("a", "a", "b"), 2, 2},
		{"one id in two runs", both, 3, 3},
		{"a storm is one delivery that counts as many", inbox(storm...), 1001, 1},
		{"a storm twice", twice, 1001, 1},
		{"merged", Inbox.Merge(inbox("a", "b"), inbox("b", "c")), 3, 3},
		{"merged the other way", Inbox.Merge(inbox("b", "c"), inbox("a", "b")), 3, 3},
		{"merged with itself", Inbox.Merge(inbox(storm...), inbox(storm...)), 1001, 1},
		{"joined", Inbox.Join(inbox("a", "b"), inbox("b", "c", "d")), 4, 4},
		{"joined with more than is kept", Inbox.Join(Inbox{IDs: IDs{"x": 1}, Count: 500}, Inbox{IDs: IDs{"x": 1, "y": 1}, Count: 300}), 799, 2},
	} {
		if tt.got.Count != tt.want || len(tt.got.IDs) != tt.ids {
			t.Errorf("%s: counted %d with %d ids, want %d with %d", tt.name, tt.got.Count, len(tt.got.IDs), tt.want, tt.ids)
		}
	}
}

// A delivery must be known right after it was counted, whatever was counted before. The run that counts it
// repeats until it finds the id.
func TestInboxKnowsWhatItReceives(t *testing.T) {
	var day []string
	for i := range MaxIDs {
		day = append(day, fmt.Sprint("event ", i))
	}
	for _, tt := range []struct {
		name   string
		before IDs
		day    Day
	}{
		{"older than all that is remembered", IDs{hash("newer"): 20}, 1},
		{"on a day with more than is remembered", delivered(day[:800]...), 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := Inbox{IDs: tt.before}
			for i, name := range day {
				var id IDs
				id.Add(tt.day, "late "+name)
				b.Receive(id.Hashed())
				if b.Shrink(800); !b.Knows(hash("late " + name)) {
					t.Fatalf("delivery %d is forgotten", i)
				}
			}
		})
	}
}

func TestInboxLinksTheNewest(t *testing.T) {
	var b Inbox
	b.Link("#a", "https://x/1", time.UnixMilli(5))
	b.Link("#b", "https://x/0", time.UnixMilli(5))
	b.Link("#c", "https://x/9", time.UnixMilli(4))
	if b.From != "#a" || b.URL != "https://x/1" || b.Newest != 5 {
		t.Errorf("links %+v", b)
	}
}
