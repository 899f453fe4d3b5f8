package story

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/github/githubtest"
)

// actWorkflow is a user's workflow, reduced to the parts that need no account.
const actWorkflow = `name: act
on: [schedule, workflow_dispatch]
permissions:
  issues: write
jobs:
  errmon:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: errmon
        uses: ./
        with:
          log-groups: |
            /ecs/shop
          aws-region: eu-central-1
          write-interval: 10ms
        env:
          AWS_ACCESS_KEY_ID: test
          AWS_SECRET_ACCESS_KEY: test
          AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: ${{ env.FAKE_AWS }}
      - run: echo "created=${{ steps.errmon.outputs.created }} errors=${{ steps.errmon.outputs.errors }}"
`

// TestAct builds the image and runs it as a workflow does. It needs act and a
// Docker engine, so it runs only when asked to:
//
//	ERRMON_ACT=1 go test -run Act -v ./internal/story
func TestAct(t *testing.T) {
	if os.Getenv("ERRMON_ACT") == "" {
		t.Skip("set ERRMON_ACT to run the action under act")
	}
	for _, event := range []string{"schedule", "workflow_dispatch"} {
		t.Run(event, func(t *testing.T) {
			gh, aws := githubtest.New("acme", "shop"), &cloudwatchtest.Server{Now: time.Now}
			gh.Configure(func(s *githubtest.Settings) { s.Token, s.Private = "ghs_example_token", true })
			ghServer, awsServer := httptest.NewServer(gh), httptest.NewServer(aws)
			defer ghServer.Close()
			defer awsServer.Close()
			if err := aws.Put(region, "/ecs/shop", cloudwatchtest.Event{Stream: "web/1", Time: time.Now().Add(-time.Minute), Message: "ERROR request failed\n" + nodeTrace}); err != nil {
				t.Fatal(err)
			}
			out := runAct(t, event, ghServer.URL, awsServer.URL)
			if !strings.Contains(out, "created=1 errors=1") {
				t.Error("outputs are missing")
			}
			if !regexp.MustCompile(`"stepSummary|## errmon`).MatchString(out) {
				t.Error("the summary is missing")
			}
			if len(gh.Issues()) != 2 { // the error's issue and the dashboard
				t.Errorf("issues: %v", gh.Issues())
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}
}

// standIn replaces aws-actions/configure-aws-credentials, which would exchange GitHub's OIDC token for a
// role's credentials.
const standIn = `name: stand-in
inputs:
  role-to-assume: {required: true}
  aws-region: {required: true}
runs:
  using: composite
  steps:
    - shell: bash
      run: printf 'AWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test\nAWS_REGION=%s\n' "${{ inputs.aws-region }}" >>"$GITHUB_ENV"
`

// TestActAsNewUser pastes the README's workflow unchanged, and the guide's manual one, into an empty
// repository, and runs doctor and a scan.
func TestActAsNewUser(t *testing.T) {
	if os.Getenv("ERRMON_ACT") == "" {
		t.Skip("set ERRMON_ACT to run the action under act")
	}
	u := newUser(t, clone(t), map[string]string{"errmon.yml": quickStart(t), "errmon-manual.yml": string(read(t, "../..", "examples/workflows/manual.yml"))})
	out, took := u.act(t, "errmon-manual.yml", "--input", "command=doctor")
	if !strings.Contains(out, "All checks passed. Nothing was written.") || len(u.github.Issues()) != 0 {
		t.Fatalf("issues %v, doctor printed\n%s", u.github.Issues(), out)
	}
	t.Logf("doctor: %s, all ✓", took)
	out, took = u.act(t, "errmon.yml")
	if len(u.github.Issues()) != 2 { // the error's issue and the dashboard
		t.Fatalf("issues %v\n%s", u.github.Issues(), out)
	}
	t.Logf("scan: %s, filed %q", took, u.github.Issues()[0].Title)
}

// quickStart returns the workflow in the README.
func quickStart(t *testing.T) string {
	t.Helper()
	_, pasted, _ := strings.Cut(string(read(t, guideRoot(), "README.md")), "<!-- workflow:begin -->\n\n```yaml\n")
	pasted, _, found := strings.Cut(pasted, "\n```\n")
	if !found {
		t.Fatal("no workflow in README.md")
	}
	return pasted + "\n"
}

// credentialsAction returns the action that exchanges GitHub's token for a role, as pinned in the README.
func credentialsAction(t *testing.T) string {
	t.Helper()
	return regexp.MustCompile(`aws-actions/configure-aws-credentials@\w+`).FindString(quickStart(t))
}

// user is somebody with an empty repository and the services.
type user struct {
	github *githubtest.Server
	home   string
	args   []string // arguments of act
}

// newUser returns a user with workflows that use the action in a repository.
func newUser(t *testing.T, action string, workflows map[string]string) user {
	t.Helper()
	gh, aws := githubtest.New("acme", "shop"), &cloudwatchtest.Server{Now: time.Now}
	gh.Configure(func(s *githubtest.Settings) { s.Token, s.Private = "ghs_example_token", true })
	ghServer, awsServer := httptest.NewServer(gh), httptest.NewServer(aws)
	t.Cleanup(ghServer.Close)
	t.Cleanup(awsServer.Close)
	for _, group := range []string{"/ecs/orders", "/aws/lambda/invoices"} {
		if err := aws.Put(region, group, cloudwatchtest.Event{Stream: "1", Time: time.Now().Add(-time.Minute), Message: "ERROR in " + group + "\n" + nodeTrace}); err != nil {
			t.Fatal(err)
		}
	}
	u, aside := user{github: gh, home: t.TempDir()}, t.TempDir()
	folder := filepath.Join(u.home, ".github/workflows")
	err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(aside, "action.yml"), []byte(standIn), 0o644))
	for name, content := range workflows {
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644))
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "init", "--quiet", u.home).CombinedOutput(); err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	u.args = []string{"-P", "ubuntu-latest=act-runner:local", "--action-offline-mode", "--no-cache-server",
		"--local-repository", "org/errmon-action@v1=" + action, "--local-repository", credentialsAction(t) + "=" + aside,
		"--var", "AWS_REGION=" + region, "--var", "ERRMON_AWS_ROLE=arn:aws:iam::123456789012:role/errmon-read",
		"-s", "GITHUB_TOKEN=ghs_example_token", "--env", "GITHUB_API_URL=" + ghServer.URL, "--env", "GITHUB_REPOSITORY=acme/shop",
		"--env", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=" + awsServer.URL, "--env", "AWS_ENDPOINT_URL_STS=" + awsServer.URL}
	return u
}

// act runs one of the user's workflows by hand.
func (u user) act(t *testing.T, workflow string, more ...string) (string, time.Duration) {
	t.Helper()
	started := time.Now()
	out := u.start(t, "workflow_dispatch", workflow, more...)
	return out, time.Since(started).Round(time.Second)
}

// dispatch runs one of the user's workflows by a repository_dispatch.
func (u user) dispatch(t *testing.T, workflow, event string) string {
	t.Helper()
	return u.start(t, "repository_dispatch", workflow, "-e", event)
}

func (u user) start(t *testing.T, event, workflow string, more ...string) string {
	t.Helper()
	args := append([]string{event, "-W", filepath.Join(u.home, ".github/workflows", workflow)}, u.args...)
	cmd := exec.Command("act", append(args, more...)...)
	cmd.Dir = u.home
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", workflow, err, out)
	}
	return string(out)
}

// clone clones the committed state into a new repository.
func clone(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	clone := filepath.Join(t.TempDir(), "clone")
	if out, err := exec.Command("git", "clone", "--quiet", root, clone).CombinedOutput(); err != nil {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	return clone
}

func runAct(t *testing.T, event, githubURL, awsURL string) string {
	t.Helper()
	clone := clone(t)
	workflow := filepath.Join(clone, ".github/workflows/act.yml")
	if err := os.WriteFile(workflow, []byte(actWorkflow), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("act", event, "-W", workflow, "-P", "ubuntu-latest=act-runner:local", "--action-offline-mode", "--no-cache-server", "--json",
		"-s", "GITHUB_TOKEN=ghs_example_token", "--env", "GITHUB_API_URL="+githubURL, "--env", "GITHUB_REPOSITORY=acme/shop", "--env", "FAKE_AWS="+awsURL)
	cmd.Dir = clone
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("act: %v\n%s", err, out.String())
	}
	return out.String()
}
