package group

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Keys of records; ">" goes into a nested object.
var (
	timeKeys = []string{
		"time", "ts", "timestamp", "@timestamp", "date", "t", "Timestamp", "Time", "datetime", "created_at", "asctime",
		"eventTime", "event_time", "logged_at", "@t", "when", "TIME", "meta>time", "log>timestamp", "header>time", "event>created",
	}
	levelKeys = []string{
		"level", "lvl", "severity", "log.level", "log>level", "meta>level", "priority", "sev", "logLevel", "Level", "loglevel",
		"log_level", "levelname", "level_name", "LogLevel", "LEVEL", "Severity", "severityText", "severity_text", "SeverityText",
		"@level", "@l", "header>severity", "attributes>level", "context>level", "event>severity", "level>name", "record>level>name",
		"fields>level", "status", "level>label", "data>level", "info>level",
	}
	messageKeys = []string{
		"message", "msg", "text", "event", "log", "description", "body", "@message", "@m", "short_message", "Message", "Msg", "MESSAGE",
		"m", "content", "logMessage", "event>message", "data>message", "payload>msg", "fields>message", "log>message", "record>message",
		"entry>text", "body>message", "data>msg", "meta>message", "msg>text", "log_message", "Body", "fields>msg",
	}
	stackKeys = []string{"stack", "stacktrace", "stack_trace", "exception", "exc_info", "error>stack", "err>stack", "traceback", "StackTrace"}
	otherKeys = map[string][]string{
		"logger": {"logger", "name", "module", "category", "component", "logger_name", "Logger", "SourceContext"},
		"pid":    {"pid", "process", "process_id"}, "thread": {"thread", "thread_name", "threadName"},
		"request": {"request_id", "requestId", "req_id", "trace_id", "correlation_id"}, "host": {"host", "hostname", "node"},
		"service": {"service", "app", "application", "service_name", "service.name"},
	}
)

// recordHead prints an entry as an object or as logfmt.
type recordHead struct {
	logfmt               bool
	time                 timeNotation
	level                levelValue
	timeKey, levelKey    string
	messageKey, stackKey string
	order                []string // "time", "level", "message" and others of names
	other                map[string]string
	spaced               bool // ": " and ", " as Python prints them
	names                names
}

func newRecord(r *rand.Rand, logfmt bool) (recordHead, bool) {
	h := recordHead{
		logfmt: logfmt, time: pick(r, times()), level: pick(r, levelValues), spaced: r.IntN(3) == 0,
		timeKey: pick(r, timeKeys), levelKey: pick(r, levelKeys), messageKey: pick(r, messageKeys), stackKey: pick(r, stackKeys),
		order: []string{"time", "level", "message"}, other: map[string]string{}, names: newNames(r),
	}
	if !logfmt && r.IntN(8) == 0 {
		h.level = pick(r, levelNumbers)
		h.levelKey = pick(r, h.level.keys)
	}
	if h.levelKey == "PRIORITY" {
		h.messageKey = "MESSAGE" // only beside it is the key read as journald's
	}
	for _, part := range []string{"logger", "pid", "thread", "request", "host", "service"} {
		key := pick(r, otherKeys[part])
		if r.IntN(4) == 0 {
			h.order, h.other[part] = append(h.order, part), key
		}
	}
	if r.IntN(2) == 0 {
		r.Shuffle(len(h.order), func(i, j int) { h.order[i], h.order[j] = h.order[j], h.order[i] })
	}
	return h, h.readable()
}

// readable reports that no key is used twice, that a key does not hold both
// a text and an object, and that the time is not decorated.
func (h recordHead) readable() bool {
	if t := h.time.print(time.Time{}); t != "" && strings.ContainsAny(t[:1], "[(\x1b") {
		return false
	}
	var keys []string
	for _, name := range append(slices.Clone(h.order), "stack") {
		if name != "time" || h.time.name != without {
			keys = append(keys, h.key(name))
		}
	}
	for i, a := range keys {
		if h.logfmt && strings.ContainsAny(a, ">@") {
			return false
		}
		for _, b := range keys[i+1:] {
			if a == b || strings.HasPrefix(a, b+">") || strings.HasPrefix(b, a+">") {
				return false
			}
		}
	}
	// "E" is a level only where the key says so.
	return h.level.values[failure] != `"E"` || strings.Contains(strings.ToLower(h.levelKey), "l") && h.levelKey != "@l"
}

func (h recordHead) key(name string) string {
	switch name {
	case "time":
		return h.timeKey
	case "level":
		return h.levelKey
	case "message":
		return h.messageKey
	case "stack":
		return h.stackKey
	}
	return h.other[name]
}

// value returns a field's value as JSON.
func (h recordHead) value(name string, e logged) string {
	switch name {
	case "time":
		if h.time.number {
			return h.time.print(e.at)
		}
		return jsonOf(h.time.print(e.at))
	case "level":
		return h.level.values[e.severity]
	case "message":
		return jsonOf(e.message)
	case "stack":
		return jsonOf(e.trace)
	case "pid":
		return h.names.value(name, e)
	}
	return jsonOf(h.names.value(name, e))
}

func (h recordHead) render(e logged) string {
	names := slices.Clone(h.order)
	if e.trace != "" {
		names = append(names, "stack")
	}
	var top object
	for _, name := range names {
		if name == "time" && h.time.name == without {
			continue
		}
		top.set(strings.Split(h.key(name), ">"), h.value(name, e))
	}
	if h.logfmt {
		return top.logfmt()
	}
	if h.spaced {
		return top.json(": ", ", ")
	}
	return top.json(":", ",")
}

func (h recordHead) labels() map[string]string {
	labels := map[string]string{
		"kind": "JSON", "time notation": h.time.name, "level key": h.levelKey, "level value": h.level.name,
		"message key": h.messageKey, "time key": h.timeKey,
	}
	if h.logfmt {
		labels["kind"] = "logfmt"
	}
	if strings.Contains(h.levelKey+h.messageKey, ">") {
		labels["kind"] = "nested JSON"
	}
	if h.time.name == without {
		delete(labels, "time key")
	}
	return labels
}

func (h recordHead) ambiguous() []string { return nil }

// object keeps its fields in order. A field has JSON for its value, or fields.
type object struct {
	key, value string
	fields     []*object
}

func (o *object) set(path []string, value string) {
	for _, f := range o.fields {
		if f.key == path[0] {
			f.set(path[1:], value)
			return
		}
	}
	f := &object{key: path[0], value: value}
	o.fields = append(o.fields, f)
	if len(path) > 1 {
		f.value = ""
		f.set(path[1:], value)
	}
}

func (o *object) json(colon, comma string) string {
	if o.fields == nil {
		return o.value
	}
	var fields []string
	for _, f := range o.fields {
		fields = append(fields, fmt.Sprintf("%q%s%s", f.key, colon, f.json(colon, comma)))
	}
	return "{" + strings.Join(fields, comma) + "}"
}

// logfmt quotes only what needs it.
func (o *object) logfmt() string {
	var fields []string
	for _, f := range o.fields {
		value, plain := f.value, ""
		if json.Unmarshal([]byte(value), &plain) == nil && plain != "" && !strings.ContainsAny(plain, " =\"\n\t\u202f") {
			value = plain
		}
		fields = append(fields, f.key+"="+value)
	}
	return strings.Join(fields, " ")
}

func jsonOf(value any) string {
	var b strings.Builder
	_ = encoder(&b).Encode(value)
	return strings.TrimRight(b.String(), "\n")
}
