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
	name: "browser", parse: parseBrowser,
	checks: []check{{Frame, lines("…@"), reads(atFrame)}, {Frame, lines(" at …://"), isAddressed}},
	adopt:  adoptNode,
}

func parseBrowser(lines []string) []event.Exception {
	first := slices.IndexFunc(lines, reads(atFrame))
	if first < 0 {
		return parseV8(lines)
	}
	x := findHeader(lines[:first])
	x.Frames = framesIn(until(lines[first:], func(line string) bool { return line != "" && !reads(atFrame)(line) }), atFrame)
	return []event.Exception{x}
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

// isAddressed recognises a frame of V8 in a script that has an address.
func isAddressed(line string) bool {
	f, _ := nodeFrame(line)
	return isAddress(f.File)
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
