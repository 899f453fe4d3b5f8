package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/scan"
)

// scan runs the main job.
func (s *session) scan(ctx context.Context) error {
	cfg, err := s.load(nil)
	specs, specsErr := cloudwatch.ParseSpecs(cfg.LogGroups, cfg.AWSRegion)
	missing := cfg.CheckScan()
	if errors.Is(err, fs.ErrNotExist) && s.actions != nil {
		err = nil // nothing is checked out: the repository may hold the file
	}
	if err := errors.Join(err, specsErr, missing); err != nil {
		return usageError{err}
	}
	gh, err := s.github(cfg)
	if err != nil {
		return err
	}
	if cfg, err = s.withRemoteFile(ctx, gh, cfg); err != nil {
		return err
	}
	ctx, cancel := s.Clock.WithTimeout(ctx, cfg.MaxDuration, errors.New("max-duration is over"))
	defer cancel()
	aws, err := s.cloudwatch(ctx, cfg)
	if err != nil {
		return err
	}
	run := scan.Run(ctx, s.options(cfg, gh, aws, specs))
	return s.report(run)
}

// options wires the sources to the run. A new kind of source adds one line to
// Open and one to Requests.
func (s *session) options(cfg config.Config, gh *github.Client, aws *cloudwatch.Client, specs []cloudwatch.Spec) scan.Options {
	level, _ := event.ParseLevel(cfg.MinLevel)
	return scan.Options{
		Clock:    s.Clock,
		GitHub:   gh,
		Redactor: s.redactor,
		Open:     func(ctx context.Context) ([]scan.Source, error) { return openGroups(ctx, aws, specs) },
		Requests: map[string]func() map[string]int{"GitHub": gh.Requests, "CloudWatch": aws.Requests},
		Policy:   policy.Policy{MinLevel: level},
		Rules: plan.Rules{
			MinEvents:  cfg.MinEvents,
			MaxNew:     cfg.MaxNewIssues,
			CloseAfter: cfg.CloseAfter,
			Lateness:   cfg.Lateness,
		},
		Label:          cfg.Label,
		Trusted:        cfg.TrustedLogins,
		Lookback:       cfg.Lookback,
		Since:          cfg.Since,
		MaxDuration:    cfg.MaxDuration,
		PublishSamples: cfg.PublishSamples,
		DryRun:         cfg.DryRun,
	}
}

func openGroups(ctx context.Context, aws *cloudwatch.Client, specs []cloudwatch.Spec) ([]scan.Source, error) {
	groups, err := aws.Groups(ctx, specs)
	var sources []scan.Source
	for _, g := range groups {
		sources = append(sources, g)
	}
	return sources, err
}

func (s *session) github(cfg config.Config) (*github.Client, error) {
	client, err := github.New(github.Config{
		Token:         cfg.GitHubToken,
		BaseURL:       cfg.GitHubAPIURL,
		Owner:         cfg.Owner,
		Repo:          cfg.Repo,
		WriteInterval: cfg.WriteInterval,
		Clock:         s.Clock,
	})
	return client, asUsage(err)
}

func (s *session) cloudwatch(ctx context.Context, cfg config.Config) (*cloudwatch.Client, error) {
	pattern := cfg.FilterPattern
	if pattern == "" {
		pattern = cloudwatch.DefaultFilterPattern
	}
	client, err := cloudwatch.New(ctx, cloudwatch.Config{
		Region:            cfg.AWSRegion,
		FilterPattern:     pattern,
		RequestsPerSecond: cfg.AWSRequestsPerSecond,
		Clock:             s.Clock,
		Progress:          func(line string) { fmt.Fprintln(s.Stdout, s.redactor.Terminal(line)) },
	})
	return client, asUsage(err)
}

// withRemoteFile reads the configuration again where a workflow has not checked
// out the repository that holds its file.
func (s *session) withRemoteFile(ctx context.Context, gh *github.Client, cfg config.Config) (config.Config, error) {
	if s.actions == nil || cfg.FileRead {
		return cfg, nil
	}
	file, err := gh.ReadFile(ctx, cfg.File)
	if errors.Is(err, github.ErrNotFound) {
		return cfg, nil
	}
	if err != nil {
		return config.Config{}, fmt.Errorf("look for %s: %w", cfg.File, err)
	}
	return s.load(file)
}

// asUsage marks an error as one that showed without a network call.
func asUsage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// report tells what the run did and turns its failures into an error.
func (s *session) report(run report.Run) error {
	report.Print(s.Stdout, s.redactor, run)
	failures, warnings := report.Annotations(s.redactor, run)
	for _, text := range warnings {
		s.warning(text)
	}
	for _, text := range failures {
		s.problem(text)
	}
	if err := s.publish(run); err != nil {
		return err
	}
	if len(failures) > 0 {
		return errReported
	}
	return nil
}

// publish writes outputs and summary where a workflow reads them.
func (s *session) publish(run report.Run) error {
	if s.actions == nil {
		return nil
	}
	outputs, err := report.Outputs(s.redactor, run)
	if err != nil {
		return err
	}
	// The library panics where the runner's files are missing.
	if s.Getenv("GITHUB_OUTPUT") != "" {
		for _, o := range outputs {
			s.actions.SetOutput(o.Name, o.Value)
		}
	}
	if s.Getenv("GITHUB_STEP_SUMMARY") != "" {
		s.actions.AddStepSummary(report.Summary(s.redactor, run))
	}
	return nil
}

// lookback is where a preview of the sources begins.
func lookback(cfg config.Config, now time.Time) time.Time {
	if !cfg.Since.IsZero() {
		return cfg.Since
	}
	return now.Add(-cfg.Lookback)
}
