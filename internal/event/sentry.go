package event

import "time"

// State is what a service that keeps issues of its own says of one.
type State string

// The states. A service may have more; each is mapped to the nearest of these.
const (
	Unresolved State = "unresolved"
	Resolved   State = "resolved"
	Ignored    State = "ignored" // archived, for good or until something happens
	Deleted    State = "deleted" // no longer there
)

// SentryIssue is one issue of a service that groups events itself, as Sentry does.
// All strings but ID and State are foreign text.
type SentryIssue struct {
	ID      string // never changes
	Name    string // what people call it, such as "SHOP-1F"
	Title   string
	URL     string // of its page
	Project string
	Level   Level
	State   State
	Total   int64 // events since it began
	Users   int64 // that were affected
	First   time.Time
	Last    time.Time
}

// Event returns what the issue says about its newest event.
func (t SentryIssue) Event() Event {
	return Event{
		ID: t.ID, Source: "sentry", Issue: t.ID, URL: t.URL, Time: t.Last, Level: t.Level, Message: t.Title, Text: t.Title, Service: t.Project,
	}
}
