// Package grouping tells which events are the same error.
//
// Each event has one identity, its key: the type chain and in-app frames where
// there is a stack trace ("exc1:"), else the service and the template of its
// message ("msg1:"). A Set adds up events group by group and keeps, of all of
// them, only counts per minute and one sample, so that memory depends on the
// number of distinct errors and not on the number of events. The order in
// which events are added changes nothing.
//
// It is pure and may import event alone.
package grouping

import (
	"time"

	"github.com/org/errmon-action/internal/event"
)

// Group is one error: the events of one identity.
type Group struct {
	Key      string
	Aliases  []string    // other lines by which the same error may be met
	Template string      // of the message, or of the exception's; redacted
	Type     string      // of the exception that surfaced first; empty without a trace
	Place    event.Frame // the first in-app frame; zero without one
	Service  string
	Level    event.Level // the worst one seen
	Sources  map[string]*Seen
	First    time.Time
	Last     time.Time
	Sample   event.Event // the newest event
	Context  []string    // lines around the sample, where they were read
}

// Seen is what one source showed of a group.
type Seen struct {
	Minutes map[int64]int64 // events by minute since 1970; 0 holds events without a time
	URL     string          // of the newest event
	Last    time.Time       // when it happened
}

// Count is the number of events seen in all sources.
func (g *Group) Count() int64 {
	var count int64
	for _, s := range g.Sources {
		for _, n := range s.Minutes {
			count += n
		}
	}
	return count
}

// add counts one event. Which event becomes the sample depends on the events
// alone, not on their order: the newest, and of equals the larger id.
func (g *Group) add(e event.Event) {
	g.count(e)
	g.Level = max(g.Level, e.Level)
	if !e.Time.IsZero() && (g.First.IsZero() || e.Time.Before(g.First)) {
		g.First = e.Time
	}
	if e.Time.After(g.Last) {
		g.Last = e.Time
	}
	if g.Sample.Source == "" || newer(e, g.Sample) {
		g.Sample = e
	}
}

func (g *Group) count(e event.Event) {
	seen := g.Sources[e.Source]
	if seen == nil {
		seen = &Seen{Minutes: map[int64]int64{}}
		g.Sources[e.Source] = seen
	}
	minute := int64(0)
	if !e.Time.IsZero() {
		minute = e.Time.Unix() / 60
	}
	seen.Minutes[minute]++
	if e.Time.After(seen.Last) || (e.Time.Equal(seen.Last) && e.URL > seen.URL) {
		seen.URL, seen.Last = e.URL, e.Time
	}
}

func newer(a, b event.Event) bool {
	if !a.Time.Equal(b.Time) {
		return a.Time.After(b.Time)
	}
	if a.Source != b.Source {
		return a.Source > b.Source
	}
	if a.Stream != b.Stream {
		return a.Stream > b.Stream
	}
	return a.ID > b.ID
}
