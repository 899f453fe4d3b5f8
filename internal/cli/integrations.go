package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/source"
)

// integration connects one service that is read.
type integration struct {
	settings   string // what doctor calls them
	configured func(config.Config) bool
	connect    func(*session, context.Context, config.Config) (source.Integration, error)
}

// integrations are the services that can be read. A new one is a folder, its
// settings and a line here; .github/CONTRIBUTING.md explains how.
var integrations = []integration{
	{"log groups", func(c config.Config) bool { return len(c.LogGroups) > 0 }, (*session).cloudwatch},
	{"Sentry token", func(c config.Config) bool { return c.SentryAuthToken != "" }, (*session).sentry},
}

// readAllPages is up to how many pages of a log group are read without the default
// filter pattern. At the default pace of 2 requests a second, a group that turns out
// to be larger costs 1.5 s more.
const readAllPages = 3

func (s *session) cloudwatch(ctx context.Context, cfg config.Config) (source.Integration, error) {
	c := cloudwatch.Config{
		Region:            cfg.AWSRegion,
		FilterPattern:     cfg.FilterPattern,
		RequestsPerSecond: cfg.AWSRequestsPerSecond,
		Clock:             s.Clock,
		Progress:          func(line string) { fmt.Fprintln(s.Stdout, s.redactor.Terminal(line)) },
	}
	if c.FilterPattern == "" {
		c.FilterPattern, c.AllPages = cloudwatch.DefaultFilterPattern, readAllPages
	}
	return cloudwatch.Integrate(ctx, c, cfg.LogGroups, cmp.Or(cfg.Lookback, time.Hour)) // no lookback if it was mistaken
}

func (s *session) sentry(_ context.Context, cfg config.Config) (source.Integration, error) {
	return sentry.Integrate(sentry.Config{
		Token:        cfg.SentryAuthToken,
		URL:          cfg.SentryURL,
		Organization: cfg.SentryOrganization,
		Projects:     cfg.SentryProjects,
		Query:        cfg.SentryQuery,
		Environments: cfg.SentryEnvironments,
		Clock:        s.Clock,
	}), nil
}

// connect connects the configured services. It returns those that can be read, why
// others are left out, and the mistakes in their settings.
func (s *session) connect(ctx context.Context, cfg config.Config) (usable []source.Integration, leftOut, mistakes []error) {
	leftOut = cfg.LeftOut
	for _, i := range integrations {
		if !i.configured(cfg) {
			continue
		}
		switch connected, err := i.connect(s, ctx, cfg); {
		case err != nil:
			mistakes = append(mistakes, err)
		case connected.Unusable != nil:
			leftOut = append(leftOut, connected.Unusable)
		default:
			usable = append(usable, connected)
		}
	}
	return usable, leftOut, mistakes
}

// watch returns the services to read, and why others are left out: the run reads
// the rest, and fails. It returns an error if a setting is wrong, or if nothing is
// left to read.
func (s *session) watch(ctx context.Context, cfg config.Config) (usable []source.Integration, leftOut []error, err error) {
	usable, leftOut, mistakes := s.connect(ctx, cfg)
	if len(usable)+len(mistakes) == 0 {
		cfg.LogGroups, cfg.SentryAuthToken = nil, "" // what is set of them is unusable
		mistakes = append(slices.Clone(leftOut), cfg.CheckSources())
	}
	return usable, leftOut, errors.Join(mistakes...)
}

// trackers returns the services that keep issues of their own, and why others are
// left out.
func (s *session) trackers(ctx context.Context, cfg config.Config) (usable []source.Integration, leftOut []error) {
	usable, leftOut, mistakes := s.connect(ctx, cfg)
	return slices.DeleteFunc(usable, func(i source.Integration) bool { return i.Tracker == nil }), append(leftOut, mistakes...)
}
