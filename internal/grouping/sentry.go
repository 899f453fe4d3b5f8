package grouping

import (
	"slices"

	"github.com/org/errmon-action/internal/event"
)

// AddSentry adds an issue of Sentry, with its newest event where that was read, else
// nil. What Sentry counted are events that other sources may have shown too.
func (s *Set) AddSentry(t event.SentryIssue, e *event.Event) {
	g := s.units[s.keyed(SentryKey(t.ID), BySentry)].group
	g.Sentry, g.Level = &t, max(g.Level, t.Level)
	g.Service, g.Template = t.Project, s.template(t.Title)
	g.span(t.First, t.Last)
	if e != nil {
		g.Sample = *e
	}
}

// eventKeys are the keys by which other sources know an event: its own, and that
// of the exception that surfaced alone, since many logs leave out the causes.
func (s *Set) eventKeys(e event.Event) []string {
	own := []string{s.Key(e)}
	if len(e.Exceptions) > 1 && len(e.Exceptions[0].Frames) > 0 {
		e.Exceptions = e.Exceptions[:1]
		own = append(own, s.Key(e))
	}
	return slices.Compact(own)
}
