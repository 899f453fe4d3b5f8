package scan

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/grouping"
)

// Redaction comes before anything names an error, so that keys, titles and
// markers hold no secret and do not depend on which one it was. The text, the
// stack and the ids of an event stay as logged: they are redacted when a sample
// is published.

// Groups returns what was added, by key. The address of an event is kept only
// where it gives nothing away.
func (p *Pipeline) Groups() []*grouping.Group {
	groups := p.Set.Groups()
	for _, g := range groups {
		for _, seen := range g.Sources {
			if p.redactor.Redact(seen.URL) != seen.URL {
				seen.URL = ""
			}
		}
	}
	return groups
}

// redact takes what is secret out of all that names an error. Messages vary, so
// only their skeletons are made here; the set redacts their templates.
func (p *Pipeline) redact(e *event.Event) {
	e.Message = p.message(e.Message)
	for _, name := range []*string{&e.Logger, &e.Service, &e.Release, &e.Environment} {
		*name = p.name(*name)
	}
	for i := range e.Exceptions {
		x := &e.Exceptions[i]
		x.Type, x.Message = p.name(x.Type), p.message(x.Message)
		for j := range x.Frames {
			f := &x.Frames[j]
			f.Function, f.Module, f.File = p.name(f.Function), p.name(f.Module), p.name(f.File)
		}
	}
}

// Of a message grouping reads the first 1,000 bytes, but only once what is secret
// was taken out. A line may hold a megabyte.
const (
	maxRead    = 8 << 10 // bytes of a message that are redacted
	maxMessage = 2 << 10 // bytes of it that are kept
)

// message returns the skeleton of a message. Of one that is cut the last word
// is left out, as it may be half a secret that nobody recognises.
func (p *Pipeline) message(s string) string {
	skeleton := p.redactor.Skeleton(cut(s, maxRead), grouping.Wildcard)
	if last := strings.LastIndexByte(skeleton, ' '); len(s) > maxRead && last > 0 {
		skeleton = skeleton[:last]
	}
	if len(s) > maxMessage {
		return strings.Clone(cut(skeleton, maxMessage))
	}
	return skeleton
}

const (
	maxNames = 50_000 // already redacted and remembered
	maxName  = 300    // bytes: markers store some, and have little room
)

// name redacts what repeats from event to event, each only once, and bounds it.
func (p *Pipeline) name(s string) string {
	if s == "" {
		return ""
	}
	redacted, ok := p.names[s]
	if !ok {
		if len(p.names) >= maxNames {
			clear(p.names)
		}
		// What is cut off could leave half a secret that nobody recognises, so the
		// end is cut twice.
		redacted = cut(p.redactor.Blank(cut(s, 10*maxName), grouping.Wildcard), maxName)
		p.names[s] = redacted
	}
	return redacted
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}
