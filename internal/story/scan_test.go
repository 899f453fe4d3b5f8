package story

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/marker"
)

func (r result) mustSucceed(t testing.TB) result {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	return r
}

// count returns the number of events that an issue's marker counts.
func count(t testing.TB, i githubtest.Issue) int64 {
	t.Helper()
	m, err := marker.Read(i.Body)
	if err != nil {
		t.Fatalf("issue #%d: %v", i.Number, err)
	}
	return m.Count()
}

const nodeTrace = `TypeError: Cannot read properties of undefined (reading 'id')
    at Cart.total (/app/src/cart.js:10:11)
    at handle (/app/src/server.js:40:5)
    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)`

func TestScanFilesOneIssuePerError(t *testing.T) {
	w := newWorld(t)
	w.log(9*time.Minute, "ERROR request failed\n%s", nodeTrace)
	w.log(8*time.Minute, "ERROR request failed\n%s", strings.ReplaceAll(nodeTrace, ":10:11", ":12:7"))
	for i := range 3 {
		w.log(time.Duration(7-i)*time.Minute, "ERROR order %d lost", 4711+i)
	}
	w.log(time.Minute, "INFO all is well, 0 errors")
	w.run("scan").mustSucceed(t)

	issues := w.errorIssues()
	if len(issues) != 2 {
		t.Fatalf("%d issues: %v", len(issues), issues)
	}
	trace := w.find("TypeError: Cannot read properties of undefined (reading 'id') in Cart.total")
	for _, part := range []string{
		"**2 events** · first seen 2026-11-22 09:51:30 UTC · last seen 2026-11-22 09:52:30 UTC",
		"    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)",
		"| `cloudwatch:eu-central-1:/ecs/shop` | 2 | [2026-11-22 09:52:30 UTC](https://eu-central-1.console.aws.amazon.com/cloudwatch/home",
		"errmon:ignore",
	} {
		if !strings.Contains(trace.Body, part) {
			t.Errorf("body lacks %q:\n%s", part, trace.Body)
		}
	}
	if got := count(t, w.find("order … lost")); got != 3 {
		t.Errorf("counted %d lost orders, want 3", got)
	}
}

func TestSecondRunIsQuiet(t *testing.T) {
	w := newWorld(t)
	for i := range 20 {
		w.log(5*time.Minute, "ERROR the %s store is down", string(rune('a'+i)))
	}
	w.run("scan", "--max-new-issues", "30").mustSucceed(t)
	if n := len(w.errorIssues()); n != 20 {
		t.Fatalf("%d issues, want 20", n)
	}
	w.advance(15 * time.Minute)
	r := w.run("scan").mustSucceed(t)
	if len(r.requests) > 5 {
		t.Errorf("%d requests, want at most 5: %v", len(r.requests), paths(r.requests))
	}
	for _, q := range r.writes() {
		if q.Path != fmt.Sprintf("/repos/acme/shop/issues/%d", 21) {
			t.Errorf("wrote %s %s", q.Method, q.Path)
		}
	}
	if len(r.writes()) != 1 {
		t.Errorf("%d writes, want the dashboard's", len(r.writes()))
	}
}

func paths(requests []fake.Request) []string {
	var all []string
	for _, q := range requests {
		all = append(all, q.Method+" "+q.Path)
	}
	return all
}

func TestLateAndNewEventsAreCountedExactly(t *testing.T) {
	w := newWorld(t)
	lost := func(id int, happened, delivered time.Duration) {
		w.put("/ecs/shop", cloudwatchtest.Event{Stream: "web/1", Time: w.now.Add(-happened), Ingested: w.now.Add(-delivered),
			Message: fmt.Sprintf("ERROR order %d lost", id)})
	}
	lost(1, 9*time.Minute, 9*time.Minute)
	lost(2, 2*time.Minute, -3*time.Minute) // delivered after the first run
	lost(3, -2*time.Minute, 0)             // its clock runs ahead
	w.run("scan").mustSucceed(t)
	if got := count(t, w.find("lost")); got != 2 {
		t.Fatalf("first run counted %d, want 2", got)
	}
	w.advance(10 * time.Minute)
	lost(4, time.Minute, time.Minute)
	w.run("scan").mustSucceed(t)
	if got := count(t, w.find("lost")); got != 4 {
		t.Errorf("second run counted %d, want 4", got)
	}
	for range 3 { // reading any period again changes nothing
		w.run("scan", "--since", "3h").mustSucceed(t)
		w.advance(20 * time.Minute)
		w.run("scan").mustSucceed(t)
	}
	if got := count(t, w.find("lost")); got != 4 {
		t.Errorf("reading again counted %d, want 4", got)
	}
	if !strings.Contains(w.find("lost").Body, "**4 events**") {
		t.Error("the body does not say 4 events")
	}
}

func TestSeveralGroupsAddUp(t *testing.T) {
	w := newWorld(t)
	w.env["AWS_LOG_GROUP_NAME"] = "/ecs/shop, arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/pay:*\n/batch/*"
	w.log(time.Minute, "ERROR request failed\n%s", nodeTrace)
	w.put("/batch/night", cloudwatchtest.Event{Stream: "1", Time: w.now.Add(-time.Minute), Message: "ERROR request failed\n" + nodeTrace})
	if err := w.aws.Put("us-east-1", "/aws/lambda/pay", cloudwatchtest.Event{Stream: "1", Time: w.now.Add(-time.Minute), Message: "ERROR request failed\n" + nodeTrace}); err != nil {
		t.Fatal(err)
	}
	w.run("scan").mustSucceed(t)
	if got := count(t, w.find("TypeError")); got != 3 {
		t.Errorf("counted %d, want one from each group", got)
	}
}

func TestFloodWaitsOnTheDashboard(t *testing.T) {
	w := newWorld(t)
	for i := range 7 {
		w.log(5*time.Minute, "ERROR the %s store is down", string(rune('a'+i)))
	}
	for run, want := range []int{3, 6, 7, 7} {
		w.run("scan", "--max-new-issues", "3").mustSucceed(t)
		if n := len(w.errorIssues()); n != want {
			t.Fatalf("after run %d: %d issues, want %d", run+1, n, want)
		}
		w.advance(30 * time.Minute)
	}
	for title, i := range w.errorIssues() {
		if count(t, i) != 1 || !strings.Contains(i.Body, "store is down\n```") {
			t.Errorf("%s: count %d, or its log line is missing", title, count(t, i))
		}
	}
}

func TestMinEvents(t *testing.T) {
	w := newWorld(t)
	for i, want := range []int{0, 0, 1, 1} {
		w.log(time.Minute, "ERROR order %d lost", i)
		w.run("scan", "--min-events", "3").mustSucceed(t)
		if n := len(w.errorIssues()); n != want {
			t.Fatalf("after event %d: %d issues, want %d", i+1, n, want)
		}
		w.advance(40 * time.Minute)
	}
	if got := count(t, w.find("lost")); got != 4 {
		t.Errorf("counted %d, want 4", got)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	w := newWorld(t)
	w.inActions()
	w.log(5*time.Minute, "ERROR order 1 lost")
	w.env["INPUT_DRY-RUN"] = "true"
	r := w.run().mustSucceed(t)
	if len(r.writes()) != 0 || len(w.github.Issues()) != 0 {
		t.Errorf("wrote %v", paths(r.writes()))
	}
	if !strings.Contains(r.stdout, "\nwould be created (new) order … lost") || !strings.Contains(r.stdout, "1 error: 1 would be created, 0 updated") || r.outputs["created"] != "1" || !strings.Contains(r.summary, "Dry run") {
		t.Errorf("printed\n%s\noutputs %v\nsummary %s", r.stdout, r.outputs, r.summary)
	}
	if !strings.Contains(r.outputs["issues"], `"number":0`) {
		t.Errorf("issues: %s", r.outputs["issues"])
	}
}
