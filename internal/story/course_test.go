package story

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// happen logs the error once and runs.
func (w *world) happen(args ...string) result {
	w.log(time.Minute, "ERROR the b store is down")
	return w.run(append([]string{"scan"}, args...)...).mustSucceed(w.t)
}

// An error that recurs long after its issue was closed gets a new issue that links to the old one. The two
// are never treated as duplicates, whatever people do to the old one.
func TestReopenWindow(t *testing.T) {
	w := newWorld(t)
	w.happen()
	w.github.Close(1, "completed")
	w.advance(89 * 24 * time.Hour)
	w.happen()
	if w.github.Issue(1).State != "open" {
		t.Fatal("not reopened within the window")
	}
	w.github.Close(1, "completed")
	w.advance(91 * 24 * time.Hour)
	w.happen()
	next := w.github.Issue(3)
	if w.github.Issue(1).State != "closed" || count(t, next) != 1 || !strings.Contains(next.Body, "This error had an earlier issue: #1.") {
		t.Fatalf("#1 is %s; the next issue:\n%s", w.github.Issue(1).State, next.Body)
	}
	w.github.Reopen(1)
	for range 3 {
		w.advance(time.Hour)
		w.happen()
	}
	if old, next := w.github.Issue(1), w.github.Issue(3); old.State != "open" || next.State != "open" || count(t, old) != 2 || count(t, next) != 4 {
		t.Errorf("#1 is %s with %d events, #3 %s with %d", old.State, count(t, old), next.State, count(t, next))
	}
}

func TestLockedIssueIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.happen()
	w.github.Edit(1, func(i *githubtest.Issue) { i.Locked = true })
	before := w.github.Issue(1).Body
	w.advance(time.Hour)
	w.run("scan").mustSucceed(t)
	if n := len(w.github.Issues()); n != 2 {
		t.Fatalf("%d issues, though nothing happened", n)
	}
	for range 3 {
		w.happen()
		w.advance(10 * time.Minute)
	}
	old, next := w.github.Issue(1), w.github.Issue(3)
	if old.Body != before || len(old.Comments) > 0 || count(t, next) != 3 || !strings.Contains(next.Body, "an earlier issue: #1.") {
		t.Errorf("the locked issue changed, or the next counts %d:\n%s", count(t, next), next.Body)
	}
}

// If the answer to creating a successor is lost, the earlier issue, which has the same keys, is not
// mistaken for it.
func TestReopenWindowWithALostAnswer(t *testing.T) {
	w := newWorld(t)
	w.happen()
	w.github.Close(1, "completed")
	w.advance(91 * 24 * time.Hour)
	w.log(time.Minute, "ERROR the b store is down")
	w.github.Configure(func(s *githubtest.Settings) {
		s.Break = func(r fake.Request) *fake.Fault {
			if r.Method == "POST" && strings.HasSuffix(r.Path, "/issues") {
				return &fake.Fault{Apply: true, Cut: true}
			}
			return nil
		}
	})
	w.run("scan").mustSucceed(t)
	old, next := w.github.Issue(1), w.github.Issue(3)
	if old.State != "closed" || count(t, old) != 1 || count(t, next) != 1 {
		t.Errorf("#1 is %s with %d events, #3 has %d", old.State, count(t, old), count(t, next))
	}
}

// Closed issues leave the listing a few at a time once their window is over; the dashboard forgets them
// first. If such an error recurs, it finds its issue in the archive.
func TestArchive(t *testing.T) {
	w := newWorld(t)
	const issues = 8
	store := func(i int) string { return fmt.Sprintf("ERROR the %s store is down", string(rune('b'+i))) }
	for i := range issues {
		w.log(time.Minute, "%s", store(i))
	}
	w.run("scan").mustSucceed(t)
	before := w.find("d store is down").Number
	for i := range issues {
		w.github.Close(i+1, []string{"completed", "not_planned"}[i/7])
	}
	w.advance(91 * 24 * time.Hour)
	archived := func() (n int) {
		for _, i := range w.github.Issues() {
			if strings.Join(i.Labels, " ") == "errmon:archive" && strings.Contains(i.Body, "Archived because") {
				n++
			}
		}
		return n
	}
	for run, want := range []int{0, 5, 5, 7, 7} {
		r := w.run("scan").mustSucceed(t)
		if got := archived(); got != want {
			t.Fatalf("run %d: %d issues archived, want %d", run, got, want)
		}
		if run == 4 && len(r.requests) > 5 {
			t.Errorf("a quiet run sends %d requests", len(r.requests))
		}
		w.advance(time.Hour)
	}
	w.log(time.Minute, "%s", store(2))
	w.log(time.Minute, "ERROR something new")
	r := w.run("scan").mustSucceed(t)
	looks := 0
	for _, q := range r.requests {
		if strings.Contains(fmt.Sprint(q.Query), "errmon:archive") {
			looks++
		}
	}
	next := w.find("d store is down")
	if looks != 1 || !strings.Contains(next.Body, fmt.Sprintf("an earlier issue: #%d.", before)) || strings.Contains(w.find("something new").Body, "earlier issue") {
		t.Errorf("looked %d times; the next issue:\n%s", looks, next.Body)
	}
}

// However often people and errors alternate, errmon changes an issue's state at most twice a day.
func TestNoFlapping(t *testing.T) {
	w := newWorld(t)
	w.happen()
	reopened := 0
	for range 10 {
		w.github.Close(1, "completed")
		w.advance(2 * time.Hour)
		w.happen()
		if w.github.Issue(1).State == "open" {
			reopened++
		}
	}
	if reopened != 2 || count(t, w.github.Issue(1)) != 11 {
		t.Errorf("reopened %d times in 20 hours, with %d events", reopened, count(t, w.github.Issue(1)))
	}
}

// An event that arrives while the state must not change still reopens the issue later, even if it does not
// recur.
func TestHeldReopening(t *testing.T) {
	w := newWorld(t)
	w.happen()
	for range 3 {
		w.github.Close(1, "completed")
		w.advance(2 * time.Hour)
		w.happen()
	}
	if i := w.github.Issue(1); i.State != "closed" || !strings.Contains(i.Body, "so it is reopened only after 2026-11-23 12:00") {
		t.Errorf("%s:\n%s", i.State, i.Body)
	}
	states := ""
	for range 24 {
		w.advance(time.Hour)
		r := w.run("scan").mustSucceed(t)
		i := w.github.Issue(1)
		if states += i.State[:1]; i.State == "closed" && len(w.errorWrites(r)) > 0 {
			t.Errorf("written meanwhile: %v", w.errorWrites(r))
		}
	}
	i := w.github.Issue(1)
	if states != strings.Repeat("c", 19)+strings.Repeat("o", 5) || len(i.Comments) != 3 || count(t, i) != 4 || strings.Contains(i.Body, "is reopened after") {
		t.Errorf("%s, %d comments:\n%s", states, len(i.Comments), i.Body)
	}
}

// With close-after: auto, an issue that was closed by mistake and reopened stays open and says so.
func TestCloseAfterAuto(t *testing.T) {
	w := newWorld(t)
	for range 4 {
		w.happen("--close-after", "auto")
		w.advance(time.Hour)
	}
	states := ""
	for range 30 {
		w.run("scan", "--close-after", "auto").mustSucceed(t)
		states += w.github.Issue(1).State[:1]
		w.advance(time.Hour)
	}
	if states != strings.Repeat("o", 23)+strings.Repeat("c", 7) {
		t.Errorf("four events in three hours, then silence: %s", states)
	}
	w.happen("--close-after", "auto")
	if i := w.github.Issue(1); i.State != "open" || !strings.Contains(i.Body, "changed state twice within 24 hours, so it stays open until") {
		t.Errorf("%s:\n%s", i.State, i.Body)
	}
}
