package stacktrace

import (
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// When a Swift program traps, it prints where and why, and a stack below:
//
//	App/Cart.swift:39: Fatal error: Index out of range
//	Current stack trace:
//	0    libswiftCore.so    0x00007f2a1c3d4e50 _swift_stdlib_reportFatalErrorInFile + 112
//	1    App                0x000055d0c1b2a3d4 Cart.total(_:) + 52
//
// Since version 5.9 Swift's own crash handler prints places, with source in between:
//
//	Thread 0 "App" crashed:
//
//	0 0x00007f8d9c5e3a21 _assertionFailure(_:_:file:line:flags:) + 353 in libswiftCore.so
//	1 [ra] 0x000055d0c1b2a3d4 Cart.total() + 123 in App at /app/Sources/App/Cart.swift:39:3

var swift = runtime{
	name: "swift", parse: parseSwift,
	looks: []look{{SwiftFrame, lines("… + "), reads(swiftFrame)}, {Death, lines("…Fatal error"), reads(swiftTrap)}},
	rules: []rule{{in(dying), on(SwiftFrame), dying, Join}},
}

// swiftTraps are "App/Cart.swift:39: Fatal error: message", and
// "Fatal error: message: file /app/Cart.swift, line 39".
var swiftTraps = []*regexp.Regexp{
	regexp.MustCompile(`^(?P<file>[^ ]*\.swift):(?P<line>\d{1,9}): Fatal error(?:: )?(?P<message>.*)`),
	regexp.MustCompile(`^Fatal error(?:: )?(?P<message>.*?): file (?P<file>.*?)(?:, line (?P<line>\d{1,9}).*)?$`),
}

func swiftTrap(line string) (found, bool) { return match(line, swiftTraps...) }

func parseSwift(lines []string) []event.Exception {
	first := slices.IndexFunc(lines, reads(swiftTrap))
	if first < 0 {
		return nil
	}
	trap, _ := swiftTrap(lines[first])
	crashed := until(lines[first+1:], func(line string) bool { return hasAnyPrefix(line, "Registers:", "Thread 1 ") })
	x := event.Exception{Type: "Fatal error", Message: trap.Message, Frames: framesIn(crashed, swiftFrame)}
	if !hasInApp(x.Frames) && trap.Line > 0 {
		trap.InApp = !strings.HasPrefix(trap.File, "Swift/")
		x.Frames = append([]event.Frame{trap.Frame}, x.Frames...)
	}
	return []event.Exception{x}
}

// Both forms of a frame; inlined ones have no address.
var (
	swiftPlaced = regexp.MustCompile(`^\d{1,9} +(?:\[ra\] )?(?:0x[0-9a-f]+ )?(?P<function>.+?) \+ \d+ in (?P<module>.*?)(?: at (?P<file>.*))?$`)
	swiftBare   = regexp.MustCompile(`^\d{1,9} +(?P<module>.*?) +0x[0-9a-f]+ (?P<function>.+?) \+ `)
)

func swiftFrame(line string) (event.Frame, bool) {
	named, ok := match(line, swiftPlaced, swiftBare)
	symbol := named.Function
	if _, outer, ok := strings.Cut(symbol, " in "); ok && strings.HasPrefix(symbol, "closure #") {
		symbol = outer
	}
	f := nativeCall(symbol, named.File)
	f.InApp = named.File != "" || !strings.Contains(named.Module, ".so") && !strings.HasPrefix(symbol, "_")
	if owner, method, ok := strings.Cut(f.Function, "."); ok && f.Module == "" && owner != "" {
		f.Module, f.Function = owner, method
	}
	return f, ok
}
