package scan

import (
	"context"
	"time"

	"github.com/org/errmon-action/internal/plan"
)

// Status is what the repository knows of its errors.
type Status struct {
	Open, Closed, Muted int // error issues
	Waiting             int // errors without an issue
	Oldest              time.Time
	// Sources is how many sources were read at all, Oldest up to when each of them was.
	Sources int
}

// ReadStatus reads what the issues and the dashboard say, and changes nothing.
func ReadStatus(ctx context.Context, o Options) (Status, error) {
	s := begin(o)
	known, err := s.list(ctx)
	if err != nil {
		return Status{}, err
	}
	status := Status{Waiting: len(known.dashboard.Waiting) + known.dashboard.More, Sources: len(known.dashboard.Read)}
	for _, i := range known.issues {
		switch {
		case i.Marker.DupOf != 0:
		case i.Ignored || i.Closed == plan.NotPlanned || i.Closed == plan.ClosedAsDup:
			status.Muted++
		case i.Open:
			status.Open++
		default:
			status.Closed++
		}
	}
	for _, at := range known.dashboard.Read {
		if status.Oldest.IsZero() || at.Time().Before(status.Oldest) {
			status.Oldest = at.Time()
		}
	}
	return status, nil
}
