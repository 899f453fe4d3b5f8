package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/finding"
)

// leaveOut drops the services whose settings are incomplete, and notes them in
// LeftOut and Warnings: an old .env that lacks one variable still reads the rest.
func (c *Config) leaveOut(given map[string]value) {
	if err := incomplete(given, "Sentry is not read", "sentry-auth-token", "sentry-organization", "sentry-projects"); err != nil {
		c.LeftOut = append(c.LeftOut, err)
		c.SentryAuthToken, c.SentryOrganization, c.SentryProjects = "", "", nil
	}
	if err := incomplete(given, "the bot posts nothing", "slack-bot-token", "slack-channel"); err != nil {
		c.Warnings = append(c.Warnings, err)
		c.SlackBotToken, c.SlackChannel = "", ""
	}
	if c.AWSRegion == "" && !c.refused("aws-region") {
		c.leaveOutNames()
	}
}

// leaveOutNames drops the log groups whose region is unknown: only an ARN includes
// its own.
func (c *Config) leaveOutNames() {
	named := slices.DeleteFunc(slices.Clone(c.LogGroups), isARN)
	if len(named) == 0 {
		return
	}
	c.LogGroups = slices.DeleteFunc(slices.Clone(c.LogGroups), func(group string) bool { return !isARN(group) })
	c.LeftOut = append(c.LeftOut, finding.Mend(fmt.Sprintf("log-groups %s cannot be read without their region", shorten(strings.Join(named, ", "))),
		"set aws-region, or name them by ARN"))
}

// checkReader reports settings that contradict the reader.
func (c Config) checkReader() error {
	var mistakes []error
	if c.FilterPattern != "" && (c.Reader == "all" || c.Reader == "insights") {
		mistakes = append(mistakes, finding.Mend(fmt.Sprintf("reader %s does not use filter-pattern", c.Reader), "leave one of them out"))
	}
	if c.Reader == "insights" && c.InsightsBudget == 0 && !c.refused("insights-budget") {
		mistakes = append(mistakes, finding.Mend("reader insights costs money", "set insights-budget to the gigabytes that a run may scan"))
	}
	return errors.Join(mistakes...)
}

func isARN(group string) bool { return strings.HasPrefix(group, "arn:") }

// incomplete returns an error if some of the settings are set and some are not.
func incomplete(given map[string]value, consequence string, names ...string) error {
	var set, missing []string
	for _, name := range names {
		if v := given[name]; v.text != "" {
			set = append(set, fmt.Sprintf("%s (%s)", name, v.origin))
		} else {
			missing = append(missing, name)
		}
	}
	if len(set) == 0 || len(missing) == 0 {
		return nil
	}
	return finding.Mend(fmt.Sprintf("%s needs %s, so %s", strings.Join(set, " with "), strings.Join(missing, " and "), consequence), "set all of them, or none")
}

// refused reports whether a setting has a wrong value. Reporting it as missing too
// would be a second error about one mistake.
func (c Config) refused(name string) bool { return slices.Contains(c.Refused, name) }

// CheckScan reports everything that a scan of the sources needs and c lacks,
// joined.
func (c Config) CheckScan() error { return errors.Join(c.CheckTarget(), c.CheckSources()) }

// CheckTarget reports everything that filing issues needs and c lacks, joined.
func (c Config) CheckTarget() error {
	var missing []error
	if c.GitHubToken == "" && !c.refused("github-token") {
		missing = append(missing, finding.Mend("no token", "pass github-token, or set GITHUB_TOKEN"))
	}
	if c.Owner == "" && !c.refused("repository") {
		missing = append(missing, finding.Mend("no repository to file issues in", "set repository to OWNER/REPO, or GITHUB_REPOSITORY"))
	}
	return errors.Join(missing...)
}

// CheckSources reports that c names no source to read.
func (c Config) CheckSources() error {
	if len(c.LogGroups) == 0 && c.SentryAuthToken == "" && !c.refused("log-groups") && !c.refused("sentry-auth-token") {
		return finding.Mend("nothing to watch", "set log-groups, or sentry-auth-token with sentry-organization and sentry-projects")
	}
	return nil
}
