package logtext

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/safe"
	"github.com/org/errmon-action/internal/stacktrace"
)

// entry is a record after cleaning: valid UTF-8, without transport prefixes and colours, split into lines.
type entry struct {
	carried // its time is Record.Time if that is known
	record  event.Record
	rest    []string         // further lines of the same record
	shape   stacktrace.Shape // the shape of the first line
	head    head             // set if shape is Head, Text or Indented; otherwise only its message is
	fields  *fields          // set if the record is one JSON object
	logged  *entry           // the original entry, if continued removed the logger's head from first
}

// carry removes the transports' prefixes and wrappers, and leaves the rest of the record's text in first.
func carry(r event.Record) entry {
	c := unwrap(cleanText(r.Text))
	if w, ok := unwrapObject(c.first); ok {
		inner := unwrap(cleanText(w.first))
		inner.service = cmp.Or(inner.service, w.service, c.service)
		inner.within, inner.partial = cmp.Or(w.within, inner.within), c.partial || w.partial || inner.partial
		inner.time, inner.stamped = cmp.Or(c.time, inner.time), c.stamped || inner.stamped
		inner.format = joined(joined(c.format, "wrapper"), inner.format)
		c = inner
	}
	c.time = cmp.Or(r.Time, c.time)
	c.partial = c.partial || len(r.Text) == dockerSplit || len(r.Text) > cloudwatchSplit-4 && len(r.Text) <= 256<<10
	return entry{carried: c, record: r}
}

func (e *entry) read(keys *keyTable) {
	if e.fields = readFields(e.first, keys); e.fields != nil {
		return
	}
	first, rest, more := strings.Cut(e.first, "\n")
	e.first = unmarked(first)
	if more {
		e.rest = strings.Split(rest, "\n")
	}
	for i, line := range e.rest {
		if e.stamped || e.format != "" || strings.HasPrefix(line, "[") { // each line may have its own prefix
			line = unwrap(line).first
		}
		e.rest[i] = unmarked(line)
	}
	e.readHead()
}

// unmarked removes the "! " that Dropwizard prints before each line of a trace, and the " " and " -> " that
// chi prints before a panic and its first frame. Dropwizard's "Causing: " becomes logback's "Wrapped by: ".
func unmarked(line string) string {
	rest, marked := strings.CutPrefix(line, "! ")
	outer, causing := strings.CutPrefix(rest, "Causing: ")
	top, pointed := strings.CutPrefix(line, " -> ")
	switch {
	case marked && causing:
		return "Wrapped by: " + outer
	case marked && stacktrace.ShapeOf(rest) != stacktrace.Text:
		return rest
	case pointed && (stacktrace.IsGoFunction(top) || strings.HasPrefix(top, "  /")):
		return top
	case strings.HasPrefix(line, " panic: "):
		return line[1:]
	}
	return line
}

// readHead sets the shape of the first line, and reads the head in it.
func (e *entry) readHead() {
	e.shape = stacktrace.Text
	// Most lines begin with a date, and no line of a trace does, so those need no ShapeOf.
	if s := e.first; len(s) <= 19 || s[0] != '2' || s[4] != '-' || s[7] != '-' || s[13] != ':' || s[16] != ':' {
		e.shape = stacktrace.ShapeOf(s)
	}
	switch e.shape {
	case stacktrace.Indented:
		e.head = readHead(e.first, false, event.Unknown)
	case stacktrace.Text:
		if e.head = readHead(e.first, e.bare, e.level); e.head.structured {
			e.shape = stacktrace.Head
		}
	default:
		e.head.message = e.first
	}
	e.time = cmp.Or(e.time, e.head.time)
}

func newEvent(e *entry) event.Event {
	r := e.record
	return event.Event{ID: r.ID, Source: r.Source, Stream: r.Stream, URL: r.URL, Time: e.time,
		Service: cmp.Or(r.Service, e.service), RequestID: e.request, Format: e.format}
}

// cleanText returns s as valid UTF-8 with "\n" between its lines and without escape sequences. AWS Lambda's
// runtimes separate the lines of a message by "\r", and the Python runtime indents traces with no-break
// spaces.
func cleanText(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s = strings.TrimRight(s, "\r\n")
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	s = strings.ReplaceAll(s, "\u00a0", " ")
	if strings.IndexByte(s, '\x1b') >= 0 {
		return safe.WithoutANSI(s)
	}
	return s
}

// hasTrace reports whether any line of the record belongs to a trace.
func (e *entry) hasTrace() bool {
	return e.shape.Certain() || slices.ContainsFunc(e.rest, func(line string) bool { return stacktrace.ShapeOf(line).Certain() })
}

// wrapperKeys are the keys that log shippers add: Docker's json-file, fluentd, Fluent Bit and FireLens.
var wrapperKeys = set(`stream source container_id container_name container kubernetes docker log_processed tag logtag
	ecs_cluster ecs_task_arn ecs_task_definition ec2_instance_id time date @timestamp _t`)

// unwrapObject reads a line that a shipper wrapped in `{"log":"…","stream":"stderr"}`. It reports false for
// an application's own record, which has other keys as well.
func unwrapObject(s string) (w carried, ok bool) {
	if !strings.HasPrefix(s, "{") || !strings.Contains(s, `"log"`) {
		return w, false
	}
	found, ours, last := false, true, false
	_, ok = eachMember(s, func(key, value string) {
		switch {
		case key == "log" && value[0] == '"':
			w.first, found = unquote(value), true
		case key == "kubernetes":
			pod := fields{keys: commonKeys}
			pod.member(key, value, 0)
			w.service = pod.text(fieldService)
		case key == "container_id":
			w.within = scalar(value)
		case key == "partial_message" || key == "_p":
			w.partial = w.partial || strings.Trim(value, `"`) == "true" || value == `"P"`
		case key == "partial_last":
			last = strings.Contains(value, "true")
		case !wrapperKeys[key] && !strings.HasPrefix(key, "partial_"):
			ours = false
		}
	})
	w.partial = w.partial && !last
	return w, ok && found && ours
}

// prefix precedes every line of a stream: "[api] ", "api | " or a time, for example. It is learned from the
// first line that is not understood but contains a line of a trace after such a prefix.
type prefix struct {
	text  string
	timed bool // the prefix is a time instead, different on each line
}

// cut removes the prefix from the entry. If the line lacks it, cut forgets the prefix, unless that is a time.
func (p *prefix) cut(e *entry) {
	if p.timed {
		if at, n := timeAt(e.first); n > 0 && n < len(e.first) && e.first[n] == ' ' {
			e.first, e.stamped, e.bare = e.first[n+1:], true, true
			e.time = cmp.Or(e.time, at)
		}
		return
	}
	if rest, ok := strings.CutPrefix(e.first, p.text); ok || rest == strings.TrimRight(p.text, " ") {
		e.first = rest
	} else {
		p.text = ""
	}
}

// learn finds the prefix of a line that cannot be understood with it, and reports whether there is one.
func (p *prefix) learn(e *entry) bool {
	if e.head.level != event.Unknown || e.shape != stacktrace.Text && e.shape != stacktrace.Head || len(e.rest) > 0 {
		return false
	}
	isTrace := func(from int) bool {
		shape := stacktrace.ShapeOf(e.first[from:])
		return shape.Certain() && shape != stacktrace.Death
	}
	if _, n := timeAt(e.first); n > 0 && n < len(e.first) && e.first[n] == ' ' && isTrace(n+1) {
		p.timed = true
		return true
	}
	for _, mark := range [...]string{"] ", "| ", ": "} {
		i := strings.Index(e.first[:min(len(e.first), 60)], mark)
		if i >= 1 && !strings.Contains(strings.TrimRight(e.first[:i], " "), " ") && isTrace(i+2) {
			p.text = strings.Clone(e.first[:i+2])
			return true
		}
	}
	return false
}

// The sizes at which transports split lines, give or take a character; the rest becomes the next record.
const (
	dockerSplit     = 16 << 10        // the buffer of Docker's log drivers
	cloudwatchSplit = 256<<10 - 26    // where log drivers split for CloudWatch, which adds 26 bytes to an event's size
	maxPart         = 4*MaxText + 512 // bytes kept of a line in parts; more could not be shown
)

// parts is a line or a JSON object that was split into records, and is not complete yet.
type parts struct {
	entries []entry // unchanged, in case they do not form an object
	text    strings.Builder
	object  bool // an object that is not closed yet
}

// maxParts bounds the records of one object or line.
const maxParts = 200

// gather keeps the entry if it is part of a split line or object, and reports whether it is. The last part
// releases the whole.
func (f *Framer) gather(s *stream, e entry) bool {
	p := &s.parts
	if len(p.entries) == 0 {
		torn := strings.HasPrefix(e.first, `{"`) && !strings.HasSuffix(e.first, "}") && nestedEnd(e.first) <= 0
		p.object = !e.partial && (torn || e.first == "{")
		if !p.object && !e.partial {
			return false
		}
	} else if p.object {
		whole := e // not a part if it is an object itself or has a logger's head
		if whole.read(f.keys); whole.fields != nil || whole.shape == stacktrace.Head || whole.first == "{" {
			f.release(s)
			return f.gather(s, e)
		}
		if nestedEnd(p.text.String()) != inString {
			p.text.WriteByte('\n')
		}
	}
	p.entries = append(p.entries, e)
	if room := maxPart - p.text.Len(); room > 0 {
		p.text.WriteString(strings.ToValidUTF8(e.first[:min(len(e.first), room)], ""))
	}
	complete := !p.object && !e.partial
	if p.object && nestedEnd(p.text.String()) > 0 {
		complete, p.object = true, false
	}
	if complete || len(p.entries) >= maxParts {
		f.release(s)
	}
	return true
}

// release adds the parts of a line or object as one entry, but the parts of an unclosed object one by one.
func (f *Framer) release(s *stream) {
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
