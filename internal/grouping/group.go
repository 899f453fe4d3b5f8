// Package grouping decides which events are the same error.
//
// Each event has one identity, its key: the type chain and in-app frames if there are any ("exc1:"), else the
// service and the template of its exception and root cause, or of its message ("msg1:"). A Sentry issue is
// one error ("sen1:"), and its event's own keys match it to the same error in other sources. A Set adds up
// events by group and keeps only counts per minute, delivery ids and one sample of each, so memory depends on
// the number of distinct errors, not logged events. The order in which events are added does not matter.
//
// In a template, "<*>" stands for what varies. Masking (mask*.go) reads a message once and replaces what
// looks like a value. Mining (mine.go, evidence.go) compares all masked templates to find values that look
// like ordinary words, such as names of users. It ignores how often and in which order the messages occurred.
//
// Two templates in one run may turn out to be one in the next. So the templates stored in issues (Known) come
// first: messages that one covers get its key, and mining may widen it but never narrow it. A group's key is
// that of its oldest known template, else the hash of the service and the template as first found. The key
// never changes, however wide the template becomes. If two known templates turn out to be one, the group has
// the key of the older and lists the other's (Also), and the caller joins their issues.
//
// It is pure and may import count and event.
package grouping

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/count"
	"github.com/org/errmon-action/internal/event"
)

// Group is one error: the events of one identity.
type Group struct {
	Key      string
	Rule     Rule        // what the key was computed from
	Name     string      // key of the error that a team's rule names; empty without one
	Also     []string    // other keys of the same error: of separately filed issues, and of the templates joined into it
	Aliases  []string    // keys under which other lines or sources may report the same error
	Vaguer   []string    // keys of errors that may be this one, seen with less information: no service, or the exception's line alone
	Template string      // redacted template of the outermost exception's message; without in-app frames, of messageOf's text
	Type     string      // type of the outermost exception; empty without in-app frames
	Place    event.Frame // the first in-app frame; zero without one
	Service  string
	Level    event.Level             // the most severe one seen
	Sources  map[string]*count.Tally // events read, by source; no minute is frozen

	Deliveries map[string]*count.Inbox // events delivered, by source; ids unhashed
	First      time.Time
	Last       time.Time
	Sample     event.Event     // the newest event
	Versions   []Version       // versions of the code that logged the events; see MaxVersions
	Matched    []event.Matched // the team's rules that matched its events, each combination once

	// For a Sentry issue: its data, or nil if it was not requested, and the keys that its event would have
	// without Sentry, the best first. They match the same error in other sources.
	Sentry    *event.SentryIssue
	EventKeys []string

	joined *Group // the group of the Set that absorbed this one; nil if none did
}

func (g *Group) add(e *event.Event) {
	if len(e.Deliveries) > 0 {
		inbox := entry(&g.Deliveries, e.Source)
		inbox.IDs.Add(count.MinuteOf(e.Time).Day(), e.Deliveries...)
		inbox.Link(e.Stream, e.URL, e.Time)
	} else {
		tally := entry(&g.Sources, e.Source)
		tally.Add(count.MinuteOf(e.Time))
		tally.Link(e.URL, e.Time)
	}
	g.match(event.Matched{Level: e.Level, Rules: e.Decision.Rules})
	g.span(e.Level, e.Time, e.Time)
	g.saw(Version{e.Version(), e.Time})
	g.sample(e)
}

// Join adds another group's events: counts, levels, times, versions, rules and sample, but none of its keys.
func (g *Group) Join(other *Group) {
	for source, t := range other.Sources {
		own := entry(&g.Sources, source)
		*own = own.Join(*t)
	}
	for kind, b := range other.Deliveries {
		inbox := entry(&g.Deliveries, kind)
		inbox.IDs.AddAll(b.IDs)
		inbox.Link(b.From, b.URL, b.Newest.Time())
	}
	for _, m := range other.Matched {
		g.match(m)
	}
	g.span(other.Level, other.First, other.Last)
	for _, v := range other.Versions {
		g.saw(v)
	}
	g.sample(&other.Sample)
}

// absorb joins another group of the same Set and frees its memory.
func (g *Group) absorb(other *Group) {
	g.Join(other)
	*other = Group{joined: g}
}

// now returns the group that finally absorbed g, or g itself.
func (g *Group) now() *Group {
	for g.joined != nil {
		g = g.joined
	}
	return g
}

func (g *Group) match(m event.Matched) {
	same := func(known event.Matched) bool { return known.Level == m.Level && slices.Equal(known.Rules, m.Rules) }
	if len(m.Rules) > 0 && !slices.ContainsFunc(g.Matched, same) {
		g.Matched = append(g.Matched, m)
	}
}

// entry returns an entry of a map, creating both if needed.
func entry[K comparable, T any](m *map[K]*T, key K) *T {
	e := (*m)[key]
	if e == nil {
		e = new(T)
		*m = count.With(*m, key, e)
	}
	return e
}

func (g *Group) span(level event.Level, first, last time.Time) {
	g.Level = max(g.Level, level)
	if !first.IsZero() && (g.First.IsZero() || first.Before(g.First)) {
		g.First = first
	}
	if last.After(g.Last) {
		g.Last = last
	}
}

// sample keeps the newest event. Source, stream and id break ties, so the order of events does not matter.
func (g *Group) sample(e *event.Event) {
	s := &g.Sample
	newer := cmp.Or(e.Time.Compare(s.Time), strings.Compare(e.Source, s.Source),
		strings.Compare(e.Stream, s.Stream), strings.Compare(e.ID, s.ID))
	if s.Source == "" || newer > 0 {
		*s = *e
	}
}

// Version is a version of the code, zero if unknown, and the time of its newest event.
type Version struct {
	event.Version
	Last time.Time
}

// MaxVersions is how many versions of one error are distinguished. A group may
// list one more, and then its versions count as unknown.
const MaxVersions = 8

func (g *Group) saw(v Version) {
	if v.String() == "" {
		v.Service = ""
	}
	at := slices.IndexFunc(g.Versions, func(known Version) bool { return known.Version == v.Version })
	switch {
	case at < 0 && len(g.Versions) <= MaxVersions:
		g.Versions = append(g.Versions, v)
	case at >= 0 && v.Last.After(g.Versions[at].Last):
		g.Versions[at].Last = v.Last
	}
}
