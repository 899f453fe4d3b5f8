package ledger

import (
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/marker"
	"github.com/org/errmon-action/internal/plan"
	"github.com/org/errmon-action/internal/render"
	"github.com/org/errmon-action/internal/source"
)

// This file is what the dashboard shows beside what a run must remember.

// Read is what a run read.
type Read struct {
	Now       time.Time // of the run
	Lateness  time.Duration
	Sources   []source.Health
	Completed map[string]time.Time // up to when a source was read without a gap
	Requests  int                  // sent so far
	Version   string               // of errmon
}

// board returns the dashboard with the issues as the results left them.
func board(d marker.Dashboard, results []plan.Result, now time.Time) render.Board {
	b := render.Board{Dashboard: d, Now: now}
	for _, r := range results {
		if issue, ok := r.Standing(); ok {
			b.Issues = append(b.Issues, issue)
		}
	}
	return b
}

// mutes returns what is kept of muted issues. What an issue that is no longer muted has
// not stored yet is kept for the next run.
func mutes(before map[int]marker.Mute, results []plan.Result) map[int]marker.Mute {
	mutes := map[int]marker.Mute{}
	for _, r := range results {
		if mute, ok := before[r.Number]; ok && r.Err != nil {
			mutes[r.Number] = mute
		}
		if r.Action.Kind == plan.Mute && !r.Action.Issue.Newer {
			mutes[r.Number] = r.Action.Mute
		}
	}
	return mutes
}

// runs returns when the last runs began, this one included.
func runs(before []count.Millis, now time.Time) []count.Millis {
	var runs []count.Millis
	for _, at := range before {
		if at < count.At(now) {
			runs = append(runs, at)
		}
	}
	runs = append(runs, count.At(now))
	return runs[max(0, len(runs)-marker.MaxRuns):]
}

// forgetAfter is how long a source that no run reads stays on the dashboard. It was
// probably removed from the settings.
const forgetAfter = 14 * 24 * time.Hour

// health notes how the reading of each source went.
func health(before map[string]marker.Health, read Read) map[string]marker.Health {
	health := map[string]marker.Health{}
	for name, h := range before {
		if read.Now.Sub(max(h.Tried, h.Success).Time()) < forgetAfter {
			health[name] = h
		}
	}
	for _, s := range read.Sources {
		if s.Left { // its turn comes in a later run
			continue
		}
		h := health[s.Name]
		h.Events, h.Tried = s.Events, count.At(read.Now)
		if h.Failures++; s.Err == nil {
			h.Failures, h.Success = 0, count.At(read.Now)
		}
		health[s.Name] = h
	}
	return health
}
