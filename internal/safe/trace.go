package safe

import (
	"regexp"
	"strings"
)

// Some runtimes print the values that a failing call was given, whatever they
// are: PHP, Perl, R, Elixir and Erlang in the frames of a trace, Elixir and Ruby
// in the message, and Python with rich or loguru among the locals. Their strings
// are redacted; the call, numbers and names of types stay.

// printed is a place where values are printed: the strings between the end of
// the pattern's match and the end of the line, or what until finds.
type printed struct {
	part    string // of every such text
	pattern *regexp.Regexp
	until   *regexp.Regexp // nil for the end of the line
}

var printers = []printed{
	{"\u2514 ", regexp.MustCompile(`└ `), nil},                                              // loguru, better_exceptions
	{"\u2502", regexp.MustCompile(`│ *\w+ = `), regexp.MustCompile(`│|\n`)},                 // rich
	{"Error in ", regexp.MustCompile(`Error in [\w.:]+\(`), regexp.MustCompile(`\) ?:|\n`)}, // R
	// Elixir: "(app 1.0.0) lib/auth.ex:5: Auth.login(…)".
	{".ex", regexp.MustCompile(`\.exs?:\d+: [^\s("]+\(`), nil},
	{"(", regexp.MustCompile(`\([a-z]\w* \d[\w.+-]*\) :?[\w.!?]+\(`), nil},
	{"given to", regexp.MustCompile(`following arguments were given to [^\s"]+:`), regexp.MustCompile(`Attempted function|\(\w+ [\d.]+\) |\n\S`)},
	{"ast message", regexp.MustCompile(`Last message(?: \(from [^)]*\))?: `), nil},
	{"tate: ", regexp.MustCompile(`(?m)^\s*State: `), nil},
	{"matching: ", regexp.MustCompile(`no \w+ clause matching: `), nil},
	{"hand side value: ", regexp.MustCompile(`no match of right hand side value: `), nil},
	{"not found in: ", regexp.MustCompile(`key \S+ not found in: `), nil},
	{"badmatch", regexp.MustCompile(`\{badmatch,`), nil},
	{",[", regexp.MustCompile(`\{'?[\w.]+'?,\w+,\[`), regexp.MustCompile(`\],\[|\n`)}, // Erlang
	// Ruby.
	{"value for ", regexp.MustCompile(`invalid value for \w+\(\): `), nil},
	{":String", regexp.MustCompile("undefined (?:local variable or )?method [`'][^']*' for "), regexp.MustCompile(`:String|\n`)},
	{"NoMatchingPattern", regexp.MustCompile(`NoMatchingPattern\w*Error\)?:? `), nil},
	{"(NoMatchingPattern", regexp.MustCompile(`\.rb:\d+:in [^:]+: `), regexp.MustCompile(`\(NoMatchingPattern|\n`)},
}

// arguments returns the strings among printed values.
func arguments(s string, found []secret) []secret {
	for _, p := range printers {
		if !strings.Contains(s, p.part) {
			continue
		}
		read := 0 // as far as here
		for _, m := range p.pattern.FindAllStringIndex(s, -1) {
			if m[1] >= read {
				read = p.end(s, m[1])
				found = stringsIn(s, m[1], read, found)
			}
		}
	}
	return signIns(s, perlArguments(s, phpArguments(s, found)))
}

// signInCalls end the names of functions that take a password as the last string of
// several, in any language: connect("db", "root", "x").
var signInCalls = []string{"ogin(", "onnect(", "_bind(", ".bind(", ".Bind(", "bind_s(", "uthenticate(", "etConnection(", "->__construct("}

// signIns returns the last string of a call that signs in. Of a constructor in PHP
// it returns all, as phpArguments does.
func signIns(s string, found []secret) []secret {
	for _, call := range signInCalls {
		read := 0
		for _, at := range indexAll(s, call) {
			if at[0] < read {
				continue
			}
			read = min(lineEnd(s, at[1]), at[1]+maxShaped)
			if close := strings.IndexByte(s[at[1]:read], ')'); close >= 0 {
				read = at[1] + close
			}
			strs := stringsIn(s, at[1], read, nil)
			if len(strs) < 2 {
				continue
			}
			if call != "->__construct(" {
				strs = strs[len(strs)-1:]
			}
			found = append(found, strs...)
		}
	}
	return found
}

// maxPrinted is how far the end of printed values is looked for.
const maxPrinted = 4096

func (p printed) end(s string, start int) int {
	if p.until == nil {
		return lineEnd(s, start)
	}
	limit := min(len(s), start+maxPrinted)
	if m := p.until.FindStringIndex(s[start:limit]); m != nil {
		return start + m[0]
	}
	return limit
}

// lineEnd returns where the line ends in which i is; a string of JSON writes a
// line break as "\n".
func lineEnd(s string, i int) int {
	for i < len(s) && s[i] != '\n' && !strings.HasPrefix(s[i:], `\n`) {
		i++
	}
	return i
}

// stringsIn returns each quoted string in s[start:end].
func stringsIn(s string, start, end int, found []secret) []secret {
	for i := start; i < end; i++ {
		at := i
		for at < end && s[at] == '\\' {
			at++
		}
		if at >= end || s[at] != '"' && s[at] != '\'' {
			i = at
			continue
		}
		if i > 1 && s[i-1] == ':' && strings.IndexByte(" {[(,", s[i-2]) >= 0 { // an atom of Elixir
			i = quotedEnd(s[:end], at+1, s[i:at+1])
			continue
		}
		quote := s[i : at+1]
		close := quotedEnd(s[:end], at+1, quote)
		if close > at+1 {
			found = append(found, secret{at + 1, close, kindArgument})
		}
		i = close + len(quote) - 1
	}
	return found
}

// phpFrame is the start of a frame of PHP with the call; xdebug's has the place
// behind it.
var phpFrame = regexp.MustCompile(`(?:#\d+ (?:[^\n#]+?\(\d+\)|\[internal function\]): |(?:^|\n)(?:PHP)? +\d+\. )([\w\\$:>{}@/.-]+)\(`)

// phpArguments returns the strings among the arguments in frames of PHP. It
// prints them without escaping, so one ends at a quote with a comma or the bracket behind it.
func phpArguments(s string, found []secret) []secret {
	if !strings.Contains(s, "): ") && !strings.Contains(s, "]: ") && !strings.Contains(s, ". ") || !strings.Contains(s, "'") {
		return found
	}
	end := 0
	for _, m := range phpFrame.FindAllStringSubmatchIndex(s, -1) {
		switch s[m[2]:m[3]] {
		case "require", "require_once", "include", "include_once": // of a file
			continue
		}
		if m[1] < end {
			continue
		}
		end = lineEnd(s, m[1])
		for i := m[1]; i < end; i++ {
			if s[i] != '\'' {
				continue
			}
			close := phpStringEnd(s[:end], i+1)
			if close > i+1 {
				found = append(found, secret{i + 1, close, kindArgument})
			}
			i = close
		}
	}
	return found
}

func phpStringEnd(s string, start int) int {
	for i := start; i < len(s); i++ {
		if s[i] == '\'' && (i+1 == len(s) || s[i+1] == ')' || s[i+1] == ',' || s[i+1] == '"') {
			return i
		}
	}
	return len(s)
}

// perlArguments returns the strings in the calls that Carp prints.
func perlArguments(s string, found []secret) []secret {
	read := 0
	for _, at := range indexAll(s, ") called at ") {
		start := max(read, at[0]-maxShaped)
		read = at[1]
		start += strings.LastIndexByte(s[start:at[0]], '\n') + 1
		open := strings.IndexByte(s[start:at[0]], '(')
		if open < 0 {
			continue
		}
		for _, f := range stringsIn(s, start+open, at[0], nil) {
			if !strings.Contains(s[f.start:f.end], " ") { // a message of Carp's and its callers'
				found = append(found, f)
			}
		}
	}
	return found
}
