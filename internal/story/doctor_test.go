package story

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/relay"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
)

const goodWorkflow = `on:
  schedule:
    - cron: "7,22,37,52 * * * *"
permissions:
  issues: write
  contents: read
  id-token: write
jobs:
  errmon:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v6
        with:
          role-to-assume: ${{ vars.ERRMON_AWS_ROLE }}
      - uses: org/errmon-action@v1
`

const sentryToken = "sntryi_test"

// newClinic returns a world in which every integration is set up correctly.
func newClinic(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.env["GITHUB_TOKEN"] = "ghs_example_token"
	w.github.Configure(func(s *githubtest.Settings) {
		s.Token, s.Workflows = "ghs_example_token", map[string]string{"errmon.yml": "active"}
	})
	w.workflow(goodWorkflow)
	w.slack = w.withSlack()
	w.withSentry("shop", "web")
	w.sentry.Configure(func(s *sentrytest.Settings) { s.Tokens[sentryToken] = s.Tokens["token"] })
	w.env["SENTRY_AUTH_TOKEN"] = sentryToken
	w.restartRelay(nil, nil)
	w.log(3*time.Minute, "ERROR order 1 lost")
	w.log(time.Minute, "INFO all is well, 0 errors")
	return w
}

// restartRelay adds a relay, and gives doctor its secrets.
func (w *world) restartRelay(ready error, change func(*relay.Config)) {
	w.relayed = w.withRelay(clock.Clock{Now: func() time.Time { return w.now }}, func(context.Context, bool) error { return ready }, change)
	w.env["SENTRY_CLIENT_SECRET"], w.env["SLACK_SIGNING_SECRET"] = "sentry-secret", "slack-secret"
}

// withSentry adds a Sentry with these projects.
func (w *world) withSentry(projects ...string) {
	w.t.Helper()
	w.sentry = sentrytest.New(projects...)
	w.sentry.Configure(func(s *sentrytest.Settings) { s.Now = func() time.Time { return w.now } })
	listening := httptest.NewServer(w.sentry)
	w.t.Cleanup(listening.Close)
	w.env["SENTRY_URL"], w.env["SENTRY_AUTH_TOKEN"], w.env["SENTRY_ORGANIZATION"] = listening.URL, "token", "acme"
	w.env["SENTRY_PROJECT"] = strings.Join(projects, ",")
}

func (w *world) workflow(content string) {
	w.t.Helper()
	if err := os.MkdirAll(".github/workflows", 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(".github/workflows/errmon.yml", []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func TestDoctor(t *testing.T) {
	var book strings.Builder
	t.Run("all well", func(t *testing.T) {
		w := newClinic(t)
		r := w.examine().mustSucceed(t)
		if strings.Contains(r.stdout, "✗") || strings.Contains(r.stdout, "\n! ") {
			t.Errorf("not all ✓:\n%s", r.stdout)
		}
		w.untouched(t)
		fmt.Fprintf(&book, "== all well: exit 0\n%s\n", r.stdout)
	})
	for _, a := range ailments() {
		t.Run(a.name, func(t *testing.T) {
			w := newClinic(t)
			a.spoil(w)
			r := w.examine()
			if want := map[string]int{"✗": 1, "!": 0}[a.mark]; r.code != want {
				t.Errorf("exit code %d, want %d", r.code, want)
			}
			if found, _ := prescription(r.stdout, a); found == "" {
				t.Errorf("no row %s with the remedy %q:\n%s%s", a.mark, a.remedy, r.stdout, r.stderr)
			}
			w.untouched(t)
			fmt.Fprintf(&book, "== %s: exit %d\n%s\n", a.name, r.code, regexp.MustCompile(`(?m)^✓.*\n`).ReplaceAllString(r.stdout, ""))
		})
	}
	golden(t, "testdata/doctor.golden", book.String())
}

// prescription returns the row with the ailment's mark and remedy; empty if there is none.
func prescription(out string, a ailment) (found, remedy string) {
	lines := strings.Split(out, "\n")
	for i, line := range lines[:len(lines)-1] {
		next, ok := strings.CutPrefix(lines[i+1], "  → ")
		if strings.HasPrefix(line, a.mark+" ") && ok && strings.Contains(next, a.remedy) {
			return strings.TrimPrefix(line, a.mark+" "), next
		}
	}
	return "", ""
}

// examine runs doctor. It replaces the port in server addresses, which differs in each run; the only one
// printed is Sentry's.
func (w *world) examine() result {
	r := w.run("doctor")
	r.stdout = regexp.MustCompile(`http://127\.0\.0\.1:\d{2,}`).ReplaceAllString(r.stdout, "https://sentry.example")
	return r
}

// untouched fails if any service was changed.
func (w *world) untouched(t *testing.T) {
	t.Helper()
	if len(w.github.Issues())+len(w.github.Labels())+len(w.github.Dispatches()) > 0 {
		t.Errorf("GitHub was written to: %v %v", w.github.Issues(), w.github.Labels())
	}
	if len(*w.relayed) > 0 {
		t.Errorf("the relay passed on %+v", *w.relayed)
	}
	for _, q := range w.sentry.Requests() {
		if q.Method != "GET" {
			t.Errorf("Sentry was asked to %s %s", q.Method, q.Path)
		}
	}
	if len(w.slack.Messages()) > 0 {
		t.Errorf("Slack was written to: %v", w.slack.Messages())
	}
}

func TestDoctorInActions(t *testing.T) {
	w := newClinic(t)
	w.inActions()
	w.env["INPUT_GITHUB-TOKEN"] = "ghs_example_token"
	w.env["INPUT_COMMAND"], w.env["GITHUB_WORKFLOW_REF"], w.env["GITHUB_JOB"] = "doctor", "acme/shop/.github/workflows/errmon.yml@refs/heads/main", "errmon"
	w.github.Configure(func(s *githubtest.Settings) { s.NoIssuesWrite = true })
	r := w.run([]string{}...)
	summary, err := os.ReadFile(w.env["GITHUB_STEP_SUMMARY"])
	if err != nil || !strings.Contains(string(summary), "| ✗ | GitHub token |") {
		t.Errorf("summary %q, %v", summary, err)
	}
	if r.code != 1 || !strings.Contains(r.stdout, "✓ workflow errmon.yml: its permissions suffice") || !strings.Contains(r.stdout, "::error::github-token may not do this") {
		t.Errorf("exit code %d, printed\n%s", r.code, r.stdout)
	}
}

// If nothing is checked out, doctor reads the workflow from the repository.
func TestDoctorReadsTheWorkflowFromTheRepository(t *testing.T) {
	w := newClinic(t)
	w.inActions()
	if err := os.RemoveAll(".github"); err != nil {
		t.Fatal(err)
	}
	w.env["INPUT_GITHUB-TOKEN"], w.env["GITHUB_WORKFLOW_REF"] = "ghs_example_token", "acme/shop/.github/workflows/errmon.yml@refs/heads/main"
	w.github.Configure(func(s *githubtest.Settings) {
		s.Files = map[string]string{".github/workflows/errmon.yml": strings.Replace(goodWorkflow, "issues: write", "issues: read", 1)}
	})
	if r := w.run("doctor"); !strings.Contains(r.stdout, "✗ workflow errmon.yml: does not let its token write issues") {
		t.Errorf("printed\n%s", r.stdout)
	}
	w.github.Configure(func(s *githubtest.Settings) {
		s.Break = func(q fake.Request) *fake.Fault {
			if !strings.Contains(q.Path, "/contents/") {
				return nil
			}
			return &fake.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}
		}
	})
	if r := w.run("doctor"); !strings.Contains(r.stdout, "  → add `permissions: contents: read` to the workflow\n") {
		t.Errorf("printed\n%s", r.stdout)
	}
}
