package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/org/errmon-action/internal/ledger"
	"github.com/org/errmon-action/internal/payload"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/scan"
	"github.com/org/errmon-action/internal/slack"
)

// This file does what people in Slack want done, and answers them.

const help = "`scan` reads the sources now, `scan 6h` the last 6 hours again; `status` reports what is known; `file TEXT` files an error."

// commander serves commands with one configuration.
type commander struct {
	*session
	settings settings
	run      *report.Run // what was done so far; commands add to it
}

// serve carries a command out and answers it. A failure is reported to whoever asked and
// fails the run.
func (c commander) serve(ctx context.Context, asked payload.Command, o scan.Options) {
	answer, err := c.do(ctx, asked, o)
	if err != nil {
		c.run.Failures = append(c.run.Failures, fmt.Errorf("%s: %w", asked.Verb, err))
		answer = slack.Answer{Text: "That failed; the workflow run says why."}
	}
	if asked.ResponseURL == "" || c.settings.DryRun {
		return
	}
	if err := slack.SendAnswer(ctx, asked.ResponseURL, c.settings.SlackAPIURL, answer); err != nil {
		c.run.Warnings = append(c.run.Warnings, err.Error())
	}
}

func (c commander) do(ctx context.Context, asked payload.Command, o scan.Options) (slack.Answer, error) {
	switch asked.Verb {
	case payload.Scan:
		return c.scan(ctx, asked.Since)
	case payload.Status:
		status, err := scan.Status(ctx, o)
		return slack.Answer{Text: statusText(status)}, err
	case payload.File:
		return c.answer("Filed.", *c.run), nil
	}
	return slack.Answer{Text: help}, nil
}

func (c commander) scan(ctx context.Context, since string) (slack.Answer, error) {
	if since != "" {
		if err := c.settings.ReadSince(since, c.Clock.Now()); err != nil {
			return slack.Answer{Text: "The time to scan since " + err.Error() + "."}, nil
		}
	}
	run, err := c.scanSources(ctx, c.settings)
	if err != nil {
		return slack.Answer{}, err
	}
	c.run.Add(run)
	return c.answer("Scanned: "+report.Headline(run), run), nil
}

// answer lists the issues that a run wrote.
func (c commander) answer(text string, run report.Run) slack.Answer {
	if n := len(run.Problems()); n > 0 {
		text += fmt.Sprintf(" Not all of it worked (%d problems): the workflow run says why.", n)
	}
	a := slack.Answer{Text: text}
	r := c.redactor.Section()
	for _, l := range run.Lines {
		if l.Done() && l.Number != 0 {
			a.Done = append(a.Done, slack.Done{
				What: string(l.Action.Kind), Number: l.Number, URL: l.URL, Events: l.Action.Count(), Title: r.Mrkdwn(l.Action.Title, 300),
			})
		}
	}
	return a
}

func statusText(s ledger.Status) string {
	parts := []string{fmt.Sprintf("%d errors have an open issue, %d a closed one, %d are muted, %d wait for an issue.", s.Open, s.Closed, s.Muted, s.Waiting)}
	if s.Sources > 0 {
		parts = append(parts, fmt.Sprintf("%d sources were read, all of them up to %s.", s.Sources, s.Oldest.UTC().Format("2006-01-02 15:04 UTC")))
	}
	return strings.Join(parts, " ")
}
