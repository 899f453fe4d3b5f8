package stacktrace

import (
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Tcl prints the running commands, the innermost first, and between them their procedures and files:
//
//	divide by zero
//	    while executing
//	"expr {100 / $parts}"
//	    (procedure "cart::share" line 2)
//	    invoked from within
//	"cart::share 0"
//
// The type of all errors is "error".

var tcl = runtime{
	name: "tcl", parse: parseTcl,
	looks: []look{
		{Frame, lines("\t(procedure \"", "\t(file \""), nil},
		{TclFirst, lines("\twhile executing$"), nil},
		{Command, lines("\tinvoked from within$"), nil},
	},
	rules: []rule{
		{in(loggedText, bareText), on(TclFirst, Command), quoting, Join},
		{in(quoting, quoted), on(TclFirst), quoting, Begin},
		{in(quoting), on(Text), quoting, Loose},
		{in(quoting), on(quoteEnd), quoted, Join},
	},
}

func parseTcl(lines []string) []event.Exception {
	above := until(lines, func(line string) bool { return line == "    while executing" || line == "    invoked from within" })
	if len(above) == len(lines) {
		return nil
	}
	if len(above) > 1 && above[1] != "" && strings.HasSuffix(above[0], above[1]) {
		above = above[1:] // the log line above ends with the message, too
	}
	return []event.Exception{{Type: "error", Message: joinMessage("", above), Frames: framesIn(lines, tclFrame)}}
}

// tclPlace matches `(procedure "cart::share" line 2)` and `(file "shop.tcl" line 11)`.
var tclPlace = regexp.MustCompile(`^\s*\((?:file "(?P<file>.*?)"|(?:procedure|method) "(?P<function>.*?)") line (?P<line>\d{1,9})\)`)

func tclFrame(line string) (event.Frame, bool) {
	f, ok := match(line, tclPlace)
	f.InApp = !hasAny(f.File, "/lib/tcl", "/share/tcltk/") && !hasAnyPrefix(strings.TrimPrefix(f.Function, "::"), "tcl::", "http::", "oo::", "auto_", "unknown")
	f.Module, f.Function = splitName(f.Function, "::")
	return f.Frame, ok
}
