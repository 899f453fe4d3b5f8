package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Browsers print Error.stack. V8's frames look like Node's, with URLs for files.
// SpiderMonkey and JavaScriptCore print frames alone, so a reporter puts name and message
// above them:
//
//	TypeError: item.price is undefined
//	total/<@https://shop.example/assets/main.3f2a9c1b.js:11:45
//	map@[native code]
//	@https://shop.example/assets/main.3f2a9c1b.js:51:4

var browser = runtime{
	name: "browser", parse: parseBrowser,
	looks: []look{
		{Frame, lines("…@"), reads(atFrame)},
		{Frame, lines(" at …://"), func(line string) bool { f, _ := nodeFrame(line); return isAddress(f.File) }},
	},
	adopt: adoptNode,
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
	if !ok || words { // an e-mail address
		return event.Frame{}, false
	}
	if place == "[native code]" || place == "" && strings.HasSuffix(function, " code") {
		return event.Frame{Function: function}, true
	}
	f, ok := readColumn(place)
	f.Function = function
	f.File, _, _ = strings.Cut(f.File, " line ") // eval's code counts as the line that called eval
	f.InApp = nodeInApp(f.File) || !strings.Contains(f.File, "/")
	return f, ok && (isAddress(f.File) || strings.HasSuffix(f.File, ".js") || strings.HasSuffix(f.File, ".mjs"))
}

func isAddress(file string) bool {
	scheme, _, ok := strings.Cut(file, "://")
	return ok && nameEnd(strings.ReplaceAll(scheme, "-", "_")) == len(scheme) && scheme != "file" && scheme != "wasm"
}

// foreignHosts serve other people's scripts: public packages and the usual tags.
var foreignHosts = []string{
	"cdn.jsdelivr.net/", "unpkg.com/", "cdnjs.cloudflare.com/", "ajax.googleapis.com/", "www.googletagmanager.com/",
	"www.google-analytics.com/", "connect.facebook.net/", "js.stripe.com/",
}
