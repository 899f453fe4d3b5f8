package logtext

import (
	"strings"

	"github.com/org/errmon-action/internal/stacktrace"
)

// The sizes at which lines are cut on their way. A record of exactly such a size, give or take the bytes
// of one character, goes on in the next one of its stream.
const (
	dockerSplit     = 16 << 10        // the log drivers' buffer
	cloudwatchSplit = 256<<10 - 26    // an event's limit, which counts 26 bytes of its own
	maxPart         = 4*MaxText + 512 // what is kept of a line in parts; nothing beyond it could be shown
)

// parts is a line, or a JSON object, whose further records are still coming.
type parts struct {
	entries []entry // as they came, in case they make no object
	text    strings.Builder
	object  bool
}

// maxParts bounds the records of one object or line.
const maxParts = 200

// gather takes the entry if it is a part of something, and reports whether it
// did. What its last part completes is added whole.
func (f *Framer) gather(s *stream, e entry) bool {
	p := &s.parts
	if len(p.entries) == 0 {
		// A record may begin a JSON object and not end it.
		p.object = !e.partial && (e.first == "{" || strings.HasPrefix(e.first, `{"`) && e.first[len(e.first)-1] != '}' && nestedEnd(e.first) == 0)
		if !p.object && !e.partial {
			return false
		}
	} else if p.object {
		whole := e // which is not a part if it is a whole object, or what a logger prints at the start of a line
		if whole.read(f.keys); whole.fields != nil || whole.shape == stacktrace.Head || whole.first == "{" {
			f.abandon(s)
			return f.gather(s, e)
		}
		if !endsInString(p.text.String()) {
			p.text.WriteByte('\n')
		}
	}
	p.entries = append(p.entries, e)
	if room := maxPart - p.text.Len(); room > 0 {
		p.text.WriteString(strings.ToValidUTF8(e.first[:min(len(e.first), room)], ""))
	}
	if p.object && nestedEnd(p.text.String()) > 0 || !p.object && !e.partial {
		whole := p.entries[0]
		whole.first = p.text.String()
		s.parts = parts{}
		f.take(s, whole)
	} else if len(p.entries) >= maxParts {
		f.abandon(s)
	}
	return true
}

// abandon gives up waiting for more parts. The records of what turns out not to be an object are added one by one.
func (f *Framer) abandon(s *stream) {
	p := s.parts
	s.parts = parts{}
	if len(p.entries) > 0 && !p.object {
		p.entries[0].first = p.text.String()
		p.entries = p.entries[:1]
	}
	for _, e := range p.entries {
		f.take(s, e)
	}
}

// endsInString reports whether a JSON text was cut inside one of its strings,
// where no line break may be put back.
func endsInString(s string) bool {
	for i := strings.IndexByte(s, '"'); i >= 0; i = strings.IndexByte(s, '"') {
		n := stringEnd(s[i:])
		if n == 0 {
			return true
		}
		s = s[i+n:]
	}
	return false
}
