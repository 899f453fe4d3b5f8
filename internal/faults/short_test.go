package faults

import (
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// If requests or time run out, a run finishes what it has begun and reports what it left and what to
// change. The next run does the rest.
func TestRunsThatAreCutShort(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		prepare func(w *world, r *run)
		done    int // issues filed before the run stops
		says    []string
	}{
		{"the hour's budget is nearly spent", nil, func(w *world, _ *run) {
			w.github.Configure(func(to *githubtest.Settings) { to.HourlyLimit = 56 })
		}, 4, []string{"49 more requests until 2026-11-22T11:00:30Z", "are left to the next run"}},
		{"writing takes too long", []string{"--max-duration", "4m", "--write-interval", "1m"}, func(*world, *run) {}, 4,
			[]string{"no time left for another write, see max-duration", "left to the next run"}},
		{"reading takes too long", nil, func(_ *world, r *run) {
			r.gate = func(q request) *fault {
				if q.path == "FilterLogEvents" {
					return &fault{through: true, delay: 150 * time.Second}
				}
				return nil
			}
		}, 1, []string{"reading took two thirds of max-duration: the next run continues from here"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(floodScript())
			r := w.newRun(tt.args...)
			tt.prepare(w, r)
			r.do()
			if filed := len(w.filed()); r.code != 1 || filed != tt.done {
				t.Errorf("exit code %d, filed %d issues, want 1 and %d", r.code, filed, tt.done)
			}
			for _, part := range tt.says {
				if !strings.Contains(r.out, part) {
					t.Errorf("does not say %q:\n%s", part, r.out)
				}
			}
			w.github.Configure(func(to *githubtest.Settings) { to.HourlyLimit = 1000 })
			w.pass(interval)
			if v := w.lastRun(nil); v.bad() {
				t.Error(v)
			}
		})
	}
}

// floodScript logs eight errors shortly before the first run.
func floodScript() *script {
	s := newScript()
	s.settings["ERRMON_MIN_EVENTS"], s.settings["ERRMON_MAX_NEW_ISSUES"] = "1", "20"
	for i, name := range flood {
		s.message(name, "/ecs/shop", time.Duration(i-20)*time.Minute, 0)
		s.message(name, "/ecs/shop", time.Duration(i-19)*time.Minute, 0)
	}
	return s
}

// filed returns the open error issues.
func (w *world) filed() []githubtest.Issue {
	var open []githubtest.Issue
	for _, i := range w.github.Issues() {
		if tracked(i) && i.State == "open" {
			open = append(open, i)
		}
	}
	return open
}
