package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/finding"
)

// Group is a section of the help and of .env.example.
type Group struct {
	Name     string
	Settings []Setting
	local    bool // the settings belong to no service, so commands that read local files use them too
}

// Setting is a flag and, under the same name, an input of the action unless it is Local. Most settings are
// also an environment variable, and a key of the file.
type Setting struct {
	Name    string
	Env     string // variables separated by spaces: the first that is set counts; A/B counts if both are set
	Default string
	Help    string // one line of plain text
	Secret  bool   // its value is never shown, and is refused in the file
	List    bool   // its items are separated by commas or line breaks
	Switch  bool   // true or false; as a flag it needs no value
	Local   bool   // left out of action.yml, which is kept to 40 inputs so that people can take it in

	notInFile string                  // why it must not be in the file, with the remedy; empty if it may
	read      func(text string) error // parses trimmed text into the Config; set() prefixes its error
}

const (
	useSecret = "a secret must not be in a file: store it as a repository secret and pass it as an input"
	words     = "error, exception, fatal, panic, failed, failure, timed out, timeout, crashed, critical, traceback"
)

// Groups lists every group and its settings, in the order of the documentation.
var Groups = groups(new(Config), time.Time{})

// Settings lists every setting except those in RelaySettings.
var Settings = func() (all []Setting) {
	for _, g := range Groups {
		all = append(all, g.Settings...)
	}
	return all
}()

func groups(c *Config, now time.Time) []Group {
	since := func(s string) (time.Time, error) { return ParseSince(s, now) }
	budget := number(func(n float64) bool { return n >= 0 && n <= 100_000 }, "must be a number between 0 and 100000")
	rate := number(func(n float64) bool { return n > 0 && n <= 25 }, "must be a number above 0 and at most 25")
	return []Group{
		{Name: "GitHub", Settings: []Setting{
			{Name: "github-token", Env: "GITHUB_TOKEN", Secret: true, notInFile: useSecret, read: into(&c.GitHubToken, secret),
				Help: "Token that reads and writes the issues; the workflow's own token needs the permission issues: write"},
			{Name: "repository", Env: "GITHUB_OWNER/GITHUB_REPO GITHUB_REPOSITORY", read: repository(&c.Owner, &c.Repo),
				Help: "Repository where issues are filed, as OWNER/REPO; by default the one that runs the workflow"},
			{Name: "code-repository", Env: "ERRMON_CODE_REPOSITORY GITHUB_REPOSITORY", read: into(&c.CodeRepository, ownerRepo),
				Help: "Repository with the code of the services, as OWNER/REPO; by default the one that runs the workflow"},
		}},
		{Name: "CloudWatch Logs", Settings: []Setting{
			{Name: "log-groups", Env: "AWS_LOG_GROUP_NAME", List: true, read: into(&c.LogGroups, list),
				Help: "CloudWatch log groups to read, separated by commas or line breaks: names, ARNs, or a prefix*"},
			{Name: "aws-region", Env: "AWS_REGION", read: into(&c.AWSRegion, text(64)),
				Help: "AWS region of the log groups; an ARN includes its own"},
			{Name: "filter-pattern", Env: "ERRMON_FILTER_PATTERN", read: into(&c.FilterPattern, text(1024)), // the limit of FilterLogEvents
				Help: "CloudWatch filter pattern for the events to read; by default one that matches the errors of common loggers"},
			{Name: "reader", Env: "ERRMON_READER", Default: "auto", read: into(&c.Reader, oneOf("auto", "all", "filter", "insights")),
				Help: "How log groups are read: auto, all (every event), filter (what the filter pattern matches) " +
					"or insights (Logs Insights, which costs money)"},
			{Name: "read-all-pages", Env: "ERRMON_READ_ALL_PAGES", Default: "3", read: into(&c.ReadAllPages, whole(0, 100)),
				Help: "Number of pages, of 1 MB or 10,000 events, to read of a log group before using the filter pattern; 0 always uses it"},
			{Name: "insights-budget", Env: "ERRMON_INSIGHTS_BUDGET", Default: "0", read: into(&c.InsightsBudget, budget),
				Help: "Gigabytes that Logs Insights may scan per run, at about $0.005 each; 0 never uses it"},
			{Name: "lookback", Env: "ERRMON_LOOKBACK", Default: "60m", read: into(&c.Lookback, duration("1m", "30d")),
				Help: "How far back the first run reads a log group"},
			{Name: "lateness", Env: "ERRMON_LATENESS", Default: "15m", read: into(&c.Lateness, duration("0", "6h")),
				Help: "How late an event may arrive and still be counted; at most 6h"},
			{Name: "aws-requests-per-second", Env: "ERRMON_AWS_REQUESTS_PER_SECOND", Default: "2", read: into(&c.AWSRequestsPerSecond, rate),
				Help: "Maximum requests per second to CloudWatch Logs in each region; the whole account shares the quota"},
			{Name: "since", Env: "ERRMON_SINCE", notInFile: "it is meant for one run: pass it as an input, or set lookback",
				read: into(&c.Since, since),
				Help: "Read an older period, in this run only: a duration back from now (6h, 2d) or an RFC 3339 time"},
		}},
		{Name: "Sentry", Settings: []Setting{
			{Name: "sentry-auth-token", Env: "SENTRY_AUTH_TOKEN", Secret: true, notInFile: useSecret, read: into(&c.SentryAuthToken, secret),
				Help: "Sentry auth token of an internal integration, with the scopes project:read and event:read"},
			{Name: "sentry-organization", Env: "SENTRY_ORGANIZATION", read: into(&c.SentryOrganization, slug),
				Help: "Slug of the Sentry organization"},
			{Name: "sentry-projects", Env: "SENTRY_PROJECT", List: true, read: into(&c.SentryProjects, each(slug)),
				Help: "Slugs of the Sentry projects to read, separated by commas or line breaks"},
			{Name: "sentry-url", Env: "SENTRY_URL", Default: "https://sentry.io", read: into(&c.SentryURL, address),
				Help: "Sentry's URL, for other regions and self-hosted servers"},
			{Name: "sentry-query", Env: "SENTRY_QUERY", Default: "is:unresolved", read: into(&c.SentryQuery, text(1024)),
				Help: "Sentry search that selects the issues to read"},
			{Name: "sentry-environments", Env: "SENTRY_ENVIRONMENTS", List: true, read: into(&c.SentryEnvironments, list),
				Help: "Sentry environments to read, separated by commas or line breaks; all by default"},
			{Name: "sentry-resolve", Env: "SENTRY_RESOLVE", Default: "false", Switch: true, read: into(&c.SentryResolve, yesOrNo),
				Help: "Resolve the Sentry issue when its GitHub issue is closed as completed; the token then also needs event:write"},
		}},
		{Name: "Slack", Settings: []Setting{
			{Name: "slack-webhook-url", Env: "SLACK_WEBHOOK_URL", Secret: true, notInFile: useSecret,
				read: into(&c.SlackWebhookURL, secretAddress),
				Help: "Slack incoming webhook that receives messages about new, regressed and escalated errors"},
			{Name: "slack-bot-token", Env: "SLACK_BOT_TOKEN", Secret: true, notInFile: useSecret, read: into(&c.SlackBotToken, secret),
				Help: "Slack bot token with the scope chat:write; together with slack-channel, an alternative to the webhook"},
			{Name: "slack-channel", Env: "SLACK_CHANNEL", read: into(&c.SlackChannel, text(80)), // Slack's limit on names
				Help: "Slack channel that the bot posts to, as an id or #name"},
			{Name: "slack-channels", Env: "ERRMON_SLACK_CHANNELS", List: true, read: into(&c.SlackChannels, each(text(80))),
				Help: "Ids of the Slack channels to check for errors, separated by commas or line breaks; all by default"},
			{Name: "slack-match", Env: "ERRMON_SLACK_MATCH", List: true, Default: words, read: into(&c.SlackMatch, each(text(80))),
				Help: "Words that mark a Slack message as an error, in upper or lower case, also at the end of a longer word"},
			{Name: "slack-ignore-apps", Env: "ERRMON_SLACK_IGNORE_APPS", Local: true, List: true, Default: "GitHub, Sentry",
				read: into(&c.SlackIgnoreApps, each(text(80))),
				Help: "Slack apps whose messages are never errors, by name or id; errmon always ignores its own messages"},
		}},
		{Name: "The relay", Settings: []Setting{
			{Name: "relay-url", Env: "ERRMON_RELAY_URL", Local: true, read: into(&c.RelayURL, address),
				Help: "URL of your relay, which doctor tests"},
		}},
		{Name: "Issues", local: true, Settings: []Setting{
			{Name: "assign", Env: "ERRMON_ASSIGN", Default: "none", read: into(&c.Assign, oneOf("none", "owners")),
				Help: "Who to assign to a new issue: none, or owners, the users that CODEOWNERS lists for the failing file"},
			{Name: "label", Env: "ERRMON_LABEL", Default: "errmon", read: into(&c.Label, label),
				Help: "Label of the issues; LABEL:dashboard marks the dashboard, and LABEL:ignore mutes an issue"},
			{Name: "min-events", Env: "ERRMON_MIN_EVENTS", Default: "1", read: into(&c.MinEvents, whole(1, 1_000_000)),
				Help: "Number of events an error needs before it gets an issue; until then it waits on the dashboard"},
			{Name: "max-new-issues", Env: "ERRMON_MAX_NEW_ISSUES", Default: "10", read: into(&c.MaxNewIssues, whole(0, 500)),
				Help: "Maximum number of new issues per run; other errors wait on the dashboard"},
			{Name: "max-new-issues-per-day", Env: "ERRMON_MAX_NEW_ISSUES_PER_DAY", Default: "30", read: into(&c.MaxNewPerDay, whole(1, 10_000)),
				Help: "Maximum number of new issues in 24 hours; if unset, a larger max-new-issues raises it"},
			{Name: "close-after", Env: "ERRMON_CLOSE_AFTER", Default: "0", read: into(&c.CloseAfter, quiet),
				Help: "Close an issue after this long without events; 0 never closes, auto closes once the silence is unlikely to be chance"},
			{Name: "reopen-window", Env: "ERRMON_REOPEN_WINDOW", Default: "90d", read: into(&c.ReopenWindow, duration("1h", "3650d")),
				Help: "How long after closing an issue is reopened if its error happens again; " +
					"after that, the error gets a new issue that links to the old one"},
			{Name: "write-interval", Env: "ERRMON_WRITE_INTERVAL", Default: "1s", read: into(&c.WriteInterval, duration("0", "1m")),
				Help: "Pause between writes to GitHub, which asks for at least 1s"},
			{Name: "min-level", Env: "ERRMON_MIN_LEVEL", Default: "error", read: into(&c.MinLevel, oneOf(event.LevelNames...)),
				Help: "Lowest level that counts as an error: trace, debug, info, warn, error or fatal"},
			{Name: "max-duration", Env: "ERRMON_MAX_DURATION", Default: "20m", read: into(&c.MaxDuration, duration("1s", "6h")), // a job's limit
				Help: "Time after which a run stops cleanly; the next run continues from there"},
			{Name: "trusted-logins", Env: "ERRMON_TRUSTED_LOGINS", List: true, read: into(&c.TrustedLogins, each(login)),
				Help: "Other logins whose issues this action treats as its own, such as the login of a previous token"},
			{Name: "publish-samples", Env: "ERRMON_PUBLISH_SAMPLES", Default: "false", Switch: true,
				read: into(&c.PublishSamples, yesOrNo), Help: "Also publish log events and their context, redacted, in a public repository"},
		}},
		{Name: "The run", local: true, Settings: []Setting{
			{Name: "command", Default: "scan", read: into(&c.Command, oneOf("scan", "doctor", "preview")),
				Help: "Command to run: scan, doctor or preview"},
			{Name: "config", Env: "ERRMON_CONFIG", Default: ".github/errmon.yml", notInFile: "the file cannot name another: pass it as an input",
				read: into(&c.File, text(1024)), Help: "Path of the settings file"},
			{Name: "dry-run", Env: "ERRMON_DRY_RUN", Default: "false", Switch: true, read: into(&c.DryRun, yesOrNo),
				Help: "Show what a run would do, and write nothing"},
		}},
	}
}

func names() (names []string) {
	for _, s := range Settings {
		names = append(names, s.Name)
	}
	return names
}

func unknown(thing, name string, names []string) error {
	return finding.Mend(fmt.Sprintf("unknown %s %q", thing, shorten(name)), fmt.Sprintf("did you mean %q?", nearestOf(name, names)))
}

// Nearest returns which of the names was probably meant; there must be at least one. ok is false if more than
// a third of the name, and more than 2 characters, would have to change.
func Nearest(name string, names []string) (nearest string, ok bool) {
	nearest = nearestOf(name, names)
	return nearest, levenshtein.ComputeDistance(plain(name), nearest) <= max(2, len(name)/3)
}

func nearestOf(name string, names []string) string {
	name = plain(name)
	abbreviated := func(n string) bool { return len(name) > 2 && strings.HasPrefix(n, name) }
	if i := slices.IndexFunc(names, abbreviated); i >= 0 {
		return names[i]
	}
	return slices.MinFunc(names, func(a, b string) int {
		return levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b)
	})
}

// plain returns a name in lower case, with "-" for "_", and without the operator of a rule's level (">=").
func plain(name string) string {
	return strings.TrimLeft(strings.ReplaceAll(strings.ToLower(shorten(name)), "_", "-"), "!<>= ")
}
