package story

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// refuse makes GitHub refuse matching writes until the test calls lift.
func (w *world) refuse(status int, body string, matches func(fake.Request) bool) (lift func()) {
	w.github.Configure(func(s *githubtest.Settings) {
		s.Break = func(q fake.Request) *fake.Fault {
			if q.Method == "GET" || !matches(q) {
				return nil
			}
			return &fake.Fault{Status: status, Body: body}
		}
	})
	return func() { w.github.Configure(func(s *githubtest.Settings) { s.Break = nil }) }
}

// TestRefusedWrites makes GitHub, or a firewall in front of it, refuse the writes of some errors. The
// others are written, the refused ones wait on the dashboard with the reason, and nothing is lost or
// counted twice once they are accepted.
func TestRefusedWrites(t *testing.T) {
	const html, permission = "<html>blocked by policy 42</html>", `{"message":"Resource not accessible by integration"}`
	names := []string{"alpha", "bravo", "gamma", "delta", "epsilon", "omega"}
	for _, tt := range []struct {
		name    string
		status  int
		body    string
		words   []string
		filed   bool // before GitHub starts to refuse
		refused int
	}{
		{"a firewall blocks one new issue", 403, html, []string{"alpha"}, false, 1},
		{"three new issues fail", 500, "", []string{"alpha", "bravo", "gamma"}, false, 3},
		{"three new issues are invalid", 422, `{"message":"Validation Failed"}`, []string{"delta", "bravo", "gamma"}, false, 3},
		{"one edit is forbidden", 403, permission, []string{"bravo"}, true, 1},
		{"three edits fail", 502, "", []string{"bravo", "gamma", "delta"}, true, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.env["ERRMON_MAX_NEW_ISSUES"] = "20"
			events := func() {
				for _, name := range names {
					w.log(time.Minute, "ERROR %s broke", name)
				}
			}
			want := int64(0)
			w.log(2*time.Minute, "ERROR first of all") // #1
			if tt.filed {
				events()
				want++
			}
			w.run("scan").mustSucceed(t)
			lift := w.refuse(tt.status, tt.body, w.writesAbout(tt.words))
			for range 2 {
				w.advance(30 * time.Minute)
				events()
				want++
				if r := w.run("scan"); r.code != 1 {
					t.Errorf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
				}
				for _, name := range names {
					if !isIn(name, tt.words) && count(t, w.find(name+" broke")) != want {
						t.Errorf("%s is counted %d times, want %d", name, count(t, w.find(name+" broke")), want)
					}
				}
				if got := strings.Count(w.dashboard().Body, "refused by GitHub: "); got != tt.refused {
					t.Errorf("%d rows say why, want %d:\n%s", got, tt.refused, w.dashboard().Body)
				}
			}
			lift()
			w.advance(2 * time.Hour)
			w.run("scan").mustSucceed(t)
			for _, name := range names {
				if got := count(t, w.find(name+" broke")); got != want {
					t.Errorf("%s is counted %d times in the end, want %d", name, got, want)
				}
			}
			if n := len(w.errorIssues()); n != len(names)+1 {
				t.Errorf("%d issues", n)
			}
			if body := w.dashboard().Body; strings.Contains(body, "refused") {
				t.Errorf("the dashboard still has a row:\n%s", body)
			}
		})
	}
}

// writesAbout matches the creates and edits of issues with these words.
func (w *world) writesAbout(words []string) func(fake.Request) bool {
	paths := map[string]bool{}
	for _, i := range w.github.Issues() {
		for _, word := range words {
			if strings.HasPrefix(i.Title, word+" broke") {
				paths[fmt.Sprintf("/repos/acme/shop/issues/%d", i.Number)] = true
			}
		}
	}
	return func(q fake.Request) bool {
		for _, word := range words {
			if strings.Contains(q.Body, `"title":"`+word+" broke") {
				return true
			}
		}
		return paths[q.Path]
	}
}

func isIn(name string, list []string) bool {
	return strings.Contains(" "+strings.Join(list, " ")+" ", " "+name+" ")
}

// TestNoWriteIsAccepted stops a run after five refusals in a row.
func TestNoWriteIsAccepted(t *testing.T) {
	w := newWorld(t)
	w.env["ERRMON_MAX_NEW_ISSUES"] = "20"
	for i := range 12 {
		w.log(time.Minute, "ERROR step %s broke", strings.Repeat(string(rune('a'+i)), 5))
	}
	w.refuse(403, `{"message":"Resource not accessible by integration"}`, func(q fake.Request) bool { return true })
	r := w.run("scan")
	creates := 0
	for _, q := range r.requests {
		if q.Method == "POST" && strings.HasSuffix(q.Path, "/issues") && !strings.Contains(q.Body, "dashboard") {
			creates++
		}
	}
	if r.code != 1 || creates != 5 || !strings.Contains(r.stderr, "issues: write") {
		t.Errorf("exit code %d after %d tries: %s", r.code, creates, r.stderr)
	}
	w.refuse(200, "", func(fake.Request) bool { return false })
	w.run("scan").mustSucceed(t)
	if n := len(w.errorIssues()); n != 12 {
		t.Errorf("%d issues, want 12: %s", n, fmt.Sprint(w.errorIssues()))
	}
}
