package cli

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/doctor"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/relay"
	"github.com/org/errmon-action/internal/workflow"
)

// doctorTime bounds all checks together: who waits for them sits in front of the
// terminal, and a rate limit may ask to wait for an hour.
const doctorTime = 2 * time.Minute

var errDoctorTime = errors.New("the checks took two minutes")

// doctor tests what is configured. It exits with 1 if anything of it fails.
func (s *session) doctor(ctx context.Context) error {
	ctx, cancel := s.Clock.WithTimeout(ctx, doctorTime, errDoctorTime)
	defer cancel()
	cfg, _, err := s.configure(ctx)
	checks := []doctor.Check{func(context.Context) []finding.Finding { return checkConfig(cfg, err) }}
	if cfg.GitHubToken != "" && cfg.Owner != "" {
		checks = append(checks, func(ctx context.Context) []finding.Finding { return s.checkGitHub(ctx, cfg) })
	}
	if len(cfg.LogGroups) > 0 {
		checks = append(checks, func(ctx context.Context) []finding.Finding { return s.checkCloudWatch(ctx, cfg) })
	}
	if cfg.SentryAuthToken != "" && len(cfg.SentryProjects) > 0 {
		checks = append(checks, func(ctx context.Context) []finding.Finding { return s.checkSentry(ctx, cfg) })
	}
	if client := s.slack(cfg); client != nil {
		checks = append(checks, client.Check)
	}
	if cfg.RelayURL != "" {
		checks = append(checks, func(ctx context.Context) []finding.Finding { return s.checkRelay(ctx, cfg) })
	}
	found := doctor.Examine(ctx, s.Stdout, s.Screen, s.redactor, checks)
	s.publishFindings(found)
	if doctor.Count(found, finding.Failure) > 0 {
		return errReported
	}
	return nil
}

// publishFindings tells a workflow's page what failed.
func (s *session) publishFindings(found []finding.Finding) {
	if s.actions == nil {
		return
	}
	for _, f := range found {
		if f.Level == finding.Failure {
			s.problem(f.Text + ": " + f.Remedy)
		}
	}
	if s.Getenv("GITHUB_STEP_SUMMARY") != "" { // the library panics without
		s.actions.AddStepSummary(doctor.Summary(s.redactor, found))
	}
}

// checkConfig tells every mistake in the settings, and what a scan lacks.
func checkConfig(cfg config.Config, err error) []finding.Finding {
	const about = "configuration"
	var refused *finding.Mendable
	if errors.As(err, &refused) { // the repository was asked for the file
		return []finding.Finding{finding.Of(about, err)}
	}
	var found []finding.Finding
	for _, warning := range cfg.Warnings {
		found = append(found, warned(about, warning))
	}
	if err := errors.Join(err, errors.Join(cfg.LeftOut...), cfg.CheckScan()); err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			found = append(found, mistake(about, line))
		}
	}
	if len(found) > 0 {
		return found
	}
	if cfg.FileRead {
		return []finding.Finding{finding.Good(about, "%s is read, and nothing in it or in the inputs is wrong", cfg.File)}
	}
	return []finding.Finding{finding.Good(about, "no %s, and nothing in the inputs is wrong", cfg.File)}
}

// mistake takes the remedy off the end of a message, where config writes it.
func mistake(about, message string) finding.Finding {
	i := strings.LastIndex(message, ": ")
	if i < 0 {
		return finding.Fail(about, message, "")
	}
	return finding.Fail(about, message[:i], message[i+2:])
}

// warned is a mistake that a run can do without.
func warned(about, message string) finding.Finding {
	f := mistake(about, message)
	f.Level = finding.Warning
	return f
}

func (s *session) checkGitHub(ctx context.Context, cfg config.Config) []finding.Finding {
	client, err := s.github(cfg)
	if err != nil {
		return []finding.Finding{finding.Of("repository", err)}
	}
	return append(client.Check(ctx), s.checkWorkflows(ctx, cfg, client)...)
}

func (s *session) checkCloudWatch(ctx context.Context, cfg config.Config) []finding.Finding {
	specs, err := cloudwatch.ParseSpecs(cfg.LogGroups, cfg.AWSRegion)
	if err != nil {
		var found []finding.Finding
		for _, line := range strings.Split(err.Error(), "\n") {
			found = append(found, mistake("log groups", line))
		}
		return found
	}
	client, err := s.cloudwatch(ctx, cfg)
	if err != nil {
		return []finding.Finding{finding.Of("log groups", err)}
	}
	return client.Check(ctx, specs, cmp.Or(cfg.Lookback, time.Hour)) // none if it was mistaken
}

func (s *session) checkSentry(ctx context.Context, cfg config.Config) []finding.Finding {
	client, err := s.sentry(cfg)
	if err != nil {
		return []finding.Finding{finding.Of("Sentry token", err)}
	}
	return client.Check(ctx)
}

// checkRelay uses the relay's secrets where they are at hand, as in a .env that
// both share.
func (s *session) checkRelay(ctx context.Context, cfg config.Config) []finding.Finding {
	return relay.Check(ctx, relay.Checkup{
		URL: cfg.RelayURL, SentrySecret: s.Getenv("SENTRY_CLIENT_SECRET"), SlackSecret: s.Getenv("SLACK_SIGNING_SECRET"), Now: s.Clock.Now(),
	})
}

// checkWorkflows looks at the workflow that runs, or outside Actions at those of
// the working directory that use this action. A workflow that runs in another
// repository than the issues' is read where it is checked out only.
func (s *session) checkWorkflows(ctx context.Context, cfg config.Config, client *github.Client) []finding.Finding {
	home := s.Getenv("GITHUB_REPOSITORY") == cfg.Owner+"/"+cfg.Repo
	var found []finding.Finding
	for _, file := range s.workflowFiles() {
		content, err := os.ReadFile(s.inWorkspace(file))
		if err != nil && home {
			content, err = client.ReadFile(ctx, file)
		}
		if err != nil || s.actions == nil && !workflow.Uses(content) {
			continue
		}
		facts := workflow.Facts{File: path.Base(file), Now: s.Clock.Now(), Job: s.Getenv("GITHUB_JOB")}
		if home || s.actions == nil {
			known, _ := client.Workflow(ctx, facts.File) // what refuses this was told by client.Check
			facts.Public, facts.PushedAt, facts.State = known.Public, known.PushedAt, known.State
		}
		found = append(found, workflow.Check(content, facts)...)
	}
	return found
}

// workflowFiles are paths within the repository. GITHUB_WORKFLOW_REF has the
// form OWNER/REPO/.github/workflows/NAME@REF.
func (s *session) workflowFiles() []string {
	const folder = ".github/workflows/"
	if ref := s.Getenv("GITHUB_WORKFLOW_REF"); ref != "" {
		name, _, _ := strings.Cut(ref, "@")
		if i := strings.Index(name, folder); i >= 0 {
			return []string{name[i:]}
		}
	}
	files, _ := filepath.Glob(folder + "*.y*ml") // the pattern is well formed
	return files
}
