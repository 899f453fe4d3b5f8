package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/preview"
)

// preview shows the issues that local log files, a payload, or else the configured
// sources would get.
func (s *session) preview(cmd *cobra.Command, args []string) error {
	body, delivered, payloadErr := s.payload(cmd)
	switch {
	case delivered && len(args) > 0:
		return usageError{errors.New("preview shows log files or a payload: leave --payload or the files out")}
	case len(args) > 0:
		return s.previewFiles(cmd.Context(), args)
	}
	cfg, err := s.load(nil)
	if err := errors.Join(err, payloadErr); err != nil {
		return err
	}
	if delivered {
		return s.previewPayload(cfg, body)
	}
	return s.previewSources(cmd.Context(), cfg)
}

func (s *session) previewer(cfg config.Config) preview.Preview {
	return preview.Preview{
		Out:       s.Stdout,
		Screen:    s.Screen,
		Redactor:  s.redactor,
		Rules:     intakeRules(cfg),
		MinEvents: cfg.MinEvents,
		Now:       s.Clock.Now(),
	}
}

func (s *session) previewFiles(ctx context.Context, args []string) error {
	cfg, err := s.loadOffline()
	if err != nil {
		return err
	}
	files, err := logfile.Expand(args)
	if err != nil {
		return usageError{err}
	}
	return s.previewer(cfg).Files(ctx, files, s.Stdin)
}

func (s *session) previewPayload(cfg config.Config, body []byte) error {
	payload, err := s.read(cfg, body)
	if err != nil {
		return err
	}
	s.previewer(cfg).Delivered(intake.Delivery{Events: payload.Events, Issues: payload.Issues}, notices(payload))
	return errors.Join(payload.Refused...)
}

func (s *session) previewSources(ctx context.Context, cfg config.Config) error {
	services, leftOut, err := s.watch(ctx, cfg)
	if err != nil {
		return usageError{err}
	}
	p := s.previewer(cfg)
	return errors.Join(errors.Join(leftOut...), p.Sources(ctx, services, lookback(cfg, p.Now)))
}
