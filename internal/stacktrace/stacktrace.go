// Package stacktrace reads the stack traces that runtimes print: the chain of
// exceptions, their messages, and their frames.
//
// Each runtime has one file here, which holds all that is known of it: the shapes
// of its lines, the rules by which lines that came one by one are joined, the
// parser, which frames are the application's own ("in-app"), and what Sentry
// writes otherwise. Each has a folder of golden failures under testdata, printed by
// the real programs in testdata/src or quoted from bug reports. A new runtime is a new file, a new folder, and
// a line in the list below.
//
// A trace is read twice. While its lines arrive, ShapeOf says what kind of line
// each is, and a Phase, by rules of the form (from, shape, to), whether it goes on
// with what came before. Once they are together, Parse reads them.
//
// The text is hostile and often damaged: lines may be missing, cut, or mixed
// with what was logged before the trace. Whatever can be read is returned.
//
// It is pure and imports event only.
package stacktrace

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// runtime is one language's way of printing a trace.
type runtime struct {
	name string
	// lines are those that show their shapes by how they begin, see marks.add, and
	// checks those that must be read further.
	lines  map[Shape][]string
	checks []check
	rules  []rule
	// parse reads the whole text; nothing means that it was no trace after all.
	parse func(lines []string) []event.Exception

	// What another tool read becomes ours by these, see Adopt; each may be missing.
	adopt func(*event.Frame)
	leads []string // of types, which the runtime does not print
	chain func(*event.Event) []event.Exception
}

// runtimes in the order in which a line that two of them know is read.
var runtimes = [...]runtime{python, java, browser, node, golang, rust, ruby, swift, php, dotnet, elixir, perl, tcl, native}

// Parse reads the stack trace in text, which may begin with log lines that
// belong to the same failure, and names its runtime: "python",
// "java" (Kotlin and Scala too), "browser", "node", "go", "rust", "ruby", "php",
// "dotnet", "elixir", "perl", "tcl", "swift" or "native". The first line whose shape a runtime
// knows decides which, if that reads the rest too.
//
// The exception that surfaced comes first, then its causes; the frames of each
// are most recent first, whatever order the runtime prints. Parse returns nil
// and "" where there is no trace.
func Parse(text string) ([]event.Exception, string) {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	var tried [len(runtimes)]bool // once each, however many lines look alike
	for _, line := range lines {
		for n := range allMarks.known(line) {
			if tried[n] {
				continue
			}
			tried[n] = true
			if chain := runtimes[n].parse(lines); len(chain) > 0 {
				return chain, runtimes[n].name
			}
		}
	}
	return nil, ""
}

// HasTrace reports whether one of the text's lines can only be a trace's.
func HasTrace(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if ShapeOf(line).Certain() {
			return true
		}
	}
	return false
}

// IsWhole reports whether a single line is a trace by itself.
func IsWhole(line string) bool {
	s := ShapeOf(line)
	return s == Raise || s.Dies()
}

// BeginsWithFrames reports whether a text lacks the exception above its frames.
func BeginsWithFrames(text string) bool {
	first, rest, _ := strings.Cut(text, "\n")
	switch ShapeOf(first) {
	case Frame, LateFrame, PythonFrame, Goroutine, RustBacktrace:
		return true
	}
	second, _, _ := strings.Cut(rest, "\n")
	return ShapeOf(second) == GoPlace && IsGoFunction(first)
}

// Adopt makes the chain of an event that another tool read, such as Sentry, look
// like the one that Parse returns for what the runtime prints of the same
// failure: types and functions as the runtime writes them, modules and in-app
// frames by the rules here. The event's Runtime says which; of one that is not
// known here all stays as it is.
func Adopt(e *event.Event) {
	i := slices.IndexFunc(runtimes[:], func(r runtime) bool { return r.name == e.Runtime })
	if i < 0 {
		return
	}
	r := runtimes[i]
	for i := range e.Exceptions {
		x := &e.Exceptions[i]
		for j := range x.Frames {
			if r.adopt != nil {
				r.adopt(&x.Frames[j])
			}
		}
		for _, lead := range r.leads {
			x.Type = strings.TrimPrefix(x.Type, lead)
		}
	}
	if r.chain != nil {
		e.Exceptions = r.chain(e)
	}
}

// Rules are a team's own word on which frames are in-app, as beginnings of a
// file's path or of a module: "vendor/billing/", "com.acme.". A path also counts
// from any folder on, since containers put the same program in different ones.
// Exclude beats Include, and both what the runtime's file here says.
type Rules struct {
	Include, Exclude []string
}

// Mark sets InApp of all frames by the rules.
func (r Rules) Mark(chain []event.Exception) {
	if len(r.Include)+len(r.Exclude) == 0 {
		return
	}
	for _, x := range chain {
		for i := range x.Frames {
			f := &x.Frames[i]
			f.InApp = (f.InApp || names(r.Include, f)) && !names(r.Exclude, f)
		}
	}
}

func names(prefixes []string, f *event.Frame) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool {
		return strings.HasPrefix(f.Module, p) || strings.HasPrefix(f.File, p) ||
			strings.Contains(p, "/") && strings.Contains(f.File, "/"+strings.TrimPrefix(p, "/"))
	})
}
