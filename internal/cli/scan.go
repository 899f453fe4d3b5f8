package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/scan"
	"github.com/org/errmon-action/internal/sentry"
	"github.com/org/errmon-action/internal/slack"
	"github.com/org/errmon-action/internal/source"
	"github.com/org/errmon-action/internal/stacktrace"
)

// scan runs the main job. Outputs and summary are written on failure too.
func (s *session) scan(cmd *cobra.Command) error {
	if body, delivered, err := s.payload(cmd); err != nil || delivered {
		return s.dispatch(cmd.Context(), body, err)
	}
	run, err := s.scanOnce(cmd.Context())
	if err != nil {
		return errors.Join(err, s.publish(report.Run{Failures: []error{err}}))
	}
	return s.report(run)
}

func (s *session) scanOnce(ctx context.Context) (report.Run, error) {
	cfg, reader, err := s.configure(ctx)
	return s.scanSources(ctx, cfg, reader, err)
}

// scanSources scans by a configuration, in which err is what is wrong, if
// anything.
func (s *session) scanSources(ctx context.Context, cfg config.Config, reader *github.Client, err error) (report.Run, error) {
	var usage usageError
	if err != nil && !errors.As(err, &usage) {
		return report.Run{}, err
	}
	watched, watchErr := s.watch(cfg)
	if err := errors.Join(err, asUsage(errors.Join(cfg.CheckTarget(), watchErr))); err != nil {
		return report.Run{}, err
	}
	gh, err := s.github(cfg)
	if err != nil {
		return report.Run{}, err
	}
	ctx, cancel := s.Clock.WithTimeout(ctx, cfg.MaxDuration, errors.New("max-duration is over"))
	defer cancel()
	aws, err := s.cloudwatch(ctx, cfg)
	if err != nil {
		return report.Run{}, err
	}
	run := scan.Run(ctx, s.options(cfg, sources{github: gh, reader: reader, aws: aws, specs: watched.specs, sentry: watched.sentry}))
	run.Failures = append(watched.leftOut, run.Failures...)
	run.Warnings = append(cfg.Warnings, run.Warnings...)
	return run, nil
}

// sources are the clients of one run.
type sources struct {
	github *github.Client
	reader *github.Client // read the configuration file; nil where it was at hand
	aws    *cloudwatch.Client
	specs  []cloudwatch.Spec
	sentry *sentry.Client // nil where it is not configured
}

// requests counts what both clients sent to GitHub.
func (c sources) requests() map[string]int {
	sent := c.github.Requests()
	if c.reader != nil {
		for kind, n := range c.reader.Requests() {
			sent[kind] += n
		}
	}
	return sent
}

// options wires the sources to the run. A new kind of source adds one line to
// Open and one to Requests.
func (s *session) options(cfg config.Config, c sources) scan.Options {
	o := scan.Options{
		Clock:    s.Clock,
		GitHub:   c.github,
		Slack:    s.slack(cfg),
		Redactor: s.redactor,
		Sources: scan.Sources{
			Open:     func(ctx context.Context) ([]source.Source, error) { return openGroups(ctx, c.aws, c.specs) },
			Requests: map[string]func() map[string]int{"GitHub": c.requests, "CloudWatch": c.aws.Requests},
		},
		Intake: intakeRules(cfg),
		Rules: plan.Rules{
			MinEvents:  cfg.MinEvents,
			MaxNew:     cfg.MaxNewIssues,
			CloseAfter: cfg.CloseAfter,
			Lateness:   cfg.Lateness,
			Resolve:    cfg.SentryResolve,
		},
		Label:   cfg.Label,
		Trusted: cfg.TrustedLogins,
		Times: scan.Times{
			Lookback:      cfg.Lookback,
			Since:         cfg.Since,
			MaxDuration:   cfg.MaxDuration,
			WriteInterval: cfg.WriteInterval,
		},
		PublishSamples: cfg.PublishSamples,
		DryRun:         cfg.DryRun,
	}
	if c.sentry != nil {
		o.Sources.Tracker, o.Sources.Requests["Sentry"] = c.sentry, c.sentry.Requests
	}
	return o
}

// intakeRules are what the team set about reading events.
func intakeRules(cfg config.Config) intake.Rules {
	level, _ := event.ParseLevel(cfg.MinLevel)
	return intake.Rules{Policy: policy.Policy{MinLevel: level}, InApp: stacktrace.Rules(cfg.InApp), Fields: cfg.Fields}
}

func openGroups(ctx context.Context, aws *cloudwatch.Client, specs []cloudwatch.Spec) ([]source.Source, error) {
	groups, err := aws.Groups(ctx, specs)
	var sources []source.Source
	for _, g := range groups {
		sources = append(sources, g)
	}
	return sources, err
}

// slack is nil where nobody is to be told.
func (s *session) slack(cfg config.Config) *slack.Client {
	if cfg.SlackWebhookURL == "" && cfg.SlackBotToken == "" {
		return nil
	}
	c := slack.Config{WebhookURL: cfg.SlackWebhookURL, BotToken: cfg.SlackBotToken, Channel: cfg.SlackChannel, Clock: s.Clock}
	if cfg.SlackAPIURL != "" {
		c.APIURL = cfg.SlackAPIURL + "/"
	}
	return slack.New(c)
}

// sentry is nil where it is not configured.
func (s *session) sentry(cfg config.Config) (*sentry.Client, error) {
	if cfg.SentryAuthToken == "" {
		return nil, nil
	}
	return sentry.New(sentry.Config{
		Token:        cfg.SentryAuthToken,
		URL:          cfg.SentryURL,
		Organization: cfg.SentryOrganization,
		Projects:     cfg.SentryProjects,
		Query:        cfg.SentryQuery,
		Environments: cfg.SentryEnvironments,
		Clock:        s.Clock,
	})
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

// readAllPages is up to how many pages of a log group are read without the default
// filter pattern. At the default pace of 2 requests a second, a group that turns out
// to be larger costs 1.5 s more.
const readAllPages = 3

func (s *session) cloudwatch(ctx context.Context, cfg config.Config) (*cloudwatch.Client, error) {
	pattern, allPages := cfg.FilterPattern, 0
	if pattern == "" {
		pattern, allPages = cloudwatch.DefaultFilterPattern, readAllPages
	}
	client, err := cloudwatch.New(ctx, cloudwatch.Config{
		Region:            cfg.AWSRegion,
		FilterPattern:     pattern,
		AllPages:          allPages,
		RequestsPerSecond: cfg.AWSRequestsPerSecond,
		Clock:             s.Clock,
		Progress:          func(line string) { fmt.Fprintln(s.Stdout, s.redactor.Terminal(line)) },
	})
	return client, asUsage(err)
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
