package logtext

import "strings"

// shape is what kind of line one is, as far as the line itself tells.
type shape int

const (
	text        shape = iota // nothing that is known
	structured               // begins as loggers begin lines: with a time or a level
	blank                    // nothing but white space
	indented                 // begins with white space
	header                   // an exception line: "pkg.SomeError: message"
	frame                    // a frame of Node or Java, or "... 12 more"
	cause                    // "Caused by: …"
	place                    // V8's "/app/cart.js:42" of an uncaught error
	caret                    // nothing but "^" and "~"
	pythonFrame              // File "cart.py", line 42
	traceback                // "Traceback (most recent call last):"
	groupTrace               // the same of an exception group, whose lines are all indented
	chain                    // what Python prints between a cause and its effect
	goPanic                  // "panic: …", "fatal error: …"
	goroutine                // "goroutine 1 [running]:" and the signal line before it
	goPlace                  // a tab, file, line and offset of a Go frame
	closing                  // "}" below an inspected error
	final                    // "Node.js v20.20.2", "exit status 2"
	raise                    // begins a trace and tells the exception: Ruby, PHP, .NET and Elixir
	rustPanic                // "thread 'main' panicked at src/cart.rs:15:19:"
	command                  // "while executing", above a command of Tcl
	epilogue                 // what Elixir and Monolog print below the frames
)

// shapesOf the runtimes, each in its own file, take a line without its
// indentation and return text where the line is none of theirs.
var shapesOf = [...]func(line string, indented bool) shape{
	nodeShape, javaShape, pythonShape, goShape, rustShape, rubyShape, phpShape, dotnetShape, elixirShape, perlShape, tclShape, browserShape,
}

// shapeOf returns the shape of a line. It never returns structured, which
// reading the head tells.
func shapeOf(line string) shape {
	trimmed := strings.TrimLeft(line, " \t")
	if trimmed == "" {
		return blank
	}
	in := len(trimmed) < len(line)
	for _, of := range shapesOf {
		if s := of(trimmed, in); s != text {
			return s
		}
	}
	switch {
	case in:
		return indented
	case isHeader(line):
		return header
	}
	return text
}

// certain tells whether the line can only be part of a trace.
func (s shape) certain() bool {
	switch s {
	case frame, cause, pythonFrame, traceback, groupTrace, chain, goPanic, goroutine, goPlace, raise, rustPanic, command:
		return true
	}
	return false
}

// needsHead tells whether the line means nothing without those above it.
func (s shape) needsHead() bool {
	switch s {
	case frame, cause, pythonFrame, chain, goroutine, goPlace, final, command:
		return true
	}
	return false
}

func isBlank(line string) bool { return strings.TrimSpace(line) == "" }

// isHeader tells an exception line, with what runtimes put in front of it.
func isHeader(line string) bool {
	return strings.HasPrefix(line, "Exception in thread ") || isExceptionLine(strings.TrimPrefix(line, "Uncaught "))
}

// isExceptionLine tells "SomeError", "pkg.SomeError: message" and
// "TypeError [ERR_CODE]: message".
func isExceptionLine(line string) bool {
	end := nameEnd(line)
	if end == 0 || !isExceptionName(line[:end]) {
		return false
	}
	rest := line[end:]
	return rest == "" || rest == ":" || strings.HasPrefix(rest, ": ") ||
		strings.HasPrefix(rest, " [") && strings.Contains(rest, "]: ")
}

// nameEnd returns the length of the dotted name that s begins with; PHP's have
// backslashes.
func nameEnd(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$'
		if !letter && (i == 0 || c != '.' && c != '\\' && (c < '0' || c > '9')) {
			return i
		}
	}
	return len(s)
}

// isExceptionName tells an exception's name by its ending, or by its being a
// class in a package of at least two parts ("com.acme.Declined").
func isExceptionName(name string) bool {
	for _, ending := range [...]string{"Error", "Exception", "Throwable", "Failure", "Interrupt"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && dot+1 < len(name) && name[dot+1] >= 'A' && name[dot+1] <= 'Z' &&
		name[0] >= 'a' && name[0] <= 'z' && strings.IndexByte(name, '.') < dot
}
