package plan

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/marker"
)

// Snapshot is an issue as GitHub shows it.
type Snapshot struct {
	Number      int
	Title       string
	URL         string
	Body        string
	Open        bool
	Locked      bool
	CreatedAt   time.Time
	StateReason string // GitHub's: "completed", "not_planned", "duplicate", "reopened" or empty
	ClosedAt    time.Time
	Labels      []string
	Assignees   []string
}

// ReadIssue reads the marker of an issue. A damaged marker is not an error as long as
// its key line says which error it is about. One of a newer errmon is muted, so that
// its error is not filed again. label is that of error issues. ReadIssue returns marker.ErrNone, or a
// *marker.NewerError or *marker.DamagedError without a key.
func ReadIssue(s Snapshot, label string) (Issue, error) {
	issue := Issue{
		Number:   s.Number,
		Title:    s.Title,
		URL:      s.URL,
		Open:     s.Open,
		Locked:   s.Locked,
		Created:  s.CreatedAt,
		ClosedAt: s.ClosedAt,
		Owners:   s.Assignees,
		Ignored:  slices.ContainsFunc(s.Labels, func(l string) bool { return strings.EqualFold(l, label+":ignore") }),
		Snooze:   readSnooze(s.Labels, label),
	}
	if !s.Open {
		issue.Closed = closedFor(s.StateReason)
	}
	var err error
	issue.Marker, err = marker.Read(s.Body)
	var damaged *marker.DamagedError
	var newer *marker.NewerError
	switch {
	case errors.As(err, &damaged) && damaged.Key != "":
		issue.Damaged, issue.Marker = true, marker.Marker{Keys: []string{damaged.Key}}
		return issue, nil
	case errors.As(err, &newer) && newer.Key != "":
		issue.Newer, issue.Marker = true, marker.Marker{Keys: []string{newer.Key}}
		return issue, nil
	}
	return issue, err
}

func closedFor(stateReason string) Reason {
	switch stateReason {
	case "not_planned":
		return NotPlanned
	case "duplicate":
		return ClosedAsDup
	}
	return ""
}
