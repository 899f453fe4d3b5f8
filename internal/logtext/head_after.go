package logtext

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

// This file takes the parts of a head between its level and the message.

// afterLevel takes what stands between the level and the message.
func (r *headReader) afterLevel() {
	r.attached()
	r.marks()
	if s := r.s[r.at:]; strings.Contains(s, "msg=") && pairNext(s) {
		readLogfmt(&r.h, s)
		return
	}
	for parts := 0; parts < maxHeadParts && r.behindPart(0); parts++ {
	}
	if at := abbreviated.FindStringSubmatchIndex(r.s[r.at:]); at != nil {
		r.h.logger = r.s[r.at+at[2] : r.at+at[3]]
		r.behind(at[1])
	}
	r.h.message = strings.TrimSpace(r.s[r.at:])
	if r.h.raised != "" && !strings.HasSuffix(r.h.raised, ": "+r.h.message) {
		r.h.raised = ""
	}
	r.h.logger = cmp.Or(r.h.logger, r.names)
	if r.h.level >= event.Warn {
		readTail(&r.h)
		r.h.plain()
	}
}

// abbreviated is a Java logger such as "[o.s.s.p.Platform] ", and what some servers
// print in front of it: the user, the session, the address and the path.
var abbreviated = pattern(`^[^ \[]{1,60}(?:\[[^ \]]*\]|(?: [^ \[]{1,100}){1,6} )\[((?:[a-z]\.)+[\w.]+)\] `)

// phrases are messages that hold an exception in words of their framework.
var phrases = []struct {
	lead      string
	pattern   *regexp.Regexp
	exception string
}{
	{"Uncaught PHP Exception ", pattern(`^Uncaught PHP Exception (\S+): "(.*)" at \S+ line \d+.*`), "$1: $2"},
	{"Error performing ", pattern(`^Error performing .* in [\d.]+ms: (.*)`), "$1"},
}

// plain takes off the message what surrounds the words: a phrase of a framework,
// and the logger or the place that stands in a column of its own behind it.
func (h *head) plain() {
	for _, p := range phrases {
		if strings.HasPrefix(h.message, p.lead) {
			h.message = p.pattern.ReplaceAllString(h.message, p.exception)
		}
	}
	if _, id, ok := strings.Cut(h.message, " [request-id: "); ok { // swift-log's
		id, _, _ = strings.Cut(id, "]")
		h.requestID = cmp.Or(h.requestID, id)
	}
	message, column := cutColumnBehind(h.message)
	if column == "" {
		return
	}
	if n := nameEndIn(column); n > 0 && n < len(column) && isCaller(column, n) == len(column) {
		h.message = strings.TrimRight(message, " ")
	}
	if end := closedAt(column); column[0] == '[' && end > 1 && isWord(column[1:end]) && onlyPairs(column[end+1:]) {
		h.logger = cmp.Or(h.logger, column[1:end])
		h.message = message + strings.TrimLeft(column[end+1:], " ")
	}
}

// onlyPairs tells whether nothing but pairs follows.
func onlyPairs(s string) bool {
	s = strings.TrimLeft(s, " ")
	n := nameEndIn(s)
	return s == "" || n > 0 && n < len(s) && s[n] == '='
}

// cutColumnBehind cuts a message at the last blanks that pad it.
func cutColumnBehind(s string) (message, column string) {
	i := strings.LastIndex(s, "  ") + 2
	if i < 2 {
		return s, ""
	}
	return s[:i], s[i:]
}

// beginsTrace tells the first line of a trace, as Ruby's and V8's begin with a place.
func beginsTrace(s string) bool {
	shape := stacktrace.ShapeOf(s)
	return shape == stacktrace.Place || shape.Certain()
}

// attached takes the name that is attached to a level: "E/Cart( 123): ",
// "ERROR:shop:no price", "ERROR@shop ".
func (r *headReader) attached() {
	s := r.s[r.at:]
	if len(s) < 2 || s[0] != '/' && s[0] != '@' && s[0] != ':' && s[0] != '#' {
		return
	}
	n := nameEndIn(s[1:]) + 1
	if n == 1 || s[0] == ':' && (n == len(s) || s[n] != ':' || n+1 < len(s) && s[n+1] == ':') {
		return
	}
	r.h.logger = s[1:n]
	r.at += n
}

// marks takes the signs that set the level off from what follows.
func (r *headReader) marks() {
	s := r.s[r.at:]
	n := 0
	for n < len(s) && strings.IndexByte("|:;,*#~=!>])}-@", s[n]) >= 0 {
		n++
	}
	if n > 0 {
		r.joint = s[:n]
	}
	r.at += n
	for {
		s = r.s[r.at:]
		blanks := len(s) - len(trimBlanks(s))
		if blanks > 0 && s[blanks-1] == '\t' {
			r.joint = "\t"
		}
		mark := markAt(s[blanks:])
		r.at += blanks + mark
		if mark == 0 {
			return
		}
		r.joint = s[blanks : blanks+mark]
	}
}

// behindPart takes a part behind the level, and reports false where the
// message begins. A number or a thread's name belongs to the head only if
// something follows that surely does, which tries tells.
func (r *headReader) behindPart(tries int) bool {
	s := r.s[r.at:]
	if s == "" {
		return false
	}
	if s[0] == '[' || s[0] == '(' || s[0] == '<' || s[0] == '{' {
		return r.behindBracket(s)
	}
	if at, n := timeAt(s); n > 0 && delimited(s, n) && n < len(s) {
		r.h.time = cmp.Or(r.h.time, at)
		r.behind(n)
		return true
	}
	n := nameEndIn(s)
	if length := loguruPlace(s, n); length > 0 {
		r.h.logger = s[:n]
		r.behind(length)
		return true
	}
	if s[0] == '#' && n > 1 && isNumber(s[1:n]) && n+2 < len(s) && s[n] == ' ' && s[n+2] != 'x' { // a process, no frame
		r.behind(n)
		return true
	}
	if r.joint == "::" {
		if i := strings.Index(s[:n], "::"); i > 0 {
			n = i
		}
	}
	if bundle, _, ok := strings.Cut(s, " | "); ok && r.joint == "|" && strings.Count(bundle, " - ") == 2 && isNumber(s[:n]) { // of OSGi
		r.behind(len(bundle))
		return true
	}
	if n == 0 || n == len(s) {
		return r.flask(s)
	}
	return r.behindName(s, n, tries) || r.flask(s)
}

// behind goes on behind n bytes and the sign that follows.
func (r *headReader) behind(n int) {
	r.at += n
	r.marks()
}

// behindBracket takes a thread, a logger, a place or an id in brackets, but not
// the words, the inspected error or the exception's name that a message begins with.
func (r *headReader) behindBracket(s string) bool {
	end := closedAt(s)
	if end == 1 && strings.HasPrefix(s[2:], " - ") { // a context without values
		r.behind(2)
		return true
	}
	if end < 2 || end > 80 || end+1 >= len(s) {
		return false
	}
	inner := s[1:end]
	if id, _, _ := strings.Cut(inner, " "); isID(id) {
		inner = id
	}
	if inner == "cause" || !isWord(inner) && isProse(inner) || isRaised(inner) {
		return false
	}
	if (s[0] == '<' || s[0] == '{') && (strings.IndexByte(inner, ' ') >= 0 || !delimited(s, end+1)) {
		return false // of XML, or of a template
	}
	at, n := timeAt(inner)
	r.h.time = cmp.Or(r.h.time, at)
	if inner = inner[n:]; inner != "" {
		lane, names := r.h.lane, r.names
		if n := hexLength(inner); n == len(inner) && n >= 8 && !isNumber(inner) {
			r.h.requestID = inner
		}
		r.say(strings.TrimSpace(inner))
		if strings.Contains(r.names, ".") && r.names != names {
			r.h.logger = cmp.Or(r.h.logger, r.names)
		}
		r.h.lane = cmp.Or(lane, r.h.lane)
	}
	r.behind(end + 1)
	return true
}

// isRaised tells the name of an exception from that of a logger.
func isRaised(name string) bool {
	return (strings.HasSuffix(name, "Error") || strings.HasSuffix(name, "Exception")) && isWord(name)
}

// behindName takes the name, number, id or pair of n bytes behind the level.
func (r *headReader) behindName(s string, n, tries int) bool {
	name := s[:n]
	if end := r.glued(s, n); end > 0 {
		r.behind(end)
		return true
	}
	mark, length := separator(s[n:])
	if mark == ": " && moduleNext(s[n+length:]) { // a span's name
		r.behind(n)
		return true
	}
	if length == 0 && s[n] == ' ' && isOrdinary(name) && name != "main" && name != "root" && !pairNext(s[n+1:]) && !loggerNext(s[n+1:]) {
		return false // a word of the message, as most are
	}
	if end := r.request(s, name); end > 0 && s[n] != '=' {
		r.behind(end)
		return true
	}
	switch {
	case s[n] == '=':
		return r.behindPair(s, n)
	case repeatsLevel(name, r.h.level):
		r.behind(n)
	case isCaller(s, n) > 0 && beginsTrace(s):
		return false
	case isCaller(s, n) > 0:
		if isDotted(name) {
			r.h.logger = cmp.Or(r.h.logger, name)
		}
		end := isCaller(s, n)
		r.placed = s[end:] != "" && s[end] == ' ' && strings.HasSuffix(name, ".c") // the function follows
		r.behind(end)
	case length > 0 && r.separates(mark, name) && (n+length < len(s) || s[len(s)-1] == ' ') && !strings.HasPrefix(s[n+length:], `{"`):
		if !isNumber(name) && !(isDotted(r.h.logger) && !isDotted(name)) {
			r.h.logger = name
		}
		if mark == ": " && stacktrace.IsHeader(s) {
			r.h.raised = strings.TrimSpace(s)
		}
		r.joint = mark
		r.at += n + length
	case (name == "main" || name == "root" || isNumber(name) && !r.h.time.IsZero()) && strings.HasPrefix(s[n:], "  "):
		r.behind(n)
	case s[n] == ' ' && isDotted(name) && strings.Trim(s[n:], " -:|") != "":
		r.h.logger = name
		r.behind(n)
	default:
		return tries < 2 && s[n] == ' ' && (isThread(name) || pairNext(s[n+1:]) || loggerNext(s[n+1:])) && r.tentative(n, tries)
	}
	return true
}

// glued takes a name of n bytes with a bracket right behind it, and returns where it ends:
//
//	request{id=7}:              Rust's spans
//	ThreadId(01)                Rust's and Java's threads
//	Thread[#44,main,5,main]:
//	shop.Orders[12]             .NET's categories
//	c.s.Orders(pay):41 -        a class, a method and a line
func (r *headReader) glued(s string, n int) int {
	if strings.IndexByte("([{", s[n]) < 0 {
		return 0
	}
	end := n + closedAt(s[n:])
	if end < n+1 || end+2 > len(s) {
		return 0
	}
	inner, next, name := s[n+1:end], s[end+1:], s[:n]
	line := strings.TrimLeft(strings.TrimPrefix(next, ":"), "0123456789")
	switch {
	case s[n] == '{' && next[0] == ':':
		pairs(inner, r.pair)
		return end + 2
	case s[n] == '(' && next[0] == ':' && len(line) < len(next)-1 && strings.HasPrefix(line, " - "), s[n] == '[' && isDotted(name) && isNumber(inner) && next[0] == ' ':
		r.h.logger = name
		return end + 1 + len(next) - len(line)
	case strings.HasPrefix(name, "Thread") && (next[0] == ' ' || next[0] == ':'):
		r.h.lane = cmp.Or(r.h.lane, inner)
		return end + 1
	}
	return 0
}

// loggerNext tells whether the name of a class or module comes next, set off
// from what follows.
func loggerNext(s string) bool {
	s = strings.TrimLeft(s, " ")
	n := nameEndIn(s)
	if n == 0 || n == len(s) || !isDotted(s[:n]) {
		return false
	}
	_, length := separator(s[n:])
	return length > 0 && !stacktrace.IsHeader(s)
}

// moduleNext tells whether a module of Rust and a colon come next.
func moduleNext(s string) bool {
	n := nameEndIn(s)
	return strings.Contains(s[:n], "::") && strings.HasPrefix(s[n:], ": ")
}

// behindPair takes a pair that names an id, a thread or the like, if words follow.
func (r *headReader) behindPair(s string, n int) bool {
	value, end := pairValue(s[n+1:])
	end += n + 1
	switch fieldOf(s[:n]) {
	case fieldLogger, fieldName, fieldRequestID, fieldTraceID, fieldService, fieldTimestamp, fieldThread, fieldHost, fieldNode:
	default:
		if s[:n] != "request" {
			return false
		}
		r.h.requestID = value
	}
	rest := strings.TrimLeft(s[end:], " ")
	if rest == "" {
		return false
	}
	r.pair(s[:n], value)
	r.behind(end)
	return true
}

// repeatsLevel tells the word of a level that a letter or a sign told already.
func repeatsLevel(name string, level event.Level) bool {
	said, how := levelWord(name)
	return said == level && how == capital
}

// isDotted tells the name of a class or module, but not of a file or a host.
func isDotted(name string) bool {
	if name == "" || !isLetter(name[0]) || stacktrace.IsExceptionName(name) && !strings.Contains(name, ".") {
		return false
	}
	if strings.Contains(name, "::") {
		return true
	}
	dot := strings.LastIndexByte(name, '.')
	switch name[dot+1:] {
	case "", "js", "ts", "jsx", "tsx", "mjs", "cjs", "py", "rb", "go", "java", "php", "rs", "c", "cc", "cpp", "h", "html", "css", "json", "yml", "yaml", "xml", "toml", "txt", "log", "sql",
		"sh", "conf", "cfg", "ini", "env", "lock", "csv", "png", "jpg", "svg", "pdf", "zip", "gz", "tar", "pem", "key", "crt", "com", "net", "org", "io", "dev", "local", "internal", "example", "cloud":
		return false
	}
	return dot > 0 && isLetter(name[dot+1]) && !strings.ContainsAny(name, "/@")
}

// pairNext tells whether a pair that a head may have comes next.
func pairNext(s string) bool {
	s = strings.TrimLeft(s, " ")
	bracketed := strings.HasPrefix(s, "[")
	s = strings.TrimPrefix(s, "[")
	n := nameEndIn(s)
	return n > 0 && n < len(s) && (s[n] == '=' || s[n] == ':' && bracketed) && fieldOf(s[:n]) != fieldNone
}

// isThread tells a number or a name that threads and hosts have.
func isThread(name string) bool {
	return name == "main" || name == "root" || isNumber(name) || isCompound(name) && strings.IndexByte(name, '.') < 0
}

// tentative takes n bytes if what follows on them surely belongs to the head.
func (r *headReader) tentative(n, tries int) bool {
	before := *r
	r.at += n
	r.at += len(r.s[r.at:]) - len(strings.TrimLeft(r.s[r.at:], " "))
	if s := r.s[r.at:]; s != "" && s[0] == '(' {
		end := closedAt(s)
		if _, length := separator(s[end+1:] + " "); length == 0 && (end < 0 || !isID(s[1:end])) {
			*r = before
			return false
		}
	}
	if !r.behindPart(tries + 1) {
		*r = before
		return false
	}
	if name := before.s[before.at:][:n]; isLogger(name) && isCompound(name) {
		r.h.logger = cmp.Or(r.h.logger, name)
	}
	return true
}

// flask takes the module of Flask's "ERROR in app: ".
func (r *headReader) flask(s string) bool {
	rest, ok := strings.CutPrefix(s, "in ")
	n := nameEndIn(rest)
	if !ok || n == 0 || !strings.HasPrefix(rest[n:], ": ") {
		return false
	}
	r.h.logger = rest[:n]
	r.behind(len("in ") + n)
	return true
}
