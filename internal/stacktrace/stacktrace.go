// Package stacktrace reads the stack traces that runtimes print: chains of exceptions, messages and frames.
//
// Each runtime has one file: the shapes of its lines, the rules that join lines which arrive one by one, the
// parser, which frames are the application's own ("in-app"), and what Sentry writes differently. Each has a
// folder of golden failures under testdata, printed by the programs in testdata/src or quoted from bug
// reports. A new runtime is a new file, a new folder, and an entry in the list below.
//
// A trace is read twice. While its lines arrive, ShapeOf classifies each, and a Phase decides, by rules of
// the form (from, shape, to), whether it continues the event. Once they are together, Parse reads them.
//
// The text is untrusted. Lines may be missing or mixed with others. Whatever can be read is returned.
//
// It is pure and imports event only.
package stacktrace

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// runtime is how one language prints a trace.
type runtime struct {
	name  string
	looks []look
	rules []rule
	parse func(lines []string) []event.Exception // parses a whole text; nil if it is not a trace after all

	// How Adopt changes a chain from another tool. Without adopt, it ignores leads and chain.
	adopt func(*event.Frame)
	leads []string // type prefixes that the runtime itself does not print
	chain func(*event.Event) []event.Exception
}

// runtimes in order of precedence, for lines that several of them recognise.
var runtimes = [...]runtime{python, java, browser, node, golang, rust, ruby, swift, php, dotnet, elixir, perl, tcl, native}

// Parse reads the stack trace in text, which may begin with log lines of the same failure, and names its
// runtime, the first that matches a line and parses the text: "python", "java" (also for Kotlin and Scala),
// "browser", "node", "go", "rust", "ruby", "php", "dotnet", "elixir", "perl", "tcl", "swift" or "native".
//
// The exception that surfaced comes first, then its causes; the most recent frame of each comes first, in
// whatever order the runtime prints them. Without a trace, Parse returns nil and "".
func Parse(text string) ([]event.Exception, string) {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSuffix(text, "\r"), "\r\n", "\n"), "\n")
	var tried [len(runtimes)]bool
	for _, line := range lines {
		for n := range allMarks.known(line) {
			if !tried[n] {
				if chain := runtimes[n].parse(lines); len(chain) > 0 {
					return chain, runtimes[n].name
				}
			}
			tried[n] = true
		}
	}
	return nil, ""
}

// HasTrace reports whether a line of the text can only be part of a trace.
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
	second, _, _ := strings.Cut(rest, "\n")
	return slices.Contains(on(Frame, LateFrame, PythonFrame, Goroutine, RustBacktrace), ShapeOf(first)) || ShapeOf(second) == GoPlace && IsGoFunction(first)
}

// Adopt makes a chain from another tool, such as Sentry, look like the one that Parse returns: types and
// functions as the event's Runtime prints them, modules and in-app frames by its rules.
func Adopt(e *event.Event) {
	for _, r := range runtimes {
		if r.name != e.Runtime || r.adopt == nil {
			continue
		}
		for i, x := range e.Exceptions {
			for j := range x.Frames {
				r.adopt(&x.Frames[j])
			}
			for _, lead := range r.leads {
				e.Exceptions[i].Type = strings.TrimPrefix(e.Exceptions[i].Type, lead)
			}
		}
		if r.chain != nil && len(e.Exceptions) > 0 {
			e.Exceptions = r.chain(e)
		}
	}
}

// Rules are a team's settings for which frames are in-app, as prefixes of a file's path or of a module:
// "vendor/billing/", "com.acme.". A path prefix may begin at any folder, since containers may put the same
// program in different ones. Exclude beats Include, and both beat the runtime's rules.
type Rules struct {
	Include, Exclude []string
}

// Mark sets InApp of all frames by the rules.
func (r Rules) Mark(chain []event.Exception) {
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
