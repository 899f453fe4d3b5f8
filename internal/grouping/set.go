package grouping

import (
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/event"
)

// Set adds up the events of one run.
type Set struct {
	redact    func(string) string
	groups    map[string]*Group
	templates map[string]string // masked → redacted, so that each is redacted once
}

// NewSet returns an empty set. redact puts Wildcard in place of what is secret in
// a template before that becomes part of a key or is stored.
func NewSet(redact func(string) string) *Set {
	return &Set{redact: redact, groups: map[string]*Group{}, templates: map[string]string{}}
}

// Add counts e in the group of its identity.
func (s *Set) Add(e event.Event) {
	key, template := s.identify(e)
	g := s.groups[key]
	if g == nil {
		g = &Group{Key: key, Template: template, Service: e.Service, Sources: map[string]*Seen{}}
		s.groups[key] = g
	}
	g.add(e)
}

// identify returns the key of e and the template of its message.
func (s *Set) identify(e event.Event) (key, template string) {
	if hasTrace(e) {
		return exceptionKey(e), s.template(e.Exceptions[0].Message)
	}
	template = s.template(e.Message)
	return MessageKey(e.Service, template), template
}

// hasTrace reports whether any exception has frames. A type alone, as in
// "ValueError: bad input", is no identity: its message is.
func hasTrace(e event.Event) bool {
	return slices.ContainsFunc(e.Exceptions, func(x event.Exception) bool { return len(x.Frames) > 0 })
}

// maxTemplates bounds the memory of templates already redacted; a log with
// more distinct ones than this pays for redaction again.
const maxTemplates = 50_000

func (s *Set) template(message string) string {
	masked := Mask(message)
	if redacted, ok := s.templates[masked]; ok {
		return redacted
	}
	if len(s.templates) >= maxTemplates {
		clear(s.templates)
	}
	redacted := s.redact(masked)
	s.templates[masked] = redacted
	return redacted
}

// Groups returns the groups in the order of their keys. Title parts and
// aliases are taken from each group's sample, so they too depend on the events
// alone.
func (s *Set) Groups() []*Group {
	groups := make([]*Group, 0, len(s.groups))
	for _, key := range slices.Sorted(maps.Keys(s.groups)) {
		g := s.groups[key]
		s.describe(g)
		groups = append(groups, g)
	}
	return groups
}

// describe fills what a reader sees of a group from its sample.
func (s *Set) describe(g *Group) {
	e := g.Sample
	g.Service = e.Service
	g.Aliases = s.aliases(g)
	if !hasTrace(e) {
		return
	}
	g.Type, g.Template = e.Exceptions[0].Type, s.template(e.Exceptions[0].Message)
	if frames := e.InApp(); len(frames) > 0 {
		g.Place = frames[0]
	}
}

// aliases are the message keys of the lines that may stand for the same error
// elsewhere: an alert quotes the exception's line or the log's head, and
// rarely names the service.
func (s *Set) aliases(g *Group) []string {
	e := g.Sample
	lines := []string{e.Message}
	if len(e.Exceptions) > 0 {
		x := e.Exceptions[0]
		lines = append(lines, x.Type+": "+x.Message)
	}
	var keys []string
	for _, line := range lines {
		template := s.template(line)
		if template == "" || template == Wildcard {
			continue
		}
		for _, service := range []string{e.Service, ""} {
			if key := MessageKey(service, template); key != g.Key && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}
