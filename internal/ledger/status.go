package ledger

import (
	"time"

	"github.com/org/errmon-action/internal/plan"
)

// Status counts what the repository knows about its errors.
type Status struct {
	Open, Closed, Muted int // error issues
	Waiting             int // errors without an issue
	// Sources counts the sources that were ever read; all were read up to Oldest.
	Sources int
	Oldest  time.Time
}

// Status returns what the issues and the dashboard say.
func (k Known) Status() Status {
	status := Status{Waiting: len(k.Dashboard.Waiting) + k.Dashboard.More, Sources: len(k.Dashboard.Read)}
	for _, i := range k.Issues {
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
	for _, at := range k.Dashboard.Read {
		if status.Oldest.IsZero() || at.Time().Before(status.Oldest) {
			status.Oldest = at.Time()
		}
	}
	return status
}
