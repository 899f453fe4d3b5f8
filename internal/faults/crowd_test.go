package faults

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/marker"
)

// crowded adds n issues of earlier errors, so that a listing has several pages.
func crowded(n int) func(*world) { return crowdedWithArchive(n, n) }

// crowdedWithArchive adds n issues and archives all except the newest, whose number is live.
func crowdedWithArchive(n, live int) func(*world) {
	return func(w *world) {
		for i := range n {
			m := marker.Marker{Keys: []string{fmt.Sprintf("exc1:%020d", i)}, Template: fmt.Sprintf("earlier error %d", i), Level: "error"}
			at := w.script.start.Add(-time.Duration(n-i) * time.Hour)
			m.Span(at, at.Add(time.Minute))
			m.SetSource("cloudwatch:"+region+":/ecs/shop", count.Tally{Through: count.MinuteOf(at) + 20, Frozen: 2, Newest: count.At(at)})
			body := m.Section("An earlier error.")
			issue := githubtest.Issue{Title: fmt.Sprintf("Earlier error %d", i), Body: body, Author: "github-actions[bot]",
				Labels: []string{map[bool]string{true: "errmon:archive", false: "errmon"}[i < n-live]}, CreatedAt: at, StateReason: "completed"}
			if i%2 == 1 {
				issue.State, issue.ClosedAt = "closed", w.script.start.Add(-time.Hour)
			}
			w.github.Add(issue)
		}
	}
}

// crowdedHistory is a short story in a repository with many issues.
func crowdedHistory(issues int) *script {
	s := newScript()
	s.prepare = crowded(issues)
	s.settings["ERRMON_MIN_EVENTS"] = "1"
	for i := range 9 {
		s.message("alpha", "/ecs/shop", time.Duration(i*22-5)*time.Minute, 0)
	}
	s.message("bravo", "/ecs/shop", 33*time.Minute, 0)
	s.message("golf", "/ecs/shop", 52*time.Minute, 0)
	return s
}

// With 1,000 tracked issues and nothing new, a run sends at most 15 requests to GitHub. Each changed issue
// costs 2 more, and each new one 3.
func TestRequestsOfARun(t *testing.T) {
	s := crowdedHistory(1000)
	s.events = s.events[:1]
	w := newWorld(s)
	for i := range 2 {
		w.turnTo(i)
		w.newRun().do().mustSucceed(t)
	}
	tests := []struct {
		name         string
		changed, new int
	}{{"nothing new", 0, 0}, {"five changed", 5, 0}, {"four new", 0, 4}, {"three changed, two new", 3, 2}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := w.clone()
			w.failAgain(flood[:tt.changed]).mustSucceed(t)
			sent := w.failAgain(flood[:tt.changed+tt.new]).mustSucceed(t).count(github)
			if most := 15 + 2*tt.changed + 3*tt.new; sent > most {
				t.Errorf("%d requests, want at most %d", sent, most)
			}
		})
	}
}

// failAgain logs the errors once more and runs.
func (w *world) failAgain(names []string) *run {
	s := newScript()
	s.start = w.now()
	for _, name := range names {
		s.message(name, "/ecs/shop", time.Minute, 0)
		if err := w.aws.Put(region, "/ecs/shop", s.logged("/ecs/shop")...); err != nil {
			panic(err)
		}
		s.events = nil
	}
	w.pass(interval)
	return w.newRun().do()
}

// However many issues were ever filed, a quiet run sends at most 8 requests to GitHub. A run with new
// errors looks at no more than 1,000 archived issues.
func TestRequestsAfterYears(t *testing.T) {
	ten := append(slices.Clone(flood), "raven", "crane")
	for _, filed := range []struct{ ever, live int }{{20, 20}, {300, 300}, {10_000, 300}} {
		s := crowdedHistory(0)
		s.prepare, s.events = crowdedWithArchive(filed.ever, filed.live), s.events[:1]
		s.settings["ERRMON_MAX_NEW_ISSUES"], s.settings["ERRMON_MAX_NEW_ISSUES_PER_DAY"] = "50", "500"
		w := newWorld(s)
		for i := range 2 {
			w.turnTo(i)
			w.newRun().do().mustSucceed(t)
		}
		w.failAgain(ten).mustSucceed(t)
		quiet := w.failAgain(nil).mustSucceed(t).count(github)
		changed := w.failAgain(ten).mustSucceed(t).count(github)
		added := w.failAgain([]string{"walrus", "gecko"}).mustSucceed(t).count(github)
		t.Logf("%6d issues ever filed, %d live: %d requests in a quiet run, %d with 10 changes, %d with 2 new errors", filed.ever, filed.live, quiet, changed, added)
		if quiet > 8 || changed > quiet+1+2*len(ten) || added > quiet+1+2*3+10 {
			t.Error("too many")
		}
	}
}
