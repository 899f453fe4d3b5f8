package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/group"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/page"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/preview"
)

// preview shows the issues that would be filed for log files, a payload or else the configured sources.
func (s *session) preview(cmd *cobra.Command, args []string) error {
	body, delivered, payloadErr := s.payload(cmd)
	if delivered && len(args) > 0 {
		return usageError{errors.New("preview takes either log files or --payload: leave one out")}
	}
	if len(args) > 0 {
		cfg, files, err := s.expand(args)
		if err != nil {
			return err
		}
		return s.show(cmd, cfg, func(p preview.Preview) error { return p.Files(cmd.Context(), files, s.Stdin) })
	}
	cfg, err := s.load(s.input())
	if err := errors.Join(usage(err), payloadErr); err != nil {
		return err
	}
	if !delivered {
		return s.previewSources(cmd, cfg)
	}
	payload, err := s.read(cfg, body)
	if err != nil {
		return err
	}
	delivery := intake.Delivery{Events: payload.Events, Issues: payload.Issues}
	shown := s.show(cmd, cfg, func(p preview.Preview) error { return p.Delivered(delivery, payload.Skipped) })
	return errors.Join(shown, errors.Join(payload.Refused...))
}

// show runs preview with the --html page open. Call it only with valid settings, because it empties the page.
func (s *session) show(cmd *cobra.Command, cfg config.Config, preview func(preview.Preview) error) error {
	html, closePage, err := openPage(cmd)
	if err != nil {
		return err
	}
	return errors.Join(preview(s.previewer(cfg, html)), closePage())
}

// openPage creates the --html file before any source is read. Without the flag, the writer is nil.
func openPage(cmd *cobra.Command) (io.Writer, func() error, error) {
	flag := cmd.Flags().Lookup("html") // nil if the input "command" selected preview
	if flag == nil || flag.Value.String() == "" {
		return nil, func() error { return nil }, nil
	}
	if page.Write == nil {
		return nil, nil, usageError{errors.New(
			"--html: this build cannot write pages: run it from source, as in `go run . preview --html FILE`")}
	}
	file, err := os.Create(flag.Value.String())
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--html: %w: choose a writable file", err)}
	}
	return file, file.Close, nil
}

// expand reads the settings that apply without services, and lists the log files.
func (s *session) expand(args []string) (config.Config, []string, error) {
	in := s.input()
	in.Offline = true
	cfg, err := s.load(in)
	for _, warning := range cfg.Warnings {
		s.warning(warning.Error())
	}
	if err != nil {
		return cfg, nil, usageError{err}
	}
	files, err := logfile.Expand(args)
	return cfg, files, usage(err)
}

func (s *session) previewer(cfg config.Config, html io.Writer) preview.Preview {
	p := preview.Preview{
		Out: s.Stdout, Screen: s.Screen, Redactor: s.redactor, Rules: intakeRules(cfg), MinEvents: cfg.MinEvents,
		MaxNew: cfg.MaxNewIssues, Label: cfg.Label, Now: s.Clock.Now(), HTML: html, Progress: io.Discard,
	}
	if s.Errors.Width > 0 {
		p.Progress = s.Stderr
	}
	return p
}

func (s *session) previewSources(cmd *cobra.Command, cfg config.Config) error {
	services, leftOut, err := s.watch(cmd.Context(), cfg)
	if err != nil {
		return usageError{err}
	}
	from := cmp.Or(cfg.Since, s.Clock.Now().Add(-cfg.Lookback))
	shown := s.show(cmd, cfg, func(p preview.Preview) error { return p.Sources(cmd.Context(), services, from) })
	return errors.Join(errors.Join(leftOut...), shown)
}

func (s *session) groupCommand() *cobra.Command {
	var p group.Printer
	var known, save string
	cmd := &cobra.Command{
		Use: "group [FILE|-]", Args: cobra.MaximumNArgs(1), Example: "  errmon group --explain app.log",
		Short: "Print as JSON which error each event of a log belongs to",
		RunE:  func(cmd *cobra.Command, args []string) error { return s.group(cmd.Context(), args, p, known, save) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&p.Lines, "lines", false, "treat every line as one event instead of joining multi-line events; JSON is read either way")
	flags.BoolVar(&p.Explain, "explain", false, "add the reason: the rule, the keys, the exceptions with their frames, and what was masked")
	flags.StringVar(&known, "known", "", "file of templates saved by an earlier run; events that match one keep its fingerprint")
	flags.StringVar(&save, "save", "", "file to save the templates to, including known ones")
	return cmd
}

// group prints which events of a log are the same error. known and save are names of files, or empty.
func (s *session) group(ctx context.Context, args []string, p group.Printer, known, save string) error {
	if len(args) == 0 {
		args = []string{logfile.Stdin}
	}
	cfg, files, err := s.expand(args)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return usageError{fmt.Errorf("%q contains %d logs: group reads one file", args[0], len(files))}
	}
	p.Out, p.Redactor, p.Rules = s.Stdout, s.redactor, intakeRules(cfg)
	p.Rules.Policy = policy.Policy{Rules: cfg.Rules}
	if known != "" {
		if p.Known, err = group.ReadKnown(known); err != nil {
			return usageError{err}
		}
	}
	templates, err := p.Print(ctx, &logfile.Source{Path: files[0], Stdin: s.Stdin})
	if err != nil || save == "" {
		return err
	}
	return group.WriteKnown(save, templates)
}
