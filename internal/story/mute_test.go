package story

import (
	"strings"
	"testing"
	"time"
)

// A snoozed issue is not touched until its days are over. Then the label is removed, and if the error
// happened meanwhile, one comment says how often.
func TestSnooze(t *testing.T) {
	for name, happens := range map[string]bool{"it happens meanwhile": true, "it does not": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.log(time.Minute, "ERROR the b store is down")
			w.run("scan").mustSucceed(t)
			number := w.find("store is down").Number
			w.github.Label(number, "errmon:snooze-2d")
			before := w.github.Issue(number).Body
			for range 6 {
				w.advance(8 * time.Hour)
				if happens {
					w.log(time.Minute, "ERROR the b store is down")
				}
				if w.github.Issue(number).Body != before {
					t.Fatal("the snoozed issue was written")
				}
				w.run("scan").mustSucceed(t)
			}
			if !strings.Contains(w.dashboard().Body, "<summary>Muted: 1</summary>") {
				t.Errorf("the dashboard does not show the mute:\n%s", w.dashboard().Body)
			}
			for range 3 {
				w.advance(4 * time.Hour)
				w.run("scan").mustSucceed(t)
			}
			issue := w.github.Issue(number)
			if strings.Join(issue.Labels, " ") != "errmon" || issue.State != "open" {
				t.Errorf("labels %v, %s", issue.Labels, issue.State)
			}
			if want := map[bool]int64{true: 7, false: 1}[happens]; count(t, issue) != want {
				t.Errorf("counts %d, want %d", count(t, issue), want)
			}
			says := ""
			for _, c := range issue.Comments {
				says += c.Body
			}
			if strings.Count(says, "The snooze is over. In the meantime the error happened 6 times") != map[bool]int{true: 1, false: 0}[happens] || len(issue.Comments) > 1 {
				t.Errorf("comments: %s", says)
			}
			if strings.Contains(w.dashboard().Body, "Muted:") {
				t.Error("the dashboard still shows the mute")
			}
		})
	}
}

// A muted error that becomes a hundred times as frequent in a day is shown on the dashboard, and once in
// Slack.
func TestMutedErrorSurges(t *testing.T) {
	w := newWorld(t)
	server := w.withSlack()
	w.log(time.Minute, "ERROR the b store is down")
	w.run("scan").mustSucceed(t)
	number := w.find("store is down").Number
	w.github.Close(number, "not_planned")
	before := w.github.Issue(number).Body
	for _, events := range []int{1, 2, 0, 250, 90, 300} {
		w.advance(20 * time.Hour)
		for range events {
			w.log(time.Minute, "ERROR the b store is down")
		}
		w.run("scan").mustSucceed(t)
	}
	var texts []string
	for _, m := range server.Messages() {
		texts = append(texts, m.Text)
	}
	if got := strings.Join(texts, "; "); got != "acme/shop: 1 new error; acme/shop: 1 surging error" {
		t.Errorf("told %s", got)
	}
	if body := w.dashboard().Body; !strings.Contains(body, "Muted: 1, 1 of them 100 times as frequent as before") || !strings.Contains(body, "| 1 | +643 |") {
		t.Errorf("the dashboard says\n%s", body)
	}
	if w.github.Issue(number).Body != before {
		t.Error("the muted issue was written")
	}
}

// Each power of ten from 100, and each higher level, causes a comment, at most one a day.
func TestEscalation(t *testing.T) {
	w := newWorld(t)
	want := 0
	for i, step := range []struct {
		pause    time.Duration
		events   int
		level    string
		comments int
	}{
		{0, 5, "ERROR", 0}, {time.Hour, 90, "ERROR", 0}, {time.Hour, 10, "ERROR", 1}, {time.Hour, 900, "ERROR", 0}, {20 * time.Hour, 1, "ERROR", 0},
		{3 * time.Hour, 1, "ERROR", 1}, {48 * time.Hour, 1, "FATAL", 1}, {48 * time.Hour, 1, "ERROR", 0}, {time.Hour, 0, "", 0},
	} {
		w.advance(step.pause)
		for range step.events {
			w.log(time.Minute, "%s the b store is down", step.level)
		}
		w.run("scan").mustSucceed(t)
		want += step.comments
		if got := w.find("store is down").Comments; len(got) != want {
			t.Fatalf("step %d: %d comments, want %d: %v", i, len(got), want, got)
		}
	}
	comments := w.find("store is down").Comments
	for i, want := range []string{"has now happened 105 times", "has now happened 1007 times", "rose to fatal"} {
		if !strings.Contains(comments[i].Body, want) {
			t.Errorf("comment %d: %s", i, comments[i].Body)
		}
	}
}
