package stacktrace

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Python prints a chain with its cause first, and frames with the oldest first:
//
//	Traceback (most recent call last):
//	  File "/app/shop/cart.py", line 42, in total
//	    return sum(prices)
//	ValueError: message
//
//	During handling of the above exception, another exception occurred:
//
// The members of an exception group follow, each after a ruled line. AWS Lambda prints the exception first.

var python = runtime{
	name: "python", parse: parsePython,
	adopt: adoptPython, leads: []string{"builtins.", "__builtins__.", "__main__.", "exceptions."},
	looks: []look{
		{Indented, lines(" future: <"), nil}, // asyncio's second line, above the trace
		{Traceback, lines(" " + tracebackLine), nil},
		{GroupTrace, lines(" + Exception Group Traceback ("), nil},
		{Chain, lines(" "+pythonLinks[0], " "+pythonLinks[1]), nil},
		{Remote, lines(" …RemoteTraceback:$", " …RemoteTraceback: $"), nil},
		{Quotes, lines(` """$`), nil},
		{PythonFrame, lines(` File "`, ` > File "`), reads(pythonFrame)},
		{Indented, lines(` | …File "`), func(line string) bool { return reads(pythonFrame)(undress(line)) }}, // like all lines of a group
	},
	rules: []rule{
		{in(Logged, loggedName, chained), on(Traceback, PythonFrame), traced, Join},
		{in(Logged, chained), on(GroupTrace), framed, Join},
		{in(Failed), on(Traceback), reported, Join},
		{in(threaded), on(Traceback), traced, Join},
		{in(traced), on(PythonFrame), traced, Join},
		{in(traced), on(Text, Header), raised, Join},
		{in(reported), on(PythonFrame), reported, Join},
		{in(reported), on(Header), raised, Join},
		{in(raised), on(Text), raisedText, Note},
		{in(raised), on(Header), raisedText, Hold},
		{in(raisedText), on(Text, Header, Indented, Blank), raisedText, Hold},
		{in(traced, reported, raised, raisedText, framed), on(Chain), chained, Join}, // framed: after a group
		{in(Logged), on(Remote), chained, Join},
		{in(chained), on(Quotes), chained, Join},
		{in(raised, raisedText), on(Quotes), raised, Join},
	},
}

// IsSyntaxError reports whether a line names an exception that Python prints without "Traceback" above.
func IsSyntaxError(line string) bool {
	return slices.Contains([]string{"SyntaxError", "IndentationError", "TabError"}, line[:nameEnd(line)])
}

const tracebackLine = "Traceback (most recent call last):"

var pythonLinks = []string{"During handling of the above exception, ", "The above exception was the direct cause of "}

func parsePython(lines []string) []event.Exception {
	lines = append(undressed(lines), tracebackLine) // the last trace ends where another begins
	var chain, section []event.Exception            // section is the part since the last ruled line
	var frames []event.Frame                        // frames of the next exception to add
	var above []string                              // lines since the last trace: log lines, or Lambda's header
	add := func(x event.Exception) {
		slices.Reverse(frames)
		x.Frames = frames
		section = append([]event.Exception{x}, section...)
		frames, above = nil, nil
	}
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		f, isFrame := pythonFrame(line)
		switch ruler := isPythonRuler(line); {
		case isFrame:
			frames = append(frames, f)
		case ruler || strings.HasSuffix(line, tracebackLine):
			if len(frames) > 0 {
				add(findHeader(above))
			}
			if ruler {
				chain, section = append(chain, section...), nil
			}
			if ruler && strings.Trim(line, " +-") == "" { // the end of a group; what follows has the group as its context
				chain, section = nil, chain
			}
		case len(frames) == 0:
			above = append(above, line)
		case indent(line) == 0 && line != "":
			x, ok := splitHeader(line)
			if !ok {
				x = event.Exception{Message: line}
			}
			more := until(lines[i+1:], func(line string) bool {
				return strings.HasSuffix(line, tracebackLine) || line == `"""` || isPythonRuler(line) || hasAnyPrefix(line, pythonLinks...)
			})
			x.Message = joinMessage(x.Message, more)
			add(x)
			i += len(more)
		}
	}
	return append(chain, section...)
}

// undressed removes a trace's indentation, and the ruled box around the members of a group.
func undressed(lines []string) []string {
	lines = slices.Clone(lines)
	indentation := ""
	for i, line := range lines {
		line = strings.TrimPrefix(line, indentation)
		if before, ok := strings.CutSuffix(line, tracebackLine); ok && unindented(before) == "" {
			indentation, line = before, tracebackLine
		}
		lines[i] = undress(line)
	}
	return lines
}

func undress(line string) string {
	s := strings.TrimLeft(line, " ")
	if rest := strings.TrimPrefix(strings.TrimPrefix(s, "| "), "+ Exception Group "); rest != s {
		return rest
	}
	return line
}

func isPythonRuler(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), "+-") }

// pythonFrame reads `File "path", line 12, in function`; a syntax error has no function.
func pythonFrame(line string) (f event.Frame, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t>"), `File "`)
	if !ok {
		return f, false
	}
	file, rest, placed := strings.Cut(rest, `", line `)
	digits, function, _ := strings.Cut(rest, " in ") // faulthandler has no comma before it
	n, ok := number(strings.Trim(digits, ", "))
	f = event.Frame{Module: pythonModule(file), Function: strings.TrimSpace(function), File: file, Line: n, InApp: pythonInApp(file)}
	return f, ok && placed
}

// pythonModule names the module of a file: the dotted path below a library folder, else the file's own name.
func pythonModule(file string) string {
	path := strings.TrimSuffix(strings.TrimSuffix(file, ".py"), "/__init__")
	for _, root := range []string{"/site-packages/", "/dist-packages/"} {
		if before, inside := splitName(path, root); before != "" {
			return strings.ReplaceAll(inside, "/", ".")
		}
	}
	return path[strings.LastIndexAny(path, `/\`)+1:]
}

// pythonInApp excludes libraries, code without a file, and AWS Lambda's runtime around a handler.
func pythonInApp(file string) bool {
	return !hasAnyPrefix(file, "<", "/var/runtime/") &&
		!hasAny(file, "/site-packages/", "/dist-packages/", "/lib/python3", `\site-packages\`, `\lib\python3`)
}

// adoptPython drops the classes and functions around a function, which tracebacks do not print.
func adoptPython(f *event.Frame) {
	f.Function = f.Function[strings.LastIndexByte(f.Function, '.')+1:]
	if f.File == "" {
		f.Module = f.Module[strings.LastIndexByte(f.Module, '.')+1:]
		return
	}
	f.Module, f.InApp = pythonModule(f.File), pythonInApp(f.File)
}
