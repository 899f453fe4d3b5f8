package config

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// sources holds what a test's Input reads.
type sources struct {
	flags map[string]string
	env   map[string]string
	files map[string]string
}

func (s sources) input() Input {
	return Input{
		Flags:  s.flags,
		Getenv: func(name string) string { return s.env[name] },
		ReadFile: func(path string) ([]byte, error) {
			if text, ok := s.files[path]; ok {
				return []byte(text), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
		Now: now,
	}
}

func TestDefaults(t *testing.T) {
	got, err := Load(sources{}.input())
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		GitHubAPIURL: "https://api.github.com", Lookback: time.Hour, Lateness: 15 * time.Minute, AWSRequestsPerSecond: 2, Reader: "auto", ReadAllPages: 3,
		SentryURL: "https://sentry.io", SentryQuery: "is:unresolved", Assign: "none", Label: "errmon", MinEvents: 1, MaxNewIssues: 10, MaxNewPerDay: 30, ReopenWindow: 90 * 24 * time.Hour,
		WriteInterval: time.Second, MinLevel: "error", MaxDuration: 20 * time.Minute, Command: "scan", File: ".github/errmon.yml",
		SlackMatch:      []string{"error", "exception", "fatal", "panic", "failed", "failure", "timed out", "timeout", "crashed", "critical", "traceback"},
		SlackIgnoreApps: []string{"GitHub", "Sentry"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEverySetting sets every setting as an input.
func TestEverySetting(t *testing.T) {
	webhook := "https://hooks.example/services/" + strings.Repeat("x", 8)
	got, err := Load(sources{env: map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_API_URL": "https://ghe.example/api/v3/",
		"INPUT_GITHUB-TOKEN": "t1", "INPUT_REPOSITORY": "acme/shop.api",
		"INPUT_LOG-GROUPS": "/ecs/a, /ecs/b\n\n  arn:aws:logs:eu-west-1:123456789012:log-group:/c:*\n/ecs/a,pre*", "INPUT_AWS-REGION": "eu-central-1",
		"INPUT_FILTER-PATTERN": "?ERROR ?WARN", "INPUT_READER": "Filter", "INPUT_READ-ALL-PAGES": "0", "INPUT_INSIGHTS-BUDGET": "2.5", "INPUT_LOOKBACK": "2d", "INPUT_LATENESS": "6h", "INPUT_AWS-REQUESTS-PER-SECOND": "0.5", "INPUT_SINCE": "1d12h",
		"INPUT_SENTRY-AUTH-TOKEN": "t2", "INPUT_SENTRY-ORGANIZATION": "acme", "INPUT_SENTRY-PROJECTS": "web,api",
		"INPUT_SENTRY-URL": "https://sentry.example/base/", "INPUT_SENTRY-QUERY": "is:unresolved level:error", "INPUT_SENTRY-ENVIRONMENTS": "production",
		"INPUT_SLACK-WEBHOOK-URL": webhook, "INPUT_SLACK-BOT-TOKEN": "t3", "INPUT_SLACK-CHANNEL": "#alerts",
		"INPUT_SLACK-CHANNELS": "C01, #prod", "INPUT_SLACK-MATCH": "boom, timed out", "INPUT_SLACK-IGNORE-APPS": "pager",
		"INPUT_RELAY-URL": "https://relay.example/", "INPUT_CODE-REPOSITORY": "acme/code", "INPUT_ASSIGN": "owners", "INPUT_LABEL": "bug: auto", "INPUT_MIN-EVENTS": "3", "INPUT_MAX-NEW-ISSUES": "0", "INPUT_MAX-NEW-ISSUES-PER-DAY": "20", "INPUT_CLOSE-AFTER": "2w", "INPUT_REOPEN-WINDOW": "30d", "INPUT_WRITE-INTERVAL": "0",
		"INPUT_MIN-LEVEL": "Warn", "INPUT_MAX-DURATION": "5m", "INPUT_TRUSTED-LOGINS": "octocat, errmon[bot]", "INPUT_PUBLISH-SAMPLES": "TRUE",
		"INPUT_COMMAND": "doctor", "INPUT_CONFIG": "errmon.yml", "INPUT_DRY-RUN": "true",
	}, files: map[string]string{"errmon.yml": "", ".env": "ERRMON_LABEL=never"}}.input())
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		GitHubToken: "t1", Owner: "acme", Repo: "shop.api", GitHubAPIURL: "https://ghe.example/api/v3",
		LogGroups: []string{"/ecs/a", "/ecs/b", "arn:aws:logs:eu-west-1:123456789012:log-group:/c:*", "pre*"}, AWSRegion: "eu-central-1",
		FilterPattern: "?ERROR ?WARN", Reader: "filter", InsightsBudget: 2.5, Lookback: 48 * time.Hour, Lateness: 6 * time.Hour, AWSRequestsPerSecond: 0.5, Since: now.Add(-36 * time.Hour),
		SentryAuthToken: "t2", SentryOrganization: "acme", SentryProjects: []string{"web", "api"},
		SentryURL: "https://sentry.example/base", SentryQuery: "is:unresolved level:error", SentryEnvironments: []string{"production"},
		SlackWebhookURL: webhook, SlackBotToken: "t3", SlackChannel: "#alerts",
		SlackChannels: []string{"C01", "#prod"}, SlackMatch: []string{"boom", "timed out"}, SlackIgnoreApps: []string{"pager"},
		RelayURL: "https://relay.example", CodeRepository: "acme/code", Assign: "owners", Label: "bug: auto", MinEvents: 3, MaxNewPerDay: 20, CloseAfter: 14 * 24 * time.Hour, ReopenWindow: 30 * 24 * time.Hour, MinLevel: "warn", MaxDuration: 5 * time.Minute,
		TrustedLogins: []string{"octocat", "errmon[bot]"}, PublishSamples: true,
		Command: "doctor", File: "errmon.yml", FileRead: true, DryRun: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := errors.Join(got.CheckTarget(), got.CheckSources()); err != nil {
		t.Error(err)
	}
}

func TestPrecedence(t *testing.T) {
	flag := map[string]string{"label": "flag"}
	env := map[string]string{"INPUT_LABEL": "input", "ERRMON_LABEL": "environment"}
	files := map[string]string{".env": "ERRMON_LABEL=dotenv\n", ".github/errmon.yml": "label: file\n"}
	tests := []struct {
		name string
		in   sources
		want string
	}{
		{"flag first", sources{flag, env, files}, "flag"},
		{"then input", sources{map[string]string{"label": " "}, env, files}, "input"},
		{"then environment", sources{nil, map[string]string{"INPUT_LABEL": "", "ERRMON_LABEL": "environment"}, files}, "environment"},
		{"then .env", sources{nil, nil, files}, "dotenv"},
		{"no .env in Actions", sources{nil, map[string]string{"GITHUB_ACTIONS": "true"}, files}, "file"},
		{"then default", sources{nil, nil, map[string]string{".github/errmon.yml": "label:\n", ".env": "ERRMON_LABEL=\n"}}, "errmon"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := Load(test.in.input())
			if err != nil || c.Label != test.want {
				t.Errorf("got %q, %v, want %q", c.Label, err, test.want)
			}
		})
	}
}

func TestRepository(t *testing.T) {
	tests := []struct {
		name string
		env  map[string]string
		want string
	}{
		{"host", map[string]string{"GITHUB_REPOSITORY": "acme/host"}, "acme/host"},
		{"both of the pair", map[string]string{"GITHUB_OWNER": "acme", "GITHUB_REPO": "pair", "GITHUB_REPOSITORY": "acme/host"}, "acme/pair"},
		{"half of the pair", map[string]string{"GITHUB_OWNER": "acme", "GITHUB_REPOSITORY": "acme/host"}, "acme/host"},
		{"input", map[string]string{"INPUT_REPOSITORY": "acme/input", "GITHUB_OWNER": "acme", "GITHUB_REPO": "pair"}, "acme/input"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := Load(sources{env: test.env}.input())
			if got := c.Owner + "/" + c.Repo; err != nil || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestDotEnv(t *testing.T) {
	in := sources{env: map[string]string{"AWS_REGION": "eu-west-1"},
		files: map[string]string{".env": "AWS_REGION=us-east-1\nAWS_PROFILE=dev\nGITHUB_OWNER=acme\nGITHUB_REPO=\"shop\"\nAWS_SESSION_TOKEN=\n# c\n"}}
	c, err := Load(in.input())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"AWS_PROFILE": "dev", "GITHUB_OWNER": "acme", "GITHUB_REPO": "shop"}
	if diff := cmp.Diff(want, c.DotEnv); diff != "" || c.AWSRegion != "eu-west-1" || c.Repo != "shop" {
		t.Errorf("region %q, repository %q, %s", c.AWSRegion, c.Repo, diff)
	}
	in.files[".env"] = "GITHUB_TOKEN=hush\nhush hush\n"
	if _, err = Load(in.input()); err == nil || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), ".env") {
		t.Errorf("malformed .env: %v", err)
	}
}

// TestMistakes loads one wrong value at a time.
func TestMistakes(t *testing.T) {
	long := strings.Repeat("x", 2000)
	tests := []struct{ name, setting, text, want string }{
		{"token with a space", "github-token", "hush hush", "github-token (flag --github-token) has white space"},
		{"token with a line break", "sentry-auth-token", "hush\nhush", "sentry-auth-token (flag --sentry-auth-token) has white space"},
		{"repository", "repository", "shop", `repository "shop" (flag --repository) must be OWNER/REPO`},
		{"repository with a path", "repository", "a/b/c", "must be OWNER/REPO"},
		{"filter pattern", "filter-pattern", strings.Repeat("é", 1025), "has 1025 characters: at most 1024"},
		{"no unit", "lookback", "60", "is not a duration: write it as 90s, 15m, 6h or 2d"},
		{"trailing junk", "lookback", "60m!", "is not a duration"},
		{"inner space", "lookback", "1h 5m", "is not a duration"},
		{"negative", "lookback", "-5m", "between 1m and 30d"},
		{"too large to count", "lookback", "9999999999999d", "is not a duration"},
		{"lateness", "lateness", "6h1s", "between 0 and 6h"},
		{"write interval", "write-interval", "61s", "between 0 and 1m"},
		{"max duration", "max-duration", "0", "between 1s and 6h"},
		{"close after", "close-after", "366d", "between 0 and 365d"},
		{"rate of nothing", "aws-requests-per-second", "0", "above 0 and at most 25"},
		{"rate", "aws-requests-per-second", "25.1", "above 0 and at most 25"},
		{"rate not a number", "aws-requests-per-second", "NaN", "above 0"},
		{"since in the future", "since", "2026-03-01T12:00:01Z", "must be in the past: it is now 2026-03-01T12:00:00Z"},
		{"since ahead", "since", "-5m", "must be in the past"},
		{"since now", "since", "0", "must be in the past"},
		{"since unreadable", "since", "yesterday", "neither a duration"},
		{"organization", "sentry-organization", "Acme Inc", "must be a slug"},
		{"projects", "sentry-projects", "web,a b", `item "a b": must be a slug`},
		{"Sentry's address", "sentry-url", "sentry.example", "must be a URL"},
		{"Sentry's address with a user", "sentry-url", "https://u:p@sentry.example", "must be a URL"},
		{"webhook", "slack-webhook-url", "http://hush.example/x", "slack-webhook-url (flag --slack-webhook-url) must start with https://"},
		{"label too long", "label", strings.Repeat("é", 41), "at most 40 characters"},
		{"label of two", "label", "a,b", "must not contain commas"},
		{"label of a dashboard", "label", "errmon:dashboard", "must not end in"},
		{"min events", "min-events", "0", "between 1 and"},
		{"new issues", "max-new-issues", "-1", "between 0 and 500"},
		{"fraction", "max-new-issues", "1.5", "whole number"},
		{"level", "min-level", "loud", "must be trace, debug, info, warn, error or fatal"},
		{"logins", "trusted-logins", "octocat,@bob", `item "@bob": must be a GitHub login`},
		{"boolean", "dry-run", "yes", "must be true or false"},
		{"command", "command", "relay", "must be scan, doctor or preview"},
		{"file", "config", "none.yml", `config "none.yml" (flag --config): file does not exist: check the path`},
		{"long value", "lookback", long, `"` + long[:100] + `…" (flag`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(sources{flags: map[string]string{test.setting: test.text}}.input())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("shows a secret: %v", err)
			}
		})
	}
}

// TestAllMistakesAtOnce checks that each mistake has a line in the error, with the value's origin.
func TestAllMistakesAtOnce(t *testing.T) {
	_, err := Load(sources{
		flags: map[string]string{"lookback": "x"},
		env:   map[string]string{"INPUT_LATENESS": "x", "ERRMON_MIN_EVENTS": "x", "GITHUB_API_URL": "x", "GITHUB_OWNER": "x", "GITHUB_REPO": "a b"},
		files: map[string]string{".env": "ERRMON_LABEL=a,b", ".github/errmon.yml": "# c\nmax-new-issues: x\nlog-grups: x\nslack-bot-token: x\n"},
	}.input())
	want := `.github/errmon.yml line 3: unknown key "log-grups": did you mean "log-groups"?
.github/errmon.yml line 4: slack-bot-token: a secret must not be in a file: store it as a repository secret and pass it as an input
repository "x/a b" (environment variable GITHUB_OWNER/GITHUB_REPO) must be OWNER/REPO
lookback "x" (flag --lookback) is not a duration: write it as 90s, 15m, 6h or 2d
lateness "x" (input lateness) is not a duration: write it as 90s, 15m, 6h or 2d
label "a,b" (ERRMON_LABEL in .env) must not contain commas or control characters
min-events "x" (environment variable ERRMON_MIN_EVENTS) must be a whole number between 1 and 1000000
max-new-issues "x" (.github/errmon.yml line 2) must be a whole number between 0 and 500
GITHUB_API_URL "x" (environment variable GITHUB_API_URL) must be a URL such as https://example.com, without credentials, query or fragment`
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

// TestHalves configures one service incompletely at a time, next to a complete one.
func TestHalves(t *testing.T) {
	tests := []struct {
		name             string
		env              map[string]string
		leftOut, warning string
	}{
		{"a token of Sentry", map[string]string{"SENTRY_AUTH_TOKEN": "hush"},
			"sentry-auth-token (environment variable SENTRY_AUTH_TOKEN) needs sentry-organization and sentry-projects, so Sentry is not read: set all of them, or none", ""},
		{"Sentry without its token", map[string]string{"SENTRY_ORGANIZATION": "acme", "SENTRY_PROJECT": "shop"},
			"sentry-organization (environment variable SENTRY_ORGANIZATION) with sentry-projects (environment variable SENTRY_PROJECT) needs sentry-auth-token", ""},
		{"a log group without a region", map[string]string{"AWS_REGION": "", "AWS_LOG_GROUP_NAME": "/ecs/b,arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/a"},
			"log-groups /ecs/b cannot be read without a region: set aws-region, or name them by ARN", ""},
		{"a bot without its channel", map[string]string{"SLACK_BOT_TOKEN": "hush"},
			"", "slack-bot-token (environment variable SLACK_BOT_TOKEN) needs slack-channel, so the bot posts nothing: set all of them, or none"},
		{"a channel without its bot", map[string]string{"SLACK_CHANNEL": "#alerts"}, "", "slack-channel (environment variable SLACK_CHANNEL) needs slack-bot-token"},
		{"a region without a log group", map[string]string{"AWS_LOG_GROUP_NAME": ""}, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env := map[string]string{"AWS_REGION": "eu-west-1", "AWS_LOG_GROUP_NAME": "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/a"}
			maps.Copy(env, test.env)
			c, err := Load(sources{env: env}.input())
			if err != nil {
				t.Fatal(err)
			}
			left, warnings := joined(c.LeftOut), joined(c.Warnings)
			if test.leftOut == "" != (c.LeftOut == nil) || !strings.Contains(left, test.leftOut) {
				t.Errorf("left out %q, want %q", left, test.leftOut)
			}
			if test.warning == "" != (warnings == "") || !strings.Contains(warnings, test.warning) {
				t.Errorf("warnings %q, want %q", warnings, test.warning)
			}
			if c.SentryAuthToken+c.SentryOrganization+c.SlackBotToken+c.SlackChannel != "" || slices.Contains(c.LogGroups, "/ecs/b") {
				t.Errorf("a half is left in %+v", c)
			}
		})
	}
}

// TestOffline checks that commands that read local files ignore the settings of services, even wrong ones.
func TestOffline(t *testing.T) {
	in := sources{env: map[string]string{
		"SENTRY_AUTH_TOKEN": "with space", "SLACK_WEBHOOK_URL": "x", "GITHUB_REPOSITORY": "x", "AWS_LOG_GROUP_NAME": "/ecs/a", "GITHUB_API_URL": "x",
		"ERRMON_RELAY_URL": "x", "ERRMON_MIN_LEVEL": "warn",
	}}.input()
	if _, err := Load(in); err == nil {
		t.Error("nothing is wrong with them")
	}
	in.Offline = true
	c, err := Load(in)
	if err != nil || c.LeftOut != nil || c.Warnings != nil || c.MinLevel != "warn" || c.SentryAuthToken != "" {
		t.Errorf("%+v, %v", c, err)
	}
	in.Flags = map[string]string{"min-level": "loud"}
	if _, err := Load(in); err == nil {
		t.Error("a wrong level is taken")
	}
}

// TestRefusedIsNotMissing checks that a setting with a wrong value is not reported as missing too.
func TestRefusedIsNotMissing(t *testing.T) {
	good := map[string]string{"github-token": "t", "repository": "acme/shop", "log-groups": "/ecs/a", "aws-region": "eu-west-1"}
	for name, wrong := range map[string]string{"github-token": "a b", "repository": "x", "log-groups": strings.Repeat("x", 3000)} {
		flags := maps.Clone(good)
		flags[name] = wrong
		c, err := Load(sources{flags: flags}.input())
		if all := errors.Join(err, c.CheckTarget(), c.CheckSources()); all == nil || strings.Contains(all.Error(), "\n") {
			t.Errorf("%s: %v", name, all)
		}
		if name == "repository" && c.Owner+c.Repo != "" {
			t.Errorf("a refused repository is used: %q", c.Owner+"/"+c.Repo)
		}
	}
}

func TestChecks(t *testing.T) {
	c, err := Load(sources{}.input())
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(c.CheckTarget(), c.CheckSources())
	for _, want := range []string{"github-token", "OWNER/REPO", "log-groups"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
	c.GitHubToken, c.Owner, c.Repo, c.LogGroups = "t", "acme", "shop", []string{"/ecs/a"}
	if err := errors.Join(c.CheckTarget(), c.CheckSources()); err != nil {
		t.Error(err)
	}
}

func TestNamedFileIsAbsent(t *testing.T) {
	_, err := Load(sources{env: map[string]string{"ERRMON_CONFIG": "x.yml"}}.input())
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func joined(errs []error) string {
	var texts []string
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	return strings.Join(texts, "\n")
}

func TestReaderContradicts(t *testing.T) {
	for name, tt := range map[string]struct {
		flags map[string]string
		want  string // "" if nothing is wrong
	}{
		"all events need no pattern":       {map[string]string{"reader": "all", "filter-pattern": "?ERROR"}, "reader all does not use filter-pattern: leave one of them out"},
		"a pattern selects":                {map[string]string{"reader": "filter", "filter-pattern": "?ERROR"}, ""},
		"insights cost money":              {map[string]string{"reader": "insights"}, "reader insights costs money: set insights-budget to the gigabytes a run may scan"},
		"a wrong budget is one mistake":    {map[string]string{"reader": "insights", "insights-budget": "-1"}, `insights-budget "-1" (flag --insights-budget) must be a number between 0 and 100000`},
		"a control character in a setting": {map[string]string{"aws-region": "eu\x00"}, `aws-region "eu\x00" (flag --aws-region) must be one line without control characters`},
	} {
		_, err := Load(sources{flags: tt.flags}.input())
		if (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestSinceATime(t *testing.T) {
	if got, err := ParseSince("2026-02-28T12:00:00Z", now); err != nil || !got.Equal(now.Add(-24*time.Hour)) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAppKeyOfTheRelay(t *testing.T) {
	in := sources{files: map[string]string{"app.pem": "PEM"}}.input()
	for given, want := range map[string]string{"app.pem": "PEM", `-----BEGIN KEY-----\nx`: "-----BEGIN KEY-----\nx"} {
		in.Flags = map[string]string{"github-app-key": given}
		if c, _ := LoadRelay(in); string(c.AppKey) != want { // the rest is missing
			t.Errorf("%q: %q, want %q", given, c.AppKey, want)
		}
	}
}
