package logtext

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// opening holds the first lines of an event: a logger's head, or the lines that runtimes print above a trace.
type opening struct {
	head
	shape    stacktrace.Shape
	inner    stacktrace.Shape // the shape of the message after a head
	gap      int              // bytes of white space between head and message
	unsaid   bool             // the message is on the next line
	twoLines bool             // that line has a level or a time of its own
	said     string           // that message
	failure  string           // the exception line, if the event begins with lines that runtimes print above it
}

func newOpening(e *entry) opening {
	o := opening{head: e.head, shape: e.shape, gap: 1}
	if e.shape == stacktrace.Head && (o.level == event.Unknown || o.level >= event.Warn) {
		o.inner = stacktrace.ShapeOf(o.message)
		_, gap := behindHead(e, 0)
		o.gap = max(1, gap)
	}
	if o.level == event.Unknown && len(e.rest) > 0 && !e.hasTrace() && !o.announces() {
		o.seek(e.rest)
	}
	// Layouts with the message on the next line print nothing here, or the logger's name and a separator.
	name := strings.TrimRight(o.message, " -:|")
	named := len(name) < len(o.message) && strings.Contains(name, ".") && isWord(name)
	o.unsaid = e.shape == stacktrace.Head && (o.message == "" || named || o.format == "SQL Server" && o.level == event.Error)
	o.twoLines = o.unsaid && (o.format == "java.util.logging" || o.format == "SQL Server")
	return o
}

// maxSought bounds the lines of a record searched for a level, and those of a banner above a message.
const maxSought = 8

// seek looks for level and message below the first line, since some programs print other details first.
func (o *opening) seek(below []string) {
	for _, line := range below[:min(len(below), maxSought)] {
		e := entry{carried: carried{first: line}}
		e.readHead()
		level := e.head.level
		if e.shape == stacktrace.Header && !namesNone(line) {
			level = event.Error
		}
		if level >= event.Warn && e.head.message != "" {
			o.level, o.message = level, e.head.message
		}
		if level != event.Unknown {
			return
		}
	}
}

func (o *opening) phase() stacktrace.Phase {
	switch {
	case o.level >= event.Warn && stacktrace.IsHeader(o.message):
		return stacktrace.Failed
	case o.level >= event.Warn:
		return stacktrace.Logged
	case o.shape == stacktrace.Text && o.level == event.Unknown:
		return stacktrace.Bare
	}
	return stacktrace.Plain
}

// say takes the message, or more of it, from a line below the first. The level is read there too if the first
// line had none.
func (o *opening) say(line string) {
	line = strings.TrimSpace(strings.TrimSuffix(line, "]]")) // Payara ends a message with "]]"
	if strings.Trim(line, "*") == "" || line == "APPLICATION FAILED TO START" || line == "Description:" {
		return // Spring Boot prints these lines above the description
	}
	if o.format == "SQL Server" {
		line = readHead(line, false, event.Unknown).message
	}
	o.said = strings.TrimSpace(o.said + " " + line)
	if o.level == event.Unknown {
		h := readHead(o.said, true, event.Unknown)
		o.level, o.said = h.level, h.message
	}
}

// announces reports whether the event begins with a line that runtimes print above the exception.
func (o *opening) announces() bool {
	return slices.Contains([]stacktrace.Shape{stacktrace.Traceback, stacktrace.Remote, stacktrace.PythonFrame,
		stacktrace.Place, stacktrace.Announcement, stacktrace.RustPanic}, o.shape)
}
