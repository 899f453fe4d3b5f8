package logtext

import (
	"cmp"
	"strings"
	"time"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// carried is a text without the prefixes of the transports that carried it, and the values in those prefixes.
type carried struct {
	first   string // the text without prefixes, later only its first line
	time    time.Time
	within  string      // the stream named by a prefix
	service string      // the program named by a prefix
	request string      // the request named by a prefix
	level   event.Level // the level in a prefix, used only if the line has none
	format  string      // the names of the transports
	stamped bool        // a prefix has a time
	bare    bool        // that time is directly before the line
	partial bool        // the line continues in a later record
}

// unwrap removes the prefixes of nested transports at the start of the text, such as:
//
//	<11>1 2026-11-22T10:00:00Z host app 7 - - rest     syslog, RFC 5424
//	Nov 22 10:00:00 host app[7]: rest                  syslog, RFC 3164, and journald
//	2026-11-22T10:00:00.123000+00:00 stream rest       aws logs tail
//	2026-11-22T10:00:00.123456789Z stdout F rest       containerd, CRI-O
//	2026-11-22T10:00:00.123456+00:00 app[web.1]: rest  Heroku, rsyslog
//	app-1  | rest                                      docker compose, PM2, foreman
//	[pod/web-7f2/web] rest                             kubectl logs --prefix
//
// A date and time joined by "T" count as the transport's if white space follows, even where a logger printed
// them. Transports put them before every line, and frames are recognised only without them.
func unwrap(s string) carried {
	c := carried{first: s}
	for layers := 0; layers < 4 && len(c.first) > 3 && c.peel(c.first); layers++ { // no real line has more
	}
	return c
}

func (c *carried) peel(s string) bool {
	switch b := s[0]; {
	case isDigit(b) && s[1] == '|':
		return c.peelColumn("PM2", s)
	case isDigit(b) && s[2] == ':':
		return c.peelColumn("foreman", s)
	case isDigit(b):
		return c.peelTime(s)
	case isLetter(b):
		return c.peelColumn("compose", s) || c.peelNamed(s)
	case b == '<':
		return c.peelPriority(s)
	case b == '[':
		if pod := kubectl.FindStringSubmatch(s); pod != nil {
			return c.layer("kubectl", pod[1], s[len(pod[0]):])
		}
		return c.peelWorker(s) || c.peelRequest(s)
	}
	return false
}

// kubectl matches "[pod/web-7f2/web] ".
var kubectl = pattern(`^\[(pod/[^/\]]*/[^/\]]*)\] `)

// peelWorker removes PHP-FPM's `[22-Nov-2026 10:00:00] WARNING: [pool www] child 7 said into stderr: "…"`.
func (c *carried) peelWorker(s string) bool {
	if !strings.HasPrefix(s[min(len(s), len("[22-Nov-2026 10:00:00]")):], " WARNING: [pool ") {
		return false
	}
	said, body, ok := strings.Cut(s, `: "`)
	line, rest, _ := strings.Cut(body, "\n")
	c.time, _ = timeAt(s[1:])
	return ok && c.layer("PHP-FPM", said[len("[22-Nov-2026 10:00:00]"):], strings.TrimRight(strings.TrimSuffix(line, `"`)+"\n"+rest, "\n"))
}

// peelRequest removes the request id or tag that Rails prints before an exception, its frames and its blank lines.
func (c *carried) peelRequest(s string) bool {
	id, behind, _ := strings.Cut(s[1:], "]")
	behind, spaced := strings.CutPrefix(behind, " ")
	line, rest, _ := strings.Cut(behind, "\n")
	isRequest := isID(id) || mayBeID(id)
	if !isRequest && !isTagged(id, line) || !spaced && behind != "" && behind[0] != '\n' {
		return false
	}
	shape := stacktrace.ShapeOf(line)
	switch {
	case shape == stacktrace.Text && !strings.HasSuffix(line, "):") && strings.Contains(line, " ") && !namesClass(line):
		return false // neither an exception nor a template's frame
	case shape == stacktrace.Indented && (!strings.HasPrefix(line, "  ") || readHead(line, false, event.Unknown).level != event.Unknown):
		return false // not the source of a template
	}
	if isRequest {
		c.request = id
	}
	if !isBlank(line) {
		rest = behind
	}
	return c.layer("Rails", c.within, rest)
}

// isTagged reports whether only Rails prints such a line, after a tag that the team chose: "[acme] ".
func isTagged(tag, line string) bool {
	class, _, _ := strings.Cut(line, " (")
	exception := strings.HasSuffix(line, "):") && isWord(class) && class[0] < 'a'
	frame := strings.Contains(line, ":in ") && stacktrace.ShapeOf(line) == stacktrace.LateFrame
	_, level := levelWord(tag)
	return (exception || frame || line == "  ") && isWord(tag) && level <= letter
}

// namesClass reports whether a line is the first of an exception whose message goes on below, as in Rails:
// "ActiveRecord::StatementInvalid (PG::UndefinedColumn: ERROR: …".
func namesClass(line string) bool {
	class, _, ok := strings.Cut(line, " (")
	return ok && !strings.HasSuffix(line, ")") && !strings.Contains(class, " ") && (strings.Contains(class, "::") || stacktrace.IsHeader(class+": "))
}

// layer removes a transport's prefix, leaving body, and keeps the stream that the prefix names, if any.
func (c *carried) layer(name, within, body string) bool {
	if !strings.HasSuffix(c.format, name) { // "<11>" and the header after it are one transport
		c.format = joined(c.format, name)
	}
	c.first, c.within = body, cmp.Or(within, c.within)
	return true
}

// peelPriority removes syslog's "<11>", and the rest of the header if it is RFC 5424's.
func (c *carried) peelPriority(s string) bool {
	priority, n := run(s[1:])
	if n == 0 || n > 3 || priority > 191 || s[n+1:] == "" || s[n+1] != '>' {
		return false
	}
	c.level = severities[priority&7]
	rest := s[n+2:]
	part := rfc5424.FindStringSubmatch(rest)
	if part == nil {
		return c.layer("syslog", "", rest)
	}
	c.time, _ = isoTime(part[2])
	c.stamped, c.bare = true, false
	c.name(part[3])
	return c.layer("syslog", s[:n+2]+part[1], strings.TrimPrefix(rest[len(part[0]):], "\ufeff"))
}

// rfc5424 matches the header after the priority, and the structured data, if any. Its groups are the whole
// header, its time and its program.
var rfc5424 = pattern(`^(1 (\S*) \S* (\S*) \S* \S* )(?:- |-$|(?:\[[^\[\]]*?=.*?"\])+ ?)?`)

// name keeps the name of the program in a prefix, without its instance number.
func (c *carried) name(program string) {
	if program != "-" && (len(program) < 12 || hexLength(program) < len(program)) { // not a container's id
		c.service = cmp.Or(c.service, strings.TrimRight(strings.TrimRight(program, "0123456789"), "-_."))
	}
}

// peelTime removes a leading time, and a transport's fields between it and the line.
func (c *carried) peelTime(s string) bool {
	if len(s) < len("2006-01-02T15:04:05") || s[10] != 'T' && (s[10] != ' ' || s[13] != ':' || len(s) < 21 || s[19] != ' ') {
		return false
	}
	at, n := isoTime(s)
	if n == 0 || n < len(s) && s[n] != ' ' && s[n] != '\t' {
		return false
	}
	if s[10] == ' ' { // Docker Desktop's, if loggers print no time before a line of this shape
		line := s[20:]
		shape := stacktrace.ShapeOf(line)
		_, dated := timeAt(line)
		alone := shape.Certain() || shape == stacktrace.Header || strings.HasPrefix(line, "    ") || strings.HasPrefix(line, `{"`)
		if n != 19 || !alone && dated < 19 {
			return false
		}
	}
	c.time = cmp.Or(c.time, at)
	c.stamped, c.bare, c.first = true, true, s[min(n+1, len(s)):]
	c.peelStamped(s[:n])
	return true
}

// peelStamped removes a transport's fields after the time. In "aws logs tail" output, that is the name of the
// stream, which is recognised by a slash, a dash or a digit.
func (c *carried) peelStamped(stamp string) {
	name, rest, _ := strings.Cut(c.first, " ")
	tag, body, _ := strings.Cut(rest, " ")
	switch {
	case (name == "stdout" || name == "stderr") && (tag == "F" || tag == "P"):
		c.partial = tag == "P"
		c.layer("CRI", name, body)
	case (strings.HasPrefix(name, "[APP/") || strings.HasPrefix(name, "[RTR/")) && (tag == "OUT" || tag == "ERR"):
		c.layer("Cloud Foundry", name, body)
	case c.peelTag(c.first):
		c.bare = false
	case strings.HasSuffix(stamp, "+00:00") && name != "" && name[0] != '[' && name[0] != '-' &&
		strings.ContainsAny(name, "/-0123456789") && !strings.ContainsAny(name, "\t\"'=(){}:,"):
		c.layer("aws logs tail", name, rest)
	}
}

// dyno matches Heroku's "app[web.1]: " or Fly.io's "app[148e] fra [info]".
var dyno = pattern(`^([\w./$#@+-]+\[[^\]]*\])(?::(?: |$)| \w{3} \[\w+\])`)

// peelTag removes "host app[7]: ", or a dyno.
func (c *carried) peelTag(s string) bool {
	name, rest, _ := strings.Cut(s, " ")
	if strings.IndexByte(name, '[') > 0 {
		app := dyno.FindStringSubmatch(s)
		return app != nil && c.layer("syslog", app[1], s[len(app[0]):])
	}
	tag, body, ok := strings.Cut(rest, ": ")
	if !ok {
		tag, ok = strings.CutSuffix(rest, ":")
	}
	program, pid, numbered := strings.Cut(tag, "[")
	if !ok || !isWord(name) || !isWord(program) || numbered && !strings.HasSuffix(pid, "]") ||
		!numbered && c.stamped && c.bare && program != "kernel" || isLevel(name) || isLevel(program) {
		return false
	}
	c.name(program)
	prefix := s[:len(s)-len(body)]
	if unit, _, failed := strings.Cut(body, ".service: Failed with result "); failed && program == "systemd" {
		c.service, c.level = unit, event.Error // systemd prints no level
	}
	if rest, tabbed := strings.CutPrefix(body, "#011"); tabbed { // rsyslog's escape of a tab
		body = "\t" + rest
	}
	return c.layer("syslog", prefix, body)
}

func isLevel(word string) bool {
	level, how := levelWord(word)
	return level != event.Unknown && how != letter
}

// peelNamed removes syslog's "Nov 22 10:00:00 host app[7]: ", optionally with a weekday, or stern's pod and
// container.
func (c *carried) peelNamed(s string) bool {
	name, rest, _ := strings.Cut(s, " ")
	if len(name) > 12 && name[len(name)-6] == '-' {
		pod := podName.FindStringSubmatch(name)
		container, body, ok := strings.Cut(rest, " ")
		if pod != nil && ok && strings.ContainsAny(pod[1], "0123456789") && isWord(container) && !isLevel(container) {
			return c.layer("stern", name, body)
		}
	}
	at, n := timeAt(s)
	if n == 0 || n >= len(s) || s[n] != ' ' || !c.peelTag(s[n+1:]) {
		return false
	}
	c.stamped = true
	c.time = cmp.Or(c.time, at)
	return true
}

// column matches foreman's time or PM2's number, if any, then the name of a program and its padding.
var column = pattern(`^(?:\d\d:\d\d:\d\d )?((?:\d\|)?([\w./$#@+-]+) ( *))\|(?: |$)`)

// peelColumn removes "app-1  | ", if the name has a number or is padded to a column.
func (c *carried) peelColumn(transport, s string) bool {
	if bar := strings.IndexByte(s[:min(len(s), 60)], '|'); bar < 1 || bar > 1 && s[bar-1] != ' ' {
		return false
	}
	found := column.FindStringSubmatch(s)
	if found == nil {
		return false
	}
	name := found[2]
	numbered := isDigit(name[len(name)-1]) && strings.ContainsAny(name, "-_.")
	if isLevel(name) || isNumber(name) || !numbered && found[3] == "" {
		return false
	}
	c.name(name)
	return c.layer(transport, found[1], s[len(found[0]):])
}

// podName matches the name of a pod created by a deployment, such as "web-7f2a9b-x8k2p".
var podName = pattern(`^[\w.-]+-([a-z\d]{5,10})-[^-]{5}$`)
