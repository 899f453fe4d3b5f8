// Package config is the public interface of the program: every setting, where it can be set, and its values.
//
// The table Settings is the one source of truth: flags, inputs, environment variables, keys of the file,
// action.yml and .env.example are derived from it or compared with it by a test. For each setting, the
// first non-empty value counts, in this order: flag, input, environment, file, default.
//
// The file is a YAML mapping of setting names to plain values or, for lists, sequences. It must not contain
// secrets. Five more keys hold more than one value: in-app, fields, code, redact and rules.
//
// It may import code, event, finding, policy, safe and stacktrace.
package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/code"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/stacktrace"
)

// Config holds the parsed and valid value of every setting. Load returns one.
type Config struct {
	GitHubToken    string
	Owner, Repo    string // both empty if no repository is known
	CodeRepository string // OWNER/REPO; empty for the issues' repository
	GitHubAPIURL   string // from GITHUB_API_URL, without a trailing slash

	LogGroups            []string // names, ARNs and prefixes, as written
	AWSRegion            string
	FilterPattern        string  // empty for the built-in one
	Reader               string  // auto, all, filter or insights
	ReadAllPages         int     // 0 for never
	InsightsBudget       float64 // GB; 0 for none
	Lookback, Lateness   time.Duration
	AWSRequestsPerSecond float64
	Since                time.Time // zero if not set; never in the future

	SentryAuthToken    string // set together with organization and projects, or not at all; see LeftOut
	SentryOrganization string
	SentryProjects     []string
	SentryURL          string // without a trailing slash
	SentryQuery        string
	SentryEnvironments []string
	SentryResolve      bool

	SlackWebhookURL string
	SlackBotToken   string // set together with SlackChannel, or not at all; see Warnings
	SlackChannel    string
	SlackAPIURL     string   // from SLACK_API_URL, without a trailing slash; empty for Slack's own
	SlackChannels   []string // ids, or names with or without "#"; empty for all
	SlackMatch      []string
	SlackIgnoreApps []string // names or ids
	RelayURL        string   // for doctor to test, without a trailing slash; empty for none

	Assign         string // none or owners
	Label          string
	MinEvents      int           // at least 1
	MaxNewIssues   int           // 0 for none
	MaxNewPerDay   int           // at least 1
	CloseAfter     time.Duration // 0 for never; or Auto
	MinLevel       string        // one of event.LevelNames
	TrustedLogins  []string
	PublishSamples bool

	ReopenWindow, WriteInterval, MaxDuration time.Duration

	Command  string // scan, doctor or preview
	File     string // path of the settings file
	FileRead bool   // whether the settings file was read
	DryRun   bool

	// Settings that only the file can set.
	InApp          stacktrace.Rules
	Fields         map[string][]string // by name, one of FieldNames
	Roots          []code.Root
	Rules          []policy.Rule
	RedactPatterns []safe.Pattern   // in the order of the file
	RedactAllow    []*regexp.Regexp // each matches whole values that are not secret

	LeftOut  []error           // why sources are not read: one of their settings is missing, so the others are cleared here
	Warnings []error           // the same for optional services, and settings that may have unexpected effects
	Refused  []string          // names of settings with an invalid value, explained in Load's error; all, if a file is damaged
	DotEnv   map[string]string // variables of .env that the environment lacks; the caller exports them for the AWS SDK
}

// leaveOut drops services with incomplete settings, so a variable missing from .env stops only one service.
func (c *Config) leaveOut(given map[string]value) {
	if err := incomplete(given, "Sentry is not read", "sentry-auth-token", "sentry-organization", "sentry-projects"); err != nil {
		c.LeftOut = append(c.LeftOut, err)
		c.SentryAuthToken, c.SentryOrganization, c.SentryProjects = "", "", nil
	}
	if err := incomplete(given, "the bot posts nothing", "slack-bot-token", "slack-channel"); err != nil {
		c.Warnings = append(c.Warnings, err)
		c.SlackBotToken, c.SlackChannel = "", ""
	}
	isARN := func(group string) bool { return strings.HasPrefix(group, "arn:") } // an ARN includes its region
	names := slices.DeleteFunc(slices.Clone(c.LogGroups), isARN)
	if len(names) > 0 && c.AWSRegion == "" && !c.refused("aws-region") {
		c.LogGroups = slices.DeleteFunc(c.LogGroups, func(group string) bool { return !isARN(group) })
		c.LeftOut = append(c.LeftOut, finding.Mend("log-groups "+shorten(strings.Join(names, ", "))+" cannot be read without a region",
			"set aws-region, or name them by ARN"))
	}
}

func incomplete(given map[string]value, consequence string, names ...string) error {
	var set, missing []string
	for _, name := range names {
		if v := given[name]; v.text != "" {
			set = append(set, fmt.Sprintf("%s (%s)", name, v.origin))
		} else {
			missing = append(missing, name)
		}
	}
	what := fmt.Sprintf("%s needs %s, so %s", strings.Join(set, " with "), strings.Join(missing, " and "), consequence)
	return mistake(len(set) > 0 && len(missing) > 0, what, "set all of them, or none")
}

func mistake(wrong bool, what, remedy string) error {
	if !wrong {
		return nil
	}
	return finding.Mend(what, remedy)
}

// refused reports whether a setting has an invalid value, so that it is not reported as missing too.
func (c Config) refused(name string) bool { return slices.Contains(c.Refused, name) }

// CheckTarget returns the joined errors for the settings that filing issues needs and c lacks.
func (c Config) CheckTarget() error {
	return errors.Join(
		mistake(c.GitHubToken == "" && !c.refused("github-token"), "no token", "pass github-token, or set GITHUB_TOKEN"),
		mistake(c.Owner == "" && !c.refused("repository"),
			"no repository to file issues in", "set repository to OWNER/REPO, or GITHUB_REPOSITORY"))
}

// CheckSources returns an error if c names no source to read.
func (c Config) CheckSources() error {
	return mistake(len(c.LogGroups) == 0 && c.SentryAuthToken == "" && !c.refused("log-groups") && !c.refused("sentry-auth-token"),
		"nothing to watch", "set log-groups, or sentry-auth-token with sentry-organization and sentry-projects")
}
