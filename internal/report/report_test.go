package report

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/grouping"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/source"
)

var update = flag.Bool("update", false, "write the golden files anew")

var redactor = safe.NewRedactor()

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func about(kind plan.Kind, reason plan.Reason, number int, title string, events int64) plan.Result {
	m := marker.Marker{Keys: []string{"exc1:" + title}, Deliveries: map[string]count.Inbox{"text": {Count: events}}}
	l := plan.Result{Action: plan.Action{Kind: kind, Reason: reason, Title: title, Next: m}, Number: number}
	if number != 0 {
		l.URL = fmt.Sprintf("https://github.com/acme/shop/issues/%d", number)
	}
	return l
}

func run() Run {
	refused := about(plan.Update, plan.MoreEvents, 4, "order lost", 9)
	refused.Err = errors.New("edit issue #4: refused: add `permissions: issues: write` to the workflow")
	again := refused
	again.Number = 5
	filed := about(plan.Create, plan.FirstSeen, 3, "TypeError | ::error::x ##[error]y @everyone", 2)
	filed.Action.Groups = []*grouping.Group{{Sources: map[string]*count.Tally{"a": {Cells: map[count.Minute]int64{
		0: 7, count.MinuteOf(noon): 2, count.MinuteOf(noon.Add(-3*time.Hour + time.Minute)): 1, count.MinuteOf(noon.Add(-4 * time.Minute)): 3,
	}}}}}
	return Run{
		Ended: noon.Add(5 * time.Second), Events: 20, Errors: 4,
		Lines: []plan.Result{
			filed,
			about(plan.Reopen, plan.Regression, 2, "disk full", 5),
			about(plan.Keep, plan.NothingNew, 1, "old", 1),
			about(plan.Wait, plan.OverMax, 0, "one more", 1),
			refused, again,
		},
		Sources: []source.Health{
			{Name: "cloudwatch:eu-central-1:/ecs/shop", From: noon.Add(-15 * time.Minute), Result: source.Result{Complete: noon}, Events: 20},
			{Name: "cloudwatch:eu-central-1:/ecs/none", From: noon.Add(-time.Hour), Err: errors.New("not found")},
		},
		Requests: map[string]int{"GitHub list issues": 2, "CloudWatch FilterLogEvents": 3},
		Unread:   "2 log events look like errors:",
		Shapes:   []string{"2× the <*> has crashed ::error::x `y @everyone"},
		Warnings: []string{"issue #9 was written by \"mallory\": left alone"},
		Failures: []error{errors.New("log group \"/ecs/none\" not found in eu-central-1: check log-groups and aws-region")},
	}
}

func TestGolden(t *testing.T) {
	var out strings.Builder
	Print(&out, redactor, run())
	golden(t, "terminal.txt", out.String())
	golden(t, "summary.md", Summary(redactor, run()))
	dry := run()
	dry.DryRun = true
	golden(t, "dry-run.md", Summary(redactor, dry))
}

func TestChartOfALongPeriod(t *testing.T) {
	long := Run{Lines: []plan.Result{{Action: plan.Action{Groups: []*grouping.Group{{Sources: map[string]*count.Tally{
		"a": {Cells: map[count.Minute]int64{600: 3, count.MinuteOf(noon): 1}}, // of 1970, and of today
	}}}}}}}
	if got := Summary(redactor, long); strings.Count(got, `h"`) != maxHours {
		t.Errorf("chart of other than %d hours:\n%s", maxHours, got)
	}
}

func TestSummaryFits(t *testing.T) {
	var huge Run
	for i := range 5000 {
		huge.Lines = append(huge.Lines, about(plan.Create, plan.FirstSeen, i+1, strings.Repeat("💥", 300), 1))
		huge.Failures = append(huge.Failures, fmt.Errorf("%d: %s", i, strings.Repeat("é", 900)))
	}
	got := Summary(redactor, huge)
	if len(got) > 1<<20 || !utf8.ValidString(got) || !strings.HasSuffix(got, "1 MiB.\n") {
		t.Errorf("%d bytes, ends with %q", len(got), got[len(got)-60:])
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestOutputs(t *testing.T) {
	outputs := Outputs(redactor, run())
	got := map[string]string{}
	for _, o := range outputs {
		got[o.Name] = o.Value
		if strings.ContainsAny(o.Value, "\r\n") {
			t.Errorf("output %s has more than one line", o.Name)
		}
	}
	issues := got["issues"]
	delete(got, "issues")
	want := map[string]string{"created": "1", "updated": "0", "reopened": "1", "closed": "0", "events": "20", "errors": "4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var list []outputIssue
	if err := json.Unmarshal([]byte(issues), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 {
		t.Fatalf("issues %s", issues)
	}
	reopened := outputIssue{Number: 2, URL: "https://github.com/acme/shop/issues/2", Action: "reopened", Reason: "happened again after closing", Title: "disk full",
		Fingerprint: "exc1:disk full", Count: 5, Owners: []string{}, Suspects: []string{}}
	if diff := cmp.Diff(reopened, list[1]); diff != "" {
		t.Error(diff)
	}
}

func TestOutputsStayWithinTheirSize(t *testing.T) {
	r := run()
	for i := range 5000 {
		r.Lines = append(r.Lines, about(plan.Create, plan.FirstSeen, i+10, strings.Repeat("a very long title ", 20), 1))
	}
	outputs := Outputs(redactor, r)
	issues := outputs[len(outputs)-1].Value
	if len(issues) > maxOutput+1000 || !json.Valid([]byte(issues)) {
		t.Errorf("%d bytes, valid: %v", len(issues), json.Valid([]byte(issues)))
	}
	if outputs[0].Value != "5001" {
		t.Errorf("created %s", outputs[0].Value)
	}
	if summary := Summary(redactor, r); len(summary) > 1<<20 {
		t.Errorf("the summary has %d bytes, GitHub takes 1 MiB", len(summary))
	}
}

func TestAnnotationsSayHowManyMore(t *testing.T) {
	var r Run
	for i := range 15 {
		r.Failures = append(r.Failures, fmt.Errorf("failure %d", i))
	}
	failures, warnings := Annotations(redactor, r)
	if len(failures) != 10 || failures[9] != "and 6 more: see the summary" || warnings != nil {
		t.Errorf("%q, %q", failures, warnings)
	}
}

// A scan that somebody asked for in Slack reports the events in no known format, as any other.
func TestAddKeepsWhatWasUnread(t *testing.T) {
	unread := Run{Unread: "Not filed", Shapes: []string{"a"}}
	for _, r := range []Run{{}, unread} {
		later := unread
		if r.Unread != "" {
			later = Run{}
		}
		r.Requests = map[string]int{}
		if r.Add(later); r.Unread != "Not filed" || len(r.Shapes) != 1 {
			t.Errorf("%q, %q", r.Unread, r.Shapes)
		}
	}
}
