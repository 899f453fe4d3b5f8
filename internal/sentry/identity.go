package sentry

import (
	"cmp"
	"encoding/json"

	"github.com/org/errmon-action/internal/payload"
)

// ids name an event and its issue.
type ids struct {
	ID      payload.Text
	EventID payload.Text `json:"event_id"`
	IssueID payload.Text `json:"issue_id"`
}

// Identify returns the id of the event that a webhook is about, and what all events of
// its issue have in common; each is empty if the body does not contain it. A change of
// an issue has neither: each is a delivery of its own.
func Identify(body []byte) (id, issue string) {
	var w struct {
		ID    payload.Text // the legacy plugin's, of the issue
		Event ids          // the legacy plugin's
		Data  struct{ Event, Error, Issue *ids }
	}
	_ = json.Unmarshal(body, &w) // a part of another type names nothing
	for _, event := range []*ids{w.Data.Event, w.Data.Error} {
		if event != nil {
			return event.EventID.Trim(), event.IssueID.Trim()
		}
	}
	if w.Data.Issue != nil {
		return "", ""
	}
	return cmp.Or(w.Event.EventID.Trim(), w.Event.ID.Trim()), w.ID.Trim()
}
