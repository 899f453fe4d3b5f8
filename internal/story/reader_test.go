package story

import (
	"fmt"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
)

// TestLargeGroups counts the pages read of a log group: all of them if there are few, otherwise three once
// a day before the filter pattern is used.
func TestLargeGroups(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines int   // logged before each run, 10 per page
		want  []int // requests in runs half an hour, an hour and a day later
	}{
		{"small", 7, []int{1, 2, 2}},
		{"large", 100, []int{4, 1, 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.aws.PageEvents = 10
			for i, pause := range []time.Duration{30 * time.Minute, 30 * time.Minute, 24 * time.Hour} {
				w.advance(pause)
				for n := range tt.lines {
					w.put("/ecs/shop", cloudwatchtest.Event{Stream: "web", Time: w.now.Add(-10*time.Minute + time.Duration(n)*time.Second), Message: fmt.Sprintf("INFO order %d paid", n)})
				}
				w.log(time.Minute, "ERROR no price")
				before := w.filterRequests()
				w.run("scan").mustSucceed(t)
				sent := w.filterRequests() - before
				t.Logf("run %d: %d requests", i+1, sent)
				if sent != tt.want[i] {
					t.Errorf("run %d: %d requests, want %d", i+1, sent, tt.want[i])
				}
			}
			w.find("no price")
		})
	}
}

func (w *world) filterRequests() int {
	n := 0
	for _, r := range w.aws.Requests() {
		if r.Path == "FilterLogEvents" {
			n++
		}
	}
	return n
}
