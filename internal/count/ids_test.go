package count

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIDsRoundTrip(t *testing.T) {
	var storm IDs
	for i := range maxSingly + 1 {
		storm.Add(3, fmt.Sprint(i))
	}
	mixed := delivered("a", "b", "c")
	mixed.Add(9, hash("d"))
	mixed.AddAll(storm.Hashed())
	for name, ids := range map[string]IDs{"one": delivered("a"), "several days and a storm": mixed} {
		packed, err := json.Marshal(ids)
		if err != nil {
			t.Fatal(err)
		}
		var got IDs
		if err := json.Unmarshal(packed, &got); err != nil {
			t.Fatalf("%s: %v of %s", name, err, packed)
		}
		if diff := cmp.Diff(ids, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Markers may be public, and ids are foreign text.
func TestIDsAreStoredHashed(t *testing.T) {
	packed, err := json.Marshal(IDs{"card 4111": 7, "AAAAAAA:x": 7})
	if err != nil || strings.Contains(string(packed), "4111") || strings.Contains(string(packed), ":x") {
		t.Errorf("stored %s (%v)", packed, err)
	}
}

// The first versions stored a list of 64-bit hashes. Their deliveries must still be recognised.
func TestIDsOfFirstVersions(t *testing.T) {
	var b Inbox
	if err := json.Unmarshal([]byte(`{"i":["ypeBEsobvcI","PiPoFgA5WUo:1500"],"n":1501,"t":86400000}`), &b); err != nil {
		t.Fatal(err)
	}
	before := b.Count
	b.Take(delivered("a", "new"))
	if b.Count != before+1 {
		t.Errorf("counted %d more, want the new one", b.Count-before)
	}
}

func TestIDsAreForgotten(t *testing.T) {
	var b Inbox
	for i := range MaxIDs + 500 {
		var one IDs
		one.Add(Day(i/400), fmt.Sprint(i))
		b.Take(one.Hashed())
	}
	b.Shrink(MaxIDs)
	if len(b.IDs) != MaxIDs {
		t.Errorf("%d ids are kept", len(b.IDs))
	}
	if !b.Knows(hash(fmt.Sprint(MaxIDs + 499))) {
		t.Error("the newest is forgotten")
	}
	var later IDs
	later.Add(6+maxIDDays+1, "later")
	b.Take(later.Hashed())
	b.Shrink(MaxIDs)
	if len(b.IDs) != 1 {
		t.Errorf("%d ids are kept for longer than a week", len(b.IDs)-1)
	}
}

func FuzzIDs(f *testing.F) {
	f.Add([]byte(`{"3":"AAAAAAA,AAAAAAA:5"}`))
	f.Add([]byte(`["ypeBEsobvcI:x"]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var ids IDs
		if json.Unmarshal(data, &ids) != nil {
			return
		}
		if _, err := json.Marshal(ids); err != nil {
			t.Errorf("%v cannot be written: %v", ids, err)
		}
	})
}
