package stacktrace

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Browsers print what their engines hold in Error.stack. V8's frames are those
// of Node, with addresses for files. SpiderMonkey and JavaScriptCore print the
// frames alone, so that whoever reports them puts name and message above:
//
//	TypeError: item.price is undefined
//	total/<@https://shop.example/assets/main.3f2a9c1b.js:11:45
//	map@[native code]
//	@https://shop.example/assets/main.3f2a9c1b.js:51:4

var browser = runtime{
	name: "browser", shape: browserShape, parse: parseBrowser,
	adopt: adopter{frame: adoptNode},
}

func browserShape(line string, indented bool) Shape {
	switch {
	case strings.IndexByte(line, '@') >= 0:
		if !indented && isAtFrame(line) {
			return Frame
		}
	case strings.HasPrefix(line, "at ") && strings.Contains(line, "://"):
		if f, ok := nodeFrame(line); ok && isAddress(f.File) {
			return Frame
		}
	}
	return Text
}

func parseBrowser(lines []string) []event.Exception {
	first := slices.IndexFunc(lines, isAtFrame)
	if first < 0 {
		return parseV8(lines)
	}
	x := findHeader(lines[:first])
	x.Frames = framesIn(until(lines[first:], func(line string) bool { return line != "" && !isAtFrame(line) }), atFrame)
	return []event.Exception{x}
}

func isAtFrame(line string) bool {
	_, ok := atFrame(line)
	return ok
}

// atFrame reads "function@place", the function being absent where it has no name.
func atFrame(line string) (event.Frame, bool) {
	function, place, ok := strings.Cut(strings.TrimSpace(line), "@")
	if !ok || !isAtFunction(function) {
		return event.Frame{}, false
	}
	if place == "[native code]" || place == "" && strings.HasSuffix(function, " code") {
		return event.Frame{Function: function}, true
	}
	f, ok := readColumn(place)
	f.Function = function
	f.File, _, _ = strings.Cut(f.File, " line ") // code made by eval counts as the line that called it
	f.InApp = nodeInApp(f.File) || !strings.Contains(f.File, "/")
	return f, ok && (isAddress(f.File) || strings.HasSuffix(f.File, ".js") || strings.HasSuffix(f.File, ".mjs"))
}

// isAtFunction distinguishes a function's name from words before an address of mail.
func isAtFunction(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "get "), "set ")
	return !strings.Contains(s, " ") || s == "global code" || s == "eval code" || s == "module code"
}

func isAddress(file string) bool {
	scheme, _, ok := strings.Cut(file, "://")
	return ok && nameEnd(strings.ReplaceAll(scheme, "-", "_")) == len(scheme) && scheme != "file" && scheme != "wasm"
}

// browserForeign recognises the scripts of others on a page: extensions, what public
// hosts of packages deliver, and the usual tags.
func browserForeign(file string) bool {
	scheme, rest, _ := strings.Cut(file, "://")
	return isAddress(file) && (strings.HasSuffix(scheme, "-extension") || hasAnyPrefix(rest, foreignHosts...))
}

var foreignHosts = []string{
	"cdn.jsdelivr.net/", "unpkg.com/", "cdnjs.cloudflare.com/", "ajax.googleapis.com/", "www.googletagmanager.com/",
	"www.google-analytics.com/", "connect.facebook.net/", "js.stripe.com/",
}
