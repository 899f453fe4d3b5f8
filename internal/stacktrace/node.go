package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Node prints what V8's Error.stack holds, and after it, where the error was
// inspected, its further properties, among them its cause:
//
//	TypeError: message
//	    at Cart.total (/app/src/cart.js:42:7)
//	    at async /app/src/server.js:10:3 {
//	  code: 'ECONNREFUSED',
//	  [cause]: Error: message
//	      at …
//	}
//
// An error that nobody caught is preceded by its place, the source line and a
// caret, and followed by "Node.js v20.20.2".

var node = runtime{
	name: "node", first: "a^~}N/nf<[CD" + nextMark[:1], shape: nodeShape, starts: startsNode, parse: parseNode,
	adopt: adopter{frame: adoptNode},
	rules: []rule{
		{in(uncaught), on(Indented, Text, Header), uncaughtText, Hold},
		{in(uncaught, uncaughtText), on(Caret), thrown, Join},
		{in(thrown), on(Header), named, Loose},
		{in(thrown), on(Raise), named, Join},
		{in(thrown), on(Text), thrownOn, Loose},
	},
}

func nodeShape(line string, indented bool) Shape {
	switch line[0] {
	case 'a':
		if f, ok := nodeFrame(line); ok && (indented || f.Line > 0) {
			return Frame
		}
	case '^', '~':
		if isCaret(line) {
			return Caret
		}
	case nextMark[0]:
		if rest, ok := strings.CutPrefix(line, nextMark); ok && (IsHeader(rest) || strings.HasPrefix(rest, "[")) {
			return Raise
		}
	case '}':
		if strings.Trim(line, "}],") == "" && !indented {
			return Closing
		}
	case 'N':
		if strings.HasPrefix(line, "Node.js v") && !strings.Contains(line[9:], " ") {
			return Final
		}
	default:
		if _, ok := inspected(line); ok && line[0] == '[' {
			return Raise
		}
		if !indented && isUncaughtPlace(line) {
			return Place
		}
	}
	return Text
}

// nextMark is what Next.js prints above an error that it caught.
const nextMark = "⨯ "

// inspected reads the error without frames that a line holds in brackets, as
// util.inspect prints it: "[TypeError: fetch failed] {", "[Error: x] { code: 1 }".
func inspected(line string) (event.Exception, bool) {
	_, inner, ok := strings.Cut(line, "[")
	end := strings.Index(inner, "] {")
	if end < 0 && strings.HasSuffix(inner, "]") {
		end = len(inner) - 1
	}
	if !ok || end < 0 || strings.IndexByte(inner[:end], ':') < 0 {
		return event.Exception{}, false
	}
	return headerAtStart(inner[:end])
}

// isUncaughtPlace tells "/app/cart.js:42", alone on its line; Windows has a
// drive in front.
func isUncaughtPlace(line string) bool {
	file, _, ok := cutNumber(line)
	if hasAnyPrefix(file, "node:", "file:///") || file == "<anonymous_script>" || file == "[eval]" {
		return ok
	}
	dot := strings.LastIndexByte(file, '.')
	if !ok || dot < 0 || strings.Contains(file, " ") {
		return false
	}
	switch file[dot:] {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx":
		return true
	}
	return false
}

func startsNode(lines []string, i int) bool {
	if _, ok := nodeFrame(lines[i]); ok {
		return true
	}
	_, place := nodePlace(lines, i)
	_, ok := inspected(lines[i])
	return place || ok
}

func parseNode(lines []string) []event.Exception {
	var chain []event.Exception
	after, indents := 0, 0 // the line after the last frame, and its indentation
	for i, line := range lines {
		f, ok := nodeFrame(line)
		if !ok {
			continue
		}
		if len(chain) == 0 {
			chain = appendInspected(chain, lines[:i])
		}
		if after == 0 || i > after && namesNodeError(lines[after:i]) {
			if after > 0 && indent(line) <= indents && !isNodeCause(lines[i-1]) {
				break // another trace that happens to follow
			}
			indents = indent(line)
			chain = append(chain, findHeader(nodeHeaderLines(lines[after:i])))
		}
		last := &chain[len(chain)-1]
		last.Frames = append(last.Frames, f)
		after = i + 1
	}
	if len(chain) == 0 {
		chain = appendInspected(chain, lines)
	}
	return addNodePlace(chain, lines)
}

// appendInspected adds the error without frames that the lines hold in brackets,
// above those it consists of ("[AggregateError: All promises were rejected] {"), and
// its causes.
func appendInspected(chain []event.Exception, lines []string) []event.Exception {
	for _, line := range lines {
		cause := strings.HasPrefix(strings.TrimLeft(line, " "), "[cause]: ")
		if x, ok := inspected(strings.Replace(line, "[cause]: ", "", 1)); ok && cause == (len(chain) > 0) {
			chain = append(chain, x)
		}
	}
	return chain
}

// isNodeCause tells whether a line announces a cause in the flat form that
// the error serializers of pino and bunyan print.
func isNodeCause(line string) bool { return hasAnyPrefix(line, "caused by: ", "Caused by: ") }

// namesNodeError tells the header of a nested error from mere properties.
func namesNodeError(lines []string) bool {
	for _, line := range lines {
		if _, ok := headerAtStart(stripLead(line)); ok {
			return true
		}
	}
	return false
}

// nodeHeaderLines drops the place, source line and caret of an uncaught error.
func nodeHeaderLines(lines []string) []string {
	for i := range lines {
		if _, ok := nodePlace(lines, i); ok {
			return lines[min(i+3, len(lines)):]
		}
	}
	return lines
}

// addNodePlace adds the place that V8 prints above an uncaught error where no
// frame tells it: a syntax error's frames are those that load the file, and a
// thrown string has none.
func addNodePlace(chain []event.Exception, lines []string) []event.Exception {
	for i := range lines {
		f, ok := nodePlace(lines, i)
		if !ok {
			continue
		}
		if len(chain) == 0 {
			chain = append(chain, uncaughtValue(lines[i+3:]))
		}
		if first := &chain[0]; f.InApp && (first.Type == "SyntaxError" || !hasInApp(first.Frames)) {
			first.Frames = append([]event.Frame{f}, first.Frames...)
		}
		break
	}
	return chain
}

// uncaughtValue reads what was thrown where it was no error.
func uncaughtValue(lines []string) event.Exception {
	for i, line := range lines {
		if hasAnyPrefix(line, "Node.js v", "(Use `node", "Thrown at:") {
			lines = lines[:i]
			break
		}
	}
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if x, ok := headerAtStart(text); ok {
		return x
	}
	return event.Exception{Type: "Uncaught", Message: text}
}

// nodePlace reads V8's "/app/src/cart.js:42" above a source line and a caret.
func nodePlace(lines []string, i int) (event.Frame, bool) {
	if i+2 >= len(lines) || !isCaret(lines[i+2]) {
		return event.Frame{}, false
	}
	file, line, ok := cutNumber(lines[i])
	if !ok || file == "" || !hasAny(file, "/", `\`, "node:") {
		return event.Frame{}, false
	}
	f := event.Frame{File: nodeFile(file), Line: line}
	f.InApp = nodeInApp(f.File)
	return f, true
}

func isCaret(line string) bool {
	s := strings.TrimSpace(line)
	return s != "" && strings.Trim(s, "^~ ") == ""
}

// nodeFrame reads "at [async] function [as alias] (place)" or "at place".
func nodeFrame(line string) (event.Frame, bool) {
	s, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "at ")
	if !ok {
		return event.Frame{}, false
	}
	s = strings.TrimRight(s, " {,]")
	s = strings.TrimPrefix(s, "async ")
	function, place, inParens := strings.Cut(s, " (")
	if !inParens {
		function, place = "", s
	} else if place, inParens = strings.CutSuffix(place, ")"); !inParens {
		return event.Frame{}, false
	}
	f := event.Frame{Function: function}
	if !readNodePlace(&f, place) {
		return event.Frame{}, false
	}
	f.InApp = nodeInApp(f.File)
	return f, true
}

// readNodePlace reads "file:line:column", or the words that V8 prints where
// there is no file. Code made by eval counts as the line that called eval.
func readNodePlace(f *event.Frame, place string) bool {
	if rest, ok := strings.CutPrefix(place, "eval at "); ok {
		if _, place, ok = strings.Cut(rest, " ("); !ok {
			return false
		}
		place, _, _ = strings.Cut(place, ")")
		place = strings.TrimPrefix(place, "eval at ")
	}
	if hasAnyPrefix(place, "<anonymous>", "native", "index ", "unknown location", "wasm://") {
		return place != "" && (f.Function != "" || place == "<anonymous>")
	}
	rest, column, ok := cutNumber(place)
	file, line, ok2 := cutNumber(rest)
	if !ok || !ok2 || file == "" {
		return false
	}
	f.File, f.Line, f.Column = nodeFile(file), line, column
	return true
}

func nodeFile(file string) string { return strings.TrimPrefix(file, "file://") }

// nodeInApp leaves out Node's own modules (old versions print them without a
// folder), packages, and the runtime that AWS Lambda puts around a handler.
func nodeInApp(file string) bool {
	return hasAny(file, "/", `\`) &&
		!hasAny(file, "/node_modules/", `\node_modules\`) &&
		!hasAnyPrefix(file, "node:", "internal/", "/var/runtime/", "/snapshot/node") && !browserForeign(file)
}

// adoptNode writes a function without a name as V8 prints it, where other tools
// put a question mark, and drops the module, which V8 does not print.
func adoptNode(f *event.Frame) {
	f.Module, f.File = "", nodeFile(f.File)
	switch owner, ok := strings.CutSuffix(f.Function, ".?"); {
	case ok:
		f.Function = owner + ".<anonymous>"
	case f.Function == "?" || f.Function == "<anonymous>":
		f.Function = ""
	default:
		f.Function = strings.TrimPrefix(f.Function, "async ")
	}
	f.InApp = nodeInApp(f.File)
}

// withReason shortens what Prisma prints, its call in the source and then the
// reason, to the words that say what happened.
func withReason(x event.Exception) event.Exception {
	call, source, ok := strings.Cut(x.Message, "` invocation")
	if ok && strings.Contains(source, "\n") && strings.HasPrefix(call, "Invalid `") {
		x.Message = call + "` invocation: " + source[strings.LastIndexByte(source, '\n')+1:]
	}
	return x
}
