package grouping

import (
	"slices"

	"github.com/org/errmon-action/internal/event"
)

// AddSentry adds a Sentry issue with its newest event, or nil if that was not read.
// Other sources may have reported the same events that Sentry counted.
func (s *Set) AddSentry(t event.SentryIssue, e *event.Event) {
	g := s.units[s.keyed(trace{key: SentryKey(t.ID)}, BySentry)].group
	g.Sentry, g.Level = &t, max(g.Level, t.Level)
	g.Service, g.Template = t.Project, s.template(t.Title)
	g.span(t.First, t.Last)
	if e != nil {
		g.Sample = *e
		g.match(event.Matched{Level: e.Level, Rules: e.Decision.Rules})
	}
}

// eventKeys returns the keys an event may have in other sources: its own, and that of
// the surfaced exception alone, since many logs omit the causes.
func (s *Set) eventKeys(e event.Event) []string {
	own := []string{s.Key(e)}
	if len(e.Exceptions) > 1 && len(e.Exceptions[0].Frames) > 0 {
		e.Exceptions = e.Exceptions[:1]
		own = append(own, s.Key(e))
	}
	return slices.Compact(own)
}
