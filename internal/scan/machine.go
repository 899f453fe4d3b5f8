package scan

import (
	"fmt"
	"time"

	"github.com/org/errmon-action/internal/clock"
	"github.com/org/errmon-action/internal/github"
)

// machine is the clock of the machine that runs errmon. It measures only how long
// something takes: events are counted by GitHub's time, since a run whose clock is
// ahead would call minutes read that have not passed yet.
type machine struct {
	clock clock.Clock
	began time.Time    // the run, by this clock
	ahead github.Ahead // of GitHub's clock
}

// time is GitHub's time when it is at on the machine.
func (m machine) time(at time.Time) time.Time {
	if !m.ahead.Matters() {
		return at
	}
	return at.Add(-time.Duration(m.ahead))
}

func (m machine) now() time.Time { return m.time(m.clock.Now()) }

// elapsed is how long the run has taken so far.
func (m machine) elapsed() time.Duration { return m.clock.Now().Sub(m.began) }

// warning says how far the clock is off, if that matters.
func (m machine) warning() []string {
	if !m.ahead.Matters() {
		return nil
	}
	return []string{fmt.Sprintf("This machine's clock is %s, by which events are counted: set it by NTP.", m.ahead)}
}
