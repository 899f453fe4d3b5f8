package story

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/safe/safetest"
)

// maxEvent keeps an attack within the size that CloudWatch accepts for one event.
const maxEvent = 200_000

// logAttacks logs every attack as text, in JSON fields, and in a trace.
func logAttacks(w *world, canary string) {
	at := 50 * time.Minute
	for i, attack := range safetest.Attacks {
		text := attack.With(canary)
		text = text[:min(len(text), maxEvent)]
		fields, err := json.Marshal(map[string]any{"level": "error", "msg": fmt.Sprintf("%c%c ", 'a'+i%26, 'a'+i/26) + text, "service": text[:min(len(text), 500)]})
		if err != nil {
			w.t.Fatal(err)
		}
		trace := "ERROR request failed\nAttackError: " + text + "\n    at " + strings.ReplaceAll(text[:min(len(text), 80)], "\n", " ") + " (/app/src/x.js:1:2)\n    at handle (/app/src/server.js:40:5)"
		for _, message := range []string{"ERROR " + text, string(fields), trace} {
			at -= 5 * time.Second
			w.put("/ecs/shop", cloudwatchtest.Event{Stream: fmt.Sprint("web/", i), Time: w.now.Add(-at), Message: strings.ToValidUTF8(message, "?")})
		}
	}
}

func TestLogOfNothingButAttacks(t *testing.T) {
	w := newWorld(t)
	w.inActions()
	canary := safetest.Canary(rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)))
	logAttacks(w, canary)
	w.env["INPUT_MAX-NEW-ISSUES"] = "500"
	w.env["INPUT_WRITE-INTERVAL"] = "0"
	first := w.run().mustSucceed(t)
	issues := w.errorIssues()
	if len(issues) < len(safetest.Attacks)/2 {
		t.Fatalf("%d issues of %d attacks", len(issues), len(safetest.Attacks))
	}
	t.Logf("%d attacks in three forms: %d issues", len(safetest.Attacks), len(issues))
	for _, i := range w.github.Issues() {
		checkIssue(t, i, canary)
	}
	checkRun(t, first, canary)
	w.advance(15 * time.Minute)
	second := w.run().mustSucceed(t)
	for _, q := range second.writes() {
		if !strings.HasSuffix(q.Path, fmt.Sprint("/", len(w.github.Issues()))) { // the dashboard, filed last
			t.Errorf("the second run wrote %s %s", q.Method, q.Path)
		}
	}
	if after := w.errorIssues(); len(after) != len(issues) {
		t.Errorf("%d issues became %d", len(issues), len(after))
	}
}

// obeyedInTitle matches what GitHub interprets in an issue's title.
var obeyedInTitle = regexp.MustCompile(`(?i)@\w|#\d|\bgh-\d|://|<!--|[\r\n]`)

func checkIssue(t *testing.T, i githubtest.Issue, canary string) {
	t.Helper()
	if m := obeyedInTitle.FindString(i.Title); m != "" {
		t.Errorf("#%d: %q would be obeyed in the title %q", i.Number, m, i.Title)
	}
	if text := safetest.WithoutCode(i.Body); strings.Contains(text, canary) || strings.Contains(text, "evil.example") || strings.Contains(text, "<img") {
		t.Errorf("#%d: the canary is outside of code: %s", i.Number, text)
	}
	if _, section, behind := marker.Split(i.Body); behind != "" || strings.Count(section, "<!-- errmon:begin") != 1 || strings.Count(section, "<!-- errmon:state") != 1 {
		t.Errorf("#%d: the section is forged: %s", i.Number, i.Body)
	}
	if len(i.Comments) > 0 {
		t.Errorf("#%d has comments", i.Number)
	}
}

func checkRun(t *testing.T, r result, canary string) {
	t.Helper()
	for line := range strings.SplitSeq(r.stdout+"\n"+r.stderr, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
			t.Errorf("the runner would obey %q", line)
		}
	}
	want := []string{"closed", "created", "errors", "events", "issues", "reopened", "updated"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(r.outputs))); diff != "" {
		t.Errorf("outputs: %s", diff)
	}
	if !json.Valid([]byte(r.outputs["issues"])) || r.outputs["created"] == "99" {
		t.Error("the outputs are forged")
	}
	if text := safetest.WithoutCode(r.summary); strings.Contains(text, canary) || strings.Contains(text, "evil.example") {
		t.Error("the canary is outside of code in the summary")
	}
}

func TestMarkersOfOthersAreLeftAlone(t *testing.T) {
	newer := func(body string) string { return strings.Replace(body, "errmon:state v1", "errmon:state v9", 1) }
	tests := []struct {
		name    string
		do      func(w *world, lost, full githubtest.Issue) (number int) // returns the issue that must not change
		warning string
	}{
		{"body copied into a person's issue", func(w *world, lost, full githubtest.Issue) int {
			return w.github.Add(githubtest.Issue{Title: "mine", Body: lost.Body, Labels: []string{"errmon"}, Author: "mallory"})
		}, `was written by "mallory"`},
		{"body copied over another of ours", func(w *world, lost, full githubtest.Issue) int {
			w.github.EditBody(full.Number, lost.Body)
			return full.Number
		}, "carries a copy of the marker of issue #"},
		{"section pasted behind ours", func(w *world, lost, full githubtest.Issue) int {
			w.github.EditBody(full.Number, full.Body+"\n\n"+lost.Body)
			return full.Number
		}, "errmon state is damaged: left alone"},
		{"newer version", func(w *world, lost, full githubtest.Issue) int {
			w.github.EditBody(full.Number, newer(full.Body))
			return full.Number
		}, "newer version: left alone"},
		{"dashboard pasted over ours", func(w *world, lost, full githubtest.Issue) int {
			w.github.EditBody(full.Number, w.github.Issue(2).Body)
			return full.Number
		}, "left alone"},
		{"key line that ends early", func(w *world, lost, full githubtest.Issue) int {
			broken := regexp.MustCompile(`<!-- errmon:state.*-->`).ReplaceAllString(full.Body, "")
			w.github.EditBody(full.Number, regexp.MustCompile(`errmon:key \S+`).ReplaceAllString(broken, "errmon:key x--><img>"))
			return full.Number
		}, "left alone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.log(5*time.Minute, "ERROR order 1 lost")
			w.run("scan").mustSucceed(t)
			w.advance(time.Minute)
			w.log(time.Second, "ERROR the disk is full")
			w.run("scan").mustSucceed(t)
			number := tt.do(w, w.find("lost"), w.find("full"))
			before := w.github.Issue(number)
			w.advance(10 * time.Minute)
			w.log(time.Minute, "ERROR order 2 lost")
			r := w.run("scan").mustSucceed(t)
			if !strings.Contains(r.stderr, tt.warning) {
				t.Errorf("no warning with %q: %s", tt.warning, r.stderr)
			}
			if after := w.github.Issue(number); after.Body != before.Body || after.State != before.State {
				t.Errorf("it was written: %s, %s", after.State, after.Body)
			}
			if got := count(t, w.find("lost")); got != 2 {
				t.Errorf("counted %d lost orders, want 2", got)
			}
		})
	}
}
