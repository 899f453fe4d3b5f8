package story

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// TestOlderMarkers continues from the state of the first version: testdata/version1 contains the bodies
// that it wrote for two errors, and its dashboard.
func TestOlderMarkers(t *testing.T) {
	bodies := map[string]string{}
	for _, name := range []string{"message", "trace", "dashboard"} {
		content, err := os.ReadFile("testdata/version1/" + name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		bodies[name] = string(content)
	}
	w := newWorld(t)
	w.github.Add(githubtest.Issue{Title: "order <*> lost [shop]", Body: bodies["message"], Labels: []string{"errmon"}, Author: "github-actions[bot]"})
	w.github.Add(githubtest.Issue{Title: "TypeError: no cart in total [shop]", Body: bodies["trace"], Labels: []string{"errmon"}, Author: "github-actions[bot]"})
	w.github.Add(githubtest.Issue{Title: "errmon dashboard", Body: bodies["dashboard"], Labels: []string{"errmon:dashboard"}, Author: "github-actions[bot]"})
	w.advance(30 * time.Minute)
	w.run("scan").mustSucceed(t)
	for name, title := range map[string]string{"message": "order", "trace": "no cart"} {
		if w.find(title).Body != bodies[name] {
			t.Errorf("%s: the upgrade alone rewrote its issue", title)
		}
	}
	w.log(5*time.Minute, "ERROR order 2 lost")
	w.log(4*time.Minute, "ERROR request failed\nTypeError: no cart\n    at total (/app/src/cart.js:10:11)\n    at handle (/app/src/server.js:40:5)")
	if r := w.run("scan").mustSucceed(t); r.stderr != "" {
		t.Errorf("warned: %s", r.stderr)
	}
	if n := len(w.github.Issues()); n != 3 {
		t.Errorf("%d issues, want 3", n)
	}
	for _, title := range []string{"order", "no cart"} {
		if got := count(t, w.find(title)); got != 2 {
			t.Errorf("%s: counted %d, want 2", title, got)
		}
		if body := w.find(title).Body; strings.Count(body, "### For whoever fixes this") != 1 || strings.Contains(body, "| | |") {
			t.Errorf("%s: not rewritten by its next change:\n%s", title, body)
		}
	}
}

// TestNewerMarkers makes this version the older one: it finds markers of a newer version.
func TestNewerMarkers(t *testing.T) {
	newer := strings.NewReplacer("errmon:begin v1", "errmon:begin v2", "errmon:state v1", "errmon:state v2").Replace
	start := func(t *testing.T) *world {
		w := newWorld(t)
		w.log(5*time.Minute, "ERROR order 1 lost")
		w.log(5*time.Minute, "ERROR the disk is full")
		w.run("scan").mustSucceed(t)
		w.advance(30 * time.Minute)
		w.log(time.Minute, "ERROR order 2 lost")
		w.log(time.Minute, "ERROR the disk is full")
		return w
	}
	t.Run("issues", func(t *testing.T) {
		w := start(t)
		for _, i := range w.errorIssues() {
			w.github.EditBody(i.Number, newer(i.Body))
		}
		before := w.errorIssues()
		r := w.run("scan").mustSucceed(t)
		if n := strings.Count(r.stderr, "newer version"); n != 1 || !strings.Contains(r.stderr, "2 issues (#1, #2)") {
			t.Errorf("%d warnings: %s", n, r.stderr)
		}
		for title, i := range w.errorIssues() {
			if i.Body != before[title].Body {
				t.Errorf("%s was written or filed", title)
			}
		}
	})
	t.Run("dashboard", func(t *testing.T) {
		w := start(t)
		for _, i := range w.github.Issues() {
			if i.Title == "errmon dashboard" {
				w.github.EditBody(i.Number, newer(i.Body))
			}
		}
		before := w.github.Issues()
		r := w.run("scan")
		if r.code != exitFailed || strings.Count(r.stderr, "newer errmon") != 1 || !strings.Contains(r.stderr, "`uses:`") {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
		for i, issue := range w.github.Issues() {
			if issue.Body != before[i].Body {
				t.Errorf("#%d was written", issue.Number)
			}
		}
	})
}
