package render

import (
	"fmt"
	"time"

	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
)

// course states what came before an issue and what will become of it.
func (r Renderer) course(a plan.Action) string {
	text := ""
	if a.Next.After != 0 {
		text = fmt.Sprintf("The error had an issue before: #%d.\n\n", a.Next.After)
	}
	if at, ok := steady(a); ok {
		text += fmt.Sprintf("This issue changed its state twice within 24 hours, so it stays open until %s at least.\n\n", clockTime(at))
	}
	if a.Next.Held && len(a.Next.Changes) == marker.MaxChanges {
		at := a.Next.Changes[0].At.Time().Add(24 * time.Hour)
		text += fmt.Sprintf("It happened again after it was closed. Its state changed twice within 24 hours, so it is reopened after %s.\n\n", clockTime(at))
	}
	if a.Reason == plan.Archived {
		text += "Archived, because it was closed long ago. If the error happens again, it gets a new issue that links this one.\n\n"
	}
	return text
}

// steady returns until when an open issue is not closed because it changed its state
// twice within a day.
func steady(a plan.Action) (until time.Time, ok bool) {
	changes := a.Next.Changes
	if open := a.Kind == plan.Reopen || a.Issue.Open && a.Kind != plan.Close; !open || len(changes) < marker.MaxChanges {
		return time.Time{}, false
	}
	first, last := changes[len(changes)-2].At.Time(), changes[len(changes)-1].At.Time()
	return last.Add(24 * time.Hour), last.Sub(first) < 24*time.Hour
}
