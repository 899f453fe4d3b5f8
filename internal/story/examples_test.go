package story

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

var seedFlag = os.Getenv("ERRMON_EXAMPLE_SEEDS") // comma-separated seeds to record and compare

// TestExampleLogs compares a preview of the committed logs with what the programs that printed them report
// about themselves.
func TestExampleLogs(t *testing.T) {
	folder, err := filepath.Abs("../../examples/logs")
	if err != nil {
		t.Fatal(err)
	}
	comparePreview(t, folder)
}

// TestRecordedLogs does the same for other failures, generated from a seed. It needs the four runtimes, so
// it runs only on request:
//
//	ERRMON_EXAMPLE_SEEDS=7,8,9 go test -run RecordedLogs ./internal/story
func TestRecordedLogs(t *testing.T) {
	seeds := regexp.MustCompile(`\d+`).FindAllString(seedFlag, -1)
	if len(seeds) == 0 {
		t.Skip("set ERRMON_EXAMPLE_SEEDS to record logs")
	}
	script, err := filepath.Abs("../../examples/logs/record.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, seed := range seeds {
		t.Run("seed "+seed, func(t *testing.T) {
			folder := t.TempDir()
			if out, err := exec.Command(script, seed, folder).CombinedOutput(); err != nil {
				t.Fatalf("record: %v\n%s", err, out)
			}
			comparePreview(t, folder)
		})
	}
}

// comparePreview wants one issue for each row of the folder's truth, with its count.
func comparePreview(t *testing.T, folder string) {
	t.Helper()
	w := newWorld(t)
	w.env = map[string]string{}
	r := w.run("preview", folder).mustSucceed(t)
	var got []int
	for _, m := range regexp.MustCompile(`(?m)^   \w+ · (\d+) events?`).FindAllStringSubmatch(r.stdout, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	want := truth(t, filepath.Join(folder, "truth.jsonl"))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d issues with counts %v,\nwant %d with %v\n%s", len(got), got, len(want), want, r.stdout)
	}
}

func truth(t *testing.T, path string) []int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var counts []int
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var row struct{ Count int }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		counts = append(counts, row.Count)
	}
	return counts
}

// TestExampleLogsLineByLine logs each line as its own event, as CloudWatch stores them, and wants the same
// issues from a scan.
func TestExampleLogsLineByLine(t *testing.T) {
	folder, err := filepath.Abs("../../examples/logs")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.log"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no logs: %v", err)
	}
	w := newWorld(t)
	w.env["ERRMON_MAX_NEW_ISSUES"] = "100"
	for i, file := range files {
		w.put("/ecs/shop", lineEvents(t, file, w.now.Add(-time.Duration(10+i)*time.Minute))...)
	}
	w.run("scan").mustSucceed(t)
	var got []int
	for _, issue := range w.github.Issues() {
		if slices.Contains(issue.Labels, "errmon") {
			got = append(got, int(count(t, issue)))
		}
	}
	want := truth(t, filepath.Join(folder, "truth.jsonl"))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d issues with counts %v,\nwant %d with %v", len(got), got, len(want), want)
	}
}

// lineEvents makes an event of each line of a file, a millisecond apart. Lines printed by "aws logs tail"
// begin with the event's time and stream.
func lineEvents(t *testing.T, file string, at time.Time) []cloudwatchtest.Event {
	t.Helper()
	var events []cloudwatchtest.Event
	for i, line := range strings.Split(strings.TrimRight(string(read(t, "", file)), "\n"), "\n") {
		e := cloudwatchtest.Event{Stream: filepath.Base(file), Time: at.Add(time.Duration(i) * time.Millisecond), Message: line}
		if strings.HasSuffix(file, "-events.log") {
			fields := strings.SplitN(line, " ", 3)
			if _, err := time.Parse(time.RFC3339, fields[0]); err == nil && len(fields) == 3 {
				e.Stream, e.Message = fields[1], fields[2]
			}
		}
		if e.Message != "" { // the service accepts no empty event
			events = append(events, e)
		}
	}
	return events
}
