package stacktrace

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Node prints V8's Error.stack. If it inspects the error, its other properties follow, including its cause:
//
//	TypeError: message
//	    at Cart.total (/app/src/cart.js:42:7)
//	    at async /app/src/server.js:10:3 {
//	  code: 'ECONNREFUSED',
//	  [cause]: Error: message
//	      at …
//	}
//
// Above an uncaught error it prints the place, the source line and a caret; below, "Node.js v20.20.2".

var node = runtime{
	name: "node", parse: parseNode, adopt: adoptNode,
	looks: []look{
		{Raise, lines(" " + nextMark + "["), nil},
		{Frame, lines("\tat "), reads(nodeFrame)},
		{Frame, lines("Emitted 'error' event "), nil}, // below an uncaught one, above the frames that emitted it
		{Frame, lines("at …:"), func(line string) bool { f, ok := nodeFrame(line); return ok && f.Line > 0 }},
		{Raise, lines(" " + nextMark), func(line string) bool { return IsHeader(line[len(nextMark):]) }},
		{Raise, lines(" ["), reads(inspected)},
		{Place, lines("/…:", "C:", "D:", "file:///…:", "node:…:", "<anonymous_script>:", "[eval]:"), isUncaughtPlace},
		{Caret, lines(" ^", " ~"), isCaret},
		{Closing, lines("}"), func(line string) bool { return strings.Trim(line, "}],") == "" }},
		{Frame, lines("for call at$"), nil}, // grpc-js, above the frames of the call
		{Final, lines("(Use `node --trace-warnings "), nil},
		{Final, lines(" Node.js v"), func(line string) bool { return strings.Count(line, " ") == 1 }},
	},
	rules: []rule{
		{in(uncaught), on(Indented, Text, Header), uncaughtText, Hold},
		{in(uncaught, uncaughtText), on(Caret), thrown, Join},
		{in(thrown), on(Header), named, Loose},
		{in(thrown), on(Raise), named, Join},
		{in(thrown), on(Text), thrownOn, Loose},
	},
}

const nextMark = "⨯ " // printed by Next.js in front of an error that it caught

// inspected reads an error without frames as util.inspect prints it: "[Error: x]", "[TypeError: x] {".
func inspected(line string) (event.Exception, bool) {
	_, inner, _ := strings.Cut(line, "[")
	text, _, ok := strings.Cut(inner, "] {")
	if !ok {
		text, ok = strings.CutSuffix(inner, "]")
	}
	x, named := headerAtStart(text)
	return x, ok && named && strings.Contains(text, ":")
}

func isUncaughtPlace(line string) bool {
	file, _, ok := cutNumber(line)
	if !ok || hasAnyPrefix(file, "node:", "file:///") || file == "<anonymous_script>" || file == "[eval]" {
		return ok
	}
	return !strings.Contains(file, " ") && slices.Contains(scripts, path.Ext(file))
}

var scripts = []string{".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"}

// parseNode returns nil if the scripts have URLs: browser parses those traces.
func parseNode(lines []string) []event.Exception {
	chain := parseV8(lines)
	if len(chain) > 0 && slices.ContainsFunc(chain[0].Frames, func(f event.Frame) bool { return isAddress(f.File) }) {
		return nil
	}
	return chain
}

func parseV8(lines []string) []event.Exception {
	place, begin := uncaughtPlace(lines)
	lines = lines[begin:]
	var chain []event.Exception
	after, indents := 0, 0 // the line after the last frame; the indentation of its exception's first frame
	for i, line := range lines {
		f, ok := nodeFrame(line)
		if !ok {
			continue
		}
		if len(chain) == 0 {
			chain = appendInspected(chain, lines[:i])
		}
		if after == 0 || slices.ContainsFunc(lines[after:i], func(line string) bool { return IsHeader(stripLead(line)) }) {
			if after > 0 && indent(line) <= indents && !hasAnyPrefix(lines[i-1], "caused by: ", "Caused by: ") {
				break // an unrelated trace: only pino and bunyan print causes without indentation
			}
			indents = indent(line)
			x := findHeader(lines[after:i])
			x.Frames = make([]event.Frame, 0, min(len(lines)-i, 16))
			chain = append(chain, x)
		}
		last := &chain[len(chain)-1]
		f.InApp = nodeInApp(f.File)
		last.Frames = append(last.Frames, f)
		after = i + 1
	}
	if len(chain) == 0 {
		chain = appendInspected(chain, lines)
	}
	if len(chain) == 0 && begin > 0 {
		chain = append(chain, uncaughtValue(lines))
	}
	if begin > 0 && place.InApp && (chain[0].Type == "SyntaxError" || !slices.ContainsFunc(chain[0].Frames, inApp)) {
		chain[0].Frames = append([]event.Frame{place}, chain[0].Frames...)
	}
	return chain
}

// uncaughtPlace returns the place above an uncaught error, and the index of the line below its caret. If a
// loaded file has a syntax error or a string was thrown, no frame has that place.
func uncaughtPlace(lines []string) (event.Frame, int) {
	for i := range max(0, len(lines)-2) {
		file, line, ok := cutNumber(lines[i])
		if ok && isCaret(lines[i+2]) && hasAny(file, "/", `\`, "node:") {
			file = nodeFile(file)
			return event.Frame{File: file, Line: line, InApp: nodeInApp(file)}, i + 3
		}
	}
	return event.Frame{}, 0
}

// appendInspected adds an error without frames ("[AggregateError: All promises …] {") and its causes.
func appendInspected(chain []event.Exception, lines []string) []event.Exception {
	for _, line := range lines {
		line, cause := strings.CutPrefix(strings.TrimLeft(line, " "), "[cause]: ")
		if x, ok := inspected(line); ok && cause == (len(chain) > 0) {
			chain = append(chain, x)
		}
	}
	return chain
}

// uncaughtValue reads a thrown value without a stack, usually one that is not an Error.
func uncaughtValue(lines []string) event.Exception {
	text := joinMessage("", until(lines, func(line string) bool {
		return hasAnyPrefix(line, "Node.js v", "(Use `node", "Thrown at:")
	}))
	if x, ok := headerAtStart(text); ok {
		return x
	}
	return event.Exception{Type: "Uncaught", Message: text}
}

func isCaret(line string) bool {
	s := strings.TrimSpace(line)
	return s != "" && strings.Trim(s, "^~ ") == ""
}

// nodeFrame reads "at [async] function [as alias] (place)" or "at place".
func nodeFrame(line string) (f event.Frame, ok bool) {
	place, ok := strings.CutPrefix(unindented(line), "at ")
	if !ok {
		return f, false
	}
	place = strings.TrimPrefix(strings.TrimRight(place, " {,]"), "async ")
	if function, inner, inParens := strings.Cut(place, " ("); inParens {
		f.Function = function
		if place, ok = strings.CutSuffix(inner, ")"); !ok {
			return f, false
		}
	}
	if rest, ok := strings.CutPrefix(place, "eval at "); ok { // counts as the line that called eval
		_, place, _ = strings.Cut(rest, " (")
		place, _, _ = strings.Cut(place, ")")
		place = strings.TrimPrefix(place, "eval at ")
	}
	if hasAnyPrefix(place, "<anonymous>", "native", "index ", "unknown location", "wasm://") { // there is no file
		return f, f.Function != "" || place == "<anonymous>"
	}
	at, ok := readColumn(place)
	f.File, f.Line, f.Column = nodeFile(at.File), at.Line, at.Column
	return f, ok
}

func nodeFile(file string) string { return strings.TrimPrefix(file, "file://") }

// nodeInApp excludes Node's modules, packages, bare file names, AWS Lambda's runtime and browser extensions.
func nodeInApp(file string) bool {
	return strings.ContainsAny(file, `/\`) && !hasAny(file, "/node_modules/", `\node_modules\`, "-extension://") &&
		!hasAnyPrefix(file, "node:", "internal/", "/var/runtime/", "/snapshot/node")
}

// adoptNode names anonymous functions as V8 does, not "?", and drops the module, which V8 does not print.
func adoptNode(f *event.Frame) {
	f.Module, f.File = "", nodeFile(f.File)
	f.InApp = nodeInApp(f.File)
	f.Function = strings.TrimPrefix(f.Function, "async ")
	if owner, ok := strings.CutSuffix(f.Function, ".?"); ok {
		f.Function = owner + ".<anonymous>"
	} else if f.Function == "?" || f.Function == "<anonymous>" {
		f.Function = ""
	}
}

// Browsers print Error.stack. V8's frames look like Node's, with URLs for files. SpiderMonkey and
// JavaScriptCore print only frames, so error reporters add the name and the message above them:
//
//	TypeError: item.price is undefined
//	total/<@https://shop.example/assets/main.3f2a9c1b.js:11:45
//	map@[native code]
//	@https://shop.example/assets/main.3f2a9c1b.js:51:4

var browser = runtime{
	name: "browser", parse: parseBrowser, adopt: adoptNode,
	looks: []look{
		{Frame, lines("…@[native code]", "… code@", "…://", "….js", "….mjs"), reads(atFrame)},
		{Frame, lines(" at …://"), func(line string) bool { f, _ := nodeFrame(line); return isAddress(f.File) }},
	},
}

func parseBrowser(lines []string) []event.Exception {
	top := stacks(lines, atFrame)[0]
	if top.frames == nil {
		return parseV8(lines)
	}
	x := findHeader(top.above)
	x.Frames = top.frames
	return []event.Exception{x}
}

// atFrame reads "function@place"; a function may have no name.
func atFrame(line string) (event.Frame, bool) {
	function, place, ok := strings.Cut(strings.TrimSpace(line), "@")
	name := strings.TrimPrefix(strings.TrimPrefix(function, "get "), "set ")
	words := strings.Contains(name, " ") && name != "global code" && name != "eval code" && name != "module code"
	switch {
	case !ok || words: // no "@", or an e-mail address in a sentence
		return event.Frame{}, false
	case place == "[native code]" || place == "" && strings.HasSuffix(function, " code"):
		return event.Frame{Function: function}, true
	}
	f, ok := readColumn(place)
	f.Function = function
	if file, lines, evaluated := strings.Cut(f.File, " line "); evaluated { // counts as the line that called eval
		line, _, _ := strings.Cut(lines, " ")
		f.File, f.Column = file, 0
		f.Line, _ = strconv.Atoi(line)
	}
	f.InApp = nodeInApp(f.File) || !strings.Contains(f.File, "/")
	return f, ok && (isAddress(f.File) || strings.HasSuffix(f.File, ".js") || strings.HasSuffix(f.File, ".mjs"))
}

func isAddress(file string) bool {
	scheme, _, ok := strings.Cut(file, "://")
	return ok && nameEnd(strings.ReplaceAll(scheme, "-", "_")) == len(scheme) && scheme != "file" && scheme != "wasm"
}
