package story

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/github/githubtest"
)

// rulesFile is what a team wants.
const rulesFile = `rules:
  - match: {service: checkout, level: [error, fatal], environment: "!dev*"}
    labels: [team-pay, "priority: high"]
    assignees: [octocat]
    type: Bug
    note: "Runbook: https://wiki.example/checkout"
`

const checkoutEvent = `{"level":"%s","service":"checkout","environment":"%s","msg":"card declined for good"}`

func rulesWorld(t *testing.T, file string) *world {
	w := newWorld(t)
	w.github.Configure(func(s *githubtest.Settings) { s.Assignable, s.Types = []string{"octocat"}, []string{"Bug"} })
	w.file(".github/errmon.yml", file)
	return w
}

func TestRulesShapeAnIssue(t *testing.T) {
	w := rulesWorld(t, rulesFile)
	w.log(time.Minute, checkoutEvent, "error", "production")
	w.log(time.Minute, `{"level":"error","service":"cart","msg":"basket is empty again"}`)
	w.run("scan").mustSucceed(t)
	i := w.find("card declined")
	if want := []string{"errmon", "team-pay", "priority: high"}; !slices.Equal(i.Labels, want) || !slices.Equal(i.Assignees, []string{"octocat"}) || i.Type != "Bug" {
		t.Errorf("labels %q, assignees %q, type %q", i.Labels, i.Assignees, i.Type)
	}
	if other := w.find("basket"); !slices.Equal(other.Labels, []string{"errmon"}) || len(other.Assignees) > 0 || other.Type != "" {
		t.Errorf("another error: labels %q, assignees %q, type %q", other.Labels, other.Assignees, other.Type)
	}
	if before, _, _ := strings.Cut(i.Body, "**1 event**"); !strings.Contains(before, "Runbook: https://wiki.example/checkout") {
		t.Errorf("no note above the counts:\n%s", i.Body)
	}
}

// TestGroupRuleComesAndGoes files twenty errors, makes them one by a rule, and takes
// the rule away again: nothing is filed anew and no count is lost.
func TestGroupRuleComesAndGoes(t *testing.T) {
	w := rulesWorld(t, "")
	w.env["ERRMON_MAX_NEW_ISSUES"] = "20"
	fruits := strings.Fields("apple banana cherry damson elderberry fig grape hawthorn ilama jackfruit kiwi lemon mango nectarine orange papaya quince raspberry satsuma tangerine")
	fail := func() {
		for i, fruit := range fruits {
			if i%2 == 0 {
				w.log(time.Minute, `{"level":"error","service":"shop","msg":"the %s press stopped"}`, fruit)
				continue
			}
			w.log(time.Minute, "Error: %s pulp missing\n    at %sPress (/app/src/%s.js:%d:3)", fruit, fruit, fruit, i+1)
		}
	}
	runs := []string{"", "rules:\n  - match: {message: \"/press stopped|pulp missing/\"}\n    group: fruit\n", "", ""}
	for at, file := range runs {
		w.file(".github/errmon.yml", file)
		fail()
		r := w.run("scan").mustSucceed(t)
		w.advance(30 * time.Minute)
		open, total := 0, int64(0)
		for _, i := range w.github.Issues() {
			if slices.Contains(i.Labels, "errmon") && i.State == "open" {
				open, total = open+1, total+count(t, i)
			}
		}
		wantOpen := map[bool]int{true: 20, false: 1}[at == 0]
		if filed := len(w.github.Issues()) - 1; filed != 20 || open != wantOpen || total != int64(20*(at+1)) {
			t.Fatalf("run %d: %d issues filed, %d open with %d events\n%s", at, filed, open, total, r.stdout)
		}
	}
}

// TestGroupRuleFromTheStart joins errors that were never filed apart. Without the rule
// each goes on in the issue that has it.
func TestGroupRuleFromTheStart(t *testing.T) {
	w := rulesWorld(t, "rules:\n  - match: {type: ConnectTimeout*}\n    group: upstream-timeouts\n")
	fail := func() {
		for i, name := range []string{"prices", "stock", "users"} {
			w.log(time.Minute, "ConnectTimeoutError: no answer of %s\n    at %sClient (/app/src/%s.js:%d:3)", name, name, name, i+1)
		}
	}
	fail()
	w.log(time.Minute, "Error: no answer of prices\n    at pricesClient (/app/src/prices.js:1:3)")
	w.run("scan").mustSucceed(t)
	if i := w.find("ConnectTimeoutError"); count(t, i) != 3 || len(w.errorIssues()) != 2 {
		t.Fatalf("%d events, %d issues", count(t, i), len(w.errorIssues()))
	}
	for _, file := range []string{"rules: []\n", ""} {
		w.file(".github/errmon.yml", file)
		w.advance(30 * time.Minute)
		fail()
		w.run("scan").mustSucceed(t)
	}
	if i := w.find("ConnectTimeoutError"); count(t, i) != 9 || len(w.errorIssues()) != 2 {
		t.Fatalf("without the rule: %d events, %d issues", count(t, i), len(w.errorIssues()))
	}
}
