// Package story runs the whole program against fakes of all services: every test is a story about people,
// services and runs, told with one world.
package story

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/org/errmon-action/internal/cli"
	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/relay"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
	"github.com/org/errmon-action/internal/slack/slacktest"
)

// The exit codes, as documented in the README.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

const region = "eu-central-1"

// world is everything outside the process: the services, the clock and the environment. Time passes only by
// advance and by the program's sleeping.
type world struct {
	t      testing.TB
	now    time.Time
	skew   time.Duration // how far the clock of errmon's machine is ahead
	github *githubtest.Server
	aws    *cloudwatchtest.Server
	slack  *slacktest.Server  // see withSlack
	sentry *sentrytest.Server // see withSentry

	relayed *[]relay.Delivery // see withRelay
	env     map[string]string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 22, 10, 0, 30, 0, time.UTC), github: githubtest.New("acme", "shop")}
	now := func() time.Time { return w.now }
	w.aws = &cloudwatchtest.Server{Now: now}
	w.github.Configure(func(s *githubtest.Settings) { s.Now, s.Private = now, true })
	gh, aws := httptest.NewServer(w.github), httptest.NewServer(w.aws)
	t.Cleanup(gh.Close)
	t.Cleanup(aws.Close)
	// The AWS SDK reads the process's environment.
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": aws.URL, "AWS_ENDPOINT_URL_STS": aws.URL, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	w.env = map[string]string{
		"GITHUB_API_URL": gh.URL, "GITHUB_TOKEN": "token", "GITHUB_REPOSITORY": "acme/shop",
		"AWS_LOG_GROUP_NAME": "/ecs/shop", "AWS_REGION": region,
	}
	if err := w.aws.Put(region, "/ecs/shop"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) advance(d time.Duration) { w.now = w.now.Add(d) }

// result is the outcome of a run.
type result struct {
	code           int
	stdout, stderr string
	requests       []fake.Request    // to GitHub
	outputs        map[string]string // in Actions only
	summary        string            // in Actions only
}

func (w *world) run(args ...string) result {
	w.t.Helper()
	return w.runContext(context.Background(), args...)
}

func (w *world) runContext(ctx context.Context, args ...string) result {
	w.t.Helper()
	before := len(w.github.Requests())
	var out, errs bytes.Buffer
	c := cli.Command{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string { return w.env[name] },
		Clock: clock.Clock{
			Now:   func() time.Time { return w.now.Add(w.skew) },
			Sleep: func(ctx context.Context, d time.Duration) error { w.advance(d); return context.Cause(ctx) },
		},
	}
	r := result{code: c.Main(ctx, args), stdout: out.String(), stderr: errs.String(), requests: w.github.Requests()[before:]}
	if w.env["GITHUB_ACTIONS"] == "true" {
		r.outputs, r.summary = w.commandFiles()
	}
	return r
}

// inActions makes further runs look like runs in GitHub Actions.
func (w *world) inActions() {
	dir := w.t.TempDir()
	w.env["GITHUB_ACTIONS"] = "true"
	w.env["GITHUB_OUTPUT"] = filepath.Join(dir, "output")
	w.env["GITHUB_STEP_SUMMARY"] = filepath.Join(dir, "summary")
	w.env["INPUT_LOG-GROUPS"], w.env["INPUT_GITHUB-TOKEN"] = "/ecs/shop", "token"
}

// commandFiles reads the runner's command files as the runner does.
func (w *world) commandFiles() (map[string]string, string) {
	w.t.Helper()
	outputs := map[string]string{}
	content, err := os.ReadFile(w.env["GITHUB_OUTPUT"])
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ""
	}
	if err != nil {
		w.t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	for i := 0; i+2 < len(lines); i += 3 {
		name, delimiter, ok := strings.Cut(lines[i], "<<")
		if !ok || lines[i+2] != delimiter {
			w.t.Fatalf("output file: line %d is %q", i+1, lines[i])
		}
		outputs[name] = lines[i+1]
	}
	summary, err := os.ReadFile(w.env["GITHUB_STEP_SUMMARY"])
	if err != nil {
		w.t.Fatal(err)
	}
	return outputs, string(summary)
}

// log writes an event into a stream of /ecs/shop, dated the given time ago.
func (w *world) log(ago time.Duration, format string, args ...any) {
	w.t.Helper()
	w.put("/ecs/shop", cloudwatchtest.Event{Stream: "web/1", Time: w.now.Add(-ago), Message: fmt.Sprintf(format, args...)})
}

func (w *world) put(group string, events ...cloudwatchtest.Event) {
	w.t.Helper()
	if err := w.aws.Put(region, group, events...); err != nil {
		w.t.Fatal(err)
	}
}

// errorIssues returns the issues with the label, by title.
func (w *world) errorIssues() map[string]githubtest.Issue {
	issues := map[string]githubtest.Issue{}
	for _, i := range w.github.Issues() {
		for _, l := range i.Labels {
			if l == "errmon" {
				issues[i.Title] = i
			}
		}
	}
	return issues
}

// find returns the only error issue whose title contains part.
func (w *world) find(part string) githubtest.Issue {
	w.t.Helper()
	var found []githubtest.Issue
	for title, i := range w.errorIssues() {
		if strings.Contains(title, part) {
			found = append(found, i)
		}
	}
	if len(found) != 1 {
		w.t.Fatalf("%d issues with %q in the title: %v", len(found), part, found)
	}
	return found[0]
}

// writes returns the requests that change something.
func (r result) writes() []fake.Request {
	var writes []fake.Request
	for _, q := range r.requests {
		if q.Method != "GET" {
			writes = append(writes, q)
		}
	}
	return writes
}
