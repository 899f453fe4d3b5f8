package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/enrich"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/scan"
	"github.com/org/errmon-action/internal/slack"
	"github.com/org/errmon-action/internal/source"
)

// scan runs the scan command. It writes outputs and summary even if the scan fails.
func (s *session) scan(cmd *cobra.Command, _ []string) error {
	run, err := s.runOnce(cmd)
	if err != nil {
		var stopped report.Run
		for line := range strings.SplitSeq(err.Error(), "\n") { // joined errors, as Main prints them
			stopped.Failures = append(stopped.Failures, errors.New(line))
		}
		return errors.Join(err, s.publish(stopped))
	}
	report.Print(s.Stdout, s.redactor, run)
	failures, warnings := report.Annotations(s.redactor, run)
	for _, text := range warnings {
		s.warning(text)
	}
	for _, text := range failures {
		s.problem(text)
	}
	if err := s.publish(run); err != nil || len(failures) == 0 {
		return err
	}
	return errReported
}

func (s *session) runOnce(cmd *cobra.Command) (report.Run, error) {
	body, delivered, err := s.payload(cmd)
	if err != nil {
		return report.Run{}, err
	}
	c, err := s.configure(cmd.Context())
	switch {
	case err != nil:
		return report.Run{}, err
	case delivered:
		return s.dispatch(cmd.Context(), c, body)
	}
	return s.scanSources(cmd.Context(), c)
}

func (s *session) scanSources(ctx context.Context, c config.Config) (report.Run, error) {
	services, leftOut, err := s.watch(ctx, c)
	if err := usage(s.mistakes, c.CheckTarget(), err); err != nil {
		return report.Run{}, err
	}
	options, err := s.options(c, services)
	if err != nil {
		return report.Run{}, err
	}
	ctx, cancel := s.Clock.WithTimeout(ctx, c.MaxDuration, errOver)
	defer cancel()
	run := scan.Run(ctx, options)
	run.Failures = append(leftOut, run.Failures...)
	run.Warnings = append(texts(c.Warnings), run.Warnings...)
	return run, nil
}

var errOver = errors.New("max-duration has passed")

func (s *session) options(c config.Config, services []source.Integration) (scan.Options, error) {
	gh, err := s.github(c)
	if err != nil {
		return scan.Options{}, err
	}
	if s.reader != nil {
		services = append(services, source.Integration{Name: "GitHub", Requests: s.reader.Requests})
	}
	return scan.Options{
		Clock: s.Clock, GitHub: gh, Slack: s.slack(c), Redactor: s.redactor, Services: services,
		Intake: intakeRules(c), Code: s.code(c, gh),
		Rules: plan.Rules{
			MinEvents: c.MinEvents, MaxNew: c.MaxNewIssues, MaxNewPerDay: c.MaxNewPerDay,
			CloseAfter: max(0, c.CloseAfter), CloseAuto: c.CloseAfter == config.Auto, ReopenWindow: c.ReopenWindow,
			Lateness: c.Lateness, Resolve: c.SentryResolve,
		},
		Issues: scan.Issues{Label: c.Label, Trusted: c.TrustedLogins, PublishSamples: c.PublishSamples, Assign: c.Assign == "owners"},
		Times:  scan.Times{Lookback: c.Lookback, Since: c.Since, MaxDuration: c.MaxDuration, WriteInterval: c.WriteInterval},
		DryRun: c.DryRun, Version: version(),
	}, nil
}

func (s *session) code(cfg config.Config, issues *github.Client) *enrich.Repository {
	owner, repo, _ := strings.Cut(cmp.Or(cfg.CodeRepository, issues.FullName()), "/")
	return enrich.NewRepository(issues.In(owner, repo), issues, cfg.Roots)
}

// intakeRules returns the team's rules about reading events, followed by errmon's own.
func intakeRules(cfg config.Config) intake.Rules {
	level, _ := event.ParseLevel(cfg.MinLevel)
	isFatal, _ := policy.Parse("level", "fatal") // cannot fail for a valid level
	fatal := policy.Rule{Match: policy.Match{Level: policy.Patterns{isFatal}}, Labels: []string{cfg.Label + ":fatal"}}
	return intake.Rules{
		Policy: policy.Policy{MinLevel: level, Rules: append(slices.Clip(cfg.Rules), fatal)}, InApp: cfg.InApp, Fields: cfg.Fields,
	}
}

// slack returns nil if Slack is not configured.
func (s *session) slack(cfg config.Config) *slack.Client {
	if cfg.SlackWebhookURL == "" && cfg.SlackBotToken == "" {
		return nil
	}
	return slack.New(slack.Config{
		WebhookURL: cfg.SlackWebhookURL, BotToken: cfg.SlackBotToken, Channel: cfg.SlackChannel, APIURL: cfg.SlackAPIURL, Clock: s.Clock,
	})
}

func (s *session) github(cfg config.Config) (*github.Client, error) {
	client, err := github.New(github.Config{
		Token: cfg.GitHubToken, BaseURL: cfg.GitHubAPIURL, Owner: cfg.Owner, Repo: cfg.Repo,
		WriteInterval: cfg.WriteInterval, Clock: s.Clock,
	})
	return client, usage(err)
}

func texts(errs []error) []string {
	var texts []string
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	return texts
}

func (s *session) publish(run report.Run) error {
	if s.actions == nil {
		return nil
	}
	outputs := func() {
		for _, o := range report.Outputs(s.redactor, run) {
			s.actions.SetOutput(o.Name, o.Value)
		}
	}
	summary := func() { s.actions.AddStepSummary(report.Summary(s.redactor, run)) }
	return errors.Join(s.writeFile("GITHUB_OUTPUT", outputs), s.writeFile("GITHUB_STEP_SUMMARY", summary))
}

// writeFile writes to the runner's file that a variable names, if set. The library panics if it cannot.
func (s *session) writeFile(variable string, write func()) (err error) {
	if s.Getenv(variable) == "" {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write to the file that %s names: %v: check the disk and the permissions of the runner", variable, p)
		}
	}()
	write()
	return nil
}
