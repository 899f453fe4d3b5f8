package marker

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/org/errmon-action/internal/count"
)

// hashed returns ids in the form in which a marker stores them.
func hashed(day count.Day, ids ...string) count.IDs {
	var all count.IDs
	all.Add(day, ids...)
	return all.Hashed()
}

func sample() Marker {
	m := Marker{
		Keys:       []string{"exc1:0123456789", "msg1:abcdef"},
		Aliases:    []string{"msg1:1111"},
		Template:   "connect ECONNREFUSED <*> --> <!-- errmon:end -->",
		Service:    "checkout",
		Level:      "error",
		First:      count.At(time.Date(2026, 11, 20, 9, 0, 0, 5e6, time.UTC)),
		Last:       count.At(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)),
		Sentry:     map[string]int64{"4711": 12},
		Deliveries: map[string]count.Inbox{"slack": {IDs: hashed(20780, "a1", "b2"), Count: 2, From: "#alerts", URL: "https://x.slack.com/1", Newest: 7}},
		States:     map[string]count.Millis{"resolved:4711": 5},
		Commented:  []string{"regression 2026-11-21T00:00:00Z"},
		DupOf:      7,
	}
	m.SetSource("cloudwatch:eu-central-1:/ecs/shop", count.Tally{
		Through: 100, Frozen: 5, Cells: map[count.Minute]int64{101: 2, 103: 1}, Days: map[count.Day]int64{0: 5},
		URL: "https://example.com/x?a=1", Newest: 6180000,
	})
	return m
}

func TestMarkerRoundTrip(t *testing.T) {
	section := sample().Section("**3 events**")
	for name, body := range map[string]string{
		"alone":             section,
		"text of people":    "My notes\n\n" + section + "\n\nMore notes about <!-- errmon:state v1 x y -->",
		"quoted by people":  "> <!-- errmon:end -->\n\n" + section,
		"windows line ends": strings.ReplaceAll(section, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(sample(), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	section := sample().Section("text")
	damage := func(old, new string) string {
		changed := strings.Replace(section, old, new, 1)
		if changed == section {
			t.Fatalf("%q is not in the section", old)
		}
		return changed
	}
	state := section[strings.Index(section, "<!-- errmon:state"):]
	tests := []struct {
		name string
		body string
		want error
		key  string
	}{
		{"no section", "just a bug report", ErrNone, ""},
		{"newer section", damage("errmon:begin v1", "errmon:begin v2"), ErrNewer, "exc1:0123456789"},
		{"newer state", damage("errmon:state v1", "errmon:state v9"), ErrNewer, "exc1:0123456789"},
		{"a letter of the state changed", damage(state[40:50], "AAAAAAAAAA"), ErrDamaged, "exc1:0123456789"},
		{"key of another error pasted", damage("<!-- errmon:key", "<!-- errmon:key msg1:other -->\n<!-- errmon:key"), ErrDamaged, ""},
		{"state cut off", strings.Replace(section, state, "", 1), ErrDamaged, "exc1:0123456789"},
		{"state and key line gone", "<!-- errmon:begin v1 -->\nhello\n<!-- errmon:end -->", ErrDamaged, ""},
		{"checksum missing", "<!-- errmon:begin v1 -->\n<!-- errmon:state v1 -->", ErrDamaged, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Read(tt.body)
			if !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			want := Marker{}
			want.Own(tt.key)
			if diff := cmp.Diff(want, m, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMarkerStaysWithinItsSize(t *testing.T) {
	var m Marker
	var ids count.IDs
	for i := range 3000 {
		ids.AddAll(hashed(20780, fmt.Sprint(i)))
	}
	for i := range 200 {
		m.Own(fmt.Sprintf("exc1:%020d", i))
		m.Alias(fmt.Sprintf("msg1:%020d", i*7919))
		m.Commented = append(m.Commented, fmt.Sprintf("regression %d", i))
		tally := count.Tally{URL: fmt.Sprintf("https://example.com/%d", i*i), Newest: count.Millis(i)}
		cells := map[count.Minute]int64{}
		for minute := range 1200 {
			cells[count.Minute(29_000_000+minute)] = int64(1 + (minute*i)%977)
		}
		tally.Observe(cells)
		m.SetSource(fmt.Sprintf("cloudwatch:eu-central-1:/ecs/service-%d", i), tally)
	}
	for _, kind := range []string{"sentry", "slack", "text"} {
		m.SetInbox(kind, count.Inbox{IDs: ids, Count: 3000})
	}
	section := m.Section("text")
	if len(section) > maxEncoded+1000 {
		t.Errorf("section has %d characters", len(section))
	}
	got, err := Read(section)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Keys) != MaxKeys || got.Keys[0] != "exc1:00000000000000000000" || len(got.Aliases) > MaxAliases || len(got.Sources) != MaxSources {
		t.Errorf("kept %d keys, %d aliases, %d sources", len(got.Keys), len(got.Aliases), len(got.Sources))
	}
	for name, tally := range got.Sources {
		if tally.Total() != m.Sources[name].Total() {
			t.Errorf("%s: shrinking changed the total from %d to %d", name, m.Sources[name].Total(), tally.Total())
		}
	}
}

func TestDashboardStaysWithinItsSize(t *testing.T) {
	d := Dashboard{Read: map[string]count.Millis{"cloudwatch:eu-central-1:/ecs/shop": 5}}
	for i := range 300 {
		d.Filed = append(d.Filed, i*3)
		row := Row{Title: fmt.Sprintf("Error%x: cannot %x the %x", i*7919, i*104729, i*15485863), Reason: "more than max-new-issues"}
		row.Marker.Own(hashLike(i))
		row.Marker.SetSource("cloudwatch:eu-central-1:/ecs/shop", count.Tally{Cells: map[count.Minute]int64{count.Minute(29_000_000 + i): int64(i)}, URL: "https://example.com/" + hashLike(i)})
		d.Waiting = append(d.Waiting, row)
	}
	section := d.Section("text")
	got, err := ReadDashboard(section)
	if err != nil {
		t.Fatal(err)
	}
	if len(section) > maxDashboard+1000 {
		t.Errorf("section has %d characters", len(section))
	}
	if len(got.Waiting)+got.More != 300 || len(got.Waiting) > MaxWaiting || len(got.Waiting) < 50 || len(got.Filed) != 300 {
		t.Errorf("kept %d rows and %d more, %d tracked", len(got.Waiting), got.More, len(got.Filed))
	}
}

// If rows are still too long, the last ones are dropped, and counted.
func TestDashboardOfLongRows(t *testing.T) {
	var d Dashboard
	for i := range MaxWaiting {
		var title strings.Builder
		for n := range 40 {
			title.WriteString(hashLike(i*100 + n))
		}
		d.Waiting = append(d.Waiting, Row{Title: title.String()})
	}
	got, err := ReadDashboard(d.Section(""))
	if n := len(got.Waiting); err != nil || n == 0 || n == MaxWaiting || n+got.More != MaxWaiting || got.Waiting[0].Title != d.Waiting[0].Title {
		t.Errorf("%d rows and %d more: %v", len(got.Waiting), got.More, err)
	}
}

func TestBox(t *testing.T) {
	for key, want := range map[string][]string{"exc1:a": {"exc1:a"}, "exc1:a b": nil, "exc1:a-->": nil, "": nil} {
		if got := Ticked(Dashboard{}.Section("text\n" + Box("exc1:b", false) + "boom\n" + Box(key, true) + "boom")); !slices.Equal(got, want) {
			t.Errorf("%q: ticked %q", key, got)
		}
	}
}

func hashLike(i int) string { return fmt.Sprintf("exc1:%016x", uint64(i)*0x9E3779B97F4A7C15) }

func TestCountIsTheLargestKindOfSource(t *testing.T) {
	m := Marker{Deliveries: map[string]count.Inbox{"slack": {Count: 4}, "text": {Count: 4}}, Sentry: map[string]int64{"1": 3, "2": 3}}
	m.SetSource("a", count.Tally{Frozen: 2, Cells: map[count.Minute]int64{9: 1}})
	m.SetSource("b", count.Tally{Frozen: 2})
	if got := m.Count(); got != 6 {
		t.Errorf("count %d, want the Sentry totals, 6", got)
	}
}

func TestOwnTakesOverAnAlias(t *testing.T) {
	m := Marker{Keys: []string{"exc1:a"}, Aliases: []string{"msg1:b", "msg1:c"}}
	m.Own("msg1:b")
	m.Alias("msg1:b", "exc1:a", "msg1:d")
	want := Marker{Keys: []string{"exc1:a", "msg1:b"}, Aliases: []string{"msg1:c", "msg1:d"}}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
}

func TestSplitKeepsWhatPeopleWrote(t *testing.T) {
	section := sample().Section("text")
	before, got, behind := Split("above\n\n" + section + "\nbelow")
	if before != "above\n\n" || got != section || behind != "\nbelow" {
		t.Errorf("split into %q, %q, %q", before, got, behind)
	}
}

// FuzzRead checks that reading never panics, whatever the body contains, and that a marker that was read can
// be written and read again with the same count.
func FuzzRead(f *testing.F) {
	section := sample().Section("text")
	f.Add(section)
	f.Add("<!-- errmon:begin v1 -->\n<!-- errmon:key x -->\n<!-- errmon:state v1 00000000 AA -->")
	f.Fuzz(func(t *testing.T, body string) {
		m, err := Read(body)
		if err != nil {
			return
		}
		again := m.Section("text")
		if !utf8.ValidString(again) && utf8.ValidString(body) {
			t.Error("writing broke UTF-8")
		}
		got, err := Read(again)
		if err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		if got.Count() != m.Count() && len(m.Sources) <= MaxSources {
			t.Errorf("count %d became %d", m.Count(), got.Count())
		}
	})
}

func TestAnyMarkerRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Marker{
			Keys:     rapid.SliceOfNDistinct(rapid.String(), 1, 5, rapid.ID).Draw(t, "keys"),
			Template: rapid.StringN(0, 200, -1).Draw(t, "template"),
			Sources: rapid.MapOfN(rapid.String(), rapid.Custom(func(t *rapid.T) count.Tally {
				return count.Tally{
					Frozen: rapid.Int64Range(0, 1e6).Draw(t, "frozen"),
					Cells:  rapid.MapOfN(rapid.Map(rapid.Int64Range(1, 1e8), func(n int64) count.Minute { return count.Minute(n) }), rapid.Int64Range(1, 1e6), 1, 20).Draw(t, "cells"),
				}
			}), 1, 5).Draw(t, "sources"),
		}
		section := m.Section(rapid.String().Draw(t, "text"))
		got, err := Read(section)
		if err != nil {
			t.Skip("text of ours never holds marker lines")
		}
		if diff := cmp.Diff(m, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMarkerKeepsTheLastDeliveries(t *testing.T) {
	m := Marker{Keys: []string{"msg1:a"}}
	var b count.Inbox
	for i := range 2 * count.MaxIDs {
		b.Take(hashed(count.Day(i/count.MaxIDs), fmt.Sprint(i)))
	}
	b.Link("#alerts", "https://acme.slack.com/p1", time.UnixMilli(7))
	m.SetInbox("slack", b)
	section := m.Section("")
	got, err := Read(section)
	if err != nil {
		t.Fatal(err)
	}
	var kept count.IDs
	for i := range count.MaxIDs {
		kept.AddAll(hashed(1, fmt.Sprint(count.MaxIDs+i)))
	}
	want := count.Inbox{IDs: kept, Count: 2 * count.MaxIDs, From: "#alerts", URL: "https://acme.slack.com/p1", Newest: 7}
	if diff := cmp.Diff(want, got.Deliveries["slack"]); diff != "" {
		t.Error(diff)
	}
}

func TestJoin(t *testing.T) {
	at := func(m count.Minute) time.Time { return m.Start() }
	a := Marker{Keys: []string{"a"}, Grouped: []string{"x", "y"}, Deliveries: map[string]count.Inbox{"text": {IDs: count.IDs{"1": 1, "2": 1}, Count: 5}}}
	b := Marker{Keys: []string{"b"}, Grouped: []string{"y", "z"}, Deliveries: map[string]count.Inbox{"text": {IDs: count.IDs{"2": 1, "3": 1}, Count: 4}}}
	a.Span(at(1), at(8))
	b.Span(at(2), at(9))
	a.SetSource("s", count.Tally{Through: 5, Frozen: 10, Cells: map[count.Minute]int64{6: 1, 8: 2}, Days: map[count.Day]int64{0: 10}})
	b.SetSource("s", count.Tally{Through: 6, Frozen: 7, Cells: map[count.Minute]int64{8: 3, 9: 4}, Days: map[count.Day]int64{0: 7}})
	b.SetSource("t", count.Tally{Cells: map[count.Minute]int64{3: 5}})
	got := Join(a, b)
	want := Marker{Keys: []string{"a", "b"}, Grouped: []string{"x", "y", "z"}, First: a.First, Last: b.Last,
		Deliveries: map[string]count.Inbox{"text": {IDs: count.IDs{"1": 1, "2": 1, "3": 1}, Count: 8}},
		Sources: map[string]count.Tally{
			"s": {Through: 6, Frozen: 18, Cells: map[count.Minute]int64{8: 5, 9: 4}, Days: map[count.Day]int64{0: 18}},
			"t": {Cells: map[count.Minute]int64{3: 5}},
		}}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if got.Count() != a.Count()+b.Count() {
		t.Errorf("counts %d, want %d", got.Count(), a.Count()+b.Count())
	}
}
