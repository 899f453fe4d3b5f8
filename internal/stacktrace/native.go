package stacktrace

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// When a process dies, its runtime, a sanitizer, libc or a crash handler prints why, usually with a stack:
//
//	==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x0000004f2b1a
//	READ of size 4 at 0x602000000010 thread T0
//	    #0 0x4f2b1a in total(Cart*) /app/cart.cpp:10:5
//
//	terminate called after throwing an instance of 'std::out_of_range'
//	  what():  vector::_M_range_check
//	Aborted (core dumped)
//
// The shell and the kernel report the death of other processes in one line.

var native = runtime{
	name: "native", parse: parseNative,
	looks: append(deathLooks, behind(Death), behind(DeathEnd), behind(Raise),
		look{Frame, lines(" #", " …0x"), reads(nativeFrame)}, look{Frame, lines("*** Check failure stack trace: ***$"), nil}),
	rules: []rule{
		{in(Logged, ruled), on(Death), dying, Join},
		{in(dying), on(Death), dying, Apart},
		{in(dying), on(Text, Header), dying, Loose},
		{in(dying), on(Frame, PythonFrame), dying, Join},
		{in(ruled, dying, framed, told), on(DeathEnd), over, Join},
	},
}

// deathLooks are the lines that report a death. No stack follows a DeathEnd; a program survives a Raise.
var deathLooks = []look{
	{Raise, lines("WARNING: ThreadSanitizer: "), nil},
	{Death, lines(
		"==…Sanitizer: ", "AddressSanitizer:DEADLYSIGNAL",
		"terminate called ", "libc++abi: …terminating", // C++
		"*** Error in ", "*** … detected ***", "*** SIG… received ", "*** Aborted at ", // glibc and glog
		"double free or corruption ", "free(): ", "malloc(): ", "realloc(): ", "munmap_chunk(): ", "corrupted size vs. prev_size",
		"thread '… has overflowed its stack", "fatal runtime error: ", "memory allocation of … bytes failed", // Rust
		"thread caused non-unwinding panic", "thread panicked while ",
		"FATAL ERROR: …llocation failed", "FATAL ERROR: …v8::", "# Fatal error in ", "<--- Last few GCs --->", // V8
		"panic(main thread): ", "thread … panic: ", // Bun and Zig
		"# A fatal error has been detected by the Java Runtime", "# There is insufficient memory for the Java Runtime",
		"Fatal Python error: ",
		"Caught …, suspect faulting address ", "Backtrace (use tools/stack_decode.py ", "Envoy version: ", // Envoy
		"… got signal … ;$",                                                                        // mysqld
		"init terminating in do_boot ", `{"init terminating in do_boot"`, "Kernel pid terminated ", // Erlang
		"Runtime terminating during boot ", "eheap_alloc: Cannot allocate ",
	), nil},
	{DeathEnd, lines(
		"Terminating due to java.lang.OutOfMemoryError", "Aborting due to java.lang.OutOfMemoryError",
		"Out of memory: Kill… process ", "Memory cgroup out of memory: Kill… process ", "Kernel panic - not syncing", "[…]: segfault at ", // Linux
		"==…==ABORTING", "…: Assertion `…' failed.$",
		".…(core dumped)", "/…(core dumped)", // "./run.sh: line 3: 7 Aborted (core dumped) ./app"
		"Segmentation fault$", "Segmentation fault…(core dumped)", "Aborted…(core dumped)", "Bus error…(core dumped)", "Illegal instruction…(core dumped)",
		"Floating point exception…(core dumped)", "Trace/breakpoint trap…(core dumped)",
	), nil},
	{Raise, lines("…: runtime error: "), func(line string) bool { // UBSan's "/app/cart.cpp:10:5: runtime error: …"
		place, _, _ := strings.Cut(line, ": runtime error: ")
		return !strings.Contains(place, " ") && reads(readPlace)(place)
	}},
}

var deaths = newMarks(runtime{looks: deathLooks})

// deathIn returns the shape of a line that reports a death, maybe after a "[…] " prefix; Text for others.
func deathIn(line string) Shape {
	if strings.HasPrefix(line, "[") {
		_, rest, _ := strings.Cut(line, "] ")
		return cmp.Or(deaths.shape(rest), deaths.shape(line))
	}
	return deaths.shape(line)
}

func behind(s Shape) look {
	return look{s, lines("[…] "), func(line string) bool { return deathIn(line) == s }}
}

// parseNative reads the death and the first stack below it. Later ones show other threads or freed memory.
func parseNative(lines []string) []event.Exception {
	first := slices.IndexFunc(lines, func(line string) bool {
		return deathIn(line) != Text && !hasAnyPrefix(line, "AddressSanitizer:DEADLYSIGNAL", "<--- Last few GCs --->") // the cause is below these
	})
	if first < 0 {
		return nil
	}
	x := nativeHeader(lines[first:])
	x.Message = cmp.Or(x.Message, x.Type)
	x.Frames = append(x.Frames, stacks(lines[first:], func(line string) (event.Frame, bool) {
		if f, ok := nativeFrame(strings.TrimSpace(line)); ok {
			return f, true
		}
		return pythonFrame(line) // faulthandler's
	})[0].frames...)
	return []event.Exception{x}
}

// WithoutLead drops what precedes a death's message: Linux's uptime, mysqld's time, a place in the source.
func WithoutLead(line string) string { return line[len(deathLead.FindString(line)):] }

var deathLead = regexp.MustCompile(`^(?:\[.*?\] |.*? UTC - |\S+?:\d{1,9}(?::\d{1,9})?: )`)

// deathForms match deaths that have a type, and maybe a message on the same line or below.
var deathForms = []*regexp.Regexp{
	regexp.MustCompile(`^.*throwing an instance of '(?P<type>.*)'\n\s*what\(\):  (?P<message>.*)`), // libstdc++
	regexp.MustCompile(`^(?P<message>.*throwing an instance of '(?P<type>.*)')`),
	regexp.MustCompile(`^.*exception of type (?P<type>.*?)(?:: (?P<message>.*))?(?:\n|$)`), // libc++
	regexp.MustCompile(`^.*?(?P<type>[^ \n]*Sanitizer(?:: .*?)??)(?:(?: on | \(|: detected).*)?(?:\n(?:.*=)?(?P<message>.*)|$)`),
	regexp.MustCompile(`^# (?P<type>A fatal error .*?)[#: ]*\n(?:#\n)*[# ]*(?P<message>.*?) \(`), // the JVM
	regexp.MustCompile(`^.*?(?:(?P<file>\S*): )?(?P<type>FATAL ERROR|Fatal Python error|fatal runtime error|runtime error): (?P<message>.*)`),
	regexp.MustCompile(`^.*?(?P<type>Segmentation fault|Aborted|Bus error|Illegal instruction|Floating point exception|Trace/breakpoint trap)` +
		`(?:\n|$|.*\(core dumped\))`), // a shell's
}

var deathStop = regexp.MustCompile(`: | \(|",|, | \*\*\*|$`)

// nativeHeader reads a death's type and message. If no form matches, its first words or "abort" are the type.
func nativeHeader(lines []string) event.Exception {
	text := strings.Join(lines[:min(len(lines), 5)], "\n")
	if x, ok := match(text, deathForms...); ok {
		x.Exception.Frames = placeFrame(x.File, nativeInApp)
		return x.Exception
	}
	if strings.HasSuffix(lines[0], " has overflowed its stack") { // Rust
		return event.Exception{Type: "stack overflow"}
	}
	line := strings.Trim(WithoutLead(lines[0]), "*#; {\"")
	for _, lead := range []string{"due to ", "': "} { // the JVM's and glibc's
		if _, rest, ok := strings.Cut(line, lead); ok {
			line = rest
		}
	}
	name := line[:deathStop.FindStringIndex(line)[0]]
	if name == line && strings.ContainsAny(strings.TrimRight(line, "0123456789"), "0123456789") {
		return event.Exception{Type: "abort", Message: line}
	}
	return event.Exception{Type: name, Message: strings.TrimLeft(line[len(name):], `:",* `)}
}

// nativeFrames match these lines, without the white space around them:
//
//	#0 0x4f2b1a in total(Cart*) /app/cart.cpp:10:5           sanitizers
//	1: 0xb7a940 node::Abort() [node]                         V8
//	@ 0x55d6 google::LogMessage::Fail()                      glog
//	#3: Envoy::MainCommon::run() [0x55d0]                    Envoy
//	#0 total(Cart*) /app/cart.cpp:10:5 (shop+0xd1a2b)        ThreadSanitizer
//	/usr/sbin/mysqld(my_print_stacktrace+0x2c)[0x55d0]       glibc
//	# C  [libc.so.6+0x18d1b1]  __strlen_avx2+0x11            the JVM
var nativeFrames = []*regexp.Regexp{
	regexp.MustCompile(`^(?:#\d+:?|\d+:|@) *0x\S+ +(?:in )?(?:(?P<function>.+?) )?(?P<file>` + nativePlace + `)$`),
	regexp.MustCompile(`^(?:#\d+:?|\d+:|@) *0x\S+ +(?:in )?(?P<function>.*)$`),
	regexp.MustCompile(`^(?:#\d+:?|\d+:|@) *(?P<function>.*?) ?\[0x[^\]]*\]$`),
	regexp.MustCompile(`^#\d+:? +(?:(?P<function>.+?) )?(?P<file>` + nativePlace + `)(?: \([^ ]*\+0x.*\))?(?: \(BuildId: .*)?$`),
	regexp.MustCompile(`^(?P<file>[/.][^(]*)\((?P<function>.*)\) *\[0x.*\]$`),
	regexp.MustCompile(`^# .  \[(?P<file>[^\]]*)\] *(?P<function>.*)$`),
}

const nativePlace = `\S+:\d{1,9}|\[\S*|\(/\S*`

func nativeFrame(s string) (event.Frame, bool) {
	if s == "" || strings.IndexByte("#@/.0123456789", s[0]) < 0 || s[0] != '#' && !strings.Contains(s, "0x") {
		return event.Frame{}, false
	}
	f, ok := match(s, nativeFrames...)
	return nativeCall(f.Function, strings.Trim(f.File, "[]()")), ok
}

// nativeCall makes a frame from a symbol, maybe with arguments and an offset, and its place or module.
func nativeCall(symbol, place string) event.Frame {
	f, ok := readPlace(place)
	if !ok {
		f.File, _, _ = strings.Cut(place, "+0x")
	}
	symbol, _, _ = strings.Cut(symbol, "+0x")
	f.Function = beforeArguments(strings.TrimSuffix(strings.TrimSpace(symbol), " const"))
	if i := rustSeparator(f.Function); i > 0 {
		f.Module, f.Function = f.Function[:i], f.Function[i+2:]
	}
	f.InApp = nativeInApp(f)
	return f
}

func nativeInApp(f event.Frame) bool {
	return f.File != "" && f.File != "node" && !strings.Contains(f.File, ".so") &&
		!hasAnyPrefix(f.File, "/usr/", "/lib", "../", "/build/glibc", "/rustc/", "<") &&
		!hasAnyPrefix(f.Function, "__", "operator ", "_start") && !hasAnyPrefix(f.Module, "std", "__", "node", "v8")
}

// When a Swift program traps, it prints the place, the reason and a stack, with places since version 5.9:
//
//	App/Cart.swift:39: Fatal error: Index out of range
//	Current stack trace:
//	1    App                0x000055d0c1b2a3d4 Cart.total(_:) + 52
//
//	1 [ra] 0x000055d0c1b2a3d4 Cart.total() + 123 in App at /app/Sources/App/Cart.swift:39:3

var swift = runtime{
	name: "swift", parse: parseSwift,
	looks: []look{{SwiftFrame, lines("… + "), reads(swiftFrame)}, {Death, lines("…Fatal error"), reads(swiftTrap)}},
	rules: []rule{{in(dying), on(SwiftFrame), dying, Join}},
}

// swiftTraps are "Cart.swift:39: Fatal error: message" and "Fatal error: message: file Cart.swift, line 39".
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
	crashed := until(lines[first:], func(line string) bool { return hasAnyPrefix(line, "Registers:", "Thread 1 ") })
	x := event.Exception{Type: "Fatal error", Message: trap.Message, Frames: framesIn(crashed, swiftFrame)}
	if !slices.ContainsFunc(x.Frames, inApp) && trap.Line > 0 {
		trap.InApp = !strings.HasPrefix(trap.File, "Swift/")
		x.Frames = append([]event.Frame{trap.Frame}, x.Frames...)
	}
	return []event.Exception{x}
}

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
