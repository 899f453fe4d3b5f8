// Package config is the public interface of the program: every setting, where it
// can be set, and its valid values.
//
// The table Settings is the one source of truth: flags, inputs, environment
// variables, keys of the file, action.yml and .env.example all follow from it, or a
// test compares them with it. For each setting, the first of these that is not empty
// counts: flag, input, environment, file, default.
//
// The file, .github/errmon.yml unless the setting config names another, is a YAML mapping of
// setting names to plain values or, for lists, sequences. It must not contain secrets.
// Five more keys are not settings, since they hold more than one value: in-app,
// fields, code and redact (see teamrules.go), and rules (see rules.go).
//
// It may import event, finding and policy.
package config

import (
	"time"

	"github.com/org/errmon-action/internal/policy"
)

// Config holds every setting, valid and typed. Load makes one.
type Config struct {
	GitHubToken string
	Owner, Repo string // both empty if no repository is known
	// CodeRepository is OWNER/REPO, empty for that of the issues.
	CodeRepository string
	GitHubAPIURL   string // of GITHUB_API_URL, without a slash at its end

	LogGroups            []string // names, ARNs and prefixes, as written
	AWSRegion            string
	FilterPattern        string  // empty for the built-in one
	Reader               string  // auto, all, filter or insights
	ReadAllPages         int     // 0 for never
	InsightsBudget       float64 // GB; 0 for none
	Lookback             time.Duration
	Lateness             time.Duration
	AWSRequestsPerSecond float64
	Since                time.Time // zero if not set; never in the future

	SentryAuthToken    string // set together with organization and projects, or not at all; see LeftOut
	SentryOrganization string
	SentryProjects     []string
	SentryURL          string // without a slash at its end
	SentryQuery        string
	SentryEnvironments []string
	SentryResolve      bool

	SlackWebhookURL string
	SlackBotToken   string // set together with SlackChannel, or not at all; see Warnings
	SlackChannel    string
	SlackAPIURL     string // of SLACK_API_URL, without a slash at its end; empty for Slack's own

	SlackChannels   []string // ids, or names with or without "#"; empty for all
	SlackMatch      []string
	SlackIgnoreApps []string // names or ids

	RelayURL string // without a slash at its end; empty if doctor has none to test

	Assign         string // none or owners
	Label          string
	MinEvents      int           // at least 1
	MaxNewIssues   int           // 0 for none
	MaxNewPerDay   int           // at least 1
	CloseAfter     time.Duration // 0 for never; or Auto
	ReopenWindow   time.Duration
	WriteInterval  time.Duration
	MinLevel       string // trace, debug, info, warn, error or fatal
	MaxDuration    time.Duration
	TrustedLogins  []string
	PublishSamples bool
	Redact         Redact // of the file alone

	Command  string // scan, doctor or preview
	File     string // where the file of settings is looked for
	FileRead bool   // whether it was there
	DryRun   bool

	// LeftOut names the sources that are not read because a setting is missing.
	// Warnings names what a run can do without. Both are unset in this Config.
	LeftOut  []error
	Warnings []error
	Refused  []string // settings with a wrong value, each explained by Load's error

	// InApp and Fields can only be set in the file.
	InApp  InApp
	Fields map[string][]string // by one of FieldNames
	Roots  []Root              // of the key code
	Rules  []policy.Rule       // of the key rules

	// DotEnv holds the variables of .env that the environment lacks. The AWS SDK
	// reads the environment itself, so the caller exports these first.
	DotEnv map[string]string
}
