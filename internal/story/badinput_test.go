package story

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/github/githubtest"
)

func TestBadInput(t *testing.T) {
	github := func(change func(*githubtest.Settings)) func(*world) {
		return func(w *world) { w.github.Configure(change) }
	}
	unset := func(name string) func(*world) { return func(w *world) { delete(w.env, name) } }
	tests := []struct {
		name  string
		spoil func(*world)
		args  []string
		code  int
		says  []string
	}{
		{"no token", unset("GITHUB_TOKEN"), nil, 2, []string{"github-token"}},
		{"no repository", unset("GITHUB_REPOSITORY"), nil, 2, []string{"repository"}},
		{"nothing to watch", unset("AWS_LOG_GROUP_NAME"), nil, 2, []string{"nothing to watch", "log-groups"}},
		{"all mistakes at once", func(w *world) { w.env = map[string]string{} }, []string{"--lookback", "soon", "--min-level", "bad", "--dry-run=maybe"}, 2,
			[]string{"github-token", "repository", "log-groups", "lookback", "min-level", `dry-run "maybe" (flag --dry-run) must be true or false`}},
		{"organization token of Sentry", func(w *world) {
			w.env["SENTRY_AUTH_TOKEN"], w.env["SENTRY_ORGANIZATION"], w.env["SENTRY_PROJECT"] = "sntrys_eyJpYXQi", "acme", "shop"
			delete(w.env, "AWS_LOG_GROUP_NAME")
		}, nil, 2, []string{"sentry-auth-token", "internal integration", "event:read", "project:read"}},
		{"unknown flag", nil, []string{"--frequency", "5m"}, 2, []string{"--frequency"}},
		{"unknown command", nil, []string{"look"}, 2, []string{"look"}},
		{"no region", unset("AWS_REGION"), nil, 2, []string{"aws-region", "/ecs/shop"}},
		{"malformed ARN", nil, []string{"--log-groups", "arn:aws:logs:shop"}, 2, []string{"log-groups", "arn:aws:logs:shop"}},
		{"long filter pattern", nil, []string{"--filter-pattern", strings.Repeat("?ERROR ", 200)}, 2, []string{"filter-pattern", "1024"}},
		{"malformed errmon.yml", func(w *world) { w.file(".github/errmon.yml", "label: x\n  lookback: [") }, nil, 2, []string{"errmon.yml line 1", "malformed YAML"}},
		{"unknown key in errmon.yml", func(w *world) { w.file(".github/errmon.yml", "label: x\nlookbak: 5m\n") }, nil, 2, []string{"line 2", "lookbak", "lookback"}},
		{"named file is absent", nil, []string{"--config", "team.yml"}, 2, []string{"team.yml"}},

		{"wrong token", github(func(s *githubtest.Settings) { s.Token = "another" }), nil, 1, []string{"github-token", "401"}},
		{"wrong repository", nil, []string{"--repository", "acme/shoop"}, 1, []string{"acme/shoop"}},
		{"issues disabled", github(func(s *githubtest.Settings) { s.IssuesDisabled = true }), nil, 1, []string{"issues are disabled", "Settings"}},
		{"no issues: write", github(func(s *githubtest.Settings) { s.NoIssuesWrite = true }), nil, 1, []string{"Resource not accessible by integration", "issues: write"}},
		{"GitHub unreachable", func(w *world) { w.env["GITHUB_API_URL"] = "http://127.0.0.1:1" }, nil, 1, []string{"GITHUB_API_URL"}},
		{"unknown log group", nil, []string{"--log-groups", "/ecs/none"}, 1, []string{"/ecs/none", region, "log-groups", "aws-region"}},
		{"prefix without a group", nil, []string{"--log-groups", "/nothing/*"}, 1, []string{"/nothing/"}},
		{"access denied", func(w *world) { w.aws.Allow = []string{"logs:GetLogEvents"} }, nil, 1, []string{"logs:FilterLogEvents", "/ecs/shop"}},
		{"invalid filter pattern", nil, []string{"--filter-pattern", `{ $.level = `}, 1, []string{"filter-pattern"}},
		{"no AWS credentials", func(w *world) { w.t.Setenv("AWS_ACCESS_KEY_ID", ""); w.t.Setenv("AWS_SECRET_ACCESS_KEY", "") }, nil, 1,
			[]string{"configure-aws-credentials", "AWS_ACCESS_KEY_ID"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.log(time.Minute, "ERROR order 1 lost")
			if tt.spoil != nil {
				tt.spoil(w)
			}
			r := w.run(append([]string{"scan"}, tt.args...)...)
			if r.code != tt.code {
				t.Errorf("exit code %d, want %d", r.code, tt.code)
			}
			for _, part := range tt.says {
				if !strings.Contains(r.stderr, part) {
					t.Errorf("stderr lacks %q:\n%s", part, r.stderr)
				}
			}
			if tt.code == 2 && len(r.requests)+len(w.aws.Requests()) > 0 {
				t.Errorf("asked %v", paths(r.requests))
			}
			if issues := w.github.Issues(); len(issues) > 0 {
				t.Errorf("wrote %v", issues)
			}
			if strings.Contains(r.stderr, "panic") || strings.Count(r.stderr, "\n") > 6 {
				t.Errorf("not a clear message:\n%s", r.stderr)
			}
		})
	}
}

// file writes a file into the workspace.
func (w *world) file(name, content string) {
	w.t.Helper()
	if err := os.MkdirAll(".github", 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func TestOneSourceDownTheOthersFile(t *testing.T) {
	w := newWorld(t)
	w.env["AWS_LOG_GROUP_NAME"] = "/ecs/shop,/ecs/none"
	w.log(time.Minute, "ERROR order 1 lost")
	r := w.run("scan")
	if r.code != 1 || !strings.Contains(r.stderr, "/ecs/none") {
		t.Errorf("exit code %d, stderr %s", r.code, r.stderr)
	}
	if len(w.errorIssues()) != 1 {
		t.Error("the good source's issue is missing")
	}
	w.put("/ecs/none", cloudwatchtest.Event{Stream: "1", Time: w.now.Add(-2 * time.Minute), Message: "ERROR the b store is down"})
	w.advance(30 * time.Minute)
	w.run("scan").mustSucceed(t)
	if len(w.errorIssues()) != 2 {
		t.Error("the next good run did not catch up")
	}
}

func TestConfigurationFileOfTheRepository(t *testing.T) {
	const file = "label: prod\nlog-groups: /ecs/shop\naws-region: eu-central-1\nmax-new-issues: 1\n"
	for _, tt := range []struct {
		name, path, input string
	}{
		{"where it is looked for", ".github/errmon.yml", ""},
		{"where config says", "ops/errmon.yml", "ops/errmon.yml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.inActions() // and nothing is checked out
			w.env["INPUT_LOG-GROUPS"], w.env["AWS_LOG_GROUP_NAME"], w.env["AWS_REGION"] = "", "", ""
			w.env["INPUT_CONFIG"] = tt.input
			w.github.Configure(func(s *githubtest.Settings) { s.Files = map[string]string{tt.path: file} })
			w.log(time.Minute, "ERROR order 1 lost")
			w.log(time.Minute, "ERROR the b store is down")
			r := w.run().mustSucceed(t)
			if i := w.github.Issue(1); i.Labels[0] != "prod" || len(w.github.Issues()) != 2 {
				t.Errorf("labels %v, %d issues", i.Labels, len(w.github.Issues()))
			}
			if !strings.Contains(r.summary, "GitHub read file 1") {
				t.Errorf("the request for the file is not counted:\n%s", r.summary)
			}
		})
	}
}

func TestFailuresInActions(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*world)
		code  int
		says  string
	}{
		{"wrong in a way that shows at once", func(w *world) { w.env["INPUT_LOOKBACK"] = "soon" }, 2, "lookback"},
		{"two mistakes", func(w *world) { w.env["INPUT_LOOKBACK"], w.env["INPUT_MIN-LEVEL"] = "soon", "loud" }, 2, "min-level"},
		{"a named file that nobody has", func(w *world) { w.env["INPUT_CONFIG"] = "team.yml" }, 2, "team.yml"},
		{"a token that may not look", func(w *world) { w.env["INPUT_GITHUB-TOKEN"] = "wrong" }, 1, "github-token is wrong"},
		{"a service that refuses", func(w *world) { w.aws.Allow = []string{} }, 1, "logs:FilterLogEvents"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.inActions()
			tt.spoil(w)
			r := w.run()
			if r.code != tt.code || !strings.Contains(r.stdout, "::error::") || !strings.Contains(r.stdout, tt.says) {
				t.Errorf("exit code %d, printed\n%s", r.code, r.stdout)
			}
			if r.outputs["created"] != "0" || !strings.Contains(r.summary, tt.says) {
				t.Errorf("outputs %v, summary\n%s", r.outputs, r.summary)
			}
			if rows, errors := strings.Count(r.summary, "- ✗ "), strings.Count(r.stdout, "::error::"); rows != errors {
				t.Errorf("%d rows for %d errors:\n%s", rows, errors, r.summary)
			}
		})
	}
}

func TestSignalStops(t *testing.T) {
	w := newWorld(t)
	w.log(time.Minute, "ERROR order 1 lost")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := w.runContext(ctx, "scan")
	if r.code != 130 || len(w.github.Issues()) != 0 {
		t.Errorf("exit code %d, %d issues", r.code, len(w.github.Issues()))
	}
}
