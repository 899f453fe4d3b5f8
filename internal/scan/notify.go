package scan

import (
	"cmp"
	"context"
	"fmt"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/slack"
)

// How much of a title and a place Slack is shown, in characters: both together
// stay under the 3,000 of a section.
const (
	slackTitle = 1000
	slackPlace = 300
)

// notify posts to Slack, last of all, the errors that this run filed, reopened or
// saw grow worse. A Slack failure is only a warning; the issues matter more.
func notify(ctx context.Context, r *run) {
	if r.Slack == nil || r.DryRun || ctx.Err() != nil {
		return
	}
	section := r.Redactor.Section()
	var found []slack.Error
	for _, l := range r.report.Lines {
		kind, ok := kindOf(l)
		if !ok {
			continue
		}
		found = append(found, slack.Error{
			Kind: kind, Number: l.Number, URL: l.URL, Events: l.Action.Count(),
			Title: section.Mrkdwn(l.Action.Title, slackTitle), Place: section.Mrkdwn(place(l.Action), slackPlace),
		})
	}
	if err := r.Slack.Post(ctx, r.GitHub.FullName(), found); err != nil {
		r.warn(fmt.Sprintf("the Slack message about %d errors failed, but their issues are written: %v", len(found), err))
	}
}

// kindOf returns what Slack calls a result, and false if it is not worth a message.
func kindOf(l plan.Result) (slack.Kind, bool) {
	switch {
	case l.Action.Surged:
		return slack.Surged, true
	case !l.Done() || l.Number == 0 || l.Action.Next.Shape.Silent:
	case l.Action.Kind == plan.Create:
		return slack.FirstSeen, true
	case l.Action.Kind == plan.Reopen:
		return slack.Regressed, true
	case l.Action.Comment == plan.TenTimes || l.Action.Comment == plan.HigherLevel:
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
