package stacktrace

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Go prints a panic, or a fatal error of the runtime, then goroutines, the failing one first:
//
//	panic: runtime error: index out of range [5] with length 3 [recovered]
//		panic: again
//	[signal SIGSEGV: …]
//
//	goroutine 1 [running]:
//	main.(*Cart).Total(0xc000012345, 0x2)
//		/app/cart.go:42 +0x1d
//	created by main.main in goroutine 1
//
// github.com/pkg/errors and zap print a message, then functions and places without arguments or offsets.
//
// Go has no exception types, so errmon makes stable ones: "runtime error: index out of range" without numbers
// for the runtime's own panics, a value's type if printed, else "panic"; "fatal error"; and "error" in logs.

var golang = runtime{
	name: "go", parse: parseGo, adopt: adoptGo, chain: goChain,
	looks: []look{
		{GoPanic, lines("panic: ", "runtime: goroutine stack exceeds ", "runtime: out of memory", "unexpected fault address "), nil},
		{GoFatal, lines("fatal error: "), nil},
		{Goroutine, lines("goroutine …]:$", "[signal SIG"), nil},
		{GoPlace, lines("\t….go:", "\t….s:"), reads(readGoPlace)},
		{LateFrame, lines("….go:"), isGinPlace},
		{Final, lines("exit status "), func(line string) bool { return len(line) <= len("exit status 255") }},
	},
	rules: []rule{
		{in(Plain, Logged, loggedText), on(goFunction), loggedCall, Hold},
		{in(Bare), on(goFunction), bareCall, Hold},
		{in(bareText), on(goFunction), bareCall, Together},
		{in(loggedCall, bareCall, stackedCall, stackedOn), on(GoPlace), stacked, Join},
		{in(panicking), on(Text), panicking, Loose},
		{in(panicking), on(GoFatal), panicking, Join},
		{in(panicking, running), on(GoPlace), running, Join},
		{in(running), on(goFunction, Indented), called, Join}, // chi indents functions
		{in(running), on(goOther), running, Join},
		{in(stacked), on(goFunction), stackedOn, Join},
		{in(stacked), on(Text), stackedText, Hold},
		{in(stackedText), on(goFunction), stackedCall, Hold},
	},
}

func goShapeInTrace(line string, goroutine bool) Shape {
	name, value, _ := strings.Cut(line, " ")
	switch {
	case len(name) <= 6 && strings.HasPrefix(strings.TrimLeft(value, " "), "0x"), strings.HasPrefix(line, "..."): // rax    0x0
		if goroutine {
			return goOther
		}
	case strings.HasPrefix(line, "created by "), IsGoFunction(line):
		return goFunction
	}
	return Text
}

// IsGoFunction reports whether a line may be "main.(*Cart).Total" or "main.(*Cart).Total(0xc000012345, 0x2)".
func IsGoFunction(line string) bool {
	slash := strings.LastIndexByte(line, '/')
	if strings.IndexByte(line[slash+1:], '.') > 0 && !strings.ContainsAny(line, " \t:=") {
		return true
	}
	return strings.HasSuffix(line, ")") && goCall.MatchString(line)
}

var goCall = regexp.MustCompile(`^[^ ]+\((?:0x|\{|\?|\)|\.\.\.\))`)

// parseGo reads a goroutine's stack, else gin's stack, else errors with stacks, else panics without one.
func parseGo(lines []string) []event.Exception {
	lines = paired(lines, func(above, line string) bool {
		return isGinPlace(above) || isGoPlace(line) && above != "" && !isGoPlace(above) && !isGoroutine(above)
	})
	if i := slices.IndexFunc(lines, isGoroutine); i >= 0 {
		stack := until(lines[i+1:], func(line string) bool { // the place that created a goroutine is not on its stack
			return line == "" || isGoroutine(line) || strings.HasPrefix(line, "created by ")
		})
		frames, chain := framesIn(stack, goFrame), goPanics(lines[:i])
		if chain == nil {
			return []event.Exception{goRecovered(lines[:i], belowPanic(frames))}
		}
		chain[0].Frames = frames // of the panic that surfaced
		return chain
	}
	if gin := stacks(lines, ginFrame)[0]; len(gin.frames) > 0 {
		return []event.Exception{goRecovered(gin.above, gin.frames)}
	}
	var chain []event.Exception
	for _, s := range stacks(lines, goErrorFrame) { // the wrapped error comes first
		if len(s.frames) > 0 {
			message := strings.Join(s.above[max(0, len(s.above)-1):], "")
			chain = append(chain, event.Exception{Type: "error", Message: strings.TrimSpace(message), Frames: s.frames})
		}
	}
	if panics := goPanics(lines); chain == nil || len(panics) == 1 { // chi prints a panic's stack without a goroutine
		if chain != nil {
			panics[0].Frames = chain[0].Frames
		}
		return panics
	}
	slices.Reverse(chain)
	return chain
}

func isGoroutine(line string) bool {
	return strings.HasPrefix(line, "goroutine ") && strings.HasSuffix(line, "]:")
}

// goPanics reads the panics that lines announce, the last one first, since that is the one that surfaced.
func goPanics(lines []string) (chain []event.Exception) {
	for i, line := range lines {
		m := goPanic.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		more := until(lines[i+1:], func(line string) bool {
			return unindented(line) == "" || reads(goErrorFrame)(line) || hasAnyPrefix(line, "[signal ", "goroutine ", "runtime: ") || goPanic.MatchString(line)
		})
		message := strings.ReplaceAll(joinMessage(m[2], more), "\n\t", "\n") // its further lines are indented
		chain = append(chain, event.Exception{Type: goType(m[1], message), Message: message})
	}
	slices.Reverse(chain)
	return chain
}

var goPanic = regexp.MustCompile(`^(?:[ \t]*|.*http: )(panic|fatal error)(?: serving \S*)?: (.*?)(?: \[recovered(?:, repanicked)?\])?(?m:$)`)

func goRecovered(lines []string, frames []event.Frame) event.Exception {
	message := findHeader(lines).Message
	message = message[max(0, strings.Index(message, "runtime error: ")):]
	return event.Exception{Type: goType("panic", message), Message: message, Frames: frames}
}

// belowPanic drops the call of panic and the frames above it, which belong to the code that recovered.
func belowPanic(frames []event.Frame) []event.Frame {
	i := slices.IndexFunc(frames, func(f event.Frame) bool { return f.Module == "" && f.Function == "panic" })
	return frames[i+1:]
}

func goType(kind, value string) string {
	m, _ := match(value, goTypes...)
	return cmp.Or(m.Type, kind)
}

// goTypes match the runtime's own panics up to their details, and a value's type: "(main.order) 0x774468".
var goTypes = []*regexp.Regexp{
	regexp.MustCompile(`^(?P<type>(?:runtime error: |interface conversion|close of (?:closed|nil) channel|send on closed channel|` +
		`assignment to entry in nil map).*?)(?: \[|: |\n| \(| with |$)`),
	regexp.MustCompile(`^\((?P<type>[A-Za-z_$/][\w$/\\]*\.[\w$./\\]*)\) `),
}

func isGoPlace(line string) bool { return indent(line) > 0 && reads(readGoPlace)(unindented(line)) }

// readGoPlace reads "/app/cart.go:42 +0x1d"; in the stacks of errors there is no offset.
func readGoPlace(s string) (event.Frame, bool) {
	s, _, _ = strings.Cut(s, " +0x")
	file, n, ok := cutNumber(s)
	ok = ok && (strings.HasSuffix(file, ".go") || strings.HasSuffix(file, ".s")) && !strings.Contains(file, ": ")
	return event.Frame{File: file, Line: n}, ok
}

// ginPlace matches gin's "/app/cart.go:42 (0xd92a4d)", above "\tTotal: return prices[i]".
var ginPlace = regexp.MustCompile(`^(?P<file>.+\.go):(?P<line>\d{1,9}) \(0x[0-9a-f]+\)(?:$|\n\s*(?P<function>.*?)(?:: |$))`)

func isGinPlace(line string) bool { return strings.HasSuffix(line, ")") && ginPlace.MatchString(line) }

func ginFrame(pair string) (event.Frame, bool) {
	f, ok := match(pair, ginPlace)
	f.InApp = goInApp("", f.File) && !strings.Contains(f.File, "/go/src/")
	return f.Frame, ok
}

// goFrame reads "github.com/acme/shop/cart.(*Cart).Total(0xc000012345)", with the place on the next line.
func goFrame(pair string) (event.Frame, bool) {
	name, place := splitName(pair, "\n")
	f, _ := readGoPlace(strings.TrimSpace(place))
	f.Function = beforeArguments(name)
	slash := strings.LastIndexByte(f.Function, '/')
	if pkg, function, ok := strings.Cut(name[slash+1:], "."); ok {
		f.Module, f.Function = name[:slash+1]+pkg, beforeArguments(function)
		adoptGo(&f)
	}
	return f, isGoPlace(place)
}

// goErrorFrame reads the same in an error's stack. A name with spaces is a message unless it is a call.
func goErrorFrame(pair string) (event.Frame, bool) {
	name, _, ok := strings.Cut(pair, "\n")
	f, placed := goFrame(pair)
	return f, ok && placed && (IsGoFunction(name) || !strings.ContainsAny(name, " \t"))
}

// beforeArguments cuts off a call's arguments: the last parentheses, unless they hold a receiver.
func beforeArguments(call string) string {
	open := strings.LastIndexByte(call, '(')
	if open <= 0 || !strings.HasSuffix(call, ")") || strings.HasPrefix(call[open:], "(*") {
		return call
	}
	return call[:open]
}

var goStandard = strings.Fields(`archive bufio bytes cmp compress container context crypto database debug
	embed encoding errors expvar flag fmt go hash html image index internal io iter log maps math mime net os path
	plugin reflect regexp runtime slices sort strconv strings structs sync syscall testing text time unicode unique
	unsafe vendor weak`)

// goInApp decides by package, since -trimpath drops GOROOT from paths, and by the folders of dependencies.
func goInApp(pkg, file string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !slices.Contains(goStandard, first) && !hasAny(file, "/pkg/mod/", "/vendor/", "@v")
}

func adoptGo(f *event.Frame) { f.InApp = f.Module != "" && goInApp(f.Module, f.File) }

// goChain sets the types and reduces the chain to what Go prints: for a panic, or an error with at most one
// stack, a link with the outer message; else each link with a stack. Sentry sends recovered panics as fatal.
func goChain(e *event.Event) []event.Exception {
	kind := "error"
	if e.Level == event.Fatal {
		kind = "panic"
	}
	var chain []event.Exception
	for _, x := range e.Exceptions {
		if len(x.Frames) > 0 {
			chain = append(chain, event.Exception{Type: goType(kind, x.Message), Message: x.Message, Frames: belowPanic(x.Frames)})
		}
	}
	if len(chain) < 2 || kind == "panic" {
		chain = append(chain, event.Exception{})[:1]
		chain[0].Message = e.Exceptions[0].Message
		chain[0].Type = goType(kind, chain[0].Message)
	}
	return chain
}
