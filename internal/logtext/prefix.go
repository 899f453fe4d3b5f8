package logtext

import (
	"cmp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// prefix is what stands in front of every line of a stream, those of traces too,
// such as "[api] ", "api | " or a time. It is learned from the first line of
// which nothing is known and behind which a line of a trace is.
type prefix struct {
	text  string
	timed bool // a time instead, another one each line
}

// cut removes the prefix from the entry, and forgets one that is not there.
func (p *prefix) cut(e *entry) {
	if p.timed {
		if at, n := timeAt(e.first); n > 0 && n < len(e.first) && e.first[n] == ' ' {
			e.first, e.stamped, e.bare = e.first[n+1:], true, true
			e.time = cmp.Or(e.time, at)
		}
		return
	}
	if p.text == "" {
		return
	}
	rest, ok := strings.CutPrefix(e.first, p.text)
	if !ok && e.first != strings.TrimRight(p.text, " ") {
		p.text = ""
		return
	}
	e.first = rest
}

// learn finds the prefix of a line that means nothing with it.
func (p *prefix) learn(e *entry) bool {
	if e.head.level != event.Unknown || e.shape != stacktrace.Text && e.shape != stacktrace.Head || len(e.rest) > 0 {
		return false
	}
	if _, n := timeAt(e.first); n > 0 && n < len(e.first) && e.first[n] == ' ' && isTraceLine(e.first[n+1:]) {
		p.timed = true
		return true
	}
	for _, mark := range [...]string{"] ", "| ", ": "} {
		i := strings.Index(e.first[:min(len(e.first), 60)], mark)
		if i < 1 || strings.Contains(strings.TrimRight(e.first[:i], " "), " ") || !isTraceLine(e.first[i+2:]) {
			continue
		}
		p.text = strings.Clone(e.first[:i+2])
		return true
	}
	return false
}

func isTraceLine(s string) bool {
	shape := stacktrace.ShapeOf(s)
	return shape.Certain() && shape != stacktrace.Death
}
