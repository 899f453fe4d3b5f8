package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/page"
	"github.com/org/errmon-action/internal/preview"
)

// preview shows the issues that local log files, a payload, or else the configured
// sources would get.
func (s *session) preview(cmd *cobra.Command, args []string) (err error) {
	body, delivered, payloadErr := s.payload(cmd)
	if delivered && len(args) > 0 {
		return usageError{errors.New("preview takes either log files or --payload: leave one out")}
	}
	html, closePage, err := openPage(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closePage()) }()
	if len(args) > 0 {
		return s.previewFiles(cmd.Context(), html, args)
	}
	cfg, err := s.load(s.input(nil))
	if err := errors.Join(asUsage(err), payloadErr); err != nil {
		return err
	}
	if delivered {
		return s.previewPayload(cfg, html, body)
	}
	return s.previewSources(cmd.Context(), cfg, html)
}

// openPage opens the file of --html, before anything is read; without the flag the
// writer is nil.
func openPage(cmd *cobra.Command) (io.Writer, func() error, error) {
	flag := cmd.Flags().Lookup("html") // the action's command input has no flags
	if flag == nil || flag.Value.String() == "" {
		return nil, func() error { return nil }, nil
	}
	if !page.Included {
		return nil, nil, usageError{errors.New("--html: this build cannot write pages: run it from source, as in `go run . preview --html FILE`")}
	}
	file, err := os.Create(flag.Value.String())
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--html: %w: choose a writable file", err)}
	}
	return file, file.Close, nil
}

func (s *session) previewer(cfg config.Config, html io.Writer) preview.Preview {
	p := preview.Preview{
		Out:       s.Stdout,
		Screen:    s.Screen,
		Redactor:  s.redactor,
		Rules:     intakeRules(cfg),
		MinEvents: cfg.MinEvents,
		Now:       s.Clock.Now(),
		HTML:      html,
	}
	if s.Errors.Width > 0 {
		p.Progress = s.Stderr
	}
	return p
}

func (s *session) previewFiles(ctx context.Context, html io.Writer, args []string) error {
	cfg, err := s.loadOffline()
	if err != nil {
		return err
	}
	files, err := logfile.Expand(args)
	if err != nil {
		return usageError{err}
	}
	return s.previewer(cfg, html).Files(ctx, files, s.Stdin)
}

func (s *session) previewPayload(cfg config.Config, html io.Writer, body []byte) error {
	payload, err := s.read(cfg, body)
	if err != nil {
		return err
	}
	shown := s.previewer(cfg, html).Delivered(intake.Delivery{Events: payload.Events, Issues: payload.Issues}, notices(payload))
	return errors.Join(shown, errors.Join(payload.Refused...))
}

func (s *session) previewSources(ctx context.Context, cfg config.Config, html io.Writer) error {
	services, leftOut, err := s.watch(ctx, cfg)
	if err != nil {
		return usageError{err}
	}
	from := cfg.Since
	if from.IsZero() {
		from = s.Clock.Now().Add(-cfg.Lookback)
	}
	return errors.Join(errors.Join(leftOut...), s.previewer(cfg, html).Sources(ctx, services, from))
}
