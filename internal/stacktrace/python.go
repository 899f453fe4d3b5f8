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
//	           ^^^^^^^^^^^
//	ValueError: message
//
//	During handling of the above exception, another exception occurred:
//
//	Traceback (most recent call last):
//	…
//
// The members of an exception group follow it, each after a ruled line. AWS
// Lambda prints the exception above "Traceback" instead of below the frames.

var python = runtime{
	name: "python", first: "F>bmc_|", shape: pythonShape, parse: parsePython,
	adopt: adopter{frame: adoptPython, leads: []string{"builtins.", "__builtins__.", "__main__.", "exceptions."}},
	lines: map[Shape][]string{
		Quotes:     {` """$`},
		Traceback:  {" " + tracebackLine},
		GroupTrace: {" + Exception Group Traceback ("},
		Chain:      {" During handling of the above exception, ", " The above exception was the direct cause of "},
		Indented:   {" future: <"}, // asyncio's second line, above the trace
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
		{in(traced, reported, raised, raisedText, framed), on(Chain), chained, Join}, // framed by a group
		{in(Logged), on(Remote), chained, Join},
		{in(chained), on(Quotes), chained, Join},
		{in(raised, raisedText), on(Quotes), raised, Join},
	},
}

// pythonShape knows the frames; source lines are indented, and the exception line
// ends the frames.
func pythonShape(line string, _ bool) Shape {
	if strings.HasSuffix(strings.TrimRight(line, " "), "RemoteTraceback:") {
		return Remote
	}
	switch _, ok := pythonFrame(undress(line)); {
	case ok && line[0] == '|': // of a group, whose lines are all indented
		return Indented
	case ok:
		return PythonFrame
	}
	return Text
}

// isPythonChain tells what stands between a cause and its effect.
func isPythonChain(line string) bool {
	return hasAnyPrefix(line, "During handling of the above exception, ", "The above exception was the direct cause of ")
}

// IsSyntaxError reports whether a line names one of the exceptions that Python
// prints below a frame without "Traceback" above it.
func IsSyntaxError(line string) bool {
	return slices.Contains([]string{"SyntaxError", "IndentationError", "TabError"}, line[:nameEnd(line)])
}

const tracebackLine = "Traceback (most recent call last):"

func parsePython(lines []string) []event.Exception {
	lines = slices.Clone(lines)
	indentation := ""
	for i, line := range lines {
		line = strings.TrimPrefix(line, indentation)
		if before, ok := strings.CutSuffix(line, tracebackLine); ok && strings.TrimLeft(before, " \t") == "" {
			indentation, line = before, tracebackLine
		}
		lines[i] = undress(line)
	}
	var p pythonReader
	for i := 0; i < len(lines); i++ {
		i += p.read(lines[i], lines[i+1:])
	}
	p.endSection()
	return p.chain
}

// undress removes the frame that an exception group draws around its members.
func undress(line string) string {
	s := strings.TrimLeft(line, " ")
	for _, frame := range []string{"| ", "+ Exception Group "} {
		if rest, ok := strings.CutPrefix(s, frame); ok {
			return rest
		}
	}
	return line
}

// pythonReader collects the traces of one section (the text up to a ruled line)
// in the order they are printed.
type pythonReader struct {
	chain   []event.Exception // of the sections before
	section []event.Exception
	frames  []event.Frame // whose exception was not read yet
	above   []string      // lines since the last trace: log lines, or Lambda's header
}

// read takes a line, and returns how many of those below belong to it.
func (p *pythonReader) read(line string, below []string) int {
	f, isFrame := pythonFrame(line)
	switch {
	case isFrame:
		p.frames = append(p.frames, f)
	case isPythonRuler(line):
		p.endSection()
	case strings.HasSuffix(line, tracebackLine):
		p.endTrace()
	case len(p.frames) == 0:
		p.above = append(p.above, line)
	case indent(line) == 0 && line != "":
		x, ok := splitHeader(line)
		if !ok {
			x.Message = line
		}
		more := until(below, endsPythonMessage)
		x.Message = joinMessage(x.Message, more)
		p.add(x)
		return len(more)
	}
	return 0
}

func isPythonRuler(line string) bool {
	return strings.HasPrefix(strings.TrimLeft(line, " "), "+-")
}

func endsPythonMessage(line string) bool {
	return strings.HasSuffix(line, tracebackLine) || line == `"""` || isPythonRuler(line) || isPythonChain(line)
}

func (p *pythonReader) add(x event.Exception) {
	slices.Reverse(p.frames)
	x.Frames = p.frames
	p.section = append(p.section, x)
	p.frames, p.above = nil, nil
}

// endTrace closes a trace that has no exception below its frames.
func (p *pythonReader) endTrace() {
	if len(p.frames) > 0 {
		p.add(findHeader(p.above))
	}
}

// endSection adds the section to the chain, the exception that surfaced first.
func (p *pythonReader) endSection() {
	p.endTrace()
	slices.Reverse(p.section)
	p.chain, p.section = append(p.chain, p.section...), nil
}

// pythonFrame reads `File "path", line 12, in function`, and the shorter form
// of a syntax error, which has no function.
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

// pythonModule names the module of a file: below a library folder the dotted
// path, elsewhere the file's own name, since nothing tells where the packages
// of an application begin and the folder above changes between deployments.
func pythonModule(file string) string {
	path := strings.TrimSuffix(strings.TrimSuffix(file, ".py"), "/__init__")
	for _, root := range []string{"/site-packages/", "/dist-packages/"} {
		if i := strings.LastIndex(path, root); i >= 0 {
			return strings.ReplaceAll(path[i+len(root):], "/", ".")
		}
	}
	return path[strings.LastIndexAny(path, `/\`)+1:]
}

// pythonInApp leaves out packages, the standard library, code without a file,
// and the runtime that AWS Lambda puts around a handler.
func pythonInApp(file string) bool {
	return !hasAnyPrefix(file, "<", "/var/runtime/") &&
		!hasAny(file, "/site-packages/", "/dist-packages/", "/lib/python3", `\site-packages\`, `\lib\python3`)
}

// adoptPython drops the classes and functions around a function, which a
// traceback does not print. A file names the module as it does in a traceback.
func adoptPython(f *event.Frame) {
	f.Function = f.Function[strings.LastIndexByte(f.Function, '.')+1:]
	if f.File == "" {
		f.Module = f.Module[strings.LastIndexByte(f.Module, '.')+1:]
		return
	}
	f.Module, f.InApp = pythonModule(f.File), pythonInApp(f.File)
}
