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

// Integration connects to one service that can be read.
type Integration struct {
	Settings   string // name of the service's settings in doctor's output
	Configured func(config.Config) bool
	// Connect makes no request. Its error is a mistake in the settings. Long reads call progress.
	Connect func(_ context.Context, _ config.Config, _ clock.Clock, progress func(line string)) (source.Integration, error)
}

// Integrations are the services that can be read. .github/CONTRIBUTING.md explains how to add one.
var Integrations = []Integration{
	{"log groups", func(c config.Config) bool { return len(c.LogGroups) > 0 }, connectCloudWatch},
	{"Sentry token", func(c config.Config) bool { return c.SentryAuthToken != "" }, connectSentry},
}

func connectCloudWatch(ctx context.Context, cfg config.Config, c clock.Clock, progress func(string)) (source.Integration, error) {
	logs := cloudwatch.Config{
		Region: cfg.AWSRegion, FilterPattern: cfg.FilterPattern, Reader: cfg.Reader, AllPages: cfg.ReadAllPages,
		InsightsBudget: cfg.InsightsBudget, RequestsPerSecond: cmp.Or(cfg.AWSRequestsPerSecond, 2), Clock: c, Progress: progress,
	}
	if logs.FilterPattern == "" {
		logs.FilterPattern = cloudwatch.DefaultFilterPattern
	} else {
		logs.Reader = cloudwatch.Filter // the user's own pattern selects what is read
	}
	return cloudwatch.Integrate(ctx, logs, cfg.LogGroups, cmp.Or(cfg.Lookback, time.Hour)) // 0 if the setting is invalid, like the rate
}

func connectSentry(_ context.Context, cfg config.Config, c clock.Clock, _ func(string)) (source.Integration, error) {
	return sentry.Integrate(sentry.Config{
		Token: cfg.SentryAuthToken, URL: cfg.SentryURL, Organization: cfg.SentryOrganization, Projects: cfg.SentryProjects,
		Query: cfg.SentryQuery, Environments: cfg.SentryEnvironments, Clock: c,
	}), nil
}

func (s *session) progress(line string) { fmt.Fprintln(s.Stdout, s.redactor.Terminal(line)) }

// connect returns the usable services, the reasons why others are left out, and the mistakes in settings.
func (s *session) connect(ctx context.Context, cfg config.Config) (usable []source.Integration, leftOut, mistakes []error) {
	leftOut = cfg.LeftOut
	for _, i := range Integrations {
		if !i.Configured(cfg) {
			continue
		}
		switch connected, err := i.Connect(ctx, cfg, s.Clock, s.progress); {
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

// watch is connect, but a mistake in a service's settings, or having nothing to read, is an error.
func (s *session) watch(ctx context.Context, cfg config.Config) (usable []source.Integration, leftOut []error, err error) {
	usable, leftOut, mistakes := s.connect(ctx, cfg)
	if len(usable)+len(mistakes) == 0 {
		cfg.LogGroups, cfg.SentryAuthToken = nil, "" // those that are set are unusable
		mistakes = append(slices.Clone(leftOut), cfg.CheckSources())
	}
	return usable, leftOut, errors.Join(mistakes...)
}

// configure reads every valid setting. In Actions, if none is wrong, it fetches a file the workspace lacks.
func (s *session) configure(ctx context.Context) (c config.Config, err error) {
	c, s.mistakes = s.load(s.input())
	wrong := s.mistakes != nil && !errors.Is(s.mistakes, fs.ErrNotExist)
	if s.actions == nil || c.FileRead || wrong || c.GitHubToken == "" || c.Owner == "" {
		return c, nil
	}
	if s.reader, err = s.github(c); err != nil {
		return c, err
	}
	if s.file, err = s.reader.ReadFile(ctx, c.File); err == nil {
		c, s.mistakes = s.load(s.input())
	} else if !errors.Is(err, github.ErrNotFound) {
		return c, fmt.Errorf("look for %s: %w", c.File, err)
	}
	return c, nil
}

func (s *session) input() config.Input {
	return config.Input{
		Flags: given(s.flags), Getenv: s.Getenv, Environ: os.Environ(), Now: s.Clock.Now(),
		ReadFile: func(name string) ([]byte, error) {
			content, err := os.ReadFile(s.inWorkspace(name))
			if errors.Is(err, fs.ErrNotExist) && s.file != nil && !strings.HasSuffix(name, ".env") {
				return s.file, nil
			}
			return content, err
		},
	}
}

// load reads the configuration, which contains every valid setting even if there is an error.
func (s *session) load(in config.Input) (config.Config, error) {
	cfg, err := config.Load(in)
	s.redactor = safe.NewRedactor().With(cfg.RedactPatterns, cfg.RedactAllow, safe.NewOwn(config.Secrets(in)...))
	for name, text := range cfg.DotEnv {
		_ = os.Setenv(name, text) // for the AWS SDK; it fails only for names that .env cannot have
	}
	return cfg, err
}

func (s *session) inWorkspace(name string) string {
	if dir := s.Getenv("GITHUB_WORKSPACE"); dir != "" && !filepath.IsAbs(name) {
		return filepath.Join(dir, name)
	}
	return name
}
