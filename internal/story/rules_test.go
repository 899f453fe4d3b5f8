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
