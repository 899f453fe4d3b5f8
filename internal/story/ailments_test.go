package story

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch/cloudwatchtest"
	"github.com/org/errmon-action/internal/fake"
	"github.com/org/errmon-action/internal/github/githubtest"
	"github.com/org/errmon-action/internal/relay"
	"github.com/org/errmon-action/internal/sentry/sentrytest"
	"github.com/org/errmon-action/internal/slack/slacktest"
)

// ailment is a way in which a set-up fails, and the row that doctor prints for it.
type ailment struct {
	name   string
	spoil  func(*world)
	mark   string // ✗ or !
	remedy string // a part of the row's remedy
}

func ailments() []ailment {
	github := func(change func(*githubtest.Settings)) func(*world) {
		return func(w *world) { w.github.Configure(change) }
	}
	answer := func(status int, message string) func(*world) {
		return github(func(s *githubtest.Settings) {
			s.Break = func(fake.Request) *fake.Fault {
				return &fake.Fault{Status: status, Body: fmt.Sprintf(`{"message":%q}`, message)}
			}
		})
	}
	aws := func(code, message string) func(*world) {
		return func(w *world) {
			w.aws.Break = func(fake.Request) *fake.Fault { return cloudwatchtest.Refusal(code, message) }
		}
	}
	set := func(name, value string) func(*world) { return func(w *world) { w.env[name] = value } }
	slack := func(change func(*slacktest.Settings)) func(*world) {
		return func(w *world) { w.slack.Configure(change) }
	}
	sentry := func(change func(*sentrytest.Settings)) func(*world) {
		return func(w *world) { w.sentry.Configure(change) }
	}
	webhook := func(reason string) func(*world) {
		return slack(func(s *slacktest.Settings) { s.Webhook = reason })
	}
	bot := func(channel string, change func(*slacktest.Settings)) func(*world) {
		return func(w *world) { w.asBot(channel); w.slack.Configure(change) }
	}
	write := func(old, with string) func(*world) {
		return func(w *world) { w.workflow(strings.Replace(goodWorkflow, old, with, 1)) }
	}
	return []ailment{
		{"bad credentials", github(func(s *githubtest.Settings) { s.Token = "another" }), "✗", "leave github-token out"},
		{"no token", set("GITHUB_TOKEN", ""), "✗", "pass github-token"},
		{"no repository", set("GITHUB_REPOSITORY", ""), "✗", "set repository to OWNER/REPO"},
		{"unknown repository", set("GITHUB_REPOSITORY", "acme/shoop"), "✗", "check repository and GITHUB_API_URL"},
		{"renamed repository", github(func(s *githubtest.Settings) { s.Renamed = true }), "✗", "set repository to its new name"},
		{"archived repository", github(func(s *githubtest.Settings) { s.Archived = true }), "✗", "unarchive it"},
		{"issues disabled", github(func(s *githubtest.Settings) { s.IssuesDisabled = true }), "✗", "Settings → General → Features → Issues"},
		{"not accessible by integration", github(func(s *githubtest.Settings) { s.NoIssuesWrite = true }), "✗", "permissions: issues: write"},
		{"not accessible by personal access token", github(func(s *githubtest.Settings) { s.NoIssuesWrite, s.Login = true, "octocat" }), "✗", "if its organization has single sign-on, authorize it"},
		{"single sign-on", answer(403, "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization."), "✗", "authorize the token for the organization's single sign-on"},
		{"no push access, labels would be dropped", github(func(s *githubtest.Settings) { s.NoPush = true }), "✗", "issues: write"},
		{"code not readable", github(func(s *githubtest.Settings) { s.NoContents = true }), "!", "permissions: contents: read"},
		{"GitHub unreachable", set("GITHUB_API_URL", "http://127.0.0.1:1"), "✗", "check GITHUB_API_URL and the network"},
		{"rate limit nearly used up", github(func(s *githubtest.Settings) { s.HourlyLimit = 40 }), "✗", "wait until then"},
		{"rate limit used up", github(func(s *githubtest.Settings) { s.HourlyLimit = 0 }), "✗", "run less often"},
		{"clock far off", github(func(s *githubtest.Settings) { s.Skew = 10 * time.Minute }), "✗", "NTP"},
		{"clock a little off", github(func(s *githubtest.Settings) { s.Skew = -2 * time.Minute }), "!", "NTP"},

		{"errmon.yml with an unknown key", func(w *world) { w.file(".github/errmon.yml", "lookbak: 2h\n") }, "✗", `did you mean`},
		{"mistake in an input", set("ERRMON_LOOKBACK", "soon"), "✗", "write it as 90s, 15m, 6h or 2d"},
		{"nothing to watch", func(w *world) {
			for _, name := range []string{"AWS_LOG_GROUP_NAME", "SENTRY_AUTH_TOKEN", "SENTRY_ORGANIZATION", "SENTRY_PROJECT"} {
				delete(w.env, name)
			}
		}, "✗", "set log-groups"},

		{"workflow without issues: write", write("  issues: write\n", ""), "✗", "add `issues: write`"},
		{"workflow without contents: read", write("  contents: read\n", ""), "!", "add `contents: read`"},
		{"workflow without id-token: write", write("  id-token: write\n", ""), "✗", "add `id-token: write`"},
		{"workflow without permissions", write("permissions:\n  issues: write\n  contents: read\n  id-token: write\n", ""), "!", "add `permissions:`"},
		{"workflow disabled for inactivity", github(func(s *githubtest.Settings) { s.Workflows["errmon.yml"] = "disabled_inactivity" }), "✗", "gh workflow enable errmon.yml"},
		{"workflow about to be disabled", func(w *world) {
			w.github.Configure(func(s *githubtest.Settings) { s.Private, s.PushedAt = false, w.now.Add(-50*24*time.Hour) })
		}, "!", "push a commit"},
		{"cron at the start of the hour", write("7,22,37,52", "0"), "!", "7,22,37,52"},
		{"cron with a field missing", write("7,22,37,52 * * * *", "7 * * *"), "✗", "write five"},

		{"no AWS credentials", func(w *world) { w.t.Setenv("AWS_ACCESS_KEY_ID", ""); w.t.Setenv("AWS_SECRET_ACCESS_KEY", "") }, "✗", "run aws-actions/configure-aws-credentials"},
		{"AWS credentials refused", func(w *world) { w.aws.IdentityCode = "InvalidClientTokenId" }, "✗", "check AWS_ACCESS_KEY_ID"},
		{"AWS credentials expired", func(w *world) { w.aws.IdentityCode = "ExpiredToken" }, "✗", "role-duration-seconds"},
		{"AccessDeniedException", func(w *world) { w.aws.Allow = []string{} }, "✗", "the permission logs:FilterLogEvents on arn:aws:logs:eu-central-1:*:log-group:/ecs/shop:*"},
		{"lines around an error not allowed", func(w *world) { w.aws.Allow = []string{"logs:FilterLogEvents"} }, "!", "add logs:GetLogEvents"},
		{"wrong log group", set("AWS_LOG_GROUP_NAME", "/ecs/shoop"), "✗", "check log-groups and aws-region"},
		{"wrong region", set("AWS_REGION", "us-east-1"), "✗", "check log-groups and aws-region"},
		{"no region", set("AWS_REGION", ""), "✗", "aws-region"},
		{"prefix without a group", set("AWS_LOG_GROUP_NAME", "/nothing/*"), "✗", "check log-groups"},
		{"no logs in the window", func(w *world) { w.advance(2*time.Hour + 10*time.Minute) }, "!", "run once with `since: 3h`"},
		{"no logs at all", func(w *world) { w.put("/ecs/idle"); w.env["AWS_LOG_GROUP_NAME"] = "/ecs/idle" }, "!", "the group the service writes to"},
		{"nothing found by the pattern", set("ERRMON_FILTER_PATTERN", "OutOfMemory"), "!", "set filter-pattern"},
		{"malformed pattern", set("ERRMON_FILTER_PATTERN", "{ $.level = "), "✗", "check filter-pattern"},
		{"Infrequent Access without a budget", vault("", nil), "✗", "set insights-budget"},
		{"no permission to query", vault("1", []string{"logs:FilterLogEvents", "logs:GetLogEvents"}), "✗", "logs:StartQuery on arn:aws:logs:eu-central-1:"},
		{"no permission to read a query's results", vault("1", []string{"logs:FilterLogEvents", "logs:StartQuery"}), "✗", "logs:GetQueryResults on *"},
		{"no permission to stop a query", vault("1", []string{"logs:FilterLogEvents", "logs:StartQuery", "logs:GetQueryResults"}), "!", "logs:StopQuery on *"},
		{"CloudWatch throttles", aws("ThrottlingException", "Rate exceeded"), "✗", "lower aws-requests-per-second"},

		{"Sentry token wrong", set("SENTRY_AUTH_TOKEN", "wrong"), "✗", "for a server other than sentry-url"},
		{"Sentry organization token", set("SENTRY_AUTH_TOKEN", "sntrys_abc"), "✗", "create an internal integration"},
		{"Sentry scope event:read missing", sentry(func(s *sentrytest.Settings) { s.Tokens[sentryToken] = []string{"project:read"} }), "✗", "event:read"},
		{"Sentry scope project:read missing", sentry(func(s *sentrytest.Settings) { s.Tokens[sentryToken] = []string{"event:read"} }), "!", "project:read"},
		{"Sentry organization unknown", set("SENTRY_ORGANIZATION", "acmee"), "✗", "check sentry-organization"},
		{"Sentry project unknown", set("SENTRY_PROJECT", "shop,webb"), "✗", "check sentry-projects"},
		{"Sentry unreachable", set("SENTRY_URL", "http://127.0.0.1:1"), "✗", "check sentry-url and the network"},
		{"Sentry is down", sentry(func(s *sentrytest.Settings) {
			s.Break = func(fake.Request) *fake.Fault { return &fake.Fault{Status: 503, Body: `{"detail":"Internal Error"}`} }
		}), "✗", "status.sentry.io"},

		{"Slack URL revoked", webhook("no_service"), "✗", "add a new incoming webhook"},
		{"Slack webhook starts a workflow", func(w *world) {
			w.env["SLACK_WEBHOOK_URL"] = strings.Replace(w.env["SLACK_WEBHOOK_URL"], "/services/", "/triggers/", 1)
		}, "✗", "add an incoming webhook"},
		{"Slack channel of the webhook gone", webhook("channel_not_found"), "✗", "if the channel was deleted, create a new webhook"},
		{"Slack channel of the webhook archived", webhook("channel_is_archived"), "✗", "unarchive it"},
		{"Slack workspace gone", webhook("no_team"), "✗", "install the app again"},
		{"Slack does not let the app post", webhook("action_prohibited"), "✗", "ask its administrators"},
		{"Slack app uninstalled", bot("C0001", func(s *slacktest.Settings) { s.Auth = "account_inactive" }), "✗", "install the app again"},
		{"Slack token wrong", bot("C0001", func(s *slacktest.Settings) { s.Token = "another" }), "✗", "Bot User OAuth Token"},
		{"Slack scope missing", bot("C0001", func(s *slacktest.Settings) { s.Scopes = []string{"channels:read"} }), "✗", "add chat:write"},
		{"Slack scope to look channels up missing", bot("C0001", func(s *slacktest.Settings) { s.Scopes = []string{"chat:write"} }), "!", "channels:read"},
		{"Slack channel unknown by id", bot("C0002", func(*slacktest.Settings) {}), "✗", "check slack-channel"},
		{"Slack channel unknown by name", bot("#gone", func(*slacktest.Settings) {}), "✗", "check slack-channel"},
		{"Slack channel archived", bot("#alerts", func(s *slacktest.Settings) { s.Archive = true }), "✗", "unarchive it"},
		{"relay unreachable", set("ERRMON_RELAY_URL", "http://127.0.0.1:1"), "✗", "that the relay runs"},
		{"relay without GitHub", func(w *world) { w.restartRelay(errors.New("401"), nil) }, "✗", "Contents: Read and write"},
		{"relay takes unsigned requests", func(w *world) { w.restartRelay(nil, func(c *relay.Config) { c.Insecure = true }) }, "✗", "without --insecure"},
		{"relay's route for Slack not configured", func(w *world) {
			w.restartRelay(nil, func(c *relay.Config) { c.Token, c.SlackSecret = "", "" })
		}, "!", "set SLACK_SIGNING_SECRET"},
		{"relay's route for scans not configured", func(w *world) { w.restartRelay(nil, func(c *relay.Config) { c.Token = "" }) }, "!", "set ERRMON_RELAY_TOKEN"},
		{"Sentry's webhook not received: another secret", set("SENTRY_CLIENT_SECRET", "old"), "✗", "webhooks are not received"},
		{"Slack's webhook not received: another secret", set("SLACK_SIGNING_SECRET", "old"), "✗", "webhooks are not received"},

		{"Slack bot not in the channel", bot("#alerts", func(s *slacktest.Settings) { s.Outside = true }), "!", "/invite"},
	}
}

// vault puts the log group into the class that only Logs Insights can read.
func vault(budget string, allow []string) func(*world) {
	return func(w *world) {
		w.env["ERRMON_INSIGHTS_BUDGET"], w.env["AWS_LOG_GROUP_NAME"], w.aws.Allow = budget, "/ecs/vault", allow
		w.aws.Infrequent = []string{"/ecs/vault"}
		w.put("/ecs/vault", cloudwatchtest.Event{Stream: "s", Time: w.now.Add(-time.Minute), Message: strings.Repeat("ERROR gold lost ", 4000)})
	}
}
