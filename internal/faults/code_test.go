package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// A run can do without requests about code. Whatever happens to one of them, every event counts, nothing is
// filed twice, and no run fails. If the ancestry is unknown at that moment, the issue is reopened.
func TestFaultsAboutCode(t *testing.T) {
	c, err := record(codeHistory(t))
	if err != nil {
		t.Fatal(err)
	}
	allow := func(name string, d *debt) {
		if name == "kilo" {
			d.anyState, d.comments = true, 1
		}
	}
	moments := c.moments(isCode)
	var rows []row
	for _, a := range answers {
		r := row{fault: a.name}
		r.addEach(moments, func(m moment) verdict {
			return c.disturb(m, func(r *run, at int) *fault {
				if at != m.at {
					return nil
				}
				return a.fault(r.world, m.request)
			}, allow)
		})
		rows = append(rows, r)
	}
	crash := row{fault: "crash"}
	crash.addEach(moments, func(m moment) verdict {
		return c.disturb(m, func(r *run, at int) *fault { return r.dieAfter(at, m.at) }, allow)
	})
	rows = append(rows, crash)
	if !*sweep {
		for i := range rows {
			rows[i] = rows[i].sample()
		}
	}
	t.Logf("recorded %d requests about code", len(moments))
	report(t, tryAll(rows))
}

// isCode reports whether a request is about code.
func isCode(q request) bool {
	for _, part := range []string{"/graphql", "/commits/", "/git/trees/", "/compare/"} {
		if q.service == github && strings.Contains(q.path, part) {
			return true
		}
	}
	return false
}

// codeHistory is a story of traces with known commits. The second commit fixes kilo and papa. kilo
// continues in the first commit and stays closed; papa happens in the third one and is reopened.
func codeHistory(t *testing.T) *script {
	repo := githubtest.NewRepo(t)
	s := newScript()
	s.settings["ERRMON_MIN_EVENTS"] = "1"
	var commits []string
	for i := range 3 {
		files := map[string]string{"CODEOWNERS": "* @octocat\n", "n": fmt.Sprint(i)}
		for _, name := range []string{"kilo", "papa", "quebec"} {
			files["src/"+name+".js"] = strings.Repeat("//\n", 8) + "function total() {\n  fail(" + fmt.Sprint(i) + ")\n}\n"
		}
		commits = append(commits, repo.Commit("Mara", s.start.AddDate(0, 0, i-9), "Change", files))
	}
	s.prepare = func(w *world) { w.github.Configure(func(to *githubtest.Settings) { to.Git = repo.Dir }) }
	fail := func(name string, commit int, minutes int) {
		s.lines++
		stack := fmt.Sprintf("%sError: %s lost order %d\\n    at total (/app/src/%s.js:10:3)", strings.ToUpper(name[:1])+name[1:], name, 4000+s.lines, name)
		s.happen(name, "/ecs/shop", "web/1", time.Duration(minutes)*time.Minute, 0,
			fmt.Sprintf(`{"level":"error","message":"%s failed","commit":"%s","stack":"%s"}`, name, commits[commit], stack))
	}
	closedBy := func(name string) func(*world) bool {
		return onIssue(name, func(w *world, n int) { w.github.Close(n, "completed", commits[1]) })
	}
	for i := range 8 {
		fail("quebec", i/4, -5+25*i)
	}
	for _, name := range []string{"kilo", "papa"} {
		fail(name, 0, -3)
		s.person(3, closedBy(name))
		fail(name, 0, 110)
		fail(name, 0, 135)
	}
	fail("papa", 2, 170)
	s.truths["kilo"].state = "closed"
	s.truths["papa"].comments = 1
	return s
}
