package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/inbound"
	"github.com/org/errmon-action/internal/intake"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/relay"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/scan"
	"github.com/org/errmon-action/internal/slack"
	"github.com/org/errmon-action/internal/source"
)

// payload returns what was delivered to this run; false if the run should scan, as for a TypeScan dispatch.
func (s *session) payload(cmd *cobra.Command) ([]byte, bool, error) {
	if f := cmd.Flags().Lookup("payload"); f != nil && f.Changed {
		file := s.Stdin
		if name := f.Value.String(); name != "-" {
			opened, err := os.Open(name)
			if err != nil {
				return nil, true, usageError{fmt.Errorf("read the payload: %w", err)}
			}
			defer opened.Close()
			file = opened
		}
		body, err := io.ReadAll(io.LimitReader(file, inbound.MaxBody+1))
		return body, true, usage(err)
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
	if json.Unmarshal(body, &dispatched) == nil && dispatched.Action == relay.TypeScan {
		return nil, false, nil
	}
	return body, true, nil
}

func (s *session) read(cfg config.Config, body []byte) (payload.Payload, error) {
	return inbound.Read(body, slack.Options{
		Origin: payload.Origin{Now: s.Clock.Now(), Run: s.Getenv("GITHUB_RUN_ID")},
		Rules:  slack.Rules{Channels: cfg.SlackChannels, Match: cfg.SlackMatch, IgnoreApps: cfg.SlackIgnoreApps},
	})
}

// dispatch files the delivered errors, then runs commands from Slack. An unusable source is only a warning.
func (s *session) dispatch(ctx context.Context, c config.Config, body []byte) (report.Run, error) {
	if err := usage(s.mistakes, c.CheckTarget()); err != nil {
		return report.Run{}, err
	}
	payload, err := s.read(c, body)
	if err != nil {
		return report.Run{}, err
	}
	services, leftOut, mistakes := s.connect(ctx, c)
	trackers := slices.DeleteFunc(services, func(i source.Integration) bool { return i.Tracker == nil })
	options, err := s.options(c, trackers)
	if err != nil {
		return report.Run{}, err
	}
	ctx, cancel := s.Clock.WithTimeout(ctx, c.MaxDuration, errOver)
	defer cancel()
	run := scan.Dispatch(ctx, options, intake.Delivery{Events: payload.Events, Issues: payload.Issues})
	run.Failures = append(run.Failures, payload.Refused...)
	run.Warnings = slices.Concat(texts(c.Warnings), texts(leftOut), texts(mistakes), run.Warnings)
	for _, command := range payload.Commands {
		s.serve(ctx, c, command, options, &run)
	}
	run.Notices = append(payload.Skipped, run.Notices...)
	return run, nil
}

// serve runs a command from Slack, adds its result to the run, and answers. If it fails, so does the run.
func (s *session) serve(ctx context.Context, c config.Config, asked payload.Command, o scan.Options, run *report.Run) {
	answer, err := slack.Answer{Text: "`scan` reads the sources now, `scan 6h` reads the last 6 hours again, " +
		"`status` shows the totals, and `file TEXT` files an error."}, error(nil)
	switch asked.Verb {
	case payload.Scan:
		answer, err = s.scanSince(ctx, c, asked.Since, run)
	case payload.Status:
		answer.Text, err = scan.Status(ctx, o)
	case payload.File:
		answer = s.answer("Filed.", *run)
	}
	if err != nil {
		run.Failures = append(run.Failures, fmt.Errorf("%s: %w", asked.Verb, err))
		answer = slack.Answer{Text: "That failed; see the workflow run for the reason."}
	}
	if asked.ResponseURL == "" || c.DryRun {
		return
	}
	if err := slack.SendAnswer(ctx, asked.ResponseURL, c.SlackAPIURL, answer); err != nil {
		run.Warnings = append(run.Warnings, err.Error())
	}
}

func (s *session) scanSince(ctx context.Context, c config.Config, since string, run *report.Run) (slack.Answer, error) {
	if since != "" {
		var err error
		if c.Since, err = config.ParseSince(since, s.Clock.Now()); err != nil {
			return slack.Answer{Text: "The start time " + err.Error() + "."}, nil
		}
	}
	scanned, err := s.scanSources(ctx, c)
	if err != nil {
		return slack.Answer{}, err
	}
	run.Add(scanned)
	return s.answer("Scanned: "+report.Headline(scanned), scanned), nil
}

func (s *session) answer(text string, run report.Run) slack.Answer {
	if n := len(run.Problems()); n > 0 {
		text += fmt.Sprintf(" Problems: %d; see the workflow run.", n)
	}
	a := slack.Answer{Text: text}
	r := s.redactor.Section()
	for _, l := range run.Lines {
		if l.Done() && l.Number != 0 {
			a.Done = append(a.Done, slack.Error{
				Kind: slack.Kind(l.Action.Kind), Number: l.Number, URL: l.URL,
				Events: l.Action.Count(), Title: r.Mrkdwn(l.Action.Title, 300),
			})
		}
	}
	return a
}
