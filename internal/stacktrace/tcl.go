package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Tcl prints the commands that were running, from the inside out, and between
// them the procedures and files they stand in:
//
//	divide by zero
//	    while executing
//	"expr {100 / $parts}"
//	    (procedure "cart::share" line 2)
//	    invoked from within
//	"cart::share 0"
//	    (file "/app/shop.tcl" line 11)
//
// Errors have no type but "error".

var tcl = runtime{
	name: "tcl", first: "wi(", shape: tclShape, starts: startsTcl, parse: parseTcl,
	rules: []rule{
		{in(loggedText, bareText), on(TclFirst, Command), quoting, Join},
		{in(quoting, quoted), on(TclFirst), quoting, Begin},
		{in(quoting), on(Text), quoting, Loose},
		{in(quoting), on(quoteEnd), quoted, Join},
	},
}

func tclShape(line string, indented bool) Shape {
	switch {
	case !indented:
	case line == "while executing":
		return TclFirst
	case line == "invoked from within":
		return Command
	case hasAnyPrefix(line, `(procedure "`, `(file "`):
		return Frame
	}
	return Text
}

func startsTcl(lines []string, i int) bool {
	return i > 0 && (lines[i] == "    while executing" || lines[i] == "    invoked from within")
}

func parseTcl(lines []string) []event.Exception {
	first := 1
	for first < len(lines) && !startsTcl(lines, first) {
		first++
	}
	x := event.Exception{Type: "error", Message: strings.TrimSpace(strings.Join(tclMessage(lines[:first]), "\n"))}
	for _, line := range lines[first:] {
		if f, ok := tclFrame(line); ok {
			x.Frames = append(x.Frames, f)
		}
	}
	return []event.Exception{x}
}

// tclMessage drops a log line that ends with the message below it.
func tclMessage(lines []string) []string {
	if len(lines) > 1 && lines[1] != "" && strings.HasSuffix(lines[0], lines[1]) {
		return lines[1:]
	}
	return lines
}

// tclFrame reads `(procedure "cart::share" line 2)` and `(file "shop.tcl" line 11)`.
func tclFrame(line string) (event.Frame, bool) {
	s := strings.TrimSpace(line)
	kind, rest, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(s, "("), ")"), ` "`)
	name, digits, ok2 := strings.Cut(rest, `" line `)
	n, numbered := number(digits)
	if !ok || !ok2 || !numbered || !strings.HasPrefix(s, "(") {
		return event.Frame{}, false
	}
	switch kind {
	case "file":
		return event.Frame{File: name, Line: n, InApp: !hasAny(name, "/lib/tcl", "/share/tcltk/")}, true
	case "procedure", "method":
		f := event.Frame{Function: name, Line: n, InApp: !hasAnyPrefix(strings.TrimPrefix(name, "::"), "tcl::", "http::", "oo::", "auto_", "unknown")}
		if i := strings.LastIndex(name, "::"); i > 0 {
			f.Module, f.Function = name[:i], name[i+2:]
		}
		return f, true
	}
	return event.Frame{}, false
}
