package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/inbound"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/scan"
	"github.com/org/errmon-action/internal/slack"
)

// scanType is the type of a repository_dispatch that starts a scan of the
// sources, as a schedule does. One of any other type is read for a payload.
const scanType = "errmon-scan"

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
	file := s.Stdin
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
func (s *session) read(cfg config.Config, body []byte) (payload.Payload, error) {
	return inbound.Read(body, inbound.Options{
		Origin: payload.Origin{Now: s.Clock.Now(), Run: s.Getenv("GITHUB_RUN_ID")},
		Slack:  slack.Rules{Channels: cfg.SlackChannels, Match: cfg.SlackMatch, IgnoreApps: cfg.SlackIgnoreApps},
	})
}

// dispatch files what was delivered. It needs no source: one that cannot be read
// is only a warning.
func (s *session) dispatch(ctx context.Context, c settings, body []byte) (report.Run, error) {
	if err := errors.Join(c.mistakes, c.CheckTarget()); err != nil {
		return report.Run{}, usageError{err}
	}
	payload, err := s.read(c.Config, body)
	if err != nil {
		return report.Run{}, err
	}
	trackers, leftOut := s.trackers(ctx, c.Config)
	options, err := s.options(c, trackers)
	if err != nil {
		return report.Run{}, err
	}
	ctx, cancel := s.Clock.WithTimeout(ctx, c.MaxDuration, errOver)
	defer cancel()
	run := scan.Dispatch(ctx, options, intake.Delivery{Events: payload.Events, Issues: payload.Issues})
	run.Failures = append(run.Failures, payload.Refused...)
	run.Warnings = slices.Concat(texts(c.Warnings), texts(leftOut), run.Warnings)
	for _, command := range payload.Commands {
		commander{s, c, &run}.serve(ctx, command, options)
	}
	run.Notices = append(notices(payload), run.Notices...)
	return run, nil
}

// notices say what in a payload is not an error, and why.
func notices(payload payload.Payload) []string {
	var notices []string
	for _, why := range payload.Skipped {
		notices = append(notices, "Skipped: "+why+".")
	}
	return notices
}
