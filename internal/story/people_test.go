package story

import (
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/marker"
)

func TestWhatPeopleDo(t *testing.T) {
	tests := []struct {
		name     string
		do       func(*world, int)
		state    string
		count    int64
		comments int
	}{
		{"nothing", func(*world, int) {}, "open", 2, 0},
		{"close as completed", func(w *world, n int) { w.github.Close(n, "completed") }, "open", 2, 1},
		{"close as not planned", func(w *world, n int) { w.github.Close(n, "not_planned") }, "closed", 1, 0},
		{"close as duplicate", func(w *world, n int) { w.github.Close(n, "duplicate") }, "closed", 1, 0},
		{"label ignore", func(w *world, n int) { w.github.Label(n, "errmon:ignore") }, "open", 1, 0},
		{"write around the section", func(w *world, n int) {
			w.github.EditBody(n, "Known since May.\n\n"+w.github.Issue(n).Body+"\n\nSee the runbook.")
		}, "open", 2, 0},
		{"rename", func(w *world, n int) { w.github.Edit(n, func(i *githubtest.Issue) { i.Title = "We lose orders" }) }, "open", 2, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.log(5*time.Minute, "ERROR order 1 lost")
			w.run("scan").mustSucceed(t)
			number := w.find("lost").Number
			w.advance(time.Minute)
			tt.do(w, number)
			before := w.github.Issue(number)
			w.advance(10 * time.Minute)
			w.log(time.Minute, "ERROR order 2 lost")
			w.run("scan").mustSucceed(t)
			w.run("scan").mustSucceed(t)
			after := w.github.Issue(number)
			if after.State != tt.state || count(t, after) != tt.count || len(after.Comments) != tt.comments {
				t.Errorf("state %s, count %d, %d comments; want %s, %d, %d", after.State, count(t, after), len(after.Comments), tt.state, tt.count, tt.comments)
			}
			if after.Title != before.Title {
				t.Errorf("title became %q", after.Title)
			}
			people, _, behind := marker.Split(after.Body)
			if was, _, wasBehind := marker.Split(before.Body); people != was || behind != wasBehind {
				t.Errorf("people's text became %q … %q", people, behind)
			}
			if n := len(w.errorIssues()); n != 1 {
				t.Errorf("%d issues", n)
			}
		})
	}
}

func TestQuietIssuesAreClosed(t *testing.T) {
	w := newWorld(t)
	w.log(5*time.Minute, "ERROR order 1 lost")
	w.run("scan", "--close-after", "2d").mustSucceed(t)
	w.advance(47 * time.Hour)
	w.run("scan", "--close-after", "2d").mustSucceed(t)
	if i := w.find("lost"); i.State != "open" {
		t.Fatal("closed too early")
	}
	w.advance(time.Hour)
	w.run("scan", "--close-after", "2d").mustSucceed(t)
	if i := w.find("lost"); i.State != "closed" || i.StateReason != "completed" {
		t.Errorf("state %s, %s", i.State, i.StateReason)
	}
}

func TestLabelOfAnotherCase(t *testing.T) {
	w := newWorld(t)
	w.github.Add(githubtest.Issue{Title: "a person's", Labels: []string{"Bug"}})
	for i := range 2 {
		w.log(time.Minute, "ERROR order %d lost", i)
		w.run("scan", "--label", "bug").mustSucceed(t)
		w.advance(10 * time.Minute)
	}
	if got := count(t, w.github.Issue(2)); got != 2 {
		t.Errorf("counted %d, want 2", got)
	}
}

func TestRemovedSectionIsTold(t *testing.T) {
	w := newWorld(t)
	w.log(time.Minute, "ERROR order 1 lost")
	w.run("scan").mustSucceed(t)
	w.github.EditBody(1, "no more")
	r := w.run("scan").mustSucceed(t)
	if !strings.Contains(r.stderr, "issue #1: errmon's section was removed") {
		t.Errorf("said nothing: %s", r.stderr)
	}
}
