package scan

import (
	"cmp"
	"context"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/report"
	"github.com/org/errmon-action/internal/slack"
)

// How much of a title and a place Slack is shown, in characters: both together
// stay under the 3,000 of a section.
const (
	slackTitle = 1000
	slackPlace = 300
)

// notify tells Slack, last of all, of the errors that this run filed, reopened or
// saw grow worse. That Slack fails is a warning: the issues are what counts.
func (s *Scan) notify(ctx context.Context) {
	if s.Slack == nil || s.DryRun || ctx.Err() != nil {
		return
	}
	r := s.Redactor.Section()
	var found []slack.Error
	for _, l := range s.out.Lines {
		kind, ok := kindOf(l)
		if !ok {
			continue
		}
		found = append(found, slack.Error{
			Kind: kind, Number: l.Number, URL: l.URL, Events: l.Action.Count(),
			Title: r.Mrkdwn(l.Action.Title, slackTitle), Place: r.Mrkdwn(place(l.Action), slackPlace),
		})
	}
	if err := s.Slack.Post(ctx, s.Options.Repository, found); err != nil {
		s.warn("Slack was not told of %d errors, whose issues are written all the same: %v", len(found), err)
	}
}

// kindOf tells what a line is worth; false if nothing.
func kindOf(l report.Line) (slack.Kind, bool) {
	switch {
	case !l.Done() || l.Number == 0:
	case l.Action.Kind == plan.Create:
		return slack.FirstSeen, true
	case l.Action.Kind == plan.Reopen:
		return slack.Regressed, true
	case l.Action.Escalated():
		return slack.Escalated, true
	}
	return "", false
}

// place is the frame where the error was raised, else its service.
func place(a plan.Action) string {
	var frame event.Frame
	if len(a.Groups) > 0 {
		frame = a.Groups[0].Place
	}
	return cmp.Or(plan.Location(frame), frame.Function, a.Next.Service)
}
