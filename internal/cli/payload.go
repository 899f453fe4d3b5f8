package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/inbound"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/scan"
)

// scanType is the type of a repository_dispatch that starts a scan of the
// sources, as a schedule does. One of any other type is read for a payload.
const scanType = "errmon-scan"

const payloadHelp = "read this file instead of the sources: a repository_dispatch event, its client_payload, or the body of a webhook; - for standard input"

func addPayloadFlag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().String("payload", "", payloadHelp)
	return cmd
}

// payload returns what was delivered to this run, and false where it is to scan
// the sources. Bad payloads are refused before anything else is done.
func (s *session) payload(cmd *cobra.Command) ([]byte, bool, error) {
	if f := cmd.Flags().Lookup("payload"); f != nil && f.Changed {
		body, err := s.readPayload(f.Value.String())
		return body, true, asUsage(err)
	}
	path := s.Getenv("GITHUB_EVENT_PATH")
	if s.actions == nil || s.Getenv("GITHUB_EVENT_NAME") != "repository_dispatch" || path == "" {
		return nil, false, nil
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, true, fmt.Errorf("read the event: %w", err)
	}
	var dispatched struct{ Action string }
	if json.Unmarshal(body, &dispatched) == nil && dispatched.Action == scanType {
		return nil, false, nil
	}
	return body, true, nil
}

func (s *session) readPayload(name string) ([]byte, error) {
	if name == "" {
		return nil, errors.New("--payload names no file")
	}
	var file io.Reader = s.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read the payload: %w", err)
		}
		defer f.Close()
		file = f
	}
	body, err := io.ReadAll(io.LimitReader(file, inbound.MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the payload: %w", err)
	}
	return body, nil
}

// read reads a payload by what is configured.
func (s *session) read(cfg config.Config, body []byte) (inbound.Payload, error) {
	return inbound.Read(body, inbound.Options{
		Now: s.Clock.Now(), Run: s.Getenv("GITHUB_RUN_ID"),
		Slack: inbound.SlackRules{Channels: cfg.SlackChannels, Match: cfg.SlackMatch, IgnoreApps: cfg.SlackIgnoreApps},
	})
}

// dispatch files what was delivered, unless reading that failed.
func (s *session) dispatch(ctx context.Context, body []byte, err error) error {
	var run report.Run
	if err == nil {
		run, err = s.dispatchOnce(ctx, body)
	}
	if err != nil {
		return errors.Join(err, s.publish(report.Run{Failures: []error{err}}))
	}
	return s.report(run)
}

func (s *session) dispatchOnce(ctx context.Context, body []byte) (report.Run, error) {
	cfg, reader, err := s.configure(ctx)
	var usage usageError
	if err != nil && !errors.As(err, &usage) {
		return report.Run{}, err
	}
	if err := errors.Join(err, asUsage(cfg.CheckTarget())); err != nil {
		return report.Run{}, err
	}
	payload, err := s.read(cfg, body)
	if err != nil {
		return report.Run{}, err
	}
	gh, err := s.github(cfg)
	if err != nil {
		return report.Run{}, err
	}
	ctx, cancel := s.Clock.WithTimeout(ctx, cfg.MaxDuration, errors.New("max-duration is over"))
	defer cancel()
	// A payload is filed without any source.
	warnings := cfg.Warnings
	tracker, err := s.sentry(cfg)
	for _, err := range append(cfg.LeftOut, err) {
		if err != nil {
			warnings = append(warnings, err.Error())
		}
	}
	options := s.options(cfg, sources{github: gh, reader: reader, sentry: tracker})
	delete(options.Sources.Requests, "CloudWatch")
	run := scan.Dispatch(ctx, options, intake.Delivery{Events: payload.Events, Issues: payload.Issues})
	run.Failures = append(run.Failures, payload.Refused...)
	run.Warnings = append(warnings, run.Warnings...)
	for _, c := range payload.Commands {
		desk{s, cfg, reader, &run}.serve(ctx, c, options)
	}
	run.Notices = append(notices(payload), run.Notices...)
	return run, nil
}

// notices say what in a payload is not an error, and why.
func notices(payload inbound.Payload) []string {
	var notices []string
	for _, why := range payload.Skipped {
		notices = append(notices, "Skipped: "+why+".")
	}
	return notices
}
