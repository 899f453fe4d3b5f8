package grouping

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// maxTemplates bounds the distinct masked messages of one run. If there are more, they are compared by ever
// shorter prefixes, so memory stays bounded and the order of events still does not matter.
const maxTemplates = 20_000

// maxCached bounds the bytes of masked templates that are cached with their redacted form, since redacting
// one costs as much as reading five lines. There is room for about 100,000 of ordinary length.
const maxCached = 16 << 20

// Set adds up the events of one run.
type Set struct {
	redact         func(string) string
	known          []Known
	knownTemplates []string // the templates in known
	masker         masker
	matching       *matcher          // for knownTemplates; built on first use
	limit          int               // bytes of a template that count
	templates      map[string]string // masked → redacted; cleared at maxCached
	cached         int               // bytes of the keys in templates
	messages       map[message]*Group
	traces         map[trace]*Group
}

// message is the identity of events that have no other key, before mining merges templates. name is the
// NamedKey of the group that a team's rule sets, or empty.
type message struct{ service, template, name string }

// trace is the identity of other events, the key of an exception or Sentry issue; mined messages get one too.
type trace struct{ key, name string }

// Mark identifies where an event was counted, for Set.GroupOf.
type Mark struct {
	group *Group
	Masks Masks // what was masked in the message; 0 for Sentry issues and events with in-app frames
}

// NewSet returns an empty set. redact replaces secrets with Wildcard before a template is used or stored.
func NewSet(redact func(string) string) *Set {
	return &Set{redact: redact, limit: maxMessage, templates: map[string]string{}}
}

// Add counts e in the group that it belongs to.
func (s *Set) Add(e event.Event) Mark {
	name, inApp := NamedKey(e.Decision.Group), e.InApp()
	var m Mark
	switch {
	case e.Issue != "":
		m.group = s.keyed(trace{key: SentryKey(e.Issue)}, BySentry)
	case len(inApp) > 0:
		key, rule := exceptionKey(&e, inApp, s.template)
		m.group = s.keyed(trace{key, name}, rule)
	default:
		template := s.template(messageOf(&e))
		m = Mark{s.unkeyed(message{e.Service, template, name}), s.masker.fired}
	}
	m.group.add(&e)
	return m
}

// AddSentry adds a Sentry issue with its newest event, or nil if that was not read. It counts no
// events in Sources, because other sources may have reported the ones that Sentry counted.
func (s *Set) AddSentry(t event.SentryIssue, e *event.Event) {
	g := s.keyed(trace{key: SentryKey(t.ID)}, BySentry)
	g.Sentry, g.Service, g.Template = &t, t.Project, s.template(t.Title)
	g.span(t.Level, t.First, t.Last)
	if e != nil {
		g.Sample = *e
		g.match(event.Matched{Level: e.Level, Rules: e.Decision.Rules})
	}
}

// keyed returns the group of an exception's or Sentry issue's key, adding it if needed.
func (s *Set) keyed(id trace, rule Rule) *Group {
	g := entry(&s.traces, id)
	g.Key, g.Rule, g.Name = id.key, rule, id.name
	return g
}

// unkeyed returns the group of a message, adding it if needed.
func (s *Set) unkeyed(m message) *Group {
	if g := s.messages[m]; g != nil {
		return g
	}
	m = s.cut(m)
	g := entry(&s.messages, m)
	g.Template, g.Service, g.Name = m.template, m.service, m.name
	for len(s.messages) > maxTemplates && s.limit > 0 {
		s.shorten()
	}
	return g.now()
}

// template returns the masked and redacted template of a message.
func (s *Set) template(message string) string {
	masked := s.masker.mask(message)
	if redacted, ok := s.templates[string(masked)]; ok {
		return redacted
	}
	text := string(masked)
	if s.cached += len(text); s.cached > maxCached {
		clear(s.templates)
		s.cached = len(text)
	}
	s.templates[text] = s.redact(text)
	return s.templates[text]
}

// cut replaces a template longer than the limit by the known one that covers it, or else shortens it. At a
// limit of 0 bytes, it drops the service too.
func (s *Set) cut(m message) message {
	if s.limit > 0 && len(m.template) <= s.limit {
		return m
	}
	if known, ok := s.matcher().match(m.template); ok {
		m.template = known
		return m
	}
	end := 0
	for next := tokenEnd(m.template, 0); next <= s.limit; next = tokenEnd(m.template, next) {
		end = next
	}
	m.template = strings.TrimRight(m.template[:end], " ")
	if s.limit == 0 {
		m.service = ""
	}
	return m
}

func (s *Set) matcher() *matcher {
	if s.matching == nil || len(s.matching.tokens) > 100_000 { // each match adds tokens: start anew if there are too many
		s.matching = newMatcher(s.knownTemplates)
	}
	return s.matching
}

// shorten halves the limit and joins the messages that become equal.
func (s *Set) shorten() {
	s.limit /= 2
	before := s.messages
	s.messages = make(map[message]*Group, len(before))
	for m, g := range before {
		m = s.cut(m)
		if first := s.messages[m]; first != nil {
			first.absorb(g)
		} else {
			s.messages[m] = g
			g.Template, g.Service = m.template, m.service
		}
	}
}

// GroupOf returns the group of an event that was added before Groups was called.
func (s *Set) GroupOf(m Mark) *Group { return m.group.now() }

// Groups returns the groups in the order of their keys. Their descriptions come from each group's sample,
// so they too do not depend on the order of events. Call it once, after the last Add.
func (s *Set) Groups() []*Group {
	byKey := s.mined()
	maps.Copy(byKey, s.traces)
	groups := slices.SortedFunc(maps.Values(byKey), func(a, b *Group) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.Name, b.Name))
	})
	for _, g := range groups {
		s.describe(g)
	}
	return groups
}

// describe fills the fields of a group that come from its sample.
func (s *Set) describe(g *Group) {
	e := &g.Sample
	if e.Source == "" {
		return // a Sentry issue whose event was not read
	}
	if KindOf(g.Key) == Sentry {
		g.Name, g.Service, g.Template = NamedKey(e.Decision.Group), e.Service, s.template(messageOf(e))
		g.EventKeys = []string{s.Key(*e)}
		if len(e.Exceptions) > 1 && len(e.Exceptions[0].Frames) > 0 { // many logs omit the causes
			surfaced := *e
			surfaced.Exceptions = e.Exceptions[:1]
			g.EventKeys = with(g.EventKeys, s.Key(surfaced))
		}
	}
	g.Aliases = append(slices.Clone(g.EventKeys), s.aliases(g)...)
	if frames := e.InApp(); len(frames) > 0 {
		x := e.Exceptions[0]
		g.Service, g.Type, g.Template, g.Place = e.Service, x.Type, s.template(x.Message), frames[0]
		line := s.template(x.Type + ": " + x.Message)
		for _, k := range s.known {
			if k.Template == line && (k.Service == g.Service || k.Service == "" || g.Service == "") {
				g.Vaguer = append(g.Vaguer, k.Key)
			}
		}
	} else if len(e.Exceptions) > 0 && g.Rule == ByTemplate {
		g.Rule = ByRootCause
	}
}

// aliases returns the message keys of lines that may report the same error elsewhere. An alert quotes the
// exception's line or the log's first line, and rarely names the service, so a second key omits it.
func (s *Set) aliases(g *Group) []string {
	lines := []string{g.Sample.Message}
	if chain := g.Sample.Exceptions; len(chain) > 0 {
		lines = append(lines, chain[0].Type+": "+chain[0].Message)
	}
	var keys []string
	for _, line := range lines {
		template := s.template(line)
		for _, service := range []string{g.Sample.Service, ""} {
			if key := MessageKey(service, template); template != "" && template != Wildcard && key != g.Key {
				keys = with(keys, key)
			}
		}
	}
	return keys
}
