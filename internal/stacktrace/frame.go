package stacktrace

import (
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// This file reads the parts of frames, whatever the runtime.

type found struct {
	event.Frame
	event.Exception
}

// match reads a text by the first pattern that matches. Groups of patterns are named after fields.
func match(text string, patterns ...*regexp.Regexp) (f found, ok bool) {
	for _, pattern := range patterns {
		m := pattern.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		group := func(name string) string {
			if i := pattern.SubexpIndex(name); i >= 0 {
				return m[i]
			}
			return ""
		}
		f.File, f.Module, f.Function, f.Type = group("file"), group("module"), group("function"), group("type")
		f.Line, _ = number(group("line"))
		f.Message = strings.TrimSpace(group("message"))
		return f, true
	}
	return f, false
}

// number reads a decimal of at most nine digits.
func number(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != "" && len(s) <= 9
}

func cutNumber(s string) (rest string, n int, ok bool) {
	rest, digits := splitName(s, ":")
	n, ok = number(digits)
	return rest, n, ok
}

// readPlace reads "src/cart.rs:15:19" or "src/cart.rs:15".
func readPlace(place string) (event.Frame, bool) {
	if f, ok := readColumn(place); ok {
		return f, true
	}
	file, line, ok := cutNumber(place)
	return event.Frame{File: file, Line: line}, ok && file != ""
}

func readColumn(place string) (event.Frame, bool) {
	rest, column, ok := cutNumber(place)
	file, line, both := cutNumber(rest)
	return event.Frame{File: file, Line: line, Column: column}, ok && both && file != ""
}

// reads turns a reader into a test of whether it can read a line.
func reads[T any](read func(string) (T, bool)) func(string) bool {
	return func(line string) bool {
		_, ok := read(line)
		return ok
	}
}

func placeFrame(place string, inApp func(event.Frame) bool) (frames []event.Frame) {
	if f, ok := readPlace(place); ok {
		f.InApp = inApp(f)
		frames = []event.Frame{f}
	}
	return frames
}

// splitName splits a name at the last separator. Without one, or with only a leading one, there is no module.
func splitName(name, separator string) (module, function string) {
	if i := strings.LastIndex(name, separator); i > 0 {
		return name[:i], name[i+len(separator):]
	}
	return "", name
}

// stack is a sequence of frames without a gap, and the lines between it and the sequence before.
type stack struct {
	above  []string
	frames []event.Frame
}

// stacks splits lines into at least one stack; the last may have no frames.
func stacks(lines []string, read func(string) (event.Frame, bool)) []stack {
	all, above := []stack{{}}, 0
	for i, line := range lines {
		f, ok := read(line)
		last := &all[len(all)-1]
		switch {
		case ok:
			last.frames = append(last.frames, f)
		case len(last.frames) > 0:
			all, above = append(all, stack{above: lines[i : i+1]}), i
		default:
			last.above = lines[above : i+1]
		}
	}
	return all
}

// paired joins lines to the line above if they belong to it, for frames that take two lines.
func paired(lines []string, belongs func(above, line string) bool) []string {
	pairs := make([]string, 0, len(lines))
	for i, line := range lines {
		if i > 0 && belongs(lines[i-1], line) {
			pairs[len(pairs)-1] += "\n" + line
		} else {
			pairs = append(pairs, line)
		}
	}
	return pairs
}

func framesIn(lines []string, read func(string) (event.Frame, bool)) []event.Frame {
	var frames []event.Frame
	for _, line := range lines {
		if f, ok := read(line); ok {
			frames = append(frames, f)
		}
	}
	return frames
}

func inApp(f event.Frame) bool { return f.InApp }

func until(lines []string, isEnd func(string) bool) []string {
	if i := slices.IndexFunc(lines, isEnd); i >= 0 {
		return lines[:i]
	}
	return lines
}

func indent(s string) int {
	n := 0
	for n < len(s) && (s[n] == ' ' || s[n] == '\t') {
		n++
	}
	return n
}

func unindented(s string) string { return s[indent(s):] }

func hasAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}
