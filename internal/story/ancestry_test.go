package story

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// An error that was fixed in commit B happens again.
func TestRegressionByAncestry(t *testing.T) {
	const reopened, closed = "open", "closed"
	tests := []struct {
		name     string
		releases []string // of the events after the closing; commit C contains B, which contains A, and D is on another branch
		close    string   // commit that closes the issue; empty if a person closes it
		want     string
	}{
		{"from A", []string{"A"}, "B", closed},
		{"from A, by a pull request", []string{"A"}, "B of a pull request", closed},
		{"from C", []string{"C"}, "B", reopened},
		{"from B itself", []string{"B"}, "B", reopened},
		{"fixed on another branch", []string{"C"}, "D", closed},
		{"from another branch", []string{"D"}, "B", closed},
		{"from A and C", []string{"A", "C"}, "B", reopened},
		{"from C and A", []string{"C", "A"}, "B", reopened},
		{"from A and D", []string{"A", "D"}, "B", closed},
		{"from a tag", []string{"tag of A"}, "B", closed},
		{"unknown release", []string{""}, "B", reopened},
		{"from A and unknown", []string{"A", ""}, "B", reopened},
		{"unknown commit", []string{"0badc0ffee0badc0ffee0badc0ffee0badc0ffee"}, "B", reopened},
		{"a version without a tag", []string{"9.9.9"}, "B", reopened},
		{"closed by hand", []string{"A"}, "", reopened},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			repo, commits := branches(t, w.now)
			w.withCode(monorepo{Repo: repo})
			w.fixFails(commits["A"], 0)
			w.run("scan").mustSucceed(t)
			w.advance(time.Hour)
			w.closeBy(1, tt.close, commits)
			w.advance(10 * time.Minute)
			for i, name := range tt.releases {
				release := name
				if commits[name] != "" {
					release = commits[name]
				}
				w.fixFails(release, i+1)
			}
			r := w.run("scan")
			r.mustSucceed(t)
			issue := w.github.Issue(1)
			if issue.State != tt.want {
				t.Fatalf("the issue is %s, want %s\n%s", issue.State, tt.want, r.stdout)
			}
			if count := fmt.Sprintf("**%d events**", 1+len(tt.releases)); !strings.HasPrefix(visible(issue.Body), count) {
				t.Errorf("does not count on: %s", visible(issue.Body))
			}
			fix, _, _ := strings.Cut(tt.close, " of ")
			says := strings.Contains(issue.Body, fmt.Sprintf("which does not contain the fix `%.7s`", commits[fix]))
			if says != (tt.want == closed) {
				t.Errorf("the body says %v that the fix is missing:\n%s", says, visible(issue.Body))
			}
			w.settled(t, issue.State)
		})
	}
}

// branches returns a repository in which B follows A, C follows B, and D also follows A.
func branches(t *testing.T, now time.Time) (githubtest.Repo, map[string]string) {
	repo := githubtest.NewRepo(t)
	commits := map[string]string{}
	commit := func(name string, day int) {
		commits[name] = repo.Commit("Mara", now.AddDate(0, 0, day-9), name, map[string]string{"cart.js": "function total() {\n  fail(" + name + ")\n}\n", name: name})
	}
	commit("A", 0)
	repo.Run("tag", "v1.0.0")
	commits["tag of A"] = "1.0.0"
	repo.Run("checkout", "--quiet", "-b", "other")
	commit("D", 1)
	repo.Run("checkout", "--quiet", "main")
	commit("B", 2)
	commit("C", 3)
	return repo, commits
}

// fixFails logs the error again at the given second.
func (w *world) fixFails(release string, second int) {
	w.fail(time.Minute-time.Duration(second)*time.Second, release, "FixError: x\n    at total (/app/cart.js:2:3)")
}

func (w *world) closeBy(number int, name string, commits map[string]string) {
	commit, _, pull := strings.Cut(name, " of ")
	switch sha := commits[commit]; {
	case sha == "":
		w.github.Close(number, "completed")
	case pull:
		w.github.Configure(func(to *githubtest.Settings) { to.Pulls = map[string]int{sha: 7} })
		fallthrough
	default:
		w.github.Close(number, "completed", sha)
	}
}

// visible returns a body without the comments that only errmon reads.
func visible(body string) string {
	lines := strings.Split(body, "\n")
	return strings.TrimSpace(strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "<!--") }), "\n"))
}

// settled makes a run without new events: the issue's state stays, and nothing about code is requested.
func (w *world) settled(t *testing.T, state string) {
	t.Helper()
	w.advance(time.Minute)
	if r := w.run("scan"); codeCount(r.requests) > 0 || w.github.Issue(1).State != state {
		t.Errorf("a quiet run sends %d requests; the issue is %s", codeCount(r.requests), w.github.Issue(1).State)
	}
}

// An issue that stays closed costs no requests while the same release continues to fail.
func TestOldReleaseIsRemembered(t *testing.T) {
	w := newWorld(t)
	repo, commits := branches(t, w.now)
	w.withCode(monorepo{Repo: repo})
	w.fixFails(commits["A"], 0)
	w.run("scan").mustSucceed(t)
	w.github.Close(1, "completed", commits["B"])
	var requests []int
	for range 3 {
		w.advance(10 * time.Minute)
		w.fixFails(commits["A"], 0)
		requests = append(requests, codeCount(w.run("scan").requests))
	}
	if requests[0] == 0 || requests[1]+requests[2] > 0 || w.github.Issue(1).State != "closed" {
		t.Errorf("requests %v, the issue is %s", requests, w.github.Issue(1).State)
	}
	w.advance(10 * time.Minute)
	w.fixFails(commits["C"], 0)
	w.run("scan").mustSucceed(t)
	issue := w.github.Issue(1)
	if issue.State != "open" || len(issue.Comments) != 1 {
		t.Fatalf("the issue is %s with %d comments", issue.State, len(issue.Comments))
	}
	want := fmt.Sprintf("/compare/%s...%s)", commits["B"], commits["C"])
	if comment := issue.Comments[0].Body; !strings.Contains(comment, want) || !strings.Contains(comment, commits["C"][:7]) {
		t.Errorf("comment: %s", comment)
	}
	if strings.Contains(issue.Body, "Still seen") {
		t.Errorf("body: %s", visible(issue.Body))
	}
}
