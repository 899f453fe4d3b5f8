package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/marker"
)

func (r result) mustSucceed(t *testing.T) result {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	return r
}

// count reads how often an issue says that its error happened.
func count(t *testing.T, i githubtest.Issue) int64 {
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
	trace := w.find("TypeError: Cannot read properties of undefined (reading '<*>') in Cart.total [shop]")
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
	if got := count(t, w.find("order <*> lost")); got != 3 {
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

func paths(requests []githubtest.Request) []string {
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
	for range 3 { // reading the same again, in whatever stretch, changes nothing
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

func TestWhatPeopleDo(t *testing.T) {
	tests := []struct {
		name     string
		do       func(*world, int)
		state    string
		count    int64
		comments int
	}{
		{"nothing", func(*world, int) {}, "open", 2, 0},
		{"close as completed", func(w *world, n int) { w.github.Close(n, "completed") }, "open", 2, 1},
		{"close as not planned", func(w *world, n int) { w.github.Close(n, "not_planned") }, "closed", 1, 0},
		{"close as duplicate", func(w *world, n int) { w.github.Close(n, "duplicate") }, "closed", 1, 0},
		{"label ignore", func(w *world, n int) { w.github.Label(n, "errmon:ignore") }, "open", 1, 0},
		{"write around the section", func(w *world, n int) {
			w.github.EditBody(n, "Known since May.\n\n"+w.github.Issue(n).Body+"\n\nSee the runbook.")
		}, "open", 2, 0},
		{"rename", func(w *world, n int) { w.github.EditTitle(n, "We lose orders") }, "open", 2, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.log(5*time.Minute, "ERROR order 1 lost")
			w.run("scan").mustSucceed(t)
			number := w.find("lost").Number
			w.advance(time.Minute)
			tt.do(w, number)
			before := w.github.Issue(number)
			w.advance(10 * time.Minute)
			w.log(time.Minute, "ERROR order 2 lost")
			w.run("scan").mustSucceed(t)
			w.run("scan").mustSucceed(t)
			after := w.github.Issue(number)
			if after.State != tt.state || count(t, after) != tt.count || len(after.Comments) != tt.comments {
				t.Errorf("state %s, count %d, %d comments; want %s, %d, %d", after.State, count(t, after), len(after.Comments), tt.state, tt.count, tt.comments)
			}
			if after.Title != before.Title {
				t.Errorf("title became %q", after.Title)
			}
			people, _, behind, _ := marker.Split(after.Body)
			if was, _, wasBehind, _ := marker.Split(before.Body); people != was || behind != wasBehind {
				t.Errorf("people's text became %q … %q", people, behind)
			}
			if n := len(w.errorIssues()); n != 1 {
				t.Errorf("%d issues", n)
			}
		})
	}
}

func TestQuietIssuesAreClosed(t *testing.T) {
	w := newWorld(t)
	w.log(5*time.Minute, "ERROR order 1 lost")
	w.run("scan", "--close-after", "2d").mustSucceed(t)
	w.advance(47 * time.Hour)
	w.run("scan", "--close-after", "2d").mustSucceed(t)
	if i := w.find("lost"); i.State != "open" {
		t.Fatal("closed too early")
	}
	w.advance(time.Hour)
	w.run("scan", "--close-after", "2d").mustSucceed(t)
	if i := w.find("lost"); i.State != "closed" || i.StateReason != "completed" {
		t.Errorf("state %s, %s", i.State, i.StateReason)
	}
}

func TestLabelOfAnotherCase(t *testing.T) {
	w := newWorld(t)
	w.github.Add(githubtest.Issue{Title: "a person's", Labels: []string{"Bug"}})
	for i := range 2 {
		w.log(time.Minute, "ERROR order %d lost", i)
		w.run("scan", "--label", "bug").mustSucceed(t)
		w.advance(10 * time.Minute)
	}
	if got := count(t, w.github.Issue(2)); got != 2 {
		t.Errorf("counted %d, want 2", got)
	}
}

func TestRemovedSectionIsTold(t *testing.T) {
	w := newWorld(t)
	w.log(time.Minute, "ERROR order 1 lost")
	w.run("scan").mustSucceed(t)
	w.github.EditBody(1, "no more")
	r := w.run("scan").mustSucceed(t)
	if !strings.Contains(r.stderr, "issue #1: errmon's section was removed") {
		t.Errorf("said nothing: %s", r.stderr)
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
	if !strings.Contains(r.stdout, "created (new) order <*> lost") || r.outputs["created"] != "1" || !strings.Contains(r.summary, "Dry run") {
		t.Errorf("printed\n%s\noutputs %v\nsummary %s", r.stdout, r.outputs, r.summary)
	}
	if !strings.Contains(r.outputs["issues"], `"number":0`) {
		t.Errorf("issues: %s", r.outputs["issues"])
	}
}

func TestOutputsAndSummary(t *testing.T) {
	w := newWorld(t)
	w.inActions()
	w.log(5*time.Minute, "ERROR order 1 lost")
	w.log(4*time.Minute, "ERROR request failed\n%s", nodeTrace)
	r := w.run().mustSucceed(t)
	want := map[string]string{"created": "2", "updated": "0", "reopened": "0", "closed": "0", "events": "2", "errors": "2"}
	for name, value := range want {
		if r.outputs[name] != value {
			t.Errorf("output %s is %q, want %q", name, r.outputs[name], value)
		}
	}
	var issues []struct {
		Number                             int
		URL, Action, Reason, Title, Finger string
		Fingerprint                        string
		Count                              int64
	}
	if err := json.Unmarshal([]byte(r.outputs["issues"]), &issues); err != nil {
		t.Fatal(err)
	}
	if len(issues) != 2 || issues[0].Number == 0 || issues[0].URL == "" || issues[0].Action != "created" ||
		issues[0].Reason != "first seen" || issues[0].Fingerprint == "" || issues[0].Count != 1 {
		t.Errorf("issues: %s", r.outputs["issues"])
	}
	for _, part := range []string{"2 created", "| created | [#1](", "first seen", "cloudwatch:eu-central-1:/ecs/shop", "GitHub create issue 3"} {
		if !strings.Contains(r.summary, part) {
			t.Errorf("summary lacks %q:\n%s", part, r.summary)
		}
	}
}

func TestPublicRepositoryHoldsSamplesBack(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want bool
	}{
		{"by itself", nil, false},
		{"publish-samples", []string{"--publish-samples"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.github.Configure(func(s *githubtest.Settings) { s.Private = false })
			w.log(5*time.Minute, "ERROR request of customer Smith failed\n%s", nodeTrace)
			r := w.run(append([]string{"scan"}, tt.args...)...).mustSucceed(t)
			if got := strings.Count(r.stdout, "Set publish-samples to true"); got != 1 && !tt.want || got != 0 && tt.want {
				t.Errorf("said %d times what is held back: %s", got, r.stdout)
			}
			body := w.find("TypeError").Body
			if got := strings.Contains(body, "Smith"); got != tt.want {
				t.Errorf("shows the event: %v, want %v\n%s", got, tt.want, body)
			}
			if !strings.Contains(body, "Cart.total (/app/src/cart.js:10") {
				t.Error("in-app frames are missing")
			}
		})
	}
}

func TestRedactOfTheFile(t *testing.T) {
	w := newWorld(t)
	if err := os.Mkdir(".github", 0o755); err != nil {
		t.Fatal(err)
	}
	const file = "redact:\n  patterns:\n    customer-id: 'CUST-[A-Z]{4}'\n  allow: ['10\\.0\\.\\d+\\.\\d+']\n"
	if err := os.WriteFile(".github/errmon.yml", []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	w.log(5*time.Minute, "ERROR cannot bill CUST-ABCD or CUST-WXYZ and again CUST-ABCD from 10.0.3.7 behind 192.0.2.8")
	w.log(4*time.Minute, "ERROR cannot bill CUST-EFGH or CUST-EFGH and again CUST-EFGH from 10.0.3.9 behind 192.0.2.9")
	w.run("scan").mustSucceed(t)
	issue := w.find("cannot bill")
	if count(t, issue) != 2 || len(w.errorIssues()) != 1 {
		t.Errorf("equal and different values are different errors: %v", w.errorIssues())
	}
	if !strings.Contains(issue.Body, "bill [customer-id-1] or [customer-id-1] and again [customer-id-1] from 10.0.3.9 behind [ip-1]") {
		t.Errorf("body: %s", issue.Body)
	}
	m, err := marker.Read(issue.Body)
	if err != nil || strings.Contains(m.Template, "CUST") || strings.Contains(issue.Title, "CUST") {
		t.Errorf("title %q, stored template %q, %v", issue.Title, m.Template, err)
	}
}
