package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/org/errmon-action/internal/config"
	"github.com/org/errmon-action/internal/github"
	"github.com/org/errmon-action/internal/inbound"
	"github.com/org/errmon-action/internal/ledger"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/scan"
	"github.com/org/errmon-action/internal/slack"
)

// This file does what people in Slack want done, and answers them.

const help = "`scan` reads the sources now, `scan 6h` an older stretch; `status` says what is known; `file TEXT` files an error."

// desk serves commands by one configuration.
type desk struct {
	*session
	cfg    config.Config
	reader *github.Client
	run    *report.Run // what was done so far; commands add to it
}

// serve carries a command out and answers it. What fails is told to who asked and
// fails the run.
func (d desk) serve(ctx context.Context, c inbound.Command, o scan.Options) {
	answer, err := d.do(ctx, c, o)
	if err != nil {
		d.run.Failures = append(d.run.Failures, fmt.Errorf("%s: %w", c.Verb, err))
		answer = slack.Answer{Text: "That failed; the workflow run says why."}
	}
	if c.ResponseURL == "" || d.cfg.DryRun {
		return
	}
	if err := slack.SendAnswer(ctx, c.ResponseURL, d.cfg.SlackAPIURL, answer); err != nil {
		d.run.Warnings = append(d.run.Warnings, err.Error())
	}
}

func (d desk) do(ctx context.Context, c inbound.Command, o scan.Options) (slack.Answer, error) {
	switch c.Verb {
	case inbound.ScanVerb:
		return d.scan(ctx, c.Since)
	case inbound.StatusVerb:
		status, err := scan.Status(ctx, o)
		return slack.Answer{Text: statusText(status)}, err
	case inbound.FileVerb:
		return d.answer("Filed.", *d.run), nil
	}
	return slack.Answer{Text: help}, nil
}

func (d desk) scan(ctx context.Context, since string) (slack.Answer, error) {
	if since != "" {
		if err := d.cfg.ReadSince(since, d.Clock.Now()); err != nil {
			return slack.Answer{Text: "The time to scan since " + err.Error() + "."}, nil
		}
	}
	run, err := d.scanSources(ctx, d.cfg, d.reader, nil)
	if err != nil {
		return slack.Answer{}, err
	}
	d.run.Add(run)
	return d.answer("Scanned: "+report.Headline(run), run), nil
}

// answer tells of the issues that a run wrote.
func (d desk) answer(text string, run report.Run) slack.Answer {
	if n := len(run.Problems()); n > 0 {
		text += fmt.Sprintf(" Not all of it worked (%d problems): the workflow run says why.", n)
	}
	a := slack.Answer{Text: text}
	r := d.redactor.Section()
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
