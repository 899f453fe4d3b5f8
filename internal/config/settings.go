package config

import "time"

// Group is the section of the help and of .env.example that lists a setting.
type Group string

// The groups, in the order in which they are documented.
const (
	GitHub     Group = "GitHub"
	CloudWatch Group = "CloudWatch Logs"
	Sentry     Group = "Sentry"
	Slack      Group = "Slack"
	Relay      Group = "The relay"
	Issues     Group = "Issues"
	Run        Group = "The run"
)

// Groups lists them all.
var Groups = []Group{GitHub, CloudWatch, Sentry, Slack, Relay, Issues, Run}

// service reports whether a group is about a service. Commands that read local
// files ignore such settings.
func (g Group) service() bool { return g != Issues && g != Run }

// Setting is one input of the action, unless it is Local, and also a flag of the same
// name, an environment variable, and a key of the file.
type Setting struct {
	Name  string
	Group Group
	// Env lists environment variables; the first that is set counts. Two names with a
	// slash between them count only together, as "OWNER/REPO".
	Env     []string
	Default string
	Help    string // one line of plain text
	Secret  bool   // its value is never shown, and is refused in the file
	List    bool   // its items are separated by commas or line breaks
	Switch  bool   // true or false; as a flag it may stand alone
	Local   bool   // left out of action.yml, which people can only take in if it is short: 40 inputs

	notInFile string // why it must not be in the file, with the remedy; empty if it may
	read      reader
}

const (
	useSecret = "a secret must not be in a file: store it as a repository secret and pass it as an input"
	day       = 24 * time.Hour
)

// Settings lists every setting, in the order in which they are documented.
var Settings = []Setting{
	{Name: "github-token", Group: GitHub, Env: []string{"GITHUB_TOKEN"}, Secret: true, notInFile: useSecret,
		Help: "Token that reads and writes the issues; the workflow's own token needs the permission issues: write",
		read: into(func(c *Config) *string { return &c.GitHubToken }, secret)},
	{Name: "repository", Group: GitHub, Env: []string{"GITHUB_OWNER/GITHUB_REPO", "GITHUB_REPOSITORY"},
		Help: "Repository where issues are filed, as OWNER/REPO; by default the one that runs the workflow",
		read: repository},
	{Name: "code-repository", Group: GitHub, Env: []string{"ERRMON_CODE_REPOSITORY", "GITHUB_REPOSITORY"},
		Help: "Repository that holds the code of the services, as OWNER/REPO; by default the one that runs the workflow",
		read: into(func(c *Config) *string { return &c.CodeRepository }, ownerRepo)},

	{Name: "log-groups", Group: CloudWatch, Env: []string{"AWS_LOG_GROUP_NAME"}, List: true,
		Help: "CloudWatch log groups to read, separated by commas or line breaks: names, ARNs, or a prefix*",
		read: into(func(c *Config) *[]string { return &c.LogGroups }, list)},
	{Name: "aws-region", Group: CloudWatch, Env: []string{"AWS_REGION"},
		Help: "AWS region of the log groups; an ARN includes its own",
		read: into(func(c *Config) *string { return &c.AWSRegion }, text(64))},
	{Name: "filter-pattern", Group: CloudWatch, Env: []string{"ERRMON_FILTER_PATTERN"},
		Help: "CloudWatch filter pattern for the events to read; by default one that matches the errors of common loggers",
		read: into(func(c *Config) *string { return &c.FilterPattern }, text(1024))}, // the limit of FilterLogEvents
	{Name: "reader", Group: CloudWatch, Env: []string{"ERRMON_READER"}, Default: "auto",
		Help: "How log groups are read: auto, all (every event), filter (what the filter pattern matches) or insights (Logs Insights, which costs money)",
		read: into(func(c *Config) *string { return &c.Reader }, oneOf("auto", "all", "filter", "insights"))},
	{Name: "read-all-pages", Group: CloudWatch, Env: []string{"ERRMON_READ_ALL_PAGES"}, Default: "3",
		Help: "Up to how many pages, of 1 MB or 10,000 events, a log group is read without the filter pattern; 0 for never",
		read: into(func(c *Config) *int { return &c.ReadAllPages }, whole(0, 100))},
	{Name: "insights-budget", Group: CloudWatch, Env: []string{"ERRMON_INSIGHTS_BUDGET"}, Default: "0",
		Help: "Gigabytes that Logs Insights may scan per run, at about $0.005 each; 0 never uses it",
		read: into(func(c *Config) *float64 { return &c.InsightsBudget }, number(0, 100_000))},
	{Name: "lookback", Group: CloudWatch, Env: []string{"ERRMON_LOOKBACK"}, Default: "60m",
		Help: "How far back the first run reads a log group",
		read: into(func(c *Config) *time.Duration { return &c.Lookback }, duration(time.Minute, 30*day))},
	{Name: "lateness", Group: CloudWatch, Env: []string{"ERRMON_LATENESS"}, Default: "15m",
		Help: "How late an event may be delivered and still count; at most 6h",
		read: into(func(c *Config) *time.Duration { return &c.Lateness }, duration(0, 6*time.Hour))},
	{Name: "aws-requests-per-second", Group: CloudWatch, Env: []string{"ERRMON_AWS_REQUESTS_PER_SECOND"}, Default: "2",
		Help: "Maximum requests per second to CloudWatch Logs in each region; the whole account shares the quota",
		read: into(func(c *Config) *float64 { return &c.AWSRequestsPerSecond }, rate(25))},
	{Name: "since", Group: CloudWatch, Env: []string{"ERRMON_SINCE"}, notInFile: "it is meant for one run: pass it as an input, or set lookback",
		Help: "Read an older period, in this run only: a duration back from now (6h, 2d) or an RFC 3339 time",
		read: since},

	{Name: "sentry-auth-token", Group: Sentry, Env: []string{"SENTRY_AUTH_TOKEN"}, Secret: true, notInFile: useSecret,
		Help: "Sentry auth token of an internal integration, with the scopes project:read and event:read",
		read: into(func(c *Config) *string { return &c.SentryAuthToken }, secret)},
	{Name: "sentry-organization", Group: Sentry, Env: []string{"SENTRY_ORGANIZATION"},
		Help: "Slug of the Sentry organization",
		read: into(func(c *Config) *string { return &c.SentryOrganization }, slug)},
	{Name: "sentry-projects", Group: Sentry, Env: []string{"SENTRY_PROJECT"}, List: true,
		Help: "Slugs of the Sentry projects to read, separated by commas or line breaks",
		read: into(func(c *Config) *[]string { return &c.SentryProjects }, each(slug))},
	{Name: "sentry-url", Group: Sentry, Env: []string{"SENTRY_URL"}, Default: "https://sentry.io",
		Help: "Address of Sentry, for other regions and self-hosted servers",
		read: into(func(c *Config) *string { return &c.SentryURL }, address)},
	{Name: "sentry-query", Group: Sentry, Env: []string{"SENTRY_QUERY"}, Default: "is:unresolved",
		Help: "Sentry search that selects the issues to read",
		read: into(func(c *Config) *string { return &c.SentryQuery }, text(1024))},
	{Name: "sentry-environments", Group: Sentry, Env: []string{"SENTRY_ENVIRONMENTS"}, List: true,
		Help: "Sentry environments to read, separated by commas or line breaks; all by default",
		read: into(func(c *Config) *[]string { return &c.SentryEnvironments }, list)},

	{Name: "sentry-resolve", Group: Sentry, Env: []string{"SENTRY_RESOLVE"}, Default: "false", Switch: true,
		Help: "Resolve the Sentry issue when its GitHub issue is closed as completed; the token then also needs event:write",
		read: into(func(c *Config) *bool { return &c.SentryResolve }, yesOrNo)},

	{Name: "slack-webhook-url", Group: Slack, Env: []string{"SLACK_WEBHOOK_URL"}, Secret: true, notInFile: useSecret,
		Help: "Slack incoming webhook that receives messages about new, regressed and escalated errors",
		read: into(func(c *Config) *string { return &c.SlackWebhookURL }, secretAddress)},
	{Name: "slack-bot-token", Group: Slack, Env: []string{"SLACK_BOT_TOKEN"}, Secret: true, notInFile: useSecret,
		Help: "Slack bot token with the scope chat:write; together with slack-channel, an alternative to the webhook",
		read: into(func(c *Config) *string { return &c.SlackBotToken }, secret)},
	{Name: "slack-channel", Group: Slack, Env: []string{"SLACK_CHANNEL"},
		Help: "Slack channel that the bot posts to, as an id or #name",
		read: into(func(c *Config) *string { return &c.SlackChannel }, text(80))}, // Slack's limit on names

	{Name: "slack-channels", Group: Slack, Env: []string{"ERRMON_SLACK_CHANNELS"}, List: true,
		Help: "Slack channels whose messages may be errors, as ids, separated by commas or line breaks; all by default",
		read: into(func(c *Config) *[]string { return &c.SlackChannels }, each(text(80)))},
	{Name: "slack-match", Group: Slack, Env: []string{"ERRMON_SLACK_MATCH"}, List: true,
		Default: "error, exception, fatal, panic, failed, failure, timed out, timeout, crashed, critical, traceback",
		Help:    "Words that make a Slack message an error, in upper or lower case, also at the end of a longer word",
		read:    into(func(c *Config) *[]string { return &c.SlackMatch }, each(text(80)))},
	{Name: "slack-ignore-apps", Group: Slack, Env: []string{"ERRMON_SLACK_IGNORE_APPS"}, Local: true, List: true, Default: "GitHub, Sentry",
		Help: "Slack apps whose messages are never errors, by name or id; errmon always ignores its own messages",
		read: into(func(c *Config) *[]string { return &c.SlackIgnoreApps }, each(text(80)))},
	{Name: "relay-url", Group: Relay, Env: []string{"ERRMON_RELAY_URL"}, Local: true,
		Help: "Address of your relay, which doctor tests",
		read: into(func(c *Config) *string { return &c.RelayURL }, address)},

	{Name: "assign", Group: Issues, Env: []string{"ERRMON_ASSIGN"}, Default: "none",
		Help: "Who is assigned to a new issue: none, or owners, which are the users that CODEOWNERS names for the failing file",
		read: into(func(c *Config) *string { return &c.Assign }, oneOf("none", "owners"))},
	{Name: "label", Group: Issues, Env: []string{"ERRMON_LABEL"}, Default: "errmon",
		Help: "Label of the issues; LABEL:dashboard marks the dashboard, and LABEL:ignore mutes an issue",
		read: into(func(c *Config) *string { return &c.Label }, label)},
	{Name: "min-events", Group: Issues, Env: []string{"ERRMON_MIN_EVENTS"}, Default: "1",
		Help: "Number of events an error needs before it gets an issue; until then it waits on the dashboard",
		read: into(func(c *Config) *int { return &c.MinEvents }, whole(1, 1_000_000))},
	{Name: "max-new-issues", Group: Issues, Env: []string{"ERRMON_MAX_NEW_ISSUES"}, Default: "10",
		Help: "Maximum number of new issues per run; further errors wait on the dashboard",
		read: into(func(c *Config) *int { return &c.MaxNewIssues }, whole(0, 500))},
	{Name: "max-new-issues-per-day", Group: Issues, Env: []string{"ERRMON_MAX_NEW_ISSUES_PER_DAY"}, Default: "30",
		Help: "Maximum number of new issues in 24 hours; if it is not set, a larger max-new-issues raises it",
		read: into(func(c *Config) *int { return &c.MaxNewPerDay }, whole(1, 10_000))},
	{Name: "close-after", Group: Issues, Env: []string{"ERRMON_CLOSE_AFTER"}, Default: "0",
		Help: "Close an issue after this long without events; 0 never closes, auto closes when the silence is too long to be chance",
		read: into(func(c *Config) *time.Duration { return &c.CloseAfter }, autoOr(duration(0, 365*day)))},
	{Name: "reopen-window", Group: Issues, Env: []string{"ERRMON_REOPEN_WINDOW"}, Default: "90d",
		Help: "How long after it was closed an issue is reopened if its error happens again; later the error gets a new issue that links the old one",
		read: into(func(c *Config) *time.Duration { return &c.ReopenWindow }, duration(time.Hour, 3650*day))},
	{Name: "write-interval", Group: Issues, Env: []string{"ERRMON_WRITE_INTERVAL"}, Default: "1s",
		Help: "Pause between two writes to GitHub, which asks for at least 1s",
		read: into(func(c *Config) *time.Duration { return &c.WriteInterval }, duration(0, time.Minute))},
	{Name: "min-level", Group: Issues, Env: []string{"ERRMON_MIN_LEVEL"}, Default: "error",
		Help: "Lowest level that counts as an error: trace, debug, info, warn, error or fatal",
		read: into(func(c *Config) *string { return &c.MinLevel }, oneOf("trace", "debug", "info", "warn", "error", "fatal"))},
	{Name: "max-duration", Group: Issues, Env: []string{"ERRMON_MAX_DURATION"}, Default: "20m",
		Help: "Time after which a run stops cleanly; the next run continues from there",
		read: into(func(c *Config) *time.Duration { return &c.MaxDuration }, duration(time.Second, 6*time.Hour))}, // a job's limit
	{Name: "trusted-logins", Group: Issues, Env: []string{"ERRMON_TRUSTED_LOGINS"}, List: true,
		Help: "Other logins whose issues count as written by this action, such as that of a token used before",
		read: into(func(c *Config) *[]string { return &c.TrustedLogins }, each(login))},
	{Name: "publish-samples", Group: Issues, Env: []string{"ERRMON_PUBLISH_SAMPLES"}, Default: "false", Switch: true,
		Help: "Publish log events and their context in a public repository too, redacted",
		read: into(func(c *Config) *bool { return &c.PublishSamples }, yesOrNo)},

	{Name: "command", Group: Run, Default: "scan",
		Help: "Command to run: scan, doctor or preview",
		read: into(func(c *Config) *string { return &c.Command }, oneOf("scan", "doctor", "preview"))},
	{Name: "config", Group: Run, Env: []string{"ERRMON_CONFIG"}, Default: ".github/errmon.yml", notInFile: "the file cannot name another: pass it as an input",
		Help: "Path of the settings file",
		read: into(func(c *Config) *string { return &c.File }, text(1024))},
	{Name: "dry-run", Group: Run, Env: []string{"ERRMON_DRY_RUN"}, Default: "false", Switch: true,
		Help: "Show what a run would do, and write nothing",
		read: into(func(c *Config) *bool { return &c.DryRun }, yesOrNo)},
}
