package story

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// grouped is a line that errmon group prints.
type grouped struct {
	Line        int
	Fingerprint string
	Template    string
	Title       string
	Rule        string
	Format      string
	Keys        []string
	Service     string
	Level       string
	Runtime     string
	Exceptions  []map[string]any
	Masks       []string
}

func groups(t testing.TB, stdout string) []grouped {
	t.Helper()
	var all []grouped
	for line := range strings.Lines(stdout) {
		var g grouped
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&g); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, g)
	}
	return all
}

func TestGroupLines(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{} // no account is configured
	w.file("app.log", "order 1 lost\n\norder 2 lost\r\n    at f (x.js:1:2)\nlogin with \x1b[31mpassword=hunter2 ##[error]\n\xff\xfe")
	r := w.run("group", "--lines", "app.log").mustSucceed(t)
	all := groups(t, r.stdout)
	if len(all) != 6 {
		t.Fatalf("%d lines for 6:\n%s", len(all), r.stdout)
	}
	for i, g := range all {
		if g.Line != i+1 || g.Keys != nil || g.Masks != nil {
			t.Errorf("line %d: %+v", i+1, g)
		}
	}
	if all[0].Fingerprint != all[2].Fingerprint || all[0].Fingerprint == all[1].Fingerprint {
		t.Errorf("fingerprints %s, %s, %s", all[0].Fingerprint, all[1].Fingerprint, all[2].Fingerprint)
	}
	if !strings.HasPrefix(r.stdout, `{"line":1,"fingerprint":"`+all[0].Fingerprint+`","template":"order <*> lost","title":"order … lost"}`+"\n") {
		t.Errorf("printed %s", r.stdout)
	}
	if all[1].Template != "" || all[1].Title != "(empty message)" {
		t.Errorf("the blank line is %+v", all[1])
	}
	for _, foreign := range []string{"hunter2", "##[", "\x1b"} {
		if strings.Contains(r.stdout, foreign) {
			t.Errorf("%q was printed: %s", foreign, r.stdout)
		}
	}
}

// With --lines, a JSON record is read as without it, and is still one event.
func TestGroupLinesOfJSON(t *testing.T) {
	tests := []struct{ name, record string }{
		{"flat", `{"level":"error","msg":"disk full"}`},
		{"another message", `{"level":"error","msg":"card declined"}`},
		{"below error", `{"level":"info","msg":"tax table loaded"}`},
		{"numbered level", `{"level":50,"time":1796000000000,"msg":"lease lost"}`},
		{"nested", `{"severity":"ERROR","fields":{"message":"shelf is empty"},"target":"depot"}`},
		{"service", `{"level":"error","service":"till","msg":"drawer jammed"}`},
		{"stack trace", `{"level":"error","msg":"failed","stack":"RangeError: too far\n    at reach (/app/arm.js:4:2)"}`},
		{"several lines in one", `{"level":"error","msg":"upload failed\nERROR second line"}`},
		{"indented", `  {"level":"error","msg":"door open"}`},
		{"cut off", `{"level":"error","msg":"half a rec`},
		{"no record", `{} is not a shipment`},
	}
	var lines []string
	for _, tt := range tests {
		lines = append(lines, tt.record)
	}
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("app.log", strings.Join(lines, "\n")+"\n")
	byLine := groups(t, w.run("group", "--lines", "app.log").mustSucceed(t).stdout)
	if len(byLine) != len(tests) {
		t.Fatalf("%d events for %d lines", len(byLine), len(tests))
	}
	seen := map[string]string{}
	for i, tt := range tests {
		w.file("one.log", tt.record+"\n")
		whole := groups(t, w.run("group", "one.log").mustSucceed(t).stdout)
		if len(whole) != 1 || whole[0].Fingerprint != byLine[i].Fingerprint {
			t.Errorf("%s: %+v with --lines, %+v without", tt.name, byLine[i], whole)
		}
		if other, ok := seen[byLine[i].Fingerprint]; ok {
			t.Errorf("%s and %s are one error", other, tt.name)
		}
		seen[byLine[i].Fingerprint] = tt.name
	}
}

func TestGroupJoinsAndExplains(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("app.log", "2026-11-22T10:00:01Z ERROR order 1 lost\n2026-11-22T10:00:02Z ERROR request failed\n"+nodeTrace+
		"\n2026-11-22T10:00:03Z INFO order 2 lost\n")
	all := groups(t, w.run("group", "--explain", "app.log").mustSucceed(t).stdout)
	if len(all) != 3 || all[0].Line != 1 || all[1].Line != 2 || all[2].Fingerprint != all[0].Fingerprint {
		t.Fatalf("%+v", all)
	}
	if fmt.Sprint(all[0].Masks) != "[number]" || all[1].Masks == nil || len(all[1].Masks) != 0 {
		t.Errorf("masks %v and %v", all[0].Masks, all[1].Masks)
	}
	trace := all[1]
	if !strings.HasPrefix(trace.Fingerprint, "exc1:") || trace.Keys[0] != trace.Fingerprint || len(trace.Keys) < 3 {
		t.Errorf("keys of a trace: %v", trace.Keys)
	}
	if want := "TypeError: Cannot read properties of undefined (reading 'id') in Cart.total"; trace.Title != want {
		t.Errorf("title %q, want %q", trace.Title, want)
	}
}

// explainLog is resolved before the tests change the directory. It contains an event for every rule.
var explainLog, _ = filepath.Abs("testdata/explain.log")

// TestGroupExplain compares the output of --explain with a golden file, given a known template and a team's
// own rules:
//
//	go test -run GroupExplain ./internal/story -update
func TestGroupExplain(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("earlier.log", "queue orders is full of messages")
	w.file(".github/errmon.yml", "in-app:\n  exclude: [vendor-ours/]\nfields:\n  service: app_id\n")
	w.run("group", "--save", "known", "earlier.log").mustSucceed(t)
	got := w.run("group", "--explain", "--known", "known", explainLog).mustSucceed(t).stdout
	golden := strings.TrimSuffix(explainLog, ".log") + ".golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, filepath.Dir(golden), filepath.Base(golden))), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	rules := map[string]bool{}
	for _, g := range groups(t, got) {
		rules[g.Rule] = true
	}
	if len(rules) != 5 {
		t.Errorf("the log shows %d of 5 rules", len(rules))
	}
}

// Templates that one call saved keep their identity in the next, and widen.
func TestGroupKnown(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("a.log", "queue orders is full of messages\ndisk is full")
	w.file("b.log", "queue refunds is full of messages")
	w.file("c.log", "disk is full\nqueue returns is full of messages")
	first := groups(t, w.run("group", "--lines", "--save", "known", "a.log").mustSucceed(t).stdout)
	second := groups(t, w.run("group", "--lines", "--known", "known", "--save", "known", "b.log").mustSucceed(t).stdout)
	third := groups(t, w.run("group", "--lines", "--known", "known", "c.log").mustSucceed(t).stdout)
	if key := first[0].Fingerprint; second[0].Fingerprint != key || third[1].Fingerprint != key || third[1].Template != "queue <*> is full of messages" {
		t.Errorf("%+v\n%+v\n%+v", first[0], second[0], third[1])
	}
	if third[0].Fingerprint != first[1].Fingerprint {
		t.Error("what the second call did not see was forgotten")
	}
	if left, _ := filepath.Glob(".errmon*"); len(left) > 0 {
		t.Errorf("files left: %v", left)
	}
}

func TestGroupRefuses(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{}
	w.file("app.log", "order 1 lost")
	w.file("damaged", `{"fingerprint":"msg1:6f1e","template":"a"}`+"\n{\n")
	w.file("foreign", `{"fingerprint":"x","template":"a"}`)
	if err := os.Mkdir("logs", 0o755); err != nil {
		t.Fatal(err)
	}
	w.file("logs/a.log", "a")
	w.file("logs/b.log", "b")
	tests := []struct {
		name string
		args []string
		says string
	}{
		{"no such file", []string{"none.log"}, `"none.log" cannot be read: no such file`},
		{"two files", []string{"app.log", "app.log"}, "accepts at most 1 arg"},
		{"folder of two", []string{"logs"}, `"logs" contains 2 logs: group reads one file`},
		{"no known file", []string{"--known", "none", "app.log"}, "read known templates: open none: no such file"},
		{"damaged known file", []string{"--known", "damaged", "app.log"}, `known templates "damaged": line 2 is not one that --save writes: check --known`},
		{"another file", []string{"--known", "foreign", "app.log"}, `known templates "foreign": line 1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := w.run(append([]string{"group"}, tt.args...)...)
			if r.code != 2 || !strings.Contains(r.stderr, tt.says) || r.stdout != "" {
				t.Errorf("exit code %d, stdout %q, stderr %q", r.code, r.stdout, r.stderr)
			}
		})
	}
	if r := w.run("group", "--save", "none/known", "app.log"); r.code != 1 || !strings.Contains(r.stderr, "save templates") {
		t.Errorf("saving into a folder that is not there: exit code %d, %s", r.code, r.stderr)
	}
}

// An issue's template, stored in its marker, widens from scan to scan, and its key stays. Two issues whose
// templates turn out to be one are merged.
func TestScanCarriesTemplates(t *testing.T) {
	w := newWorld(t)
	w.log(5*time.Minute, "ERROR queue orders is full of messages")
	w.log(5*time.Minute, "ERROR cannot parse feed acme while loading nightly prices")
	w.log(5*time.Minute, "ERROR cannot parse feed globex while loading nightly prices")
	w.run("scan").mustSucceed(t)
	if n := len(w.errorIssues()); n != 3 {
		t.Fatalf("%d issues, want 3", n)
	}
	w.advance(30 * time.Minute)
	w.log(5*time.Minute, "ERROR queue refunds is full of messages")
	for _, feed := range []string{"initech", "hooli", "umbrella"} {
		w.log(5*time.Minute, "ERROR cannot parse feed %s while loading nightly prices", feed)
	}
	w.run("scan").mustSucceed(t)
	if got := count(t, w.find("queue orders")); got != 2 {
		t.Errorf("the queues count %d, want 2", got)
	}
	open := 0
	for title, i := range w.errorIssues() {
		if strings.Contains(title, "feed") && i.State == "open" {
			open++
			if got := count(t, i); got != 5 {
				t.Errorf("the feeds count %d, want 5", got)
			}
		}
	}
	if open != 1 || len(w.errorIssues()) != 3 {
		t.Errorf("%d open issues of %d", open, len(w.errorIssues()))
	}
}
