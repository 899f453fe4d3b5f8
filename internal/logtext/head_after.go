package logtext

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
	"github.com/org/errmon-action/internal/stacktrace"
)

func (r *headReader) afterLevel() {
	s := r.s[r.at:]
	if len(s) > 1 && strings.IndexByte("/@:#", s[0]) >= 0 { // "E/Cart( 123): ", "ERROR:shop:no price", "ERROR@shop "
		n := nameEndIn(s[1:]) + 1
		if n > 1 && (s[0] != ':' || n < len(s) && s[n] == ':' && !strings.HasPrefix(s[n:], "::")) {
			r.h.logger = s[1:n]
			r.at += n
		}
	}
	r.behind(0)
	if s := r.s[r.at:]; strings.Contains(s, "msg=") && pairNext(s) {
		readLogfmt(&r.h, s)
		return
	}
	for parts := 0; parts < maxHeadParts && r.behindPart(0); parts++ {
	}
	r.h.message = strings.TrimSpace(r.s[r.at:])
	r.h.logger = cmp.Or(r.h.logger, r.names)
	if r.h.level >= event.Warn {
		readTail(&r.h)
		r.h.plain()
	}
}

// behind skips n bytes, and the signs and spaces after them.
func (r *headReader) behind(n int) {
	r.at += n
	n = leading(r.s[r.at:], "|:;,*#~=!>])}-@")
	for {
		if n > 0 {
			r.joint = r.s[r.at : r.at+n]
		}
		r.at += n
		r.at += leading(r.s[r.at:], " \t")
		if n = markAt(r.s[r.at:]); n == 0 {
			return
		}
	}
}

// behindPart takes a part after the level. Some belong to the head only if the next does, see tentative.
func (r *headReader) behindPart(tries int) bool {
	s := r.s[r.at:]
	if s == "" {
		return false
	}
	if r.place(s) {
		return true
	}
	if strings.IndexByte("[(<{", s[0]) >= 0 {
		return r.behindBracket(s)
	}
	if at, n := timeAt(s); n > 0 && delimited(s, n) {
		r.h.time = cmp.Or(r.h.time, at)
		r.behind(n)
		return true
	}
	n := nameEndIn(s)
	if i := strings.Index(s[:n], "::"); i > 0 && r.joint == "::" {
		n = i
	}
	return n > 0 && n < len(s) && r.behindName(s, n, tries)
}

// places match source positions, threads and the like, which only some loggers print after a level. An
// expression is tried only if the line contains the string has. A group captures the logger or, if it begins
// with a space, the start of the text after the place.
var places = []struct {
	has string
	*regexp.Regexp
}{
	{"in ", pattern(`^in ([\w./-]+): `)},                   // Flask's module
	{" - ", pattern(`^([\w./$-]+):(?:<?\w+>?:)?\d+( - )`)}, // loguru's and Logback's class, function and line
	{"):", pattern(`^([\w.$]+)\(\w+\):\d+( - )`)},          // a class, its method and a line
	{"] ", pattern(`^([A-Za-z]\w*(?:\.\w+)+)\[\d+\] `)},    // .NET's category and event
	{"{", pattern(`^\w+\{[^}]*\}: ?`)},                     // Rust's spans
	{"::", pattern(`^\w+: (\w+(?:::\w+)+): `)},             // Rust's span without fields, and the module
	{"Thread", pattern(`^Thread\w*[\[(][^\])]*[\])]:? ?`)}, // Java's and Rust's threads
	{"#", pattern(`^#\d+( )(?:[^0]|0[^x])`)},               // a process, not a frame
	{"| ", pattern(`^\d+ - \S+ - \S+( )\| `)},              // OSGi's bundle
	{" - ", pattern(`^(?:\[\]|<>)( - )`)},                  // log4net's context without values
	{".c:", pattern(`^[\w.-]+\.c:\d+ \w+: `)},              // a place in C with the function
	{"/", pattern(`^[\w.-]+/[\w./-]+\.\w+ \d+: `)},         // felix/pay.go 41:
	{":", pattern(`^([\w./@+$-]*\w\.[A-Za-z]\w*):\d+(?::[\w.$/#@+-]+)?`)},
	// a Java logger, after the user, session, address and path that some servers print in front of it
	{"] ", pattern(`^[^ \[]+(?:\[[^ \]]*\]|(?: [^ \[]+){1,6} )\[((?:[a-z]\.)+[\w.]+)\] `)},
	{"Lambda runtime", pattern(`^Lambda runtime invoke\{[^}]*\}: ?`)}, // the span of AWS Lambda's Rust runtime
}

func (r *headReader) place(s string) bool {
	n := nameEndIn(s)
	sentence := n < len(s) && s[n] == ' ' && isOrdinary(s[:n]) && s[:n] != "in" && !strings.Contains(s, "] ") &&
		!strings.HasPrefix(s, "Lambda runtime invoke{")
	if r.h.level < event.Warn || sentence {
		return false
	}
	if shape := stacktrace.ShapeOf(s); shape == stacktrace.Place || shape.Certain() { // Ruby's traces begin with a place
		return false
	}
	for _, p := range places {
		if !strings.Contains(s, p.has) {
			continue
		}
		at := p.FindStringSubmatchIndex(s)
		if at == nil {
			continue
		}
		end := at[1]
		for i := 2; i < len(at); i += 2 {
			if part := s[at[i]:at[i+1]]; part[0] == ' ' {
				end = at[i]
			} else if !isFile(part) {
				r.h.logger = part
			}
		}
		r.behind(end)
		return true
	}
	return false
}

// behindBracket takes a thread, logger, place or id in brackets, but not prose or an error in the message.
func (r *headReader) behindBracket(s string) bool {
	end := closedAt(s)
	if end < 2 || end > 80 {
		return false
	}
	inner := s[1:end]
	if end+1 == len(s) && !mayBeID(inner) {
		return false
	}
	if id, _, _ := strings.Cut(inner, " "); isID(id) {
		inner = id
	}
	prose := strings.ContainsAny(inner, "\"'`{") || strings.Contains(inner, ": ") && stacktrace.IsHeader(inner) ||
		strings.Count(inner, " ") > 3 && !strings.ContainsAny(inner, ":=") && !strings.Contains(inner, "  ")
	if inner == "cause" || prose || isRaised(inner) ||
		(s[0] == '<' || s[0] == '{') && (strings.IndexByte(inner, ' ') >= 0 || !delimited(s, end+1)) { // XML, or a template
		return false
	}
	at, n := timeAt(inner)
	r.h.time = cmp.Or(r.h.time, at)
	if n < len(inner) {
		r.say(strings.TrimSpace(inner[n:]))
	}
	r.behind(end + 1)
	return true
}

// isRaised reports whether name is an exception's rather than a logger's.
func isRaised(name string) bool {
	return (strings.HasSuffix(name, "Error") || strings.HasSuffix(name, "Exception")) && isWord(name)
}

// behindName takes the name, number or id of n bytes after the level, or a pair with a key of n bytes.
func (r *headReader) behindName(s string, n, tries int) bool {
	name, rest := s[:n], s[n+1:]
	mark, length := separator(s[n:])
	if length == 0 && s[n] == ' ' && isOrdinary(name) && name != "main" && name != "root" && !pairNext(rest) && !loggerNext(rest) {
		return false // a word of the message, like most words
	}
	switch said, how := levelWord(name); {
	case s[n] == '=':
		return r.pairAt(s, n)
	case isID(name):
		r.h.requestID = name
		r.behind(n)
	case how == capital && (said == r.h.level || r.h.level == event.Trace && r.joint == "|" && mark == "|"):
		r.h.level = said // repeats the level a letter or a sign gave, or follows "TRACE", a Datadog agent's name
		r.behind(n)
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
	case s[n] == ' ' && isDotted(name) && strings.Trim(rest, " -:|") != "":
		r.h.logger = name
		r.behind(n)
	default:
		isThread := name == "main" || name == "root" || isNumber(name) || isCompound(name) && strings.IndexByte(name, '.') < 0
		return tries < 2 && s[n] == ' ' && (isThread || pairNext(rest) || loggerNext(rest)) && r.tentative(name, tries)
	}
	return true
}

// loggerNext reports whether the name of a class or module comes next, followed by a separator.
func loggerNext(s string) bool {
	s = strings.TrimLeft(s, " ")
	n := nameEndIn(s)
	if n == 0 || n == len(s) || !isDotted(s[:n]) {
		return false
	}
	_, length := separator(s[n:])
	return length > 0 && !stacktrace.IsHeader(s)
}

// pairNext reports whether a pair whose key belongs to a field comes next: "key=", "[key=" or "[key:".
func pairNext(s string) bool {
	s, bracketed := strings.CutPrefix(strings.TrimLeft(s, " "), "[")
	n := nameEndIn(s)
	return n > 0 && n < len(s) && (s[n] == '=' || s[n] == ':' && bracketed) && fieldOf(s[:n]) != fieldNone
}

// tentative takes a name if the part after it certainly belongs to the head.
func (r *headReader) tentative(name string, tries int) bool {
	from := r.at
	r.at += len(name)
	r.at += leading(r.s[r.at:], " ")
	if !r.behindPart(tries + 1) {
		r.at = from
		return false
	}
	if isLogger(name) && isCompound(name) {
		r.h.logger = cmp.Or(r.h.logger, name)
	}
	return true
}

// phrases surround the message in some frameworks. A pattern is tried only on messages with the string has.
var phrases = []struct {
	has     string
	pattern *regexp.Regexp
	message string
}{
	{"Uncaught PHP Exception ", pattern(`^Uncaught PHP Exception (\S+): "(.*)" at \S+ line \d+.*`), "$1: $2"},
	{"Error performing ", pattern(`^Error performing .* in [\d.]+ms: (.*)`), "$1"},
	{"  ", pattern(`  +[\w./-]+\.\w+:\d+$`), ""}, // rich's source position in its own column
}

// plain removes phrases, and reads a request id or a logger printed after the message.
func (h *head) plain() {
	for _, p := range phrases {
		if strings.Contains(h.message, p.has) && p.pattern.MatchString(h.message) {
			h.message = p.pattern.ReplaceAllString(h.message, p.message)
		}
	}
	if _, id, ok := strings.Cut(h.message, " [request-id: "); ok { // from swift-log
		id, _, _ = strings.Cut(id, "]")
		h.requestID = cmp.Or(h.requestID, id)
	}
	if i := strings.LastIndex(h.message, "  ["); i >= 0 {
		if found := structlog.FindStringSubmatch(h.message[i:]); found != nil {
			h.logger, h.message = cmp.Or(h.logger, found[1]), h.message[:i]+"  "+found[2]
		}
	}
}

// structlog matches the end of a line of structlog's console: the logger, and pairs if there are any.
var structlog = pattern(`^  \[([\w./$#@+-]+)\] *([\w.-]+=.*|)$`)
