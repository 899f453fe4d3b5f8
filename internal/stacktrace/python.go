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
	name: "python", first: "FTD+f>\"bmc_", shape: pythonShape, starts: startsPython, parse: parsePython,
	adopt: adopter{frame: adoptPython, typ: pythonType},
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

// pythonShape knows the lines that show by themselves; source lines are
// indented, and the exception line ends the frames.
func pythonShape(line string, _ bool) Shape {
	switch {
	case line == `"""`:
		return Quotes
	case strings.HasSuffix(strings.TrimRight(line, " "), "RemoteTraceback:"):
		return Remote
	case hasAnyPrefix(line, `File "`, `> File "`):
		if _, ok := pythonFrame(line); ok {
			return PythonFrame
		}
	case strings.HasPrefix(line, tracebackLine):
		return Traceback
	case strings.HasPrefix(line, "+ Exception Group Traceback ("):
		return GroupTrace
	case hasAnyPrefix(line, "During handling of the above exception, ", "The above exception was the direct cause of "):
		return Chain
	case strings.HasPrefix(line, "future: <"): // asyncio's second line, above the trace
		return Indented
	}
	return Text
}

// IsSyntaxError reports whether a line names one of the exceptions that Python
// prints below a frame without "Traceback" above it.
func IsSyntaxError(line string) bool {
	switch line[:nameEnd(line)] {
	case "SyntaxError", "IndentationError", "TabError":
		return true
	}
	return false
}

const tracebackLine = "Traceback (most recent call last):"

func startsPython(lines []string, i int) bool {
	_, ok := pythonFrame(undress(lines[i]))
	return ok
}

func parsePython(lines []string) []event.Exception {
	p, indentation := &pythonReader{}, ""
	for i, line := range lines {
		line = strings.TrimPrefix(line, indentation)
		if before, ok := strings.CutSuffix(line, tracebackLine); ok && strings.TrimLeft(before, " \t") == "" {
			indentation, line = before, tracebackLine
		}
		lines[i] = undress(line)
	}
	for i := 0; i < len(lines); i++ {
		i = p.read(lines, i)
	}
	p.endSection()
	return p.chain
}

// undress removes the frame that an exception group draws around its members.
func undress(line string) string {
	s := strings.TrimLeft(line, " ")
	switch {
	case strings.HasPrefix(s, "| "):
		return s[2:]
	case strings.HasPrefix(s, "+ Exception Group "):
		return strings.TrimPrefix(s, "+ Exception Group ")
	}
	return line
}

// pythonReader collects the traces of one section (the text up to a ruled line)
// in the order they are printed.
type pythonReader struct {
	chain   []event.Exception // of the sections before
	section []event.Exception
	open    bool     // frames were read whose exception was not
	above   []string // lines since the last trace: log lines, or Lambda's header
}

// read takes lines[i] and what belongs to it, and returns the last line taken.
func (p *pythonReader) read(lines []string, i int) int {
	line := lines[i]
	f, isFrame := pythonFrame(line)
	switch {
	case isFrame:
		if !p.open {
			p.section, p.open = append(p.section, event.Exception{}), true
		}
		last := &p.section[len(p.section)-1]
		last.Frames = append(last.Frames, f)
		return i
	case strings.HasPrefix(strings.TrimLeft(line, " "), "+-"):
		p.endSection()
	case strings.HasSuffix(line, tracebackLine):
		p.endTrace()
	case p.open && indent(line) == 0 && line != "":
		return p.takeHeader(lines, i)
	case !p.open:
		p.above = append(p.above, line)
	}
	return i
}

// takeHeader reads the exception below its frames, with a message that may go
// on until the next trace of the chain.
func (p *pythonReader) takeHeader(lines []string, i int) int {
	end := i + 1
	for end < len(lines) && !endsPythonMessage(lines[end]) {
		end++
	}
	last := &p.section[len(p.section)-1]
	x, ok := splitHeader(lines[i])
	if !ok {
		x = event.Exception{Message: lines[i]}
	}
	last.Type, last.Message = x.Type, joinMessage(x.Message, lines[i+1:end])
	slices.Reverse(last.Frames)
	p.open, p.above = false, nil
	return end - 1
}

func endsPythonMessage(line string) bool {
	return strings.HasSuffix(line, tracebackLine) || line == `"""` ||
		strings.HasPrefix(strings.TrimLeft(line, " "), "+-") ||
		hasAnyPrefix(line, "During handling of the above exception", "The above exception was the direct cause")
}

// endTrace closes a trace that has no exception below its frames.
func (p *pythonReader) endTrace() {
	if p.open {
		last := &p.section[len(p.section)-1]
		x := findHeader(p.above)
		last.Type, last.Message = x.Type, x.Message
		slices.Reverse(last.Frames)
		p.open, p.above = false, nil
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
func pythonFrame(line string) (event.Frame, bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t>"), `File "`)
	if !ok {
		return event.Frame{}, false
	}
	file, rest, ok := strings.Cut(rest, `", line `)
	if !ok {
		return event.Frame{}, false
	}
	digits, function, _ := strings.Cut(strings.Replace(rest, ", in ", " in ", 1), " in ") // faulthandler has no comma
	n, ok := number(strings.TrimSpace(digits))
	if !ok {
		return event.Frame{}, false
	}
	function, _, _ = strings.Cut(function, "\n")
	return event.Frame{
		Function: strings.TrimSpace(function),
		Module:   pythonModule(file),
		File:     file,
		Line:     n,
		InApp:    pythonInApp(file),
	}, true
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

// pythonType drops the modules that a traceback does not print.
func pythonType(name string) string {
	for _, module := range []string{"builtins.", "__builtins__.", "__main__.", "exceptions."} {
		name = strings.TrimPrefix(name, module)
	}
	return name
}
