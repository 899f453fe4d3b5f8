package story

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

// TestPreviewOfSourcesHasTheScansTitles checks that a preview of the sources shows the titles that a scan
// of them files. Each line is its own event, as log drivers send them, and one trace begins before the
// period that is read.
func TestPreviewOfSourcesHasTheScansTitles(t *testing.T) {
	w := newWorld(t)
	w.env["ERRMON_LOOKBACK"], w.env["ERRMON_MAX_NEW_ISSUES"] = "30m", "100"
	files, err := filepath.Glob(filepath.Join(storyFolder, repositoryRoot, "examples/logs/*.log"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		at := w.now.Add(-20 * time.Minute)
		var events []cloudwatchtest.Event
		for line := range bytes.Lines(read(t, "", file)) {
			at = at.Add(100 * time.Millisecond)
			if message := strings.TrimRight(string(line), "\n"); message != "" { // CloudWatch accepts no empty event
				events = append(events, cloudwatchtest.Event{Stream: filepath.Base(file), Time: at, Message: message})
			}
		}
		w.put("/ecs/shop", events...)
	}
	w.log(30*time.Minute+31*time.Second, "ERROR request failed") // its trace begins before the period
	for i, line := range strings.Split(nodeTrace, "\n") {
		w.log(30*time.Minute+30*time.Second-time.Duration(i)*time.Millisecond, "%s", line)
	}
	w.log(2*time.Minute, "ERROR <b>bold</b> of @acme/shop and org/repo#17")
	w.log(time.Minute, "ERROR %s in <b>@acme/shop</b> #17", strings.Repeat("a long story ", 40))

	var shown, filed []string
	for _, m := range regexp.MustCompile(`(?m)^\d+\. (.*)$`).FindAllStringSubmatch(w.run("preview").mustSucceed(t).stdout, -1) {
		shown = append(shown, m[1])
	}
	w.run("scan").mustSucceed(t)
	for title := range w.errorIssues() {
		filed = append(filed, strings.ReplaceAll(title, "\u200b", "")) // the zero-width space stops mentions from notifying; a terminal needs none
	}
	slices.Sort(shown)
	slices.Sort(filed)
	if !slices.Equal(shown, filed) {
		t.Errorf("the preview shows\n  %s\nand the scan files\n  %s", strings.Join(shown, "\n  "), strings.Join(filed, "\n  "))
	}
}
