package grouping

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Kind is a key's prefix, as in "exc1:6f1e…". It identifies the key's input and algorithm. A new algorithm
// gets a new kind, and the old one is kept for one major release, so that an upgrade files no duplicates.
type Kind string

// The kinds.
const (
	Exception Kind = "exc1"
	Message   Kind = "msg1"
	Sentry    Kind = "sen1"
	Named     Kind = "grp1" // a team's rule names the error
)

// KindOf returns the kind of a key.
func KindOf(key string) Kind {
	kind, _, _ := strings.Cut(key, ":")
	return Kind(kind)
}

// hash returns a key of 80 bits, long enough that only 2^40 errors make a collision likely.
func (k Kind) hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return string(k) + ":" + hex.EncodeToString(h.Sum(nil)[:10])
}

// MessageKey returns the key of an event without in-app frames.
func MessageKey(service, template string) string { return Message.hash(service, template) }

// SentryKey returns the key of the Sentry issue with this id.
func SentryKey(id string) string { return string(Sentry) + ":" + id }

// NamedKey returns the key of the error that a team's rule names; empty if name is.
func NamedKey(name string) string {
	if name == "" {
		return ""
	}
	return Named.hash(name)
}

// Rule states what a group's key is computed from.
type Rule string

// The rules. ByName applies before all others, then BySentry; ByKnown before ByRootCause and ByTemplate.
const (
	ByInAppFrames           Rule = "exception types and in-app frames"
	ByInAppFramesAndMessage Rule = "exception types, in-app frames and message template: the function that failed has no name"
	ByRootCause             Rule = "service, exception, root cause and message template: no frame is in-app"
	ByKnown                 Rule = "template that an earlier run knew"
	BySentry                Rule = "Sentry issue"
	ByName                  Rule = "group of a rule in the settings file"
	ByTemplate              Rule = "service and message template: no stack trace"
)

// exceptionKey returns the key of an event with in-app frames, a hash of the frames and the type chain. If
// the failing function has no name, its file alone is too vague, so the message template is added.
func exceptionKey(e *event.Event, inApp []event.Frame, template func(string) string) (string, Rule) {
	var types, frames []string
	for _, x := range e.Exceptions {
		types = append(types, x.Type)
	}
	rule := ByInAppFrames
	for _, f := range inApp {
		frames = append(frames, frameName(f))
	}
	if inApp[0].Function == "" {
		rule = ByInAppFramesAndMessage
		types = append(types, "message", template(e.Exceptions[0].Message))
	}
	frames = slices.Compact(frames)        // ignores the depth of a direct recursion
	frames = frames[:min(len(frames), 50)] // and bounds that of an indirect one
	return Exception.hash(strings.Join(types, "\x01"), strings.Join(frames, "\x01")), rule
}

// messageOf returns the text that distinguishes events without in-app frames: the message, or the
// exception with its root cause. Library frames are vaguer and vary by the path through the library.
func messageOf(e *event.Event) string {
	if len(e.Exceptions) == 0 || e.Exceptions[0].Message == "" && len(e.Exceptions[0].Frames) == 0 {
		return e.Message
	}
	text := headline(e.Exceptions[0])
	if root := headline(e.Exceptions[len(e.Exceptions)-1]); len(e.Exceptions) > 1 && !strings.HasSuffix(text, root) {
		text += " (" + root + ")"
	}
	return text
}

// headline returns the type of an exception with its message or, without one, with the failing function.
func headline(x event.Exception) string {
	switch {
	case x.Message != "" && strings.HasPrefix(x.Message, x.Type):
		return x.Message
	case x.Message != "":
		return x.Type + ": " + x.Message
	case len(x.Frames) > 0:
		return x.Type + " in " + frameName(x.Frames[0])
	}
	return x.Type
}

// frameName returns a frame's module and function, without parts that vary by build or machine. If there is
// no module, it uses the file's name. It drops the folders, which differ between container and checkout, and
// a bundle's content hash: "main.3f2a9c1b.js" and "main-BkX9aZ1q.js" are "main".
func frameName(f event.Frame) string {
	module := stableName(f.Module)
	if f.Module == "" {
		base := path.Base(strings.ReplaceAll(f.File, `\`, "/"))
		module = strings.TrimSuffix(base, path.Ext(base))
		if cut := strings.LastIndexAny(module, ".-"); cut > 0 && isHash(module[cut+1:]) {
			module = module[:cut]
		}
	}
	return module + "." + stableName(f.Function)
}

// isHash reports whether a word looks like a hash in hex or base64. A name like "OrderService2" does not.
func isHash(word string) bool {
	mixed := strings.ToLower(word) != word && strings.ToUpper(word) != word
	return len(word) >= 6 && isHex(word) && hasDigit(word) ||
		len(word) >= 8 && mixed && hasDigit(strings.TrimRight(word, "0123456789"))
}

// stableName drops addresses, as in "run/0x1f", and numbers that compilers append, as in "run.func1.2".
func stableName(name string) string {
	if cut := strings.Index(name, "/0x"); cut > 0 {
		name = name[:cut]
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		before := b.String()
		if c := name[i]; c < '0' || c > '9' || !(strings.HasSuffix(before, ".") && strings.Contains(before, ".func")) &&
			!slices.ContainsFunc(numberedEnds, func(end string) bool { return strings.HasSuffix(before, end) }) {
			b.WriteByte(c)
		}
	}
	return b.String()
}

var numberedEnds = []string{"$", ".func", ".gowrap", "lambda", "-fm", "closure#", "__", "AnonStorey", "DisplayClass", "DisplayClass_"}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// Known is a template stored in an issue or waiting error. What it covers of its service gets its key.
type Known struct {
	Key      string
	Service  string
	Template string
}

// Know sets the known templates, oldest first: if two turn out to be one, the older gives
// the key. Call it once, before Add.
func (s *Set) Know(known []Known) {
	s.known = known
	for _, k := range known {
		s.knownTemplates = append(s.knownTemplates, k.Template)
	}
}

// Carry returns the templates to pass to Know in the next run, for a caller that stores them itself: the
// known ones as widened, except those that were joined into an older one, then the new ones.
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
		if g := byKey[k.Key]; g != nil {
			k.Template = g.Template
		} else if joined[k.Key] {
			continue
		}
		next = append(next, k)
		delete(byKey, k.Key)
	}
	for _, g := range groups {
		if byKey[g.Key] != nil && KindOf(g.Key) == Message {
			next = append(next, Known{g.Key, g.Service, g.Template})
			delete(byKey, g.Key) // once, even if a rule names some of its events, which are a group of their own
		}
	}
	return next
}

// mined mines the templates of the messages and returns the resulting groups by key.
func (s *Set) mined() map[trace]*Group {
	templates := make([]string, 0, len(s.messages))
	for m := range s.messages {
		templates = append(templates, m.template)
	}
	widest := mine(templates, s.knownTemplates)
	known := map[string][]Known{} // by widened template
	for _, k := range s.known {
		known[widest[k.Template]] = append(known[widest[k.Template]], k)
	}
	groups, members := map[trace]*Group{}, map[*Group]int{}
	for _, m := range slices.SortedFunc(maps.Keys(s.messages), func(a, b message) int {
		return slices.Compare([]string{a.template, a.service, a.name}, []string{b.template, b.service, b.name})
	}) {
		template := widest[m.template]
		g := identify(groups, s.messages[m], m.service, template, known[template])
		own := MessageKey(m.service, m.template)
		if members[g] < 10 && own != g.Key && !slices.Contains(g.Also, own) { // ten are enough to match it again
			g.Also = append(g.Also, own)
			members[g]++
		}
	}
	return groups
}

// identify returns the group of a template, with counted added. The oldest of the known templates for this
// service gives the key, or the oldest for any if there is no service. Two services never share a group.
func identify(groups map[trace]*Group, counted *Group, service, template string, known []Known) *Group {
	key, rule := MessageKey(service, template), ByTemplate
	if i := slices.IndexFunc(known, func(k Known) bool { return service == "" || k.Service == service }); i >= 0 {
		key, rule = known[i].Key, ByKnown
	}
	g := groups[trace{key, counted.Name}]
	if g == nil {
		g = counted // not a copy, since most templates are alone in their group
		g.Key, g.Rule, g.Template = key, rule, template
		groups[trace{key, g.Name}] = g
	} else {
		g.absorb(counted)
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

// with adds a key unless the list contains it.
func with(keys []string, key string) []string {
	if slices.Contains(keys, key) {
		return keys
	}
	return append(keys, key)
}

// Key returns e's key, ignoring its Sentry issue and mining: from its in-app frames or the known templates.
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
