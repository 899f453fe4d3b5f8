// Package stacktrace reads the stack traces that runtimes print: the chain of
// exceptions, their messages, and their frames.
//
// Each runtime has one file here, which owns what that runtime's traces look
// like and which of its frames are the application's own ("in-app"), and one
// folder of golden failures under testdata, printed by the real programs in
// testdata/src. A new runtime is a new file, a new folder, and a line in the
// list below.
//
// The text is hostile and often damaged: lines may be missing, cut, or mixed
// with what was logged before the trace. Whatever can be read is returned.
//
// It is pure and imports event only.
package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// runtime is one language's way of printing a trace.
type runtime struct {
	name string
	// starts tells whether lines[i] can only be part of this runtime's trace.
	starts func(lines []string, i int) bool
	// parse reads the whole text; nothing means that it was no trace after all.
	parse func(lines []string) []event.Exception
}

var runtimes = [...]runtime{
	{"python", startsPython, parsePython},
	{"java", startsJava, parseJava},
	{"browser", startsBrowser, parseBrowser},
	{"node", startsNode, parseNode},
	{"go", startsGo, parseGo},
	{"rust", startsRust, parseRust},
	{"ruby", startsRuby, parseRuby},
	{"php", startsPHP, parsePHP},
	{"dotnet", startsDotnet, parseDotnet},
	{"elixir", startsElixir, parseElixir},
	{"perl", startsPerl, parsePerl},
	{"tcl", startsTcl, parseTcl},
}

// Parse reads the stack trace in text, which may begin with log lines that
// belong to the same failure, and names its runtime: "python",
// "java" (Kotlin and Scala too), "browser", "node", "go", "rust", "ruby", "php",
// "dotnet", "elixir", "perl" or "tcl". The first line that only one runtime
// prints decides which.
//
// The exception that surfaced comes first, then its causes; the frames of each
// are most recent first, whatever order the runtime prints. Parse returns nil
// and "" where there is no trace.
func Parse(text string) ([]event.Exception, string) {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	var failed [len(runtimes)]bool // one try each, however many lines look alike
	for i := range lines {
		for n, r := range runtimes {
			if failed[n] || !r.starts(lines, i) {
				continue
			}
			if chain := r.parse(lines); len(chain) > 0 {
				return chain, r.name
			}
			failed[n] = true
		}
	}
	return nil, ""
}
