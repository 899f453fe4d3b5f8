package faults

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// alone are errors that a group rule combines. Half of them log a stack trace.
var alone = []string{"ant", "bee", "cod", "doe", "elk", "fox", "gnu", "hen", "ibis", "jay", "koi", "lark", "mole", "newt", "owl", "pug", "quail", "ram", "seal", "toad"}

// groupedHistory is a story in which a rule groups twenty filed errors, only in run 2.
func groupedHistory() *script {
	s := newScript()
	s.settings["ERRMON_MIN_EVENTS"], s.settings["ERRMON_MAX_NEW_ISSUES"] = "1", "20"
	for i, name := range alone {
		for run := range 5 {
			at := time.Duration(run)*interval - 10*time.Minute + time.Duration(i)*time.Second
			if i%2 == 0 {
				s.message(name, "/ecs/shop", at, time.Second)
			} else {
				s.trace(name, "/ecs/shop", at, time.Second)
			}
		}
	}
	return s
}

const groupedIn = 2 // the run with the rule

// goOnGrouped plays the runs from one up to another, exclusive.
func (w *world) goOnGrouped(from, to int, do func(run int)) {
	for i := from; i < to; i++ {
		w.turnTo(i)
		w.script.settings["ERRMON_CONFIG"] = ""
		if i == groupedIn {
			w.script.settings["ERRMON_CONFIG"] = "testdata/rules/group.yml"
		}
		do(i)
	}
}

// judgeGrouped checks that no error was filed again, and that the open issues count all events. It returns
// how many are open; the others are duplicates.
func (w *world) judgeGrouped() (open int, err error) {
	filed, events := 0, 0
	for _, i := range w.github.Issues() {
		if tracked(i) {
			filed++
		}
		if tracked(i) && i.State == "open" {
			open++
			if m := headline.FindStringSubmatch(i.Body); m != nil {
				var n int
				_, _ = fmt.Sscan(m[1], &n)
				events += n
			}
		}
	}
	if want := 5 * len(alone); filed != len(alone) || events != want {
		err = fmt.Errorf("%d issues filed, %d open, which count %d of %d events", filed, open, events, want)
	}
	return open, err
}

// TestGroupRuleUnderFaults adds a group rule for one run, and disturbs that run or the next at every
// request; without -sweep, at a sample of them.
func TestGroupRuleUnderFaults(t *testing.T) {
	w := newWorld(groupedHistory())
	var worlds []*world
	var requests [][]request
	w.goOnGrouped(0, 6, func(int) {
		worlds = append(worlds, w.clone())
		requests = append(requests, w.newRun().do().mustSucceed(t).requests)
	})
	if open, err := w.judgeGrouped(); err != nil || open != 1 {
		t.Fatalf("%d open, %v", open, err)
	}
	tried := 0
	for _, turn := range []int{groupedIn, groupedIn + 1} {
		for at := range requests[turn] {
			if !*sweep && at%7 != 3 {
				continue
			}
			for name, disturb := range map[string]func(w *world){
				"dies after": func(w *world) { w.newRun().breaking(func(r *run, n int) *fault { return r.dieAfter(n, at) }).do() },
				"no answer": func(w *world) {
					w.newRun().breaking(func(_ *run, n int) *fault {
						if n == at {
							return &fault{apply: true}
						}
						return nil
					}).do()
				},
				"a second run in the middle of": func(w *world) {
					all := w.newRuns(2)
					together(all, inTheMiddle(all, at))
				},
			} {
				again := worlds[turn].clone()
				again.goOnGrouped(turn, 6, func(i int) {
					if i == turn {
						disturb(again)
						return
					}
					again.newRun().do()
				})
				again.turnTo(6)
				again.newRun().do().mustSucceed(t)
				if _, err := again.judgeGrouped(); err != nil {
					t.Errorf("run %d %s request %d (%s): %v", turn, name, at, requests[turn][at].class(), err)
				}
				tried++
			}
		}
	}
	t.Logf("%d disturbed stories, %d requests in the runs", tried, len(slices.Concat(requests[groupedIn:groupedIn+2]...)))
}
