package config

import "time"

// Setting is one input of the action, which is a flag of the same name, an
// environment variable, and a key of the file.
type Setting struct {
	Name string
	// Env lists environment variables, of which the first that is set counts. Two
	// with a slash between count only together, as "OWNER/REPO".
	Env     []string
	Default string
	Help    string // one line of plain text
	Secret  bool   // its value is never shown, and is refused in the file
	List    bool   // its items are parted by commas or line breaks
	Switch  bool   // true or false; as a flag it may stand alone

	notInFile string // why the file must not hold it, with the remedy; empty if it may
	read      reader
}

const (
	useSecret = "a secret must not stand in a file: store it as a repository secret and pass it as an input"
	day       = 24 * time.Hour
)

// Settings lists every setting, in the order in which they are documented.
var Settings = []Setting{
	{Name: "github-token", Env: []string{"GITHUB_TOKEN"}, Secret: true, notInFile: useSecret,
		Help: "Token that reads and writes the issues; the workflow's own needs the permission issues: write",
		read: into(func(c *Config) *string { return &c.GitHubToken }, secret)},
	{Name: "repository", Env: []string{"GITHUB_OWNER/GITHUB_REPO", "GITHUB_REPOSITORY"},
		Help: "Repository that gets the issues, as OWNER/REPO; the one that runs the workflow unless set",
		read: repository},

	{Name: "log-groups", Env: []string{"AWS_LOG_GROUP_NAME"}, List: true,
		Help: "CloudWatch log groups to watch, one a line or with commas between: names, ARNs, or a prefix*",
		read: into(func(c *Config) *[]string { return &c.LogGroups }, list)},
	{Name: "aws-region", Env: []string{"AWS_REGION"},
		Help: "AWS region of the log groups; an ARN carries its own",
		read: into(func(c *Config) *string { return &c.AWSRegion }, text(64))},
	{Name: "filter-pattern", Env: []string{"ERRMON_FILTER_PATTERN"},
		Help: "CloudWatch filter pattern that selects the events to read; unless set, one that finds the errors of the common loggers",
		read: into(func(c *Config) *string { return &c.FilterPattern }, text(1024))}, // the limit of FilterLogEvents
	{Name: "lookback", Env: []string{"ERRMON_LOOKBACK"}, Default: "60m",
		Help: "How far back to read where no earlier run has read",
		read: into(func(c *Config) *time.Duration { return &c.Lookback }, duration(time.Minute, 30*day))},
	{Name: "lateness", Env: []string{"ERRMON_LATENESS"}, Default: "15m",
		Help: "How late an event may be delivered and still be counted, at most 6h",
		read: into(func(c *Config) *time.Duration { return &c.Lateness }, duration(0, 6*time.Hour))},
	{Name: "aws-requests-per-second", Env: []string{"ERRMON_AWS_REQUESTS_PER_SECOND"}, Default: "2",
		Help: "Requests a second to CloudWatch Logs in one region, whose quota the whole account shares",
		read: into(func(c *Config) *float64 { return &c.AWSRequestsPerSecond }, rate(25))},
	{Name: "since", Env: []string{"ERRMON_SINCE"}, notInFile: "it is meant for one run: pass it as an input, or set lookback",
		Help: "Reads an older stretch, in this run only: a duration back from now, or an RFC 3339 time",
		read: since},

	{Name: "sentry-auth-token", Env: []string{"SENTRY_AUTH_TOKEN"}, Secret: true, notInFile: useSecret,
		Help: "Sentry auth token with the scopes project:read and event:read",
		read: into(func(c *Config) *string { return &c.SentryAuthToken }, secret)},
	{Name: "sentry-organization", Env: []string{"SENTRY_ORGANIZATION"},
		Help: "Slug of the Sentry organization",
		read: into(func(c *Config) *string { return &c.SentryOrganization }, slug)},
	{Name: "sentry-projects", Env: []string{"SENTRY_PROJECT"}, List: true,
		Help: "Slugs of the Sentry projects to watch, one a line or with commas between",
		read: into(func(c *Config) *[]string { return &c.SentryProjects }, each(slug))},
	{Name: "sentry-url", Env: []string{"SENTRY_URL"}, Default: "https://sentry.io",
		Help: "Address of Sentry, for other regions and servers of your own",
		read: into(func(c *Config) *string { return &c.SentryURL }, address)},
	{Name: "sentry-query", Env: []string{"SENTRY_QUERY"}, Default: "is:unresolved",
		Help: "Sentry search that selects the issues to read",
		read: into(func(c *Config) *string { return &c.SentryQuery }, text(1024))},
	{Name: "sentry-environments", Env: []string{"SENTRY_ENVIRONMENTS"}, List: true,
		Help: "Sentry environments to read, one a line or with commas between; all unless set",
		read: into(func(c *Config) *[]string { return &c.SentryEnvironments }, list)},

	{Name: "sentry-resolve", Env: []string{"SENTRY_RESOLVE"}, Default: "false", Switch: true,
		Help: "Resolves an error's Sentry issue when its issue is closed as completed; the token then needs event:write too",
		read: into(func(c *Config) *bool { return &c.SentryResolve }, yesOrNo)},

	{Name: "slack-webhook-url", Env: []string{"SLACK_WEBHOOK_URL"}, Secret: true, notInFile: useSecret,
		Help: "Slack incoming webhook that is told of new, regressed and escalated errors",
		read: into(func(c *Config) *string { return &c.SlackWebhookURL }, secretAddress)},
	{Name: "slack-bot-token", Env: []string{"SLACK_BOT_TOKEN"}, Secret: true, notInFile: useSecret,
		Help: "Slack bot token with the scope chat:write, used with slack-channel instead of a webhook",
		read: into(func(c *Config) *string { return &c.SlackBotToken }, secret)},
	{Name: "slack-channel", Env: []string{"SLACK_CHANNEL"},
		Help: "Slack channel that the bot writes to, by its id or #name",
		read: into(func(c *Config) *string { return &c.SlackChannel }, text(80))}, // Slack's limit on names

	{Name: "slack-channels", Env: []string{"ERRMON_SLACK_CHANNELS"}, List: true,
		Help: "Slack channels whose messages may be errors, by id, one a line or with commas between; all unless set",
		read: into(func(c *Config) *[]string { return &c.SlackChannels }, each(text(80)))},
	{Name: "slack-match", Env: []string{"ERRMON_SLACK_MATCH"}, List: true,
		Default: "error, exception, fatal, panic, failed, failure, timed out, timeout, crashed, critical, traceback",
		Help:    "Words that make a Slack message an error, in any case, also at the end of a longer word",
		read:    into(func(c *Config) *[]string { return &c.SlackMatch }, each(text(80)))},
	{Name: "slack-ignore-apps", Env: []string{"ERRMON_SLACK_IGNORE_APPS"}, List: true, Default: "GitHub, Sentry",
		Help: "Slack apps whose messages are never errors, by name or id; errmon's own never are",
		read: into(func(c *Config) *[]string { return &c.SlackIgnoreApps }, each(text(80)))},
	{Name: "relay-url", Env: []string{"ERRMON_RELAY_URL"},
		Help: "Address of your relay, which doctor tests",
		read: into(func(c *Config) *string { return &c.RelayURL }, address)},

	{Name: "label", Env: []string{"ERRMON_LABEL"}, Default: "errmon",
		Help: "Label of the issues; it also names the dashboard's (LABEL:dashboard) and the one that mutes (LABEL:ignore)",
		read: into(func(c *Config) *string { return &c.Label }, label)},
	{Name: "min-events", Env: []string{"ERRMON_MIN_EVENTS"}, Default: "1",
		Help: "Events until an error gets an issue; until then it waits on the dashboard",
		read: into(func(c *Config) *int { return &c.MinEvents }, whole(1, 1_000_000))},
	{Name: "max-new-issues", Env: []string{"ERRMON_MAX_NEW_ISSUES"}, Default: "10",
		Help: "New issues in one run at most; the other errors wait on the dashboard",
		read: into(func(c *Config) *int { return &c.MaxNewIssues }, whole(0, 500))},
	{Name: "close-after", Env: []string{"ERRMON_CLOSE_AFTER"}, Default: "0",
		Help: "Quiet time after which an issue is closed; 0 for never",
		read: into(func(c *Config) *time.Duration { return &c.CloseAfter }, duration(0, 365*day))},
	{Name: "write-interval", Env: []string{"ERRMON_WRITE_INTERVAL"}, Default: "1s",
		Help: "Pause between two writes to GitHub, which asks for at least one second",
		read: into(func(c *Config) *time.Duration { return &c.WriteInterval }, duration(0, time.Minute))},
	{Name: "min-level", Env: []string{"ERRMON_MIN_LEVEL"}, Default: "error",
		Help: "Least severe level that counts as an error: trace, debug, info, warn, error or fatal",
		read: into(func(c *Config) *string { return &c.MinLevel }, oneOf("trace", "debug", "info", "warn", "error", "fatal"))},
	{Name: "max-duration", Env: []string{"ERRMON_MAX_DURATION"}, Default: "20m",
		Help: "Time after which a run stops in good order; the next one goes on",
		read: into(func(c *Config) *time.Duration { return &c.MaxDuration }, duration(time.Second, 6*time.Hour))}, // a job's limit
	{Name: "trusted-logins", Env: []string{"ERRMON_TRUSTED_LOGINS"}, List: true,
		Help: "Further logins whose issues count as written by this action, such as that of a token used before",
		read: into(func(c *Config) *[]string { return &c.TrustedLogins }, each(login))},
	{Name: "publish-samples", Env: []string{"ERRMON_PUBLISH_SAMPLES"}, Default: "false", Switch: true,
		Help: "Publishes sample events and log context in a public repository too, redacted",
		read: into(func(c *Config) *bool { return &c.PublishSamples }, yesOrNo)},

	{Name: "command", Default: "scan",
		Help: "What to do: scan, doctor or preview",
		read: into(func(c *Config) *string { return &c.Command }, oneOf("scan", "doctor", "preview"))},
	{Name: "config", Env: []string{"ERRMON_CONFIG"}, Default: ".github/errmon.yml", notInFile: "the file cannot name another: pass it as an input",
		Help: "File that holds settings",
		read: into(func(c *Config) *string { return &c.File }, text(1024))},
	{Name: "dry-run", Env: []string{"ERRMON_DRY_RUN"}, Default: "false", Switch: true,
		Help: "Shows what would be done and writes nothing",
		read: into(func(c *Config) *bool { return &c.DryRun }, yesOrNo)},
}
