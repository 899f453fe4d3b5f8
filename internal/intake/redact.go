package intake

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/safe"
)

type namer struct {
	redactor *safe.Redactor
	cached   map[string]string // as logged → redacted
}

// redact redacts what names an error. It turns messages into skeletons; grouping.Set redacts their templates.
func (n namer) redact(e *event.Event) {
	text := cut(e.Text, maxContext)
	e.Message = n.message(e.Message, text)
	for _, name := range []*string{&e.Logger, &e.Service, &e.Release, &e.Environment} {
		*name = n.name(*name)
	}
	// a SHA is not a secret, although it looks like one
	if c := e.Commit; len(c) < 7 || len(c) > 40 || strings.Trim(c, "0123456789abcdefABCDEF") != "" {
		e.Commit = n.name(c)
	}
	for i := range e.Exceptions {
		x := &e.Exceptions[i]
		x.Type, x.Message = n.name(x.Type), n.message(x.Message, text)
		for j := range x.Frames {
			f := &x.Frames[j]
			f.Function, f.Module, f.File = n.name(f.Function), n.name(f.Module), n.name(f.File)
		}
	}
}

// url returns an address, or "" if it needs redaction.
func (n namer) url(address string) string {
	if n.redactor.Redact(address) != address {
		return ""
	}
	return address
}

// Grouping reads 1,000 bytes of a message after redaction, which may shorten it, so more is redacted.
const (
	maxRead    = 8 << 10 // bytes of a message that are redacted
	maxContext = 2 << 10 // bytes of the event's text used to find secrets in a message
	maxMessage = 2 << 10 // bytes of a message that are kept
)

// message returns a message's skeleton. If s is cut, its last word is dropped: it may be half a secret.
func (n namer) message(s, text string) string {
	skeleton := n.redactor.Skeleton(cut(s, maxRead), text)
	if last := strings.LastIndexByte(skeleton, ' '); len(s) > maxRead && last > 0 {
		skeleton = skeleton[:last]
	}
	if len(s) > maxMessage {
		return strings.Clone(cut(skeleton, maxMessage))
	}
	return skeleton
}

const (
	maxNames = 50_000 // redacted names that are cached
	maxName  = 300    // bytes: markers store some names, and have little room
)

// name redacts and shortens a string that recurs from event to event. Results are cached.
func (n namer) name(s string) string {
	if s == "" {
		return ""
	}
	redacted, ok := n.cached[s]
	if !ok {
		if len(n.cached) >= maxNames {
			clear(n.cached)
		}
		// The first cut may leave half a secret at the end, which no rule recognises; the second removes it.
		redacted = cut(n.redactor.Blank(cut(s, 10*maxName)), maxName)
		n.cached[s] = redacted
	}
	return redacted
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}
