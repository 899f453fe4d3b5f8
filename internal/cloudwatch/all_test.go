package cloudwatch_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

// A window that fits is read unfiltered, with one request for each page; a larger one is read with the
// pattern.
func TestReadAllIfItFits(t *testing.T) {
	for _, test := range []struct {
		name             string
		page, all        int // events per page, pages that are read unfiltered
		records, request int
	}{
		{"always filtered", 0, 0, 1, 1},
		{"one page", 0, 3, 4, 1},
		{"just fits", 2, 2, 4, 2},
		{"does not fit", 1, 3, 1, 4}, // the one match fits on the fake's first filtered page
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.config.FilterPattern, w.config.AllPages = "?ERROR", test.all
			w.service.PageEvents = test.page
			at := noon.Add(-time.Minute)
			for i, line := range []string{"WARN slow", "java.lang.IllegalState", "\tat a.B.c(B.java:3)", "ERROR no price"} {
				w.put("/shop", cloudwatchtest.Event{Stream: "s", Time: at.Add(time.Duration(i) * time.Second), Message: line})
			}
			c := w.client()
			records, complete, err := read(context.Background(), w.groups(c, "/shop")[0])
			if err != nil || len(records) != test.records || !complete.Equal(noon) && test.request == 1 {
				t.Errorf("%d records, complete until %v, %v", len(records), complete, err)
			}
			if diff := cmp.Diff(map[string]int{"FilterLogEvents": test.request}, c.Requests()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An unfiltered read provides the lines around an error without a request, if it covers them.
func TestWindowOfAReadWindow(t *testing.T) {
	w := newWorld(t)
	w.config.AllPages = 3
	w.put("/shop", append(series("a", noon.Add(-10*time.Minute), 60), series("b", noon.Add(-10*time.Minute), 60)...)...)
	c := w.client()
	g := w.groups(c, "/shop")[0]
	if _, _, err := read(context.Background(), g); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		from     time.Time
		requests int
	}{
		{"inside", noon.Add(-9*time.Minute - 30*time.Second), 0},
		{"older", noon.Add(-3 * time.Hour), 1},
	} {
		records, requests, err := g.Window(context.Background(), "b", test.from, noon.Add(-9*time.Minute), 3)
		if err != nil || requests != test.requests {
			t.Errorf("%s: %d requests, %v", test.name, requests, err)
		}
		for _, r := range records {
			if r.Stream != "b" || r.ID != "" || r.URL != "" || r.Time.Before(test.from) || !r.Time.Before(noon.Add(-9*time.Minute)) {
				t.Errorf("%s: record %+v", test.name, r)
			}
		}
		if want := map[bool]int{true: 30, false: 60}[test.requests == 0]; len(records) != want {
			t.Errorf("%s: %d records, want %d", test.name, len(records), want)
		}
	}
}
