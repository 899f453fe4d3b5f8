package story

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// tracesDir is resolved before the tests change the directory.
var tracesDir, _ = filepath.Abs("../stacktrace/testdata")

// failuresOf returns the failures that programs of a runtime printed, by name.
func failuresOf(t *testing.T, runtime string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(tracesDir, runtime, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no failures of %s: %v", runtime, err)
	}
	texts := map[string]string{}
	for _, file := range files {
		name := runtime + "/" + strings.TrimSuffix(filepath.Base(file), ".txt")
		texts[name] = strings.Trim(string(read(t, "", file)), "\n")
	}
	return texts
}

// distinct leaves out failures that the default filter pattern does not match, and all but one of those
// that are the same error.
func (w *world) distinct(failures map[string]string) map[string]string {
	w.t.Helper()
	kept, known := map[string]string{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(failures)) {
		w.file("failure.log", "INFO ready\n"+failures[name])
		told := groups(w.t, w.run("group", "failure.log").mustSucceed(w.t).stdout)
		if len(told) != 2 {
			w.t.Fatalf("%s and the line above are %d events", name, len(told))
		}
		if _, missed := unfound[name]; missed || known[told[1].Fingerprint] {
			continue
		}
		known[told[1].Fingerprint] = true
		kept[name] = failures[name]
	}
	return kept
}

// unfound maps failures to the reason why the default filter pattern matches no line with which an event
// begins.
var unfound = map[string]string{
	"go/pkgerrors": "printed without a level, and its frames are as frequent as loggers' callers",
	"node/string":  "a thrown string is printed without a word that names an error",
}

// logLines logs each line of a text as its own event, a millisecond apart, with everyday lines before and
// after.
func (w *world) logLines(stream string, ago time.Duration, text string) {
	w.t.Helper()
	lines := strings.Split("INFO order 6 paid\n"+text+"\nINFO order 8 paid", "\n")
	var events []cloudwatchtest.Event
	for i, line := range lines {
		if line != "" { // the service accepts no empty event
			events = append(events, cloudwatchtest.Event{Stream: stream, Time: w.now.Add(-ago + time.Duration(i)*time.Millisecond), Message: line})
		}
	}
	w.put("/ecs/shop", events...)
}

// TestTracesLineByLine logs the failures of every runtime with one line per event, each in its own stream,
// or all in one and twice, half a second apart. It wants one issue for each, in any order, with the whole
// trace and the exact count, also when it happens again. For a dozen at a time, the requests for lines
// around errors stay within a run's limit.
func TestTracesLineByLine(t *testing.T) {
	runtimes, err := filepath.Glob(filepath.Join(tracesDir, "*", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range runtimes {
		runtimes[i] = filepath.Base(filepath.Dir(runtimes[i]))
	}
	for _, runtime := range slices.Compact(runtimes) {
		failures := newWorld(t).distinct(failuresOf(t, runtime))
		for names := range slices.Chunk(slices.Sorted(maps.Keys(failures)), 12) {
			some := map[string]string{}
			for _, name := range names {
				some[name] = failures[name]
			}
			alone := func(name string) string { return name }
			t.Run(names[0], func(t *testing.T) {
				newWorld(t).filtered().checkLineByLine(some, 1, alone, 20*time.Second, 0)
			})
			t.Run(names[0]+" read whole", func(t *testing.T) {
				w := newWorld(t)
				w.checkLineByLine(some, 1, alone, 20*time.Second, 0)
				if sent := w.windows(); sent > 0 {
					t.Errorf("%d requests for lines around errors, which were read", sent)
				}
			})
			for seed := range uint64(3) {
				t.Run(fmt.Sprintf("%s and others in one stream, order %d", names[0], seed), func(t *testing.T) {
					newWorld(t).filtered().checkLineByLine(some, 2, func(string) string { return "all" }, 500*time.Millisecond, seed)
				})
			}
		}
	}
}

// filtered makes runs read with the default filter pattern, as in groups too large to be read unfiltered.
func (w *world) filtered() *world {
	w.env["ERRMON_FILTER_PATTERN"] = cloudwatch.DefaultFilterPattern
	return w
}

func (w *world) checkLineByLine(failures map[string]string, times int64, stream func(string) string, apart time.Duration, seed uint64) {
	w.t.Helper()
	random, names := rand.New(rand.NewPCG(seed, 0)), slices.Sorted(maps.Keys(failures))
	w.env["ERRMON_MAX_NEW_ISSUES"] = "50"
	for runs := range int64(2) {
		ago := 10 * time.Minute
		for range times {
			random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
			for _, name := range names {
				w.logLines(stream(name), ago, failures[name])
				ago -= apart
			}
		}
		before := w.windows()
		r := w.run("scan").mustSucceed(w.t)
		if sent := w.windows() - before; sent > 0 && !strings.Contains(r.stdout, fmt.Sprintf("CloudWatch GetLogEvents %d,", sent)) {
			w.t.Errorf("%d requests for the lines around errors are not told:\n%s", sent, r.stdout)
		}
		w.t.Logf("%d failures: %s", len(failures), lastLine(r.stdout))
		w.checkWhole(failures, times*(runs+1))
		w.advance(30 * time.Minute)
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// checkWhole wants one issue for each failure, with all its lines and the count.
func (w *world) checkWhole(failures map[string]string, want int64) {
	w.t.Helper()
	var issues []githubtest.Issue
	for _, issue := range w.github.Issues() {
		if slices.ContainsFunc(issue.Labels, func(l string) bool { return l == "errmon" }) {
			issues = append(issues, issue)
		}
	}
	if len(issues) != len(failures) {
		w.t.Errorf("%d issues, want %d", len(issues), len(failures))
	}
	for name, text := range failures {
		found := 0
		for _, issue := range issues {
			if lines := stackLines(issue.Body); !slices.Equal(lines, nonBlank(text)) {
				continue
			}
			found++
			if got := count(w.t, issue); got != want {
				w.t.Errorf("%s: counts %d, want %d", name, got, want)
			}
			around := contextLines(issue.Body)
			for _, line := range nonBlank(text) {
				if want == 1 && slices.Contains(around, line) { // the failure is alone in its stream
					w.t.Errorf("%s: the lines around the error hold its own line %q", name, line)
				}
			}
		}
		if found != 1 {
			w.t.Errorf("%s: %d issues hold its whole trace:\n%s", name, found, text)
		}
	}
}

// stackLines returns the lines under the heading "Stack trace", as logged.
func stackLines(body string) []string {
	_, block, _ := strings.Cut(body, "### Stack trace\n\n```")
	block, _, _ = strings.Cut(block, "\n```")
	return nonBlank(block)
}

// contextLines returns the lines around the error, as logged.
func contextLines(body string) []string {
	_, block, _ := strings.Cut(body, "<!-- errmon:context -->")
	block, _, _ = strings.Cut(block, "<!-- errmon:context end -->")
	return nonBlank(block)
}

// nonBlank returns the lines without their indentation and without blank ones, which are not logged.
func nonBlank(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestWindowBudget logs more failures with unmatched frames than one run may read the surroundings of.
// Later runs complete the rest, and each is counted once.
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

// windows returns the number of GetLogEvents requests so far.
func (w *world) windows() int {
	n := 0
	for _, q := range w.aws.Requests() {
		if q.Path == "GetLogEvents" {
			n++
		}
	}
	return n
}

// TestContext wants the lines around a new error in its issue, also after it happens again, but not in a
// public repository.
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

// TestWindowRefused continues without the lines around errors if reading them is not permitted.
func TestWindowRefused(t *testing.T) {
	w := newWorld(t).filtered()
	w.aws.Allow = []string{"logs:FilterLogEvents"}
	w.log(time.Minute, "System.TimeoutException: no answer")
	r := w.run("scan")
	if r.code != 0 || !strings.Contains(r.stderr, "logs:GetLogEvents") {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
	w.find("no answer")
}
