package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Swift prints, when a program traps, where and why, and below it a stack:
//
//	App/Cart.swift:39: Fatal error: Index out of range
//	Current stack trace:
//	0    libswiftCore.so    0x00007f2a1c3d4e50 _swift_stdlib_reportFatalErrorInFile + 112
//	1    App                0x000055d0c1b2a3d4 Cart.total(_:) + 52
//
// Since version 5.9 its own crash handler prints places, and source in between:
//
//	Thread 0 "App" crashed:
//
//	0 0x00007f8d9c5e3a21 _assertionFailure(_:_:file:line:flags:) + 353 in libswiftCore.so
//	1 [ra] 0x000055d0c1b2a3d4 Cart.total() + 123 in App at /app/Sources/App/Cart.swift:39:3

var swift = runtime{
	name: "swift", shape: swiftShape, starts: startsSwift, parse: parseSwift,
	rules: []rule{
		{in(dying), on(SwiftFrame), dying, Join},
	},
}

func swiftShape(line string, indented bool) Shape {
	if indented {
		return Text
	}
	if _, _, ok := swiftTrap(line); ok {
		return Death
	}
	if _, ok := swiftFrame(line); ok {
		return SwiftFrame
	}
	return Text
}

// swiftTrap splits "App/Cart.swift:39: Fatal error: message", or
// "Fatal error: message: file /app/Cart.swift, line 39".
func swiftTrap(line string) (place, message string, ok bool) {
	if i := strings.IndexByte(line, ' '); i > 0 && line[i-1] == ':' && strings.HasPrefix(line[i:], " Fatal error") && strings.Contains(line[:i], ".swift:") {
		return line[:i-1], strings.TrimPrefix(line[i+len(" Fatal error"):], ": "), true
	}
	message, ok = strings.CutPrefix(line, "Fatal error: ")
	message, place, placed := strings.Cut(message, ": file ")
	return strings.Replace(place, ", line ", ":", 1), message, ok && placed
}

func startsSwift(lines []string, i int) bool {
	_, _, ok := swiftTrap(lines[i])
	return ok
}

func parseSwift(lines []string) []event.Exception {
	first := 0
	for !startsSwift(lines, first) {
		first++
	}
	place, message, _ := swiftTrap(lines[first])
	x := event.Exception{Type: "Fatal error", Message: message}
	for _, line := range lines[first+1:] {
		if f, ok := swiftFrame(line); ok {
			x.Frames = append(x.Frames, f)
		} else if hasAnyPrefix(line, "Registers:", "Thread 1 ") {
			break
		}
	}
	if f := nativeCall("", place); !hasInApp(x.Frames) && f.Line > 0 {
		f.InApp = !strings.HasPrefix(f.File, "Swift/")
		x.Frames = append([]event.Frame{f}, x.Frames...)
	}
	return []event.Exception{x}
}

// swiftFrame reads both forms of a frame.
func swiftFrame(line string) (event.Frame, bool) {
	if line == "" || line[0] < '0' || line[0] > '9' {
		return event.Frame{}, false
	}
	digits, rest, ok := strings.Cut(line, " ")
	if _, numbered := number(digits); !ok || !numbered {
		return event.Frame{}, false
	}
	before, call, ok := strings.Cut(strings.TrimPrefix(strings.TrimLeft(rest, " "), "[ra] "), "0x")
	call, behind, ok2 := strings.Cut(call, " + ")
	address, call, ok3 := strings.Cut(call, " ")
	if !ok { // inlined, without an address
		call, behind, ok2 = strings.Cut(strings.TrimLeft(rest, " "), " + ")
		address, before, ok, ok3 = "", "", true, strings.Contains(behind, " in ")
	}
	if !ok || !ok2 || !ok3 || strings.Trim(address, "0123456789abcdef") != "" {
		return event.Frame{}, false
	}
	module := strings.TrimSpace(before)
	if _, in, ok := strings.Cut(behind, " in "); ok {
		module = in
	}
	module, place, placed := strings.Cut(module, " at ")
	if _, outer, ok := strings.Cut(call, " in "); ok && strings.HasPrefix(call, "closure #") {
		call = outer
	}
	f := nativeCall(call, place)
	f.InApp = placed || !strings.Contains(module, ".so") && !strings.HasPrefix(call, "_")
	if i := strings.IndexByte(f.Function, '.'); i > 0 && f.Module == "" {
		f.Module, f.Function = f.Function[:i], f.Function[i+1:]
	}
	return f, true
}
