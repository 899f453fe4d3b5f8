package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/preview"
)

// preview shows the issues that a payload, log files, or without any the configured
// sources, would get.
func (s *session) preview(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	cfg, err := s.load(nil)
	body, delivered, payloadErr := s.payload(cmd)
	if err := errors.Join(err, payloadErr); err != nil {
		return err
	}
	p := preview.Preview{
		Out:       s.Stdout,
		Redactor:  s.redactor,
		Rules:     intakeRules(cfg),
		MinEvents: cfg.MinEvents,
		Now:       s.Clock.Now(),
	}
	if delivered {
		payload, err := s.read(cfg, body)
		if err != nil {
			return err
		}
		p.Delivered(intake.Delivery{Events: payload.Events, Issues: payload.Issues}, notices(payload))
		return errors.Join(payload.Refused...)
	}
	if len(args) > 0 {
		files, err := logfile.Expand(args)
		if err != nil {
			return usageError{err}
		}
		return p.Files(ctx, files, s.Stdin)
	}
	specs, err := cloudwatch.ParseSpecs(cfg.LogGroups, cfg.AWSRegion)
	tracker, sentryErr := s.tracker(cfg)
	if err := errors.Join(cfg.CheckSources(), err, sentryErr); err != nil {
		return usageError{err}
	}
	aws, err := s.cloudwatch(ctx, cfg)
	if err != nil {
		return err
	}
	sources, openErr := openGroups(ctx, aws, specs)
	if err := p.Sources(ctx, sources, tracker, lookback(cfg, p.Now)); err != nil {
		return err
	}
	return openErr
}
