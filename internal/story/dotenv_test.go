package story

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/joho/godotenv"
)

// TestOldDotEnv covers .env files that people have: services with some settings missing, next to CloudWatch
// or alone.
func TestOldDotEnv(t *testing.T) {
	const organizationToken = "SENTRY_AUTH_TOKEN=sntrys_eyJpYXQi\nSENTRY_ORGANIZATION=acme\nSENTRY_PROJECT=shop\n"
	for _, tt := range []struct {
		name, dotEnv string
		alone        bool // without CloudWatch
		code         int
		says         []string
	}{
		{"a bot without its channel", "SLACK_BOT_TOKEN=xoxb-1\n", false, exitDone, []string{"warning: slack-bot-token (SLACK_BOT_TOKEN in .env) needs slack-channel"}},
		{"a channel without its bot", "SLACK_CHANNEL=#alerts\n", false, exitDone, []string{"warning: slack-channel (SLACK_CHANNEL in .env) needs slack-bot-token"}},
		{"a token of Sentry alone", "SENTRY_AUTH_TOKEN=sntryu_1\n", false, exitFailed, []string{"needs sentry-organization and sentry-projects, so Sentry is not read"}},
		{"Sentry without its token", "SENTRY_ORGANIZATION=acme\nSENTRY_PROJECT=shop\n", false, exitFailed, []string{"needs sentry-auth-token"}},
		{"an organization token of Sentry", organizationToken, false, exitFailed, []string{"sntrys_", "create an internal integration"}},
		{"all of them", "SLACK_BOT_TOKEN=xoxb-1\nSENTRY_AUTH_TOKEN=sntryu_1\n", false, exitFailed, []string{"slack-channel", "sentry-organization"}},
		{"a source that is not needed", "SENTRY_DSN=https://k@o1.ingest.sentry.io/1\nSENTRY_URL=https://sentry.io\n", false, exitDone, nil},

		{"nothing left: a token of Sentry", "SENTRY_AUTH_TOKEN=sntryu_1\n", true, exitUsage, []string{"needs sentry-organization", "nothing to watch"}},
		{"nothing left: an organization token", organizationToken, true, exitUsage, []string{"create an internal integration", "nothing to watch"}},
		{"nothing left: a bot without its channel", "SLACK_BOT_TOKEN=xoxb-1\n", true, exitUsage, []string{"nothing to watch"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.log(time.Minute, "ERROR order 1 lost")
			if tt.alone {
				delete(w.env, "AWS_LOG_GROUP_NAME")
			}
			w.dotEnv(tt.dotEnv)
			for _, command := range []string{"preview", "scan"} {
				r := w.run(command)
				slackOnly := command == "preview" && tt.code == exitDone // a preview posts nothing
				if r.code != tt.code {
					t.Errorf("%s: exit code %d, want %d\n%s%s", command, r.code, tt.code, r.stdout, r.stderr)
				}
				for _, part := range tt.says {
					if !slackOnly && !strings.Contains(r.stderr, part) && !(command == "preview" && strings.Contains(part, "slack")) {
						t.Errorf("%s does not say %q:\n%s", command, part, r.stderr)
					}
				}
			}
			if filed := len(w.errorIssues()); filed != 1 && !tt.alone || filed != 0 && tt.alone {
				t.Errorf("%d issues", filed)
			}
		})
	}
}

// TestPayloadNeedsNoSource checks that a source with settings missing is only a warning if no source is
// read.
func TestPayloadNeedsNoSource(t *testing.T) {
	for _, dotEnv := range []string{"SENTRY_AUTH_TOKEN=sntryu_1\n", "SENTRY_AUTH_TOKEN=sntrys_1\nSENTRY_ORGANIZATION=acme\nSENTRY_PROJECT=shop\n"} {
		w := newWorld(t)
		w.dotEnv(dotEnv)
		if r := w.deliver(`{"text":"ERROR order 1 lost"}`).mustSucceed(t); !strings.Contains(r.stderr, "warning: sentry-auth-token") {
			t.Errorf("no warning:\n%s", r.stderr)
		}
		w.find("order … lost")
	}
}

// TestLocalFilesNeedNoService checks that settings of services, right or wrong, have no effect if local
// files are read.
func TestLocalFilesNeedNoService(t *testing.T) {
	w := newWorld(t)
	w.env = map[string]string{"SENTRY_AUTH_TOKEN": "a b", "GITHUB_API_URL": "nowhere", "SLACK_WEBHOOK_URL": "http://x"}
	w.dotEnv("SLACK_BOT_TOKEN=xoxb-1\nSENTRY_URL=nowhere\nGITHUB_REPOSITORY=shop\n")
	w.file(".github/errmon.yml", "sentry-projects: [a b]\n")
	w.file("app.log", "2026-11-22T10:00:01.000Z ERROR order 17 lost\n")
	if r := w.run("preview", "app.log").mustSucceed(t); r.stderr != "" || !strings.Contains(r.stdout, "1. order … lost") {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	if r := w.run("group", "app.log").mustSucceed(t); r.stderr != "" || !strings.Contains(r.stdout, "order … lost") {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
}

// TestRelayReadsDotEnv sets the relay's settings only in .env.
func TestRelayReadsDotEnv(t *testing.T) {
	w := newWorld(t)
	env := w.env
	w.env = map[string]string{}
	w.dotEnv("GITHUB_TOKEN=token\nGITHUB_OWNER=acme\nGITHUB_REPO=shop\nGITHUB_API_URL=" + env["GITHUB_API_URL"] + "\nERRMON_METRICS_LISTEN=127.0.0.1:0\n")
	url, stop := w.relay()
	if status := post(t, url+"/trigger-scan", "", map[string]string{"Authorization": "Bearer " + relayToken}); status != http.StatusAccepted {
		t.Errorf("answered %d", status)
	}
	if code, log := stop(); code != exitDone || !strings.Contains(log, "metrics_address") {
		t.Errorf("exit code %d\n%s", code, log)
	}
	if n := len(w.github.Dispatches()); n != 1 {
		t.Errorf("%d dispatches", n)
	}
}

// dotEnv writes .env. Variables that a run exports from it are restored when the test ends.
func (w *world) dotEnv(content string) {
	w.t.Helper()
	w.file(".env", content)
	variables, err := godotenv.Unmarshal(content)
	if err != nil {
		w.t.Fatal(err)
	}
	for name := range variables {
		w.t.Setenv(name, os.Getenv(name))
	}
}
