package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/finding"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/ledger"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/relay"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/terminal"
	"github.com/org/errmon-action/internal/workflow"
)

func (s *session) doctor(cmd *cobra.Command, _ []string) error {
	// A rate limit may last an hour, and somebody is waiting at a terminal.
	over := errors.New("the checks did not finish within two minutes")
	ctx, cancel := s.Clock.WithTimeout(cmd.Context(), 2*time.Minute, over)
	defer cancel()
	c, err := s.configure(ctx)
	t := table{out: s.Stdout, screen: s.Screen, redactor: s.redactor.Section()}
	if err != nil { // the settings file could not be fetched
		t.add(finding.All("configuration", err)...)
	} else {
		t.add(s.checkConfig(c)...)
	}
	if c.GitHubToken != "" && c.Owner != "" {
		t.add(s.checkGitHub(ctx, c)...)
	}
	for _, i := range Integrations {
		if !i.Configured(c) {
			continue
		}
		if connected, err := i.Connect(ctx, c, s.Clock, s.progress); err != nil {
			t.add(finding.All(i.Settings, err)...)
		} else {
			t.add(connected.Check(ctx)...)
		}
	}
	if client := s.slack(c); client != nil {
		t.add(client.Check(ctx)...)
	}
	if c.RelayURL != "" { // the relay's secrets are set if both share a .env
		t.add(relay.Check(ctx, relay.Checkup{
			URL: c.RelayURL, Now: s.Clock.Now(),
			SentrySecret: s.Getenv("SENTRY_CLIENT_SECRET"), SlackSecret: s.Getenv("SLACK_SIGNING_SECRET"),
		})...)
	}
	t.end()
	if err := s.publishFindings(t); err != nil || t.counts[finding.Failure] == 0 {
		return err
	}
	return errReported
}

func (s *session) publishFindings(t table) error {
	if s.actions == nil {
		return nil
	}
	for _, f := range t.found {
		if f.Level == finding.Failure {
			s.problem(strings.TrimSuffix(f.Text+": "+f.Remedy, ": "))
		}
	}
	return s.writeFile("GITHUB_STEP_SUMMARY", func() { s.actions.AddStepSummary(t.summary(s.redactor.Section())) })
}

func (s *session) checkConfig(c config.Config) []finding.Finding {
	const about = "configuration"
	var found []finding.Finding
	for _, warning := range c.Warnings {
		f := finding.Of(about, warning)
		f.Level = finding.Warning
		found = append(found, f)
	}
	sources := c.CheckSources()
	if slices.ContainsFunc(Integrations, func(i Integration) bool { return i.Configured(c) }) {
		sources = nil
	}
	found = append(found, finding.All(about, errors.Join(s.mistakes, errors.Join(c.LeftOut...), c.CheckTarget(), sources))...)
	if len(found) == 0 && c.FileRead {
		found = append(found, finding.Good(about, "%s was read; no mistakes in it or in the inputs", c.File))
	} else if len(found) == 0 {
		found = append(found, finding.Good(about, "no %s; no mistakes in the inputs", c.File))
	}
	return found
}

func (s *session) checkGitHub(ctx context.Context, cfg config.Config) []finding.Finding {
	client, err := s.github(cfg)
	if err != nil {
		return []finding.Finding{finding.Of("repository", err)}
	}
	found := append(client.Check(ctx), s.checkWorkflows(ctx, cfg, client)...)
	if !slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Level == finding.Failure }) {
		found = append(found, s.code(cfg, client).GitHub.CheckCode(ctx)...)
		found = append(found, checkFrames(ctx, cfg, client)...)
		found = append(found, client.CheckNames(ctx, namesOf(cfg.Rules))...)
	}
	return found
}

func namesOf(rules []policy.Rule) (n github.Names) {
	for _, r := range rules {
		n.Labels, n.Assignees = append(n.Labels, r.Labels...), append(n.Assignees, r.Assignees...)
		if r.Type != "" {
			n.Types = append(n.Types, r.Type)
		}
	}
	n.Assignees = slices.DeleteFunc(n.Assignees, func(login string) bool { return login == policy.Owners })
	for _, names := range []*[]string{&n.Labels, &n.Assignees, &n.Types} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return n
}

// checkFrames reports how many in-app frames of open issues were found in the repository.
func checkFrames(ctx context.Context, cfg config.Config, client *github.Client) []finding.Finding {
	const about, minFrames = "frames", 10
	issues, err := client.List(ctx, cfg.Label, nil)
	frames, shown := 0, 0
	for _, i := range issues {
		if tracked, err := ledger.ReadIssue(i, cfg.Label); err == nil && tracked.Open {
			frames, shown = frames+tracked.Marker.Code.Frames, shown+tracked.Marker.Code.Shown
		}
	}
	switch {
	case err != nil || frames < minFrames:
		return nil
	case shown*2 < frames:
		return []finding.Finding{finding.Warn(about, fmt.Sprintf("%d of %d in-app frames were found in the repository", shown, frames),
			"log the running commit, or map the paths in errmon.yml with `code: roots:`")}
	}
	return []finding.Finding{finding.Good(about, "%d of %d in-app frames were found in the repository", shown, frames)}
}

// checkWorkflows checks the workflow that runs or, outside Actions, those here that use errmon.
func (s *session) checkWorkflows(ctx context.Context, cfg config.Config, client *github.Client) []finding.Finding {
	const folder = ".github/workflows/"
	files, _ := filepath.Glob(folder + "*.y*ml")                       // cannot fail: the pattern is valid
	running, _, _ := strings.Cut(s.Getenv("GITHUB_WORKFLOW_REF"), "@") // OWNER/REPO/.github/workflows/NAME@REF
	if i := strings.Index(running, folder); i >= 0 {
		files = []string{running[i:]}
	}
	home := s.Getenv("GITHUB_REPOSITORY") == cfg.Owner+"/"+cfg.Repo
	var found []finding.Finding
	for _, file := range files {
		content, err := os.ReadFile(s.inWorkspace(file))
		if err != nil && home {
			content, err = client.ReadFile(ctx, file)
		}
		if err != nil || s.actions == nil && !workflow.Uses(content) {
			continue
		}
		facts := workflow.Facts{File: path.Base(file), Now: s.Clock.Now(), Job: s.Getenv("GITHUB_JOB")}
		if home || s.actions == nil {
			repository, err := client.Repository(ctx) // client.Check reports a refusal
			facts.Public, facts.PushedAt = err == nil && !repository.Private, repository.PushedAt
			facts.State = client.WorkflowState(ctx, facts.File)
		}
		found = append(found, workflow.Check(content, facts)...)
	}
	return found
}

// table prints doctor's findings as they come in.
type table struct {
	out      io.Writer
	screen   terminal.Screen // the terminal of out
	redactor *safe.Redactor  // numbers equal secrets alike in all findings
	found    []finding.Finding
	counts   [finding.Failure + 1]int
}

var marks = map[finding.Level]string{finding.OK: "✓", finding.Warning: "!", finding.Failure: "✗"}
var styles = map[finding.Level]terminal.Style{finding.OK: terminal.Green, finding.Warning: terminal.Yellow, finding.Failure: terminal.Red}

// add prints findings. It redacts each part separately, because any text after "token:" looks like a token.
func (t *table) add(found ...finding.Finding) {
	for _, f := range found {
		mark := t.screen.Show(styles[f.Level], marks[f.Level])
		fmt.Fprintf(t.out, "%s %s: %s\n", mark, t.redactor.Command(f.About), t.redactor.Command(f.Text))
		if f.Remedy != "" {
			fmt.Fprintf(t.out, "  → %s\n", t.redactor.Command(f.Remedy))
		}
		t.counts[f.Level]++
	}
	t.found = append(t.found, found...)
}

func (t *table) end() {
	verdict := "All checks passed"
	if failures, warnings := t.counts[finding.Failure], t.counts[finding.Warning]; failures+warnings > 0 {
		verdict = fmt.Sprintf("✗ %d, ! %d", failures, warnings)
	}
	fmt.Fprintf(t.out, "\n%s. Nothing was written.\n", verdict)
}

func (t *table) summary(r *safe.Redactor) string {
	var b strings.Builder
	b.WriteString("## errmon doctor\n\n| | | Found | Remedy |\n|---|---|---|---|\n")
	for _, f := range t.found {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", marks[f.Level], r.Cell(f.About, 300), r.Code(f.Text, 1000), r.Cell(f.Remedy, 1000))
	}
	return b.String()
}
