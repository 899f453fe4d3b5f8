package cloudwatch_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

var update = flag.Bool("update", false, "write the tables of examples/scale.md anew")

// Assumptions of the simulation, as stated in examples/scale.md.
const (
	every       = 15 * time.Minute                       // between two runs
	readEach    = every + 15*time.Minute + 6*time.Minute // a run's window: lateness, clock skew and the lead-in
	readingTime = 20 * time.Minute * 2 / 3               // part of max-duration
	matching    = 0.01                                   // part of the bytes logged
	mb          = 1e6
	pageSize    = mb       // bytes per page of events
	scanned     = 20 * mb  // maximum bytes per request with a pattern
	querySpeed  = 500 * mb // bytes per second of Logs Insights
	queryDelay  = 3.0      // minimum seconds until an answer
	eventSize   = 200
)

// load describes what is logged and how fast it is read.
type load struct {
	groups int
	day    float64 // bytes per day in all groups
	rate   float64 // requests per second
}

// cost is the cost of reading a window.
type cost struct{ requests, seconds, dollars float64 }

func (l load) window() float64 { return l.day * readEach.Hours() / 24 }

// paced returns the cost of pages that are read at the allowed rate.
func (l load) paced(pages float64) cost { return cost{requests: pages, seconds: pages / l.rate} }

func (l load) all() cost { return l.paced(l.each(l.window() / pageSize)) }

func (l load) filter() cost {
	return l.paced(l.each(math.Max(l.window()*matching/pageSize, l.window()/scanned)))
}

// each rounds the pages up to whole pages in every group.
func (l load) each(pages float64) float64 {
	return float64(l.groups) * math.Ceil(pages/float64(l.groups))
}

func (l load) insights() cost {
	batches := math.Ceil(float64(l.groups) / 50)
	rows := l.window() * matching / eventSize
	parts := 0.0 // queries for the parts of full answers
	if rows/batches > 10_000 {
		parts = math.Ceil(rows * 1.5 / 10_000)
	}
	bytes := l.window()
	if parts > 0 {
		bytes *= 2
	}
	seconds := batches*2*queryDelay + bytes/querySpeed + parts*queryDelay/4
	queries := 2*batches + parts
	requests := queries + math.Max(queries, seconds) // one to start each query, and one a second to poll
	runs := float64(30 * 24 * time.Hour / every)
	return cost{requests, math.Max(seconds, requests/l.rate), bytes / (1 << 30) * cloudwatch.DollarsPerGB * runs}
}

// auto returns what reader auto chooses without a budget.
func (l load) auto() (string, cost) {
	if l.each(l.window()/pageSize) <= 3*float64(l.groups) {
		return "all", l.all()
	}
	return "filter", l.filter()
}

// lag returns how far behind the present a run ends.
func lag(c cost) string {
	perRun := c.seconds * every.Seconds() / readEach.Seconds() // for the new part of the window
	if perRun > readingTime.Seconds() {
		return fmt.Sprintf("grows by %s an hour", time.Duration((1-readingTime.Seconds()/perRun)*float64(time.Hour)).Round(time.Minute))
	}
	return time.Duration(c.seconds * float64(time.Second)).Round(time.Second).String()
}

func (c cost) String() string { return fmt.Sprintf("%.0f, %.0f s", c.requests, math.Ceil(c.seconds)) }

func scaleTable(rate float64) string {
	var b strings.Builder
	b.WriteString("| log groups | logged a day | all | filter | insights | auto reads by | lag |\n|---:|---:|---:|---:|---:|---|---|\n")
	for _, day := range []struct {
		name  string
		bytes float64
	}{{"1 MB", 1e6}, {"1 GB", 1e9}, {"100 GB", 1e11}, {"1 TB", 1e12}, {"10 TB", 1e13}} {
		for _, groups := range []int{1, 10, 100, 1000} {
			l := load{groups, day.bytes, rate}
			reader, c := l.auto()
			insights := l.insights()
			fmt.Fprintf(&b, "| %d | %s | %v | %v | %v, $%.2f | %s | %s |\n", groups, day.name, l.all(), l.filter(), insights, insights.dollars, reader, lag(c))
		}
	}
	return b.String()
}

// TestScale checks that the tables in examples/scale.md match the simulation.
//
//	go test ./internal/cloudwatch -run TestScale -update
func TestScale(t *testing.T) {
	const page = "../../examples/scale.md"
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := string(content)
	for _, rate := range []float64{2, 25} {
		begin, end := fmt.Sprintf("<!-- %v a second:begin -->\n", rate), fmt.Sprintf("<!-- %v a second:end -->", rate)
		before, rest, _ := strings.Cut(want, begin)
		_, after, ok := strings.Cut(rest, end)
		if !ok {
			t.Fatalf("%s has no %q", page, begin)
		}
		want = before + begin + "\n" + scaleTable(rate) + "\n" + end + after
	}
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(content)); diff != "" {
		t.Errorf("%s (-should be +is; write it with -update)\n%s", page, diff)
	}
}

// TestScaleIsTrue compares the simulation with the client.
func TestScaleIsTrue(t *testing.T) {
	for _, groups := range []int{1, 5} {
		for _, reader := range []string{cloudwatch.All, cloudwatch.Filter, cloudwatch.Insights} {
			w := newWorld(t)
			w.config.Reader, w.config.FilterPattern, w.config.InsightsBudget = reader, cloudwatch.DefaultFilterPattern, 1
			w.service.QueryPolls = 2
			const day = 40 * 1.2e6 // 1.2 MB in a window
			l := load{groups, day, w.config.RequestsPerSecond}
			want := map[string]cost{cloudwatch.All: l.all(), cloudwatch.Filter: l.filter(), cloudwatch.Insights: l.insights()}[reader]
			n := int(l.window() / eventSize / float64(groups))
			var list []string
			for g := range groups {
				events := make([]cloudwatchtest.Event, n)
				for i := range events {
					events[i] = cloudwatchtest.Event{Stream: "s", Time: noon.Add(-readEach * time.Duration(n-i) / time.Duration(n)), Message: message(i)}
				}
				list = append(list, fmt.Sprint("/ecs/", g))
				w.put(list[g], events...)
			}
			c := w.client()
			all := w.groups(c, list...)
			if got := readGroups(t, c, all, true, noon.Add(-readEach)); got == 0 {
				t.Fatal("nothing read")
			}
			sent := 0.0
			for _, n := range c.Requests() {
				sent += float64(n)
			}
			if math.Abs(sent-want.requests) > 1+0.25*want.requests {
				t.Errorf("%d groups by %s: %v requests, the simulation says %v", groups, reader, sent, want.requests)
			}
		}
	}
}

// message returns a line of eventSize bytes; one in a hundred is an error.
func message(i int) string {
	level := "INFO"
	if i%int(1/matching) == 0 {
		level = "ERROR"
	}
	text := fmt.Sprintf("2026-03-14 11:59:58 %s order %d was paid ", level, i)
	return text + strings.Repeat("x", eventSize-len(text))
}
