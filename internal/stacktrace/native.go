package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// A process that dies prints, by its language's runtime, a sanitizer, the C
// library or a crash handler of its own, what happened and, mostly, a stack:
//
//	==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x0000004f2b1a
//	READ of size 4 at 0x602000000010 thread T0
//	    #0 0x4f2b1a in total(Cart*) /app/cart.cpp:10:5
//
//	terminate called after throwing an instance of 'std::out_of_range'
//	  what():  vector::_M_range_check
//	Aborted (core dumped)
//
// The shell and the kernel report the death of others in one line.

var native = runtime{
	name: "native", shape: nativeShape, starts: beginsWith(deathIn), parse: parseNative,
	rules: []rule{
		{Logged, Death, dying, Join},
		{ruled, Death, dying, Join},
		{ruled, DeathEnd, over, Join},
		{dying, Death, dying, Apart},
		{dying, DeathEnd, over, Join},
		{dying, Text, dying, Loose},
		{dying, Header, dying, Loose},
		{dying, Frame, dying, Join},
		{dying, PythonFrame, dying, Join},
		{framed, DeathEnd, over, Join},
		{told, DeathEnd, over, Join},
	},
}

// death is a line with which a process dies: it begins with one word and
// contains another. What is last is not followed by a stack.
type death struct {
	begin, part string
	last        bool
	above       bool // above the line that says what happened
}

var deaths = []death{
	{begin: "==", part: "Sanitizer: "},
	{begin: "AddressSanitizer:DEADLYSIGNAL", above: true},
	{begin: "WARNING: ThreadSanitizer: "},
	{begin: "terminate called "},
	{begin: "libc++abi: ", part: "terminating"},
	{begin: "*** Error in "},
	{begin: "*** ", part: " detected ***"},
	{begin: "*** SIG", part: " received "},
	{begin: "*** Aborted at "},
	{begin: "double free or corruption "},
	{begin: "free(): "}, {begin: "malloc(): "}, {begin: "realloc(): "}, {begin: "munmap_chunk(): "}, {begin: "corrupted size vs. prev_size"},
	{begin: "thread '", part: " has overflowed its stack"},
	{begin: "fatal runtime error: "}, {begin: "memory allocation of ", part: " bytes failed"}, // Rust
	{begin: "thread caused non-unwinding panic"}, {begin: "thread panicked while "},
	{begin: "FATAL ERROR: ", part: "llocation failed"}, {begin: "FATAL ERROR: ", part: "v8::"}, {begin: "# Fatal error in "}, // V8
	{begin: "<--- Last few GCs --->", above: true},
	{begin: "panic(main thread): "}, {begin: "thread ", part: " panic: "}, // Bun and Zig
	{begin: "# A fatal error has been detected by the Java Runtime"}, {begin: "# There is insufficient memory for the Java Runtime"},
	{begin: "Fatal Python error: "},
	{begin: "Caught ", part: ", suspect faulting address "}, {begin: "Backtrace (use tools/stack_decode.py "}, {begin: "Envoy version: "}, // Envoy
	{begin: "init terminating in do_boot "}, {begin: `{"init terminating in do_boot"`}, {begin: "Kernel pid terminated "}, // Erlang
	{begin: "Runtime terminating during boot "}, {begin: "eheap_alloc: Cannot allocate "},
	{begin: "Terminating due to java.lang.OutOfMemoryError", last: true}, {begin: "Aborting due to java.lang.OutOfMemoryError", last: true},
	{begin: "Out of memory: Kill", part: " process ", last: true}, {begin: "Memory cgroup out of memory: Kill", part: " process ", last: true}, // Linux
	{begin: "Kernel panic - not syncing", last: true},
	{begin: "==", part: "==ABORTING", last: true},
}

// signals are what a shell prints of a process that one of them killed.
var signals = []string{"Segmentation fault", "Aborted", "Bus error", "Illegal instruction", "Floating point exception", "Trace/breakpoint trap"}

// deathsBy holds the deaths by their first byte.
var deathsBy = func() (table [256][]death) {
	for _, d := range deaths {
		table[d.begin[0]] = append(table[d.begin[0]], d)
	}
	for _, s := range signals {
		table[s[0]] = append(table[s[0]], death{begin: s, part: "(core dumped)", last: true})
	}
	return table
}()

func nativeShape(line string, indented bool) Shape {
	if d, ok := deathIn(line); ok && !indented {
		switch {
		case isUndefined(line), line[0] == 'W': // UBSan and ThreadSanitizer: the program goes on
			return Raise
		case d.last:
			return DeathEnd
		}
		return Death
	}
	if _, ok := nativeFrame(line); ok {
		return Frame
	}
	return Text
}

// deathIn finds the death that a line reports, behind the kernel's uptime.
func deathIn(line string) (death, bool) {
	whole := line
	if strings.HasPrefix(line, "[") {
		line = WithoutLead(line)
	}
	if line == "" {
		return death{}, false
	}
	for _, d := range deathsBy[line[0]] {
		if strings.HasPrefix(line, d.begin) && strings.Contains(line, d.part) {
			return d, true
		}
	}
	last := line == "Segmentation fault" ||
		whole[0] == '[' && strings.Contains(line, "]: segfault at ") || // Linux
		(line[0] == '.' || line[0] == '/') && strings.Contains(line, "(core dumped)") || // "./run.sh: line 3: 7 Aborted (core dumped) ./app"
		strings.HasSuffix(line, "' failed.") && strings.Contains(line, ": Assertion `")
	mysqld := strings.HasSuffix(line, " ;") && strings.Contains(line, " got signal ")
	return death{last: last}, last || mysqld || isUndefined(line)
}

// isUndefined tells UBSan's "/app/cart.cpp:10:5: runtime error: …".
func isUndefined(line string) bool {
	word := strings.IndexByte(line, ' ')
	if word < 2 || line[word-1] != ':' || !strings.HasPrefix(line[word:], " runtime error: ") {
		return false
	}
	return readRustPlace(&event.Frame{}, line[:word-1])
}

// parseNative reads the death and the first stack below it: those that follow
// are of other threads, and of where memory was freed.
func parseNative(lines []string) []event.Exception {
	first := firstLine(lines, func(line string) (death, bool) {
		d, ok := deathIn(line)
		return d, ok && !d.above
	})
	if first == len(lines) {
		return nil
	}
	x := nativeHeader(lines[first:])
	if x.Message == "" {
		x.Message = x.Type
	}
	stack := false
	for _, line := range lines[first:] {
		f, ok := nativeFrame(strings.TrimSpace(line))
		if !ok {
			f, ok = pythonFrame(line) // of faulthandler
		}
		switch {
		case ok:
			x.Frames, stack = append(x.Frames, f), true
		case stack:
			return []event.Exception{x}
		}
	}
	return []event.Exception{x}
}

// WithoutLead returns the line with which a process dies without what stands in
// front of the words: Linux's uptime, mysqld's time, a place in the source.
func WithoutLead(line string) string {
	if _, rest, ok := strings.Cut(line, "] "); ok && line[0] == '[' {
		return rest
	}
	if _, rest, ok := strings.Cut(line, " UTC - "); ok {
		return rest
	}
	if place, rest, ok := strings.Cut(line, ": "); ok && !strings.Contains(place, " ") && readRustPlace(&event.Frame{}, place) {
		return rest
	}
	return line
}

// nativeHeader reads type and message of a death, from its line and those below.
func nativeHeader(lines []string) event.Exception {
	for _, read := range []func([]string) (event.Exception, bool){cppException, sanitizerReport, jvmReport, namedDeath, signalled} {
		if x, ok := read(lines); ok {
			return x
		}
	}
	line := strings.Trim(WithoutLead(lines[0]), "*#; {\"")
	for _, lead := range []string{"due to ", "': "} { // of the JVM and glibc
		if _, rest, ok := strings.Cut(line, lead); ok {
			line = rest
		}
	}
	end := len(line)
	for _, stop := range []string{": ", " (", `",`, ", ", " ***"} {
		if i := strings.Index(line, stop); i > 0 {
			end = min(end, i)
		}
	}
	if end == len(line) && hasDigits(strings.TrimRight(line, "0123456789")) {
		return event.Exception{Type: "abort", Message: line}
	}
	return event.Exception{Type: line[:end], Message: strings.TrimLeft(line[end:], `:",* `)}
}

// cppException reads what terminated a program of C++: of libstdc++, with its
// message on the next line, or of libc++.
func cppException(lines []string) (event.Exception, bool) {
	if _, name, ok := strings.Cut(lines[0], "throwing an instance of '"); ok {
		x := event.Exception{Type: strings.TrimSuffix(name, "'"), Message: lines[0]}
		if len(lines) > 1 {
			if what, ok := strings.CutPrefix(strings.TrimSpace(lines[1]), "what():  "); ok {
				x.Message = what
			}
		}
		return x, true
	}
	_, rest, ok := strings.Cut(lines[0], "exception of type ")
	name, message, _ := strings.Cut(rest, ": ")
	return event.Exception{Type: name, Message: message}, ok
}

// sanitizerReport reads "==7==ERROR: AddressSanitizer: heap-use-after-free on address …"
// and the access on the next line.
func sanitizerReport(lines []string) (event.Exception, bool) {
	i := strings.Index(lines[0], "Sanitizer: ")
	if i < 0 {
		return event.Exception{}, false
	}
	x := event.Exception{Type: lines[0][strings.LastIndexByte(lines[0][:i], ' ')+1:]}
	for _, stop := range []string{" on ", " (", ": detected"} {
		x.Type, _, _ = strings.Cut(x.Type, stop)
	}
	if len(lines) > 1 {
		x.Message = strings.TrimSpace(lines[1][strings.LastIndexByte(lines[1], '=')+1:])
	}
	return x, true
}

// jvmReport reads the signal two lines below "# A fatal error has been detected".
func jvmReport(lines []string) (event.Exception, bool) {
	if strings.HasPrefix(lines[0], "# A fatal error") {
		for _, line := range lines[1:] {
			if name, _, ok := strings.Cut(strings.TrimLeft(line, "# "), " ("); ok {
				return event.Exception{Type: strings.Trim(lines[0], "# :"), Message: name}, true
			}
		}
	}
	return event.Exception{}, false
}

// namedDeath reads the deaths that runtimes name, with UBSan's place in front.
func namedDeath(lines []string) (event.Exception, bool) {
	for _, name := range []string{"FATAL ERROR", "Fatal Python error", "fatal runtime error", "runtime error"} {
		before, message, ok := strings.Cut(lines[0], name+": ")
		if !ok {
			continue
		}
		x := event.Exception{Type: name, Message: message}
		if f := nativeCall("", strings.TrimSuffix(before, ": ")); f.Line > 0 {
			x.Frames = []event.Frame{f}
		}
		return x, true
	}
	return event.Exception{Type: "stack overflow"}, strings.HasSuffix(lines[0], " has overflowed its stack") // Rust
}

// signalled reads what a shell reports.
func signalled(lines []string) (event.Exception, bool) {
	for _, s := range signals {
		if strings.HasSuffix(lines[0], s) || strings.Contains(lines[0], "(core dumped)") && strings.Contains(lines[0], s) {
			return event.Exception{Type: s}, true
		}
	}
	return event.Exception{}, false
}

func hasDigits(s string) bool { return strings.ContainsAny(s, "0123456789") }

// nativeFrame reads, without white space around it:
//
//	#0 0x4f2b1a in total(Cart*) /app/cart.cpp:10:5           sanitizers
//	#0 total(Cart*) /app/cart.cpp:10:5 (shop+0xd1a2b)        ThreadSanitizer
//	#3: Envoy::MainCommon::run() [0x55d0]                    Envoy
//	1: 0xb7a940 node::Abort() [node]                         V8
//	@ 0x55d6 google::LogMessage::Fail()                      glog
//	/usr/sbin/mysqld(my_print_stacktrace+0x2c)[0x55d0]       glibc
//	# C  [libc.so.6+0x18d1b1]  __strlen_avx2+0x11            the JVM
func nativeFrame(s string) (event.Frame, bool) {
	switch {
	case s == "":
		return event.Frame{}, false
	case s[0] == '/', s[0] == '.':
		module, symbol, ok := strings.Cut(s, "(")
		end := strings.LastIndexByte(symbol, ')')
		ok = ok && end >= 0 && strings.HasSuffix(s, "]") && strings.HasPrefix(strings.TrimLeft(symbol[end+1:], " "), "[0x")
		return nativeCall(symbol[:max(end, 0)], module), ok
	case len(s) > 5 && s[:2] == "# " && s[3:6] == "  [":
		module, symbol, ok := strings.Cut(s[6:], "]")
		return nativeCall(strings.TrimSpace(symbol), module), ok
	case strings.IndexByte("#@0123456789", s[0]) < 0:
		return event.Frame{}, false
	}
	return numberedFrame(s)
}

// numberedFrame reads the frames that begin with their number or "@".
func numberedFrame(s string) (event.Frame, bool) {
	behind := strings.TrimLeft(strings.TrimPrefix(s, "#"), "0123456789")
	if s[0] != '@' && (behind == "" || len(behind) == len(s) || behind[0] != ':' && (behind[0] != ' ' || s[0] != '#')) {
		return event.Frame{}, false
	}
	rest := strings.TrimLeft(behind, ":@ ")
	if address, call, ok := strings.Cut(rest, " "); ok && strings.HasPrefix(address, "0x") {
		call, place := cutNativePlace(strings.TrimPrefix(strings.TrimLeft(call, " "), "in "))
		return nativeCall(call, place), true
	}
	if call, _, ok := strings.Cut(rest, "[0x"); ok && strings.HasSuffix(rest, "]") {
		return nativeCall(strings.TrimSpace(call), ""), true
	}
	rest, _, _ = strings.Cut(rest, " (BuildId: ")
	if module := strings.LastIndex(rest, " ("); module > 0 && strings.Contains(rest[module:], "+0x") {
		rest = rest[:module]
	}
	call, place := cutNativePlace(rest)
	return nativeCall(call, place), place != "" && s[0] == '#'
}

// cutNativePlace cuts "/app/cart.cpp:10:5", "(/lib/libc.so.6+0x270b3)" or
// "[node]" off a call.
func cutNativePlace(s string) (call, place string) {
	i := strings.LastIndexByte(s, ' ')
	last := s[i+1:]
	if f := (event.Frame{}); !readRustPlace(&f, last) && !strings.HasPrefix(last, "[") && !strings.HasPrefix(last, "(/") {
		return s, ""
	}
	return strings.TrimSpace(s[:max(i, 0)]), strings.Trim(last, "[]()")
}

// nativeCall makes a frame of a symbol, with or without arguments and offset, and
// of a place in the source or the module that holds it.
func nativeCall(symbol, place string) event.Frame {
	f := event.Frame{Function: symbol}
	if !readRustPlace(&f, place) {
		f.File, _, _ = strings.Cut(place, "+0x")
	}
	f.Function, _, _ = strings.Cut(f.Function, "+0x")
	f.Function = beforeArguments(strings.TrimSuffix(strings.TrimSpace(f.Function), " const"))
	if i := rustSeparator(f.Function); i > 0 {
		f.Module, f.Function = f.Function[:i], f.Function[i+2:]
	}
	f.InApp = nativeInApp(f)
	return f
}

// nativeInApp leaves out what is installed with the system, and the handlers of crashes.
func nativeInApp(f event.Frame) bool {
	return f.File != "" && f.File != "node" && !strings.Contains(f.File, ".so") &&
		!hasAnyPrefix(f.File, "/usr/", "/lib", "../", "/build/glibc", "/rustc/", "<") &&
		!hasAnyPrefix(f.Function, "__", "operator ", "_start") && !hasAnyPrefix(f.Module, "std", "__", "node", "v8")
}
