package config

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"
)

// published is the public interface: name, environment variables, default. A change here breaks users'
// workflows.
const published = `
github-token            | GITHUB_TOKEN                              |
repository              | GITHUB_OWNER/GITHUB_REPO GITHUB_REPOSITORY |
code-repository         | ERRMON_CODE_REPOSITORY GITHUB_REPOSITORY  |
log-groups              | AWS_LOG_GROUP_NAME                        |
aws-region              | AWS_REGION                                |
filter-pattern          | ERRMON_FILTER_PATTERN                     |
reader                  | ERRMON_READER                             | auto
read-all-pages          | ERRMON_READ_ALL_PAGES                     | 3
insights-budget         | ERRMON_INSIGHTS_BUDGET                    | 0
lookback                | ERRMON_LOOKBACK                           | 60m
lateness                | ERRMON_LATENESS                           | 15m
aws-requests-per-second | ERRMON_AWS_REQUESTS_PER_SECOND            | 2
since                   | ERRMON_SINCE                              |
sentry-auth-token       | SENTRY_AUTH_TOKEN                         |
sentry-organization     | SENTRY_ORGANIZATION                       |
sentry-projects         | SENTRY_PROJECT                            |
sentry-url              | SENTRY_URL                                | https://sentry.io
sentry-query            | SENTRY_QUERY                              | is:unresolved
sentry-environments     | SENTRY_ENVIRONMENTS                       |
sentry-resolve          | SENTRY_RESOLVE                            | false
slack-webhook-url       | SLACK_WEBHOOK_URL                         |
slack-bot-token         | SLACK_BOT_TOKEN                           |
slack-channel           | SLACK_CHANNEL                             |
slack-channels          | ERRMON_SLACK_CHANNELS                     |
slack-match             | ERRMON_SLACK_MATCH                        | error, exception, fatal, panic, failed, failure, timed out, timeout, crashed, critical, traceback
slack-ignore-apps       | ERRMON_SLACK_IGNORE_APPS                  | GitHub, Sentry
relay-url               | ERRMON_RELAY_URL                          |
assign                  | ERRMON_ASSIGN                             | none
label                   | ERRMON_LABEL                              | errmon
min-events              | ERRMON_MIN_EVENTS                         | 1
max-new-issues          | ERRMON_MAX_NEW_ISSUES                     | 10
max-new-issues-per-day  | ERRMON_MAX_NEW_ISSUES_PER_DAY             | 30
close-after             | ERRMON_CLOSE_AFTER                        | 0
reopen-window           | ERRMON_REOPEN_WINDOW                      | 90d
write-interval          | ERRMON_WRITE_INTERVAL                     | 1s
min-level               | ERRMON_MIN_LEVEL                          | error
max-duration            | ERRMON_MAX_DURATION                       | 20m
trusted-logins          | ERRMON_TRUSTED_LOGINS                     |
publish-samples         | ERRMON_PUBLISH_SAMPLES                    | false
command                 |                                           | scan
config                  | ERRMON_CONFIG                             | .github/errmon.yml
dry-run                 | ERRMON_DRY_RUN                            | false
`

func TestSettingsArePublished(t *testing.T) {
	var want, got [][]string
	for line := range strings.Lines(strings.TrimPrefix(published, "\n")) {
		fields := strings.Split(line, "|")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		want = append(want, fields)
	}
	for _, s := range Settings {
		got = append(got, []string{s.Name, s.Env, s.Default})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSettingsAreDescribed(t *testing.T) {
	for _, s := range Settings {
		if s.Help == "" || strings.HasSuffix(s.Help, ".") || strings.Contains(s.Help, "\n") {
			t.Errorf("%s: want one line without a full stop, got %q", s.Name, s.Help)
		}
		if s.Secret && s.notInFile == "" {
			t.Errorf("%s: a secret that may stand in the file", s.Name)
		}
	}
}

// TestAction compares action.yml with the table of settings.
func TestAction(t *testing.T) {
	var action struct {
		Inputs  yaml.MapSlice
		Outputs yaml.MapSlice
		Runs    map[string]string
	}
	data, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &action); err != nil {
		t.Fatal(err)
	}
	var want yaml.MapSlice
	for _, s := range Settings {
		if s.Local {
			continue
		}
		f := map[string]any{"description": s.Help + "."}
		if s.Default != "" {
			f["description"] = s.Help + ". Default: " + s.Default + "."
		}
		if s.Name == "github-token" {
			f["default"] = "${{ github.token }}"
		}
		want = append(want, yaml.MapItem{Key: s.Name, Value: f})
	}
	if diff := cmp.Diff(want, action.Inputs); diff != "" {
		t.Errorf("inputs of action.yml (- wanted):\n%s", diff)
	}
	if len(action.Inputs) > 40 {
		t.Errorf("%d inputs", len(action.Inputs))
	}
	var outputs []any
	for _, o := range action.Outputs {
		outputs = append(outputs, o.Key)
	}
	if diff := cmp.Diff([]any{"created", "updated", "reopened", "closed", "events", "errors", "issues"}, outputs); diff != "" {
		t.Errorf("outputs of action.yml:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"using": "docker", "image": "Dockerfile"}, action.Runs); diff != "" {
		t.Errorf("runs of action.yml:\n%s", diff)
	}
}

// elsewhere lists the variables of .env.example that are not settings.
var elsewhere = map[string]string{
	"GITHUB_API_URL": defaultAPIURL, "SLACK_API_URL": "https://slack.com/api", "AWS_PROFILE": "", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "", "SENTRY_DSN": "",
	// Of the relay.
	"SENTRY_CLIENT_SECRET": "", "SLACK_SIGNING_SECRET": "", "ERRMON_RELAY_TOKEN": "", "ERRMON_LISTEN": "127.0.0.1:8080", "ERRMON_METRICS_LISTEN": "",
	"ERRMON_COALESCE": "10s", "GITHUB_APP_ID": "", "GITHUB_APP_KEY": "", "GITHUB_APP_INSTALLATION": "",
}

// TestEnvExample compares .env.example with the table of settings, and checks that it is a valid .env.
func TestEnvExample(t *testing.T) {
	data, err := os.ReadFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	uncommented := regexp.MustCompile(`(?m)^# ([A-Z_]+=)`).ReplaceAll(data, []byte("$1"))
	got, err := godotenv.UnmarshalBytes(uncommented)
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]string)
	for name, text := range elsewhere {
		want[name] = text
	}
	for _, s := range Settings {
		for names := range strings.FieldsSeq(s.Env) {
			for name := range strings.SplitSeq(names, "/") {
				want[name] = s.Default
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variables of .env.example (- wanted):\n%s", diff)
	}
	if _, err := Load(sources{files: map[string]string{".env": string(data)}}.input()); err != nil {
		t.Errorf("as .env: %v", err)
	}
}
