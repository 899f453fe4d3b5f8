package faults

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A group that a run had no time for is read first by the next one. A group that is too large for any run
// gets the time that the others leave, and the run reports that it falls behind.
func TestTurns(t *testing.T) {
	s := newScript()
	s.settings["ERRMON_MAX_DURATION"], s.settings["ERRMON_READER"], s.settings["ERRMON_MIN_EVENTS"] = "45s", "filter", "1"
	s.pageEvents = 20
	for minute := -60; minute < 180; minute++ {
		at := time.Duration(minute) * time.Minute
		for i := range 60 { // 60 pages between two runs; a run has time for as many requests
			s.message("lynx", "/ecs/lynx", at+time.Duration(i)*time.Second, 0)
		}
		for _, group := range []string{"otter", "heron"} {
			s.message(group, "/ecs/"+group, at, 0)
		}
	}
	for _, t := range s.truths {
		t.comments = 1 // for the hundredth event; at most one a day
	}
	w := newWorld(s)
	group := regexp.MustCompile(`:log-group:/ecs/(\w+)"`)
	var out string
	for i := range 5 {
		w.turnTo(i)
		r := w.newRun().do()
		var order []string
		for _, q := range r.requests {
			if m := group.FindStringSubmatch(q.body); m != nil && !slices.Contains(order, m[1]) {
				order = append(order, m[1])
			}
		}
		want := map[int]string{0: "[lynx]"}[i]
		if want == "" {
			want = "[otter heron lynx]"
		}
		if fmt.Sprint(order) != want {
			t.Errorf("run %d read %v, want %s", i, order, want)
		}
		out = r.out
	}
	if !strings.Contains(out, "cloudwatch:eu-central-1:/ecs/lynx is falling behind: this run read ") {
		t.Errorf("printed\n%s", out)
	}
	for i := 5; i < 40; i++ { // nothing more is logged from run 9 on
		w.turnTo(i)
		w.newRun().do()
	}
	if v := w.judge(nil); v.bad() {
		t.Error(v)
	}
}
