package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/source"
)

// Integration connects one service that is read.
type Integration struct {
	Settings   string // what doctor calls them
	Configured func(config.Config) bool
	// Connect makes no request. Its error is a mistake in the settings.
	Connect func(context.Context, config.Config, Host) (source.Integration, error)
}

// Host is what a service needs to run.
type Host struct {
	Clock    clock.Clock
	Progress func(line string) // prints a line from time to time during a long read
}

// Integrations are the services that can be read. A new one is a folder, its
// settings and a line here; .github/CONTRIBUTING.md explains how.
var Integrations = []Integration{
	{"log groups", func(c config.Config) bool { return len(c.LogGroups) > 0 }, connectCloudWatch},
	{"Sentry token", func(c config.Config) bool { return c.SentryAuthToken != "" }, connectSentry},
}

func connectCloudWatch(ctx context.Context, cfg config.Config, h Host) (source.Integration, error) {
	c := cloudwatch.Config{
		Region: cfg.AWSRegion, FilterPattern: cfg.FilterPattern, Reader: cfg.Reader, AllPages: cfg.ReadAllPages,
		InsightsBudget: cfg.InsightsBudget, RequestsPerSecond: cfg.AWSRequestsPerSecond, Clock: h.Clock, Progress: h.Progress,
	}
	if c.FilterPattern == "" {
		c.FilterPattern = cloudwatch.DefaultFilterPattern
	} else {
		c.Reader = cloudwatch.Filter // the user's own pattern selects what is read
	}
	return cloudwatch.Integrate(ctx, c, cfg.LogGroups, cmp.Or(cfg.Lookback, time.Hour)) // zero if it was invalid
}

func connectSentry(_ context.Context, cfg config.Config, h Host) (source.Integration, error) {
	return sentry.Integrate(sentry.Config{
		Token: cfg.SentryAuthToken, URL: cfg.SentryURL, Organization: cfg.SentryOrganization, Projects: cfg.SentryProjects,
		Query: cfg.SentryQuery, Environments: cfg.SentryEnvironments, Clock: h.Clock,
	}), nil
}

func (s *session) host() Host {
	return Host{Clock: s.Clock, Progress: func(line string) { fmt.Fprintln(s.Stdout, s.redactor.Terminal(line)) }}
}

// connect connects the configured services. It returns those that can be read, why
// others are left out, and the mistakes in their settings.
func (s *session) connect(ctx context.Context, cfg config.Config) (usable []source.Integration, leftOut, mistakes []error) {
	leftOut = cfg.LeftOut
	for _, i := range Integrations {
		if !i.Configured(cfg) {
			continue
		}
		switch connected, err := i.Connect(ctx, cfg, s.host()); {
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

// watch returns the services to read, and why others are left out: the run reads the rest
// and fails. It returns an error if a setting is wrong or nothing is left to read.
func (s *session) watch(ctx context.Context, cfg config.Config) (usable []source.Integration, leftOut []error, err error) {
	usable, leftOut, mistakes := s.connect(ctx, cfg)
	if len(usable)+len(mistakes) == 0 {
		cfg.LogGroups, cfg.SentryAuthToken = nil, "" // those that are set are unusable
		mistakes = append(slices.Clone(leftOut), cfg.CheckSources())
	}
	return usable, leftOut, errors.Join(mistakes...)
}

// settings are a configuration as far as it could be read.
type settings struct {
	config.Config
	reader   *github.Client // read the configuration file; nil if it was local
	mistakes error          // in the configuration, joined; nil for none
}

// configure reads the configuration of a scan. If the workflow checks nothing out, it
// reads the file from the repository.
func (s *session) configure(ctx context.Context) (settings, error) {
	cfg, err := s.load(s.input())
	c := settings{Config: cfg, mistakes: err}
	absent := errors.Is(err, fs.ErrNotExist)
	if s.actions == nil || c.FileRead || (err != nil && !absent) || c.GitHubToken == "" || c.Owner == "" {
		return c, nil
	}
	if c.reader, err = s.github(cfg); err != nil {
		return c, err
	}
	s.file, err = c.reader.ReadFile(ctx, c.File)
	switch {
	case errors.Is(err, github.ErrNotFound):
		return c, nil
	case err != nil:
		return c, fmt.Errorf("look for %s: %w", c.File, err)
	}
	c.Config, c.mistakes = s.load(s.input())
	return c, nil
}

// input is where settings come from.
func (s *session) input() config.Input {
	return config.Input{
		Flags:   given(s.flags),
		Getenv:  s.Getenv,
		Environ: os.Environ(),
		ReadFile: func(name string) ([]byte, error) {
			content, err := os.ReadFile(s.inWorkspace(name))
			if errors.Is(err, fs.ErrNotExist) && s.file != nil && !strings.HasSuffix(name, ".env") {
				return s.file, nil
			}
			return content, err
		},
		Now: s.Clock.Now(),
	}
}

// load reads the configuration. Even with an error it contains every valid setting, so that
// further mistakes can be reported.
func (s *session) load(in config.Input) (config.Config, error) {
	cfg, err := config.Load(in)
	s.redactor = safe.NewRedactor().With(cfg.RedactPatterns, cfg.RedactAllow, safe.NewOwn(config.Secrets(in)...))
	for name, text := range cfg.DotEnv {
		if err := os.Setenv(name, text); err != nil { // the AWS SDK reads the environment itself
			return config.Config{}, fmt.Errorf("set %s from .env: %w", name, err)
		}
	}
	return cfg, err
}

func (s *session) inWorkspace(name string) string {
	if dir := s.Getenv("GITHUB_WORKSPACE"); dir != "" && !filepath.IsAbs(name) {
		return filepath.Join(dir, name)
	}
	return name
}
