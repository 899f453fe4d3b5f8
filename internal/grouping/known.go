package grouping

import (
	"cmp"
	"maps"
	"slices"

	"github.com/org/errmon-action/internal/event"
)

// Known is a template that an issue or a waiting error stores. What it covers keeps its key, however wide it is.
type Known struct {
	Key      string
	Service  string
	Template string
}

// Know sets the known templates, oldest first: if two turn out to be one, the first
// is the error's identity. Call it once, before Add.
func (s *Set) Know(known []Known) {
	s.known = known
	for _, k := range known {
		s.knownTemplates = append(s.knownTemplates, k.Template)
	}
}

// Carry returns what a caller that stores templates itself passes to Know in its next run: the known ones
// as widened, without those that turned out to equal an older one, then the new ones.
func Carry(known []Known, groups []*Group) []Known {
	byKey, joined := map[string]*Group{}, map[string]bool{}
	for _, g := range groups {
		byKey[g.Key] = g
		for _, key := range g.Also {
			joined[key] = true
		}
	}
	var next []Known
	for _, k := range known {
		g := byKey[k.Key]
		if g == nil && joined[k.Key] {
			continue
		}
		if g != nil {
			k.Template = g.Template
			delete(byKey, k.Key)
		}
		next = append(next, k)
	}
	for _, g := range groups {
		if byKey[g.Key] != nil && KindOf(g.Key) == Message {
			next = append(next, Known{g.Key, g.Service, g.Template})
			delete(byKey, g.Key) // a rule may name some of its events
		}
	}
	return next
}

// maxMembers bounds how many of the templates joined to a group add their keys to it.
const maxMembers = 10

// mined merges the templates of the messages into groups, by key.
func (s *Set) mined() map[trace]*Group {
	templates := make([]string, 0, len(s.messages))
	for m := range s.messages {
		templates = append(templates, m.template)
	}
	widest := mine(templates, s.knownTemplates)
	known := map[string][]Known{} // by template as it is now
	for _, k := range s.known {
		known[widest[k.Template]] = append(known[widest[k.Template]], k)
	}
	groups, members, into := map[trace]*Group{}, map[*Group]int{}, map[*Group]*Group{}
	for _, m := range slices.SortedFunc(maps.Keys(s.messages), func(a, b message) int {
		return slices.Compare([]string{a.template, a.service, a.name}, []string{b.template, b.service, b.name})
	}) {
		counted, template := s.units[s.messages[m]], widest[m.template]
		g := identify(groups, counted, m.service, template, known[template])
		if own := MessageKey(m.service, m.template); members[g] < maxMembers && own != g.Key && !slices.Contains(g.Also, own) {
			g.Also = append(g.Also, own)
			members[g]++
		}
		into[counted] = g
	}
	s.redirect(into)
	return groups
}

// identify returns the group of a template, with counted added. The first of the known ones with this
// template gives the key, so a message without a service joins its oldest group, but never two services.
func identify(groups map[trace]*Group, counted *Group, service, template string, known []Known) *Group {
	key, rule := MessageKey(service, template), ByTemplate
	if i := slices.IndexFunc(known, func(k Known) bool { return service == "" || k.Service == service }); i >= 0 {
		key, rule = known[i].Key, ByKnown
	}
	g := groups[trace{key, counted.Name}]
	if g == nil {
		g = counted // most templates are alone in their group: no copy of it is made
		g.Key, g.Rule, g.Template = key, rule, template
		groups[trace{key, g.Name}] = g
	} else {
		g.Join(counted)
	}
	g.Service = cmp.Or(g.Service, service)
	for _, k := range known {
		if k.Key != key && k.Service == service {
			g.Also = with(g.Also, k.Key)
		}
		if k.Key != key && k.Service == "" && g.Service != "" {
			g.Vaguer = with(g.Vaguer, k.Key)
		}
	}
	if g.Service != "" {
		g.Vaguer = with(g.Vaguer, MessageKey("", template))
	}
	return g
}

// with adds a key that is not in the list yet.
func with(keys []string, key string) []string {
	if slices.Contains(keys, key) {
		return keys
	}
	return append(keys, key)
}

// Key returns the key of e alone by the known templates. Mining may find another one in a run.
func (s *Set) Key(e event.Event) string {
	if inApp := e.InApp(); len(inApp) > 0 {
		key, _ := exceptionKey(&e, inApp, s.template)
		return key
	}
	m := s.cut(message{service: e.Service, template: s.template(messageOf(&e))})
	if known, ok := s.matcher().match(m.template); ok {
		for _, k := range s.known {
			if k.Template == known && (k.Service == m.service || m.service == "") {
				return k.Key
			}
		}
	}
	return MessageKey(m.service, m.template)
}
