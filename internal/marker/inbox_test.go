package marker

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inbox counts deliveries by their ids.
func inbox(ids ...string) Inbox {
	var b Inbox
	b.Take(DeliveryIDs(ids))
	return b
}

func TestInboxCountsEachDeliveryOnce(t *testing.T) {
	var storm []string
	for i := range 1000 {
		storm = append(storm, fmt.Sprint("event ", i))
	}
	both := inbox("a", "b")
	both.Take(DeliveryIDs([]string{"b", "c"}))
	twice := inbox(storm...)
	twice.Take(DeliveryIDs(append(storm, storm[0])))
	for _, tt := range []struct {
		name string
		got  Inbox
		want int64
		ids  int
	}{
		{"one id twice in a run", inbox("a", "a", "b"), 2, 2},
		{"one id in two runs", both, 3, 3},
		{"a storm is one delivery that counts as many", inbox(storm...), 1000, 1},
		{"a storm twice", twice, 1000, 1},
		{"merged", mergeInbox(inbox("a", "b"), inbox("b", "c")), 3, 3},
		{"merged the other way", mergeInbox(inbox("b", "c"), inbox("a", "b")), 3, 3},
		{"merged with itself", mergeInbox(inbox(storm...), inbox(storm...)), 1000, 1},
		{"joined", joinInbox(inbox("a", "b"), inbox("b", "c", "d")), 4, 4},
		{"joined with more than is kept", joinInbox(Inbox{IDs: []string{"x"}, Count: 500}, Inbox{IDs: []string{"x", "y"}, Count: 300}), 799, 2},
	} {
		if tt.got.Count != tt.want || len(tt.got.IDs) != tt.ids {
			t.Errorf("%s: counted %d with %d ids, want %d with %d", tt.name, tt.got.Count, len(tt.got.IDs), tt.want, tt.ids)
		}
	}
}

func TestMarkerKeepsTheLastDeliveries(t *testing.T) {
	m := Marker{Keys: []string{"msg1:a"}}
	var b Inbox
	for i := range 2 * MaxDeliveries {
		b.Take(DeliveryIDs([]string{fmt.Sprint(i)}))
	}
	b.Link("#alerts", "https://acme.slack.com/p1", time.UnixMilli(7))
	m.SetInbox("slack", b)
	section, err := m.Section("")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(section)
	if err != nil {
		t.Fatal(err)
	}
	want := Inbox{IDs: b.IDs[MaxDeliveries:], Count: 2 * MaxDeliveries, From: "#alerts", URL: "https://acme.slack.com/p1", Newest: 7}
	if diff := cmp.Diff(want, got.Deliveries["slack"]); diff != "" {
		t.Error(diff)
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
