package group

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// orders are customary orders of the parts in front of a message. A tag is a
// service with its pid, as syslog prints them.
var orders = []string{
	"level", "time level", "level time", "time level logger", "level time logger", "time logger level",
	"level logger", "logger level", "time level pid logger", "time pid level logger", "time pid level",
	"time level thread logger", "time thread level logger", "thread level logger", "time level pid thread logger",
	"time level request", "time request level", "request time level", "level request", "time level logger request",
	"time level request logger", "time host level", "time host service level", "time host tag level", "time service level",
	"service time level", "service level", "time level service", "time level service request logger", "level time pid",
	"level time thread logger", "time level host logger", "pid time level logger", "time tag level", "service pid time level logger",
}

// A style separates the parts of a head from each other and from the message.
type style struct {
	name           string
	between, joint string
	kind           styleKind
	closed         bool // only with a level that ends the head by its own sign
}

type styleKind int

const (
	loose     styleKind = iota // a part may be decorated
	tight                      // a part is a plain word
	bracketed                  // each part is put into brackets
	timeBare                   // each but the time
)

var styles = []style{
	{name: "space", between: " ", joint: " "},
	{name: "space", between: " ", joint: " "},
	{name: "space, level ends in a colon", between: " ", joint: " ", closed: true},
	{name: "space, level ends in a colon", between: " ", joint: " ", closed: true},
	{name: "two spaces", between: "  ", joint: "  "},
	{name: "tab", between: "\t", joint: "\t"},
	{name: "dash", between: " - ", joint: " - "},
	{name: "double dash", between: " -- ", joint: " -- "},
	{name: "bar", between: " | ", joint: " | "},
	{name: "guillemet", between: " » ", joint: " » "},
	{name: "spaced double colon", between: " :: ", joint: " :: "},
	{name: "space, then tab", between: " ", joint: "\t"},
	{name: "space, then colon", between: " ", joint: ": "},
	{name: "space, then dash", between: " ", joint: " - "},
	{name: "space, then double dash", between: " ", joint: " -- "},
	{name: "space, then bar", between: " ", joint: " | "},
	{name: "space, then guillemet", between: " ", joint: " » "},
	{name: "space, then >", between: " ", joint: " > "},
	{name: "tight bar", between: "|", joint: "|", kind: tight},
	{name: "colon", between: ": ", joint: ": ", kind: tight},
	{name: "double colon", between: "::", joint: "::", kind: tight},
	{name: "semicolon", between: ";", joint: ";", kind: tight},
	{name: "spaced semicolon", between: "; ", joint: "; ", kind: tight},
	{name: "comma", between: ",", joint: ",", kind: tight},
	{name: "brackets", between: " ", joint: " ", kind: bracketed},
	{name: "tight brackets", between: "", joint: " ", kind: bracketed},
	{name: "brackets, then colon", between: " ", joint: ": ", kind: bracketed},
	{name: "brackets, then dash", between: " ", joint: " - ", kind: bracketed},
	{name: "time, then brackets", between: " ", joint: " ", kind: timeBare},
	{name: "time, then brackets and colon", between: " ", joint: ": ", kind: timeBare},
}

// spaced reports whether only spaces separate the parts.
func (s style) spaced() bool { return strings.Trim(s.between, " ") == "" && s.kind == loose }

// dress picks how a part is decorated. Where signs separate the parts, most are
// plain.
func (s style) dress(r *rand.Rand, part string) string {
	if s.kind != loose || !s.spaced() && r.IntN(4) > 0 {
		return "%"
	}
	return pick(r, dressed[part])
}

// dressed are the ways to print an id or a name in a head: "%" is the value.
var dressed = map[string][]string{
	"pid":     {"%", "[%]", "pid=%", "(%)", "#%"},
	"thread":  {"%", "[%]", "(%)", "thread=%", "[thread:%]"},
	"request": {"[%]", "(%)", "req=%", "request_id=%", "[req:%]"},
	"host":    {"%", "[%]", "host=%"},
	"service": {"%", "[%]", "service=%", "(%)"},
	"logger":  {"%", "%", "[%]", "[%]", "(%)", "<%>", "logger=%"},
}

// textHead is a head that is not a record.
type textHead struct {
	parts []string
	time  timeNotation
	level levelNotation
	style style
	dress map[string]string
	names names
}

func newText(r *rand.Rand, s style) (textHead, bool) {
	h := textHead{time: pick(r, times()), level: pick(r, levelNotations), style: s, dress: map[string]string{}, names: newNames(r)}
	order := strings.Fields(pick(r, orders))
	if h.level.named && !slices.Contains(order, "logger") {
		return h, false
	}
	for _, part := range order {
		if part == "time" && h.time.name == without || part == "logger" && h.level.named || part == "level" && h.level.first {
			continue
		}
		h.parts = append(h.parts, part)
		if dressed[part] != nil {
			h.dress[part] = h.style.dress(r, part)
		}
	}
	if !slices.Contains(order, "time") {
		h.time = noTime
	}
	return h, (len(h.parts) > 0 || h.level.first) && h.readable()
}

func (h textHead) part(name string, e logged) string {
	value := h.names.value(name, e)
	switch name {
	case "time":
		value = h.time.print(e.at)
	case "level":
		value = strings.Replace(h.level.words[e.severity], "%", h.names.logger, 1)
	case "tag":
		return h.names.service + "[" + h.names.value("pid", e) + "]:"
	default:
		value = strings.Replace(h.dress[name], "%", value, 1)
	}
	inBrackets := h.style.kind == bracketed || h.style.kind == timeBare && name != "time"
	if inBrackets && !strings.HasPrefix(value, "[") && !strings.HasPrefix(value, "(") {
		return "[" + value + "]"
	}
	return value
}

// render returns the lines of an entry.
func (h textHead) render(e logged) string {
	var parts []string
	for _, name := range h.parts {
		parts = append(parts, h.part(name, e))
	}
	line := e.message
	if len(parts) > 0 {
		line = strings.Join(parts, h.style.between) + h.style.joint + e.message
	}
	if h.level.first {
		line = h.level.words[e.severity] + line
	}
	if e.trace != "" {
		line += "\n" + e.trace
	}
	return line
}

func (h textHead) last() string {
	if len(h.parts) == 0 {
		return ""
	}
	return h.parts[len(h.parts)-1]
}

func (h textHead) labels() map[string]string {
	shown := strings.Join(h.parts, " ")
	if h.level.first {
		shown = strings.TrimSpace("level " + shown)
	}
	return map[string]string{
		"kind": "text", "time notation": h.time.name, "level notation": h.level.name,
		"order": shown, "separator": h.style.name,
	}
}

// ambiguous is what a person might take for the beginning of the message: a
// plain name with a space or colon behind.
func (h textHead) ambiguous() []string {
	last := h.last()
	if h.style.kind >= bracketed || !slices.Contains([]string{" ", "  ", ": ", "::"}, h.style.joint) {
		return nil
	}
	name := h.names.value(last, logged{})
	if last == "level" && h.level.named && strings.HasPrefix(h.level.name, "E") {
		name = h.names.logger
	} else if h.dress[last] != "%" || !slices.Contains([]string{"logger", "service", "host"}, last) {
		return nil
	}
	return []string{name + ": ", name + " ", name + "::"}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
