// Package grouping decides which events are the same error.
//
// Each event has one identity, its key: the type chain and in-app frames where
// there are such frames ("exc1:"), else the service and the template of its
// exception and root cause, or of its message ("msg1:"). What Sentry keeps as one
// issue is one error by that ("sen1:"), and its event's own keys say under which
// name other sources know it. A Set adds up events group by group and keeps, of
// all of them, only counts per minute and one sample, so that memory depends on
// the number of distinct errors and not on the number of events. The order in
// which events are added changes nothing.
//
// # Templates
//
// A template is a message in which "<*>" stands for what varies. It is found
// in two steps:
//
//   - Masking (mask.go and the files named after it) reads a message once and
//     replaces what is a value by its look: numbers with units, ids, paths,
//     quoted text, and so on.
//   - Mining (mine.go, evidence.go, names.go) takes the set of all masked templates and
//     finds the places where words are values that do not look like values, as names of
//     users are. It knows the set and neither order nor counts.
//
// # Identity over time
//
// What one run takes for two templates the next may see to be one. So the
// templates that issues carry (Known) come first: what one covers has its key,
// and what is mined may widen it, never narrow it. The key of a group is that
// of the oldest template in it, else the hash of the service and the template
// as first found; it never moves, however wide the template becomes. Where two
// known templates turn out to be one, the group names the keys of both (Also),
// and whoever keeps the issues joins them.
//
// It is pure and may import count and event.
package grouping

import (
	"cmp"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
)

// Group is one error: the events of one identity.
type Group struct {
	Key      string
	Rule     Rule        // what the key was made of
	Also     []string    // further keys of the same error: of issues that it was filed as apart, and of the templates it was joined from
	Aliases  []string    // other lines by which the same error may be met
	Vaguer   []string    // keys of errors that may be this one, seen with less information: no service, or the exception's line alone
	Template string      // of the message, or of the exception's; redacted
	Type     string      // of the exception that surfaced first; empty without a trace
	Place    event.Frame // the first in-app frame; zero without one
	Service  string
	Level    event.Level             // the worst one seen
	Sources  map[string]*count.Tally // events by source, nothing frozen
	// Deliveries are what was delivered instead of read, by kind, with the ids as they came.
	Deliveries map[string]*count.Inbox
	First      time.Time
	Last       time.Time
	Sample     event.Event // the newest event
	Versions   []Version   // of the code that its events ran in; see saw

	// Where the identity is a Sentry issue, Sentry is what Sentry says of it, nil if
	// it was not asked. The keys that its event has by itself, the best first, are
	// in EventKeys: by them the same error is known where another source saw it.
	Sentry    *event.SentryIssue
	EventKeys []string
}

// add counts one event. Which event becomes the sample depends on the events
// alone, not on their order: the newest, and of equals the larger id.
func (g *Group) add(e *event.Event) {
	if len(e.Deliveries) > 0 {
		inbox := g.inbox(e.Source)
		inbox.IDs.Add(count.MinuteOf(e.Time).Day(), e.Deliveries...)
		inbox.Link(e.Stream, e.URL, e.Time)
	} else {
		tally := g.tally(e.Source)
		tally.Add(count.MinuteOf(e.Time))
		tally.Link(e.URL, e.Time)
	}
	g.Level = max(g.Level, e.Level)
	g.span(e.Time, e.Time)
	g.saw(Version{e.Version(), e.Time})
	if g.Sample.Source == "" || newer(e, &g.Sample) {
		g.Sample = *e
	}
}

// join adds what another group counted.
func (g *Group) join(other *Group) {
	for source, t := range other.Sources {
		*g.tally(source) = g.tally(source).Join(*t)
	}
	for kind, b := range other.Deliveries {
		inbox := g.inbox(kind)
		inbox.IDs.AddAll(b.IDs)
		inbox.Link(b.From, b.URL, b.Newest.Time())
	}
	g.Level = max(g.Level, other.Level)
	g.span(other.First, other.Last)
	for _, v := range other.Versions {
		g.saw(v)
	}
	if g.Sample.Source == "" || newer(&other.Sample, &g.Sample) {
		g.Sample = other.Sample
	}
}

func (g *Group) tally(source string) *count.Tally { return entry(&g.Sources, source) }
func (g *Group) inbox(kind string) *count.Inbox   { return entry(&g.Deliveries, kind) }

// entry returns an entry of a map, making both if need be.
func entry[T any](m *map[string]*T, key string) *T {
	if *m == nil {
		*m = map[string]*T{}
	}
	if (*m)[key] == nil {
		(*m)[key] = new(T)
	}
	return (*m)[key]
}

func (g *Group) span(first, last time.Time) {
	if !first.IsZero() && (g.First.IsZero() || first.Before(g.First)) {
		g.First = first
	}
	if last.After(g.Last) {
		g.Last = last
	}
}

func newer(a, b *event.Event) bool {
	if !a.Time.Equal(b.Time) {
		return a.Time.After(b.Time)
	}
	return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.Stream, b.Stream), strings.Compare(a.ID, b.ID)) > 0
}
