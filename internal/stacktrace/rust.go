package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Rust prints a panic, and with RUST_BACKTRACE set its stack:
//
//	thread 'main' panicked at src/cart.rs:15:19:
//	index out of bounds: the len is 2 but the index is 7
//	stack backtrace:
//	   0: core::panicking::panic_bounds_check
//	             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/panicking.rs:271:5
//	   1: shop::cart::Cart::item
//	             at ./src/cart.rs:15:19
//
// Before version 1.73 message and place stood on one line. A panic has no type,
// so the stable beginning of the messages that the language itself prints is
// taken for one, and "panic" for all others. anyhow prints "Stack backtrace:"
// below an error.

var rust = runtime{
	name: "rust", first: "tsSnCL", shape: rustShape, starts: startsRust, parse: parseRust,
	rules: []rule{
		{panicked, Text, told, Join},
		{panicked, Header, told, Join},
		{panicked, Frame, panicked, Join}, // RustBacktrace was not read
		{told, Frame, told, Join},
		{toldText, Frame, told, Join},
		{told, Text, toldText, Hold},
	},
}

// rustShape knows the lines that show by themselves; the frames are indented.
func rustShape(line string, indented bool) Shape {
	_, panics := rustPanic(line)
	switch {
	case indented:
	case panics:
		return RustPanic
	case line == rustCauses, line == rustLocation:
		return Cause
	case line[1:] == "tack backtrace:", strings.HasPrefix(line, "note: ") && strings.Contains(line, "run with `RUST_BACKTRACE="):
		return RustBacktrace
	}
	return Text
}

func startsRust(lines []string, i int) bool {
	_, ok := rustPanic(lines[i])
	return ok || isRustError(lines[i])
}

// The lines below an error that anyhow and eyre print.
const (
	rustCauses   = "Caused by:"
	rustLocation = "Location:"
)

func isRustError(line string) bool {
	return line == rustCauses || line == rustLocation || line == "Stack backtrace:"
}

func parseRust(lines []string) []event.Exception {
	for i := 0; i < len(lines); i++ {
		rest, ok := rustPanic(lines[i])
		if isRustError(lines[i]) {
			return rustErrors(lines[:i], lines[i:])
		}
		x := event.Exception{}
		if ok {
			x.Message, x.Frames = rustMessage(rest, lines[i+1:])
			x.Type = rustType(x.Message)
			if strings.Contains(x.Type, "`") { // a call that failed, by which words of the message are masked
				x.Message = strings.TrimPrefix(strings.TrimPrefix(x.Message, x.Type), ": ")
			}
		} else {
			continue
		}
		if frames := rustFrames(lines[i+1:]); len(frames) > 0 {
			x.Frames = frames
		}
		return []event.Exception{x}
	}
	return nil
}

// rustPanic returns what follows "panicked at".
func rustPanic(line string) (string, bool) {
	s, ok := strings.CutPrefix(line, "thread '")
	if !ok {
		return "", false
	}
	thread, rest, ok := strings.Cut(s, " panicked at ")
	return rest, ok && (strings.HasSuffix(thread, "'") || strings.HasSuffix(thread, ")"))
}

// rustMessage reads the message, and the frame that the place makes where there
// is no other.
func rustMessage(rest string, lines []string) (string, []event.Frame) {
	if quoted, ok := strings.CutPrefix(rest, "'"); ok {
		if i := strings.LastIndex(quoted, "', "); i >= 0 {
			return quoted[:i], rustPlaceFrame(quoted[i+3:])
		}
	}
	end := 0
	for end < len(lines) && lines[end] != "stack backtrace:" && !strings.HasPrefix(lines[end], "note: ") {
		end++
	}
	return strings.TrimSpace(strings.Join(lines[:end], "\n")), rustPlaceFrame(strings.TrimSuffix(rest, ":"))
}

func rustPlaceFrame(place string) []event.Frame {
	f := event.Frame{}
	if !readRustPlace(&f, place) {
		return nil
	}
	f.InApp = rustFileInApp(f.File)
	return []event.Frame{f}
}

// rustErrors reads an error, below it its causes, and where it was made.
func rustErrors(above, below []string) []event.Exception {
	x := event.Exception{Type: "error"}
	for _, line := range above {
		if message, ok := strings.CutPrefix(line, "Error: "); ok || x.Message == "" {
			x.Message = message
		}
	}
	chain, part := []event.Exception{x}, ""
	for i, line := range below {
		s := strings.TrimSpace(line)
		switch {
		case isRustError(line):
			part = line
			if line == "Stack backtrace:" {
				chain[0].Frames = rustFrames(below[i+1:])
				return chain
			}
		case s == "":
		case part == rustCauses:
			if digits, cause, ok := strings.Cut(s, ": "); ok && hasDigits(digits) && strings.Trim(digits, "0123456789") == "" {
				s = cause
			}
			chain = append(chain, event.Exception{Type: "error", Message: s})
		case part == rustLocation && len(chain[0].Frames) == 0:
			chain[0].Frames = rustPlaceFrame(s)
		}
	}
	return chain
}

// rustTypes begin the messages of the language and its library.
var rustTypes = []string{
	"index out of bounds", "range end index", "range start index", "slice index starts at", "end byte index", "byte index", "attempt to divide by zero",
	"attempt to add with overflow", "attempt to subtract with overflow", "attempt to multiply with overflow",
	"attempt to calculate the remainder", "called `Option::unwrap()` on a `None` value", "called `Result::unwrap()` on an `Err` value",
	"called `Result::expect()` on an `Err` value", "RefCell already borrowed", "RefCell already mutably borrowed", "already borrowed",
	"not yet implemented", "not implemented", "internal error: entered unreachable code", "assertion",
}

func rustType(message string) string {
	for _, t := range rustTypes {
		if strings.HasPrefix(message, t) {
			return t
		}
	}
	return "panic"
}

// rustFrames reads "N: [0xaddress - ]function" and the place below it.
func rustFrames(lines []string) []event.Frame {
	var frames []event.Frame
	for _, line := range lines {
		s := strings.TrimLeft(line, " ")
		if place, ok := strings.CutPrefix(s, "at "); ok && len(frames) > 0 {
			last := &frames[len(frames)-1]
			readRustPlace(last, place)
			last.InApp = last.InApp && rustFileInApp(last.File)
			continue
		}
		digits, path, ok := strings.Cut(s, ": ")
		if _, numbered := number(digits); !ok || !numbered || len(s) == len(line) {
			continue
		}
		if address, rest, ok := strings.Cut(path, " - "); ok && strings.HasPrefix(strings.TrimLeft(address, " "), "0x") {
			path = rest
		}
		frames = append(frames, rustFrame(strings.TrimSpace(path)))
	}
	return frames
}

// rustFrame splits "shop::cart::Cart::item" at its last colons outside brackets,
// without generic arguments behind and hashes of the build.
func rustFrame(path string) event.Frame {
	path = cutRustHashes(path)
	if strings.HasSuffix(path, ">") && !strings.HasPrefix(path, "<") {
		path, _, _ = strings.Cut(path, "::<")
	}
	cut := rustSeparator(path)
	if cut > 0 && strings.HasPrefix(path[cut+2:], "{") { // a closure is named with its function
		cut = rustSeparator(path[:cut])
	}
	if cut <= 0 {
		return event.Frame{Function: path}
	}
	return event.Frame{Module: path[:cut], Function: path[cut+2:], InApp: !rustLibraries[rustCrate(path)]}
}

// rustSeparator finds the last "::" outside angle brackets.
func rustSeparator(path string) int {
	depth := 0
	for i := len(path) - 1; i > 0; i-- {
		switch path[i] {
		case '>':
			if path[i-1] != '-' { // of "->"
				depth++
			}
		case '<':
			depth--
		case ':':
			if depth == 0 && path[i-1] == ':' {
				return i - 1
			}
		}
	}
	return -1
}

// cutRustHashes removes "[1a2b…]" behind a crate and "::h1a2b…" at the end.
func cutRustHashes(path string) string {
	if i := strings.LastIndex(path, "::h"); i >= 0 && len(path)-i == len("::h")+16 && isHexWord(path[i+3:]) {
		path = path[:i]
	}
	for i := strings.IndexByte(path, '['); i >= 0; {
		end := strings.IndexByte(path[i:], ']')
		if end < 0 {
			break
		}
		if end > 10 && isHexWord(path[i+1:i+end]) {
			path = path[:i] + path[i+end+1:]
		} else {
			i++
		}
		next := strings.IndexByte(path[i:], '[')
		if next < 0 {
			break
		}
		i += next
	}
	return path
}

func isHexWord(s string) bool { return s != "" && strings.Trim(s, "0123456789abcdef") == "" }

// rustCrate returns the crate of the first path: "alloc" of "<alloc::vec::Vec<T> as …>".
func rustCrate(path string) string {
	path = strings.TrimLeft(path, "<&*")
	path = strings.TrimPrefix(strings.TrimPrefix(path, "mut "), "dyn ")
	return path[:nameEnd(path)]
}

var rustLibraries = map[string]bool{
	"std": true, "core": true, "alloc": true, "__rustc": true, "backtrace": true, "test": true, "proc_macro": true, "std_detect": true,
	"tokio": true, "futures_util": true, "futures_core": true, "hyper": true, "hyper_util": true, "tower": true, "axum": true, "actix_web": true,
	"actix_rt": true, "rayon": true, "rayon_core": true, "anyhow": true, "eyre": true, "color_eyre": true, "tracing": true, "serde": true, "serde_json": true,
	"lambda_runtime": true,
}

// rustFileInApp leaves out the standard library and what Cargo downloaded.
func rustFileInApp(file string) bool {
	return !strings.HasPrefix(file, "/rustc/") &&
		!hasAny(file, "/.cargo/registry/", "/.cargo/git/", "/cargo/registry/", "/cargo/git/", "/rustlib/", "/vendor/")
}

// readRustPlace reads "./src/cart.rs:15:19", older versions without a column.
func readRustPlace(f *event.Frame, place string) bool {
	rest, last, ok := cutNumber(place)
	if !ok || rest == "" {
		return false
	}
	file, line, ok := cutNumber(rest)
	if !ok {
		file, line, last = rest, last, 0
	}
	f.File, f.Line, f.Column = file, line, last
	return true
}
