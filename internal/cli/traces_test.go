package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// tracesDir is found before the tests change the directory.
var tracesDir, _ = filepath.Abs("../stacktrace/testdata")

// failuresOf reads what a program of each runtime printed, by name.
func failuresOf(t *testing.T, names ...string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(tracesDir, name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = strings.Trim(string(data), "\n")
	}
	return texts
}

// logLines puts each line of a text as an event of its own, a millisecond apart,
// between everyday lines of the stream.
func (w *world) logLines(stream string, ago time.Duration, text string) {
	w.t.Helper()
	lines := strings.Split("INFO order 6 paid\n"+text+"\nINFO order 8 paid", "\n")
	var events []cloudwatchtest.Event
	for i, line := range lines {
		if line != "" { // the service takes no empty event
			events = append(events, cloudwatchtest.Event{Stream: stream, Time: w.now.Add(-ago + time.Duration(i)*time.Millisecond), Message: line})
		}
	}
	w.put("/ecs/shop", events...)
}

// TestTracesLineByLine logs failures of all runtimes that the default filter
// pattern finds, one line per event, and wants one issue for each, with the whole
// trace and the exact count, also when it happens again.
func TestTracesLineByLine(t *testing.T) {
	w := newWorld(t)
	w.env["ERRMON_MAX_NEW_ISSUES"] = "50"
	failures := failuresOf(t, "node/cause", "python/context", "java/cause", "go/nil", "ruby/cause", "php/cause", "rust/index", "dotnet/cause",
		"dotnet/iterator", "elixir/genserver", "elixir/match", "kotlin/companion", "scala/cause", "browser/spidermonkey_uncaught", "browser/v8_method")
	ago := 50 * time.Minute
	for name, text := range failures {
		w.logLines("web/"+strings.ReplaceAll(name, "/", "-"), ago, text)
		ago -= time.Minute
	}
	r := w.run("scan")
	if r.code != 0 {
		t.Fatalf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
	}
	if !strings.Contains(r.stdout, "CloudWatch GetLogEvents") {
		t.Errorf("the requests for the lines around errors are not told:\n%s", r.stdout)
	}
	t.Logf("first run: %s", lastLine(r.stdout))
	w.checkWhole(failures, "1 event")

	w.advance(20 * time.Minute)
	for name, text := range failures {
		w.logLines("web/"+strings.ReplaceAll(name, "/", "-"), 10*time.Minute, text)
	}
	if r := w.run("scan"); r.code != 0 {
		t.Fatalf("second run: exit code %d: %s%s", r.code, r.stdout, r.stderr)
	} else {
		t.Logf("second run: %s", lastLine(r.stdout))
	}
	w.checkWhole(failures, "2 events")
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// checkWhole wants one issue for each failure, with all its lines.
func (w *world) checkWhole(failures map[string]string, count string) {
	w.t.Helper()
	issues := w.errorIssues()
	if len(issues) != len(failures) {
		for title := range issues {
			w.t.Log(title)
		}
		w.t.Fatalf("%d issues, want %d", len(issues), len(failures))
	}
	for name, text := range failures {
		lines := strings.Split(text, "\n")
		found := 0
		for _, issue := range issues {
			if !containsLines(issue.Body, lines) {
				continue
			}
			found++
			if !strings.Contains(issue.Body, "**"+strings.Fields(count)[0]+"**") && !strings.Contains(issue.Body, count) {
				w.t.Errorf("%s: not %s in\n%s", name, count, issue.Body)
			}
		}
		if found != 1 {
			w.t.Errorf("%s: %d issues hold its whole trace:\n%s", name, found, text)
			for _, issue := range issues {
				if strings.Contains(issue.Body, lines[len(lines)-1]) {
					w.t.Log(issue.Body)
				}
			}
		}
	}
}

// containsLines tells whether body holds the lines in their order. Blank ones
// are not logged.
func containsLines(body string, lines []string) bool {
	body = strings.ReplaceAll(body, "\u200b", "") // what defuses mentions and references
	for _, line := range lines {
		_, after, ok := strings.Cut(body, strings.TrimSpace(line))
		if !ok {
			return false
		}
		body = after
	}
	return true
}

// TestWindowBudget logs more failures whose frames the filter pattern does not
// find than one run may read around: later runs complete the rest, and each is
// counted once.
func TestWindowBudget(t *testing.T) {
	w := newWorld(t)
	w.env["ERRMON_MAX_NEW_ISSUES"] = "100"
	const failures = 40
	for i := range failures {
		text := fmt.Sprintf("Acme.Shop.Case%sException: no stock\n  at Acme.Shop.Till%[1]s.Close () [0x00011] in /app/Shop.cs:30", string([]rune{'A' + rune(i%26), 'a' + rune(i/26)}))
		w.logLines(fmt.Sprint("web/", i), time.Duration(10+i/2)*time.Minute, text)
	}
	for run := 1; run <= 3; run++ {
		before := w.windows()
		r := w.run("scan")
		if r.code != 0 {
			t.Fatalf("run %d: exit code %d: %s%s", run, r.code, r.stdout, r.stderr)
		}
		if sent := w.windows() - before; sent > 30 {
			t.Errorf("run %d: %d GetLogEvents requests", run, sent)
		}
		w.advance(5 * time.Minute)
	}
	issues := w.errorIssues()
	if len(issues) != failures {
		t.Errorf("%d issues, want %d", len(issues), failures)
	}
	for title, issue := range issues {
		if !strings.Contains(issue.Body, "Close () [0x00011]") || !strings.Contains(issue.Body, "1 event") && !strings.Contains(issue.Body, "**1**") {
			t.Errorf("%s:\n%s", title, issue.Body)
		}
	}
}

// windows is the number of GetLogEvents requests so far.
func (w *world) windows() int {
	n := 0
	for _, q := range w.aws.Requests() {
		if q.Action == "GetLogEvents" {
			n++
		}
	}
	return n
}

// TestContext wants the lines around a new error in its issue, kept when it
// happens again, and none of them in a public repository.
func TestContext(t *testing.T) {
	for _, public := range []bool{false, true} {
		t.Run(fmt.Sprint("public ", public), func(t *testing.T) {
			w := newWorld(t)
			w.github.Configure(func(s *githubtest.Settings) { s.Private = !public })
			for i := range 40 {
				w.put("/ecs/shop", cloudwatchtest.Event{Stream: "web/1", Time: w.now.Add(-time.Minute + time.Duration(i)*50*time.Millisecond), Message: fmt.Sprintf("INFO step %02d.", i)})
			}
			w.put("/ecs/shop", cloudwatchtest.Event{Stream: "web/1", Time: w.now.Add(-time.Minute + 1010*time.Millisecond), Message: "ERROR no price"})
			w.run("scan")
			body := w.find("no price").Body
			shown := strings.Count(body, "INFO step")
			if public && shown != 0 || !public && (shown != 20 || !strings.Contains(body, "step 20.") || !strings.Contains(body, "step 21.")) {
				t.Errorf("%d lines of context:\n%s", shown, body)
			}
			w.advance(time.Hour)
			w.log(time.Minute, "ERROR no price")
			w.run("scan")
			if again := strings.Count(w.find("no price").Body, "INFO step"); again != shown {
				t.Errorf("%d lines of context after an update, want %d", again, shown)
			}
		})
	}
}

// TestWindowRefused goes on without the lines around errors where reading them
// is not allowed.
func TestWindowRefused(t *testing.T) {
	w := newWorld(t)
	w.aws.Allow = []string{"logs:FilterLogEvents"}
	w.log(time.Minute, "System.TimeoutException: no answer")
	r := w.run("scan")
	if r.code != 0 || !strings.Contains(r.stderr, "logs:GetLogEvents") {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
	w.find("no answer")
}
