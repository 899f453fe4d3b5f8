package config

import (
	"errors"
	"fmt"
	"strings"
)

// together lists settings of which all or none are to be set.
var together = [][]string{
	{"sentry-auth-token", "sentry-organization", "sentry-projects"},
	{"slack-bot-token", "slack-channel"},
}

func checkTogether(given map[string]value) error {
	var mistakes []error
	for _, names := range together {
		var set, missing []string
		for _, name := range names {
			if v := given[name]; v.text != "" {
				set = append(set, fmt.Sprintf("%s (%s)", name, v.origin))
			} else {
				missing = append(missing, name)
			}
		}
		if len(set) > 0 && len(missing) > 0 {
			mistakes = append(mistakes, fmt.Errorf("%s needs %s: set all of them, or none",
				strings.Join(set, " with "), strings.Join(missing, " and ")))
		}
	}
	return errors.Join(mistakes...)
}

// CheckScan reports everything that a scan of the sources needs and c lacks,
// joined.
func (c Config) CheckScan() error { return errors.Join(c.CheckTarget(), c.CheckSources()) }

// CheckTarget reports everything that filing issues needs and c lacks, joined.
func (c Config) CheckTarget() error {
	var missing []error
	if c.GitHubToken == "" {
		missing = append(missing, errors.New("no token: pass github-token, or set GITHUB_TOKEN"))
	}
	if c.Owner == "" {
		missing = append(missing, errors.New("no repository to file issues in: set repository to OWNER/REPO, or GITHUB_REPOSITORY"))
	}
	return errors.Join(missing...)
}

// CheckSources reports that c names no source to read.
func (c Config) CheckSources() error {
	if len(c.LogGroups) == 0 && c.SentryAuthToken == "" {
		return errors.New("nothing to watch: set log-groups, or sentry-auth-token with sentry-organization and sentry-projects")
	}
	return nil
}
