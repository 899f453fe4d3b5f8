package story

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// TestLabelLost removes the label from filed issues in several ways. A run must not file their errors again
// unless people say so.
func TestLabelLost(t *testing.T) {
	unlabel := func(n int) func(*world) {
		return func(w *world) {
			for number := range n {
				w.github.Unlabel(number+1, "errmon")
			}
		}
	}
	for _, tt := range []struct {
		name  string
		lose  func(*world)
		again int    // issues filed by the next run
		says  string // part of stderr; the run then fails
	}{
		{"deleted", func(w *world) { w.github.RenameLabel("errmon", "") }, 0, `the label "errmon" no longer exists`},
		{"renamed", func(w *world) { w.github.RenameLabel("errmon", "bugs") }, 0, `set ` + "`label:`"},
		{"taken off most", unlabel(7), 0, "more than half"},
		{"taken off some", unlabel(5), 5, ""},
		{"issues deleted", func(w *world) {
			for number := range 9 {
				w.github.Delete(number + 1)
			}
		}, 9, ""},
		{"deleted, and the dashboard closed", func(w *world) {
			w.github.RenameLabel("errmon", "")
			w.github.Close(w.dashboard().Number, "completed")
		}, 12, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.env["ERRMON_MAX_NEW_ISSUES"] = "50"
			errs := func() {
				for i := range 12 {
					w.log(time.Minute, "ERROR step %s failed", strings.Repeat(string(rune('a'+i)), 5))
				}
			}
			errs()
			w.run("scan").mustSucceed(t)
			w.advance(time.Hour)
			before := len(w.github.Issues())
			tt.lose(w)
			errs()
			r := w.run("scan")
			if (r.code != 0) != (tt.says != "") || !strings.Contains(r.stderr, tt.says) {
				t.Errorf("exit code %d: %s", r.code, r.stderr)
			}
			writes := 0
			for _, q := range r.requests {
				if q.Method != "GET" {
					writes++
				}
			}
			if tt.says != "" && writes > 0 {
				t.Errorf("%d writes", writes)
			}
			if d := w.dashboard(); tt.says == "" && d.State != "open" {
				t.Errorf("the dashboard is %s", d.State)
			}
			if got := countNew(w.github.Issues(), before); tt.says == "" && got != tt.again {
				t.Errorf("%d issues were filed again, want %d: %s", got, tt.again, r.stdout)
			}
		})
	}
}

// countNew returns the number of error issues filed after the first ones.
func countNew(issues []githubtest.Issue, before int) int {
	n := 0
	for _, i := range issues {
		if i.Number > before && !strings.Contains(fmt.Sprint(i.Labels), "dashboard") {
			n++
		}
	}
	return n
}

// dashboard returns the open or closed dashboard.
func (w *world) dashboard() githubtest.Issue {
	w.t.Helper()
	for _, i := range w.github.Issues() {
		for _, label := range i.Labels {
			if label == "errmon:dashboard" {
				return i
			}
		}
	}
	w.t.Fatal("no dashboard")
	return githubtest.Issue{}
}
