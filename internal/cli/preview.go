package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/cloudwatch"
	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/logfile"
	"github.com/org/errmon-action/internal/policy"
	"github.com/org/errmon-action/internal/preview"
	"github.com/org/errmon-action/internal/scan"
	"github.com/org/errmon-action/internal/stacktrace"
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
	level, _ := event.ParseLevel(cfg.MinLevel)
	p := preview.Preview{
		Out:       s.Stdout,
		Redactor:  s.redactor,
		Policy:    policy.Policy{MinLevel: level},
		InApp:     stacktrace.Rules(cfg.InApp),
		Fields:    cfg.Fields,
		MinEvents: cfg.MinEvents,
		Now:       s.Clock.Now(),
	}
	if delivered {
		payload, err := s.read(cfg, body)
		if err != nil {
			return err
		}
		p.Delivered(scan.Delivery{Events: payload.Events, Issues: payload.Issues}, s.notices(payload, p.Policy))
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
