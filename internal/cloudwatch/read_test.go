package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/fake"
)

func TestReadFillsRecords(t *testing.T) {
	w := newWorld(t)
	const stream, id = "2026/03/14/[$LATEST]3ca88f3a", "37148538396852463716838937467582479098273648274637281920"
	at := noon.Add(-time.Minute + 250*time.Millisecond)
	w.put("/aws/lambda/checkout", cloudwatchtest.Event{ID: id, Stream: stream, Time: at, Message: "ERROR boom\n"})
	records, complete, err := read(context.Background(), w.group("/aws/lambda/checkout"))
	if err != nil {
		t.Fatal(err)
	}
	want := []event.Record{{
		ID: id, Source: "cloudwatch:eu-central-1:/aws/lambda/checkout", Stream: stream, Time: at, Text: "ERROR boom\n", Service: "checkout",
		URL: "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/" +
			"$252Faws$252Flambda$252Fcheckout/log-events/2026$252F03$252F14$252F$255B$2524LATEST$255D3ca88f3a" +
			"$3Fstart$3D1773489540250$26refEventId$3D" + id,
	}}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Error(diff)
	}
	if !complete.Equal(noon) {
		t.Errorf("complete is %v, want the time of the read's start", complete)
	}
}

func TestReadPagesToTheEnd(t *testing.T) {
	for _, test := range []struct {
		name                string
		page, empty, repeat int
	}{
		{"one page", 0, 0, 0},
		{"full pages", 7, 0, 0},
		{"single events", 1, 0, 0},
		{"empty pages between", 7, 3, 0},
		{"repeated events", 7, 0, 4},
		{"everything", 5, 2, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.service.PageEvents, w.service.EmptyPages, w.service.RepeatEvents = test.page, test.empty, test.repeat
			a, b := series("a", noon.Add(-10*time.Minute), 21), series("b", noon.Add(-10*time.Minute), 21)
			w.put("/shop", append(a, b...)...)
			records, complete, err := read(context.Background(), w.group("/shop"))
			if err != nil {
				t.Fatal(err)
			}
			if len(records) != 42 || len(unique(ids(records))) != 42 {
				t.Errorf("%d records, %d of them distinct, want 42", len(records), len(unique(ids(records))))
			}
			if !slices.IsSortedFunc(records, func(a, b event.Record) int { return a.Time.Compare(b.Time) }) {
				t.Error("not in the order of time")
			}
			if !complete.Equal(noon) {
				t.Errorf("complete is %v, want the time of the read's start", complete)
			}
		})
	}
}

func unique(list []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

func TestReadKeepsEqualIDsOfDifferentStreams(t *testing.T) {
	w := newWorld(t)
	at := noon.Add(-time.Minute)
	w.put("/shop", cloudwatchtest.Event{ID: "1", Stream: "a", Time: at, Message: "ERROR"},
		cloudwatchtest.Event{ID: "1", Stream: "b", Time: at, Message: "ERROR"})
	records, _, err := read(context.Background(), w.group("/shop"))
	if err != nil || len(records) != 2 {
		t.Errorf("%d records, %v; want 2", len(records), err)
	}
}

// The window has a start, to the millisecond, and no end. Events that the service does not have yet are
// read once it has them.
func TestReadWindow(t *testing.T) {
	w := newWorld(t)
	start := noon.Add(-time.Hour)
	w.put("/shop",
		cloudwatchtest.Event{ID: "too old", Stream: "s", Time: start.Add(-time.Millisecond), Message: "ERROR"},
		cloudwatchtest.Event{ID: "at start", Stream: "s", Time: start, Message: "ERROR"},
		cloudwatchtest.Event{ID: "late", Stream: "s", Time: noon.Add(-10 * time.Minute), Ingested: noon.Add(time.Minute), Message: "ERROR"},
		cloudwatchtest.Event{ID: "ahead", Stream: "s", Time: noon.Add(time.Hour), Ingested: noon, Message: "ERROR"},
	)
	g := w.group("/shop")
	records, _, err := read(context.Background(), g)
	if diff := cmp.Diff([]string{"at start", "ahead"}, ids(records)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	w.sleep(context.Background(), time.Minute)
	records, complete, err := read(context.Background(), g)
	if diff := cmp.Diff([]string{"at start", "late", "ahead"}, ids(records)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if !complete.Equal(noon.Add(time.Minute)) {
		t.Errorf("complete is %v", complete)
	}
}

func TestReadBreaksOff(t *testing.T) {
	const page = 10
	for _, test := range []struct {
		name  string
		first time.Time // time of the group's first event; the others follow a second apart
		pages int       // whole pages before the read breaks off
		want  time.Time
	}{
		{"before the first page", noon.Add(-30 * time.Minute), 0, time.Time{}},
		{"after two pages", noon.Add(-30 * time.Minute), 2, noon.Add(-30*time.Minute + 19*time.Second)},
		{"among events of the future", noon.Add(-5 * time.Second), 1, noon},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.service.PageEvents = page
			events := series("s", test.first, 50)
			for i := range events {
				events[i].Ingested = noon
			}
			w.put("/shop", events...)
			ctx, cancel := context.WithCancelCause(context.Background())
			outOfTime := errors.New("max-duration is over")
			asked := 0
			w.service.Break = func(fake.Request) *fake.Fault {
				if asked++; asked > test.pages {
					cancel(outOfTime)
					return &fake.Fault{Cut: true}
				}
				return nil
			}
			records, complete, err := read(ctx, w.group("/shop"))
			if !errors.Is(err, outOfTime) {
				t.Errorf("error %v, want the context's cause", err)
			}
			if len(records) != page*test.pages || !complete.Equal(test.want) {
				t.Errorf("%d records, complete until %v; want %d, %v", len(records), complete, page*test.pages, test.want)
			}
		})
	}
}

func TestReadRefusesARepeatedToken(t *testing.T) {
	w := newWorld(t)
	w.service.Break = func(fake.Request) *fake.Fault {
		return &fake.Fault{Status: 200, Body: `{"events":[],"nextToken":"again"}`}
	}
	_, complete, err := read(context.Background(), w.group("/shop"))
	if err == nil || !strings.Contains(err.Error(), "repeated a page token") || !complete.IsZero() {
		t.Errorf("complete until %v, error %v", complete, err)
	}
	if n := len(w.service.Requests()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestReadTakesHugeAndBrokenMessages(t *testing.T) {
	w := newWorld(t)
	huge := "ERROR " + strings.Repeat("x", 1<<20-26-6)
	w.put("/shop", cloudwatchtest.Event{Stream: "s", Time: noon.Add(-2 * time.Minute), Message: huge},
		cloudwatchtest.Event{Stream: "s", Time: noon.Add(-time.Minute), Message: huge})
	records, _, err := read(context.Background(), w.group("/shop"))
	if err != nil || len(records) != 2 || records[1].Text != huge {
		t.Errorf("%d records, %v", len(records), err)
	}
	w.service.Break = func(fake.Request) *fake.Fault {
		return &fake.Fault{Status: 200, Body: "{\"events\":[{\"eventId\":\"1\",\"logStreamName\":\"s\",\"timestamp\":1,\"message\":\"a\xff\\u0000\\ud800b\"}]}"}
	}
	records, _, err = read(context.Background(), w.group("/shop"))
	if err != nil || len(records) != 1 || !strings.HasPrefix(records[0].Text, "a") || !strings.HasSuffix(records[0].Text, "b") {
		t.Errorf("%q, %v", records, err)
	}
}

func TestReadTellsItsProgress(t *testing.T) {
	w := newWorld(t)
	w.service.PageEvents = 100
	w.put("/shop", series("s", noon.Add(-time.Hour), 2150)...)
	if _, _, err := read(context.Background(), w.group("/shop")); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/shop: 10 pages, 1000 events, at 2026-03-14 11:16 UTC",
		"/shop: 20 pages, 2000 events, at 2026-03-14 11:33 UTC",
	}
	if diff := cmp.Diff(want, w.progress); diff != "" {
		t.Error(diff)
	}
}

// Exact names need no permission to list log groups, and cause no other kind of request.
func TestExactNamesNeedNoListing(t *testing.T) {
	w := newWorld(t)
	w.service.Allow = []string{"logs:FilterLogEvents", "logs:DescribeLogStreams", "logs:GetLogEvents"}
	w.put("/shop", series("s", noon.Add(-time.Minute), 3)...)
	for _, entry := range []string{"/shop", arn("/shop"), arn("/shop") + ":*"} {
		t.Run(entry, func(t *testing.T) {
			c := w.client()
			records, _, err := read(context.Background(), w.groups(c, entry)[0])
			if err != nil || len(records) != 3 {
				t.Errorf("%d records, %v; want 3", len(records), err)
			}
			if diff := cmp.Diff(map[string]int{"FilterLogEvents": 1}, c.Requests()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func arn(group string) string {
	return fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", region, cloudwatchtest.Account, group)
}

func TestWindowThatCannotBeRead(t *testing.T) {
	w := newWorld(t)
	w.put("/shop", cloudwatchtest.Event{ID: "e", Stream: "s", Time: noon.Add(-time.Minute), Message: "ERROR"})
	g := w.group("/shop")
	// Somebody may delete a stream after its events were read. That says nothing about other streams.
	records, _, err := g.Window(t.Context(), "deleted", noon.Add(-time.Hour), noon, 3)
	if len(records) != 0 || err != nil {
		t.Errorf("a deleted stream: %v, %v", records, err)
	}
	w.service.Allow = []string{"logs:FilterLogEvents"}
	_, _, err = g.Window(t.Context(), "s", noon.Add(-time.Hour), noon, 3)
	if err == nil || !strings.Contains(err.Error(), "the permission logs:GetLogEvents on arn:") || strings.Contains(err.Error(), "logs:FilterLogEvents") {
		t.Errorf("not allowed: %v", err)
	}
}
