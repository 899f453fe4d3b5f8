package stacktrace

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Rust prints a panic, and with RUST_BACKTRACE set its stack:
//
//	thread 'main' panicked at src/cart.rs:15:19:
//	index out of bounds: the len is 2 but the index is 7
//	stack backtrace:
//	   0: core::panicking::panic_bounds_check
//	   1: shop::cart::Cart::item
//	             at ./src/cart.rs:15:19
//
// Before version 1.73, message and place were on one line. A panic has no type, so errmon uses the stable
// beginning of Rust's own messages, and "panic" for all others.

var rust = runtime{
	name: "rust", parse: parseRust,
	looks: []look{
		{Cause, lines("Caused by:$", "Location:$"), nil},
		{RustPanic, lines("thread '…' panicked at ", "thread '…) panicked at ", eyrePanic+"$"), nil},
		{RustBacktrace, lines("stack backtrace:$", "Stack backtrace:$", "note: …run with `RUST_BACKTRACE=",
			"Backtrace omitted. Run with RUST_BACKTRACE="), nil},
	},
	rules: []rule{
		{in(panicked), on(Text, Header), told, Join},
		{in(panicked), on(Frame), panicked, Join}, // the line of shape RustBacktrace is missing
		{in(told, toldText), on(Frame), told, Join},
		{in(told), on(Text), toldText, Hold},
	},
}

// rustParts are what anyhow and eyre print below an error.
var rustParts = []string{"Caused by:", "Location:", "Stack backtrace:"}

func parseRust(lines []string) []event.Exception {
	for i, line := range lines {
		if slices.Contains(rustParts, line) {
			return rustErrors(lines[:i], lines[i:])
		}
		first, ok := match(line, rustPanic)
		if line == eyrePanic {
			first, ok = match(strings.Join(lines[i+1:], "\n"), eyrePanicked)
		}
		if !ok {
			continue
		}
		below := lines[i+1:]
		message := cmp.Or(first.Message, joinMessage("", until(below, func(line string) bool {
			return line == "stack backtrace:" || strings.HasPrefix(line, "note: ")
		})))
		x := event.Exception{Type: cmp.Or(rustType.FindString(message), "panic"), Message: message, Frames: rustFrames(below)}
		if len(x.Frames) == 0 {
			x.Frames = placeFrame(first.File, rustFileInApp)
		}
		if strings.Contains(x.Type, "`") { // a failed call: grouping would mask its quoted names in a message
			x.Message = strings.TrimPrefix(strings.TrimPrefix(x.Message, x.Type), ": ")
		}
		return []event.Exception{x}
	}
	return nil
}

const eyrePanic = "The application panicked (crashed)."

var eyrePanicked = regexp.MustCompile(`(?s)^Message: +(?P<message>.*?)\nLocation: (?P<file>[^\n]*)`)

var rustPanic = regexp.MustCompile(`^thread '.*?['\)] panicked at (?:'(?P<message>.*)', )?(?P<file>.*?):?$`)

// rustErrors reads an error, and below it its causes and where it was created.
func rustErrors(above, below []string) []event.Exception {
	x := event.Exception{Type: "error"}
	for _, line := range above {
		if message, ok := strings.CutPrefix(line, "Error: "); ok || x.Message == "" {
			x.Message = rustNumber.ReplaceAllString(message, "")
		}
	}
	chain, part := []event.Exception{x}, ""
	for i, line := range below {
		s := strings.TrimSpace(line)
		switch {
		case line == "Stack backtrace:":
			chain[0].Frames = rustFrames(below[i+1:])
			return chain
		case slices.Contains(rustParts, line):
			part = line
		case s == "":
		case part == "Caused by:":
			chain = append(chain, event.Exception{Type: "error", Message: rustNumber.ReplaceAllString(s, "")})
		case part == "Location:" && len(chain[0].Frames) == 0:
			chain[0].Frames = placeFrame(s, rustFileInApp)
		}
	}
	return chain
}

// rustNumber matches the number that anyhow and eyre may print in front of each error of a chain.
var rustNumber = regexp.MustCompile(`^ *\d+: `)

var rustType = regexp.MustCompile("^(?:index out of bounds|range (?:end|start) index|slice index starts at|(?:end )?byte index|" +
	"attempt to (?:divide by zero|(?:add|subtract|multiply) with overflow|calculate the remainder)|" +
	"called `Option::unwrap\\(\\)` on a `None` value|called `Result::(?:unwrap|expect)\\(\\)` on an `Err` value|" +
	"(?:RefCell )?already (?:mutably )?borrowed|not (?:yet )?implemented|internal error: entered unreachable code|assertion)")

func rustFrames(lines []string) []event.Frame {
	return framesIn(paired(lines, func(_, line string) bool {
		return strings.HasPrefix(strings.TrimLeft(line, " "), "at ")
	}), rustFrame)
}

// rustPair matches "N: [0xaddress - ]function" and the place below it. More places belong to unnamed frames.
var rustPair = regexp.MustCompile(`^ +\d{1,9}: (?: *0x\S* - )?(?P<function>[^\n]*)(?:\n *at (?P<file>[^\n]*))?`)

// rustHash matches what the compiler appends to a crate ("[1a2b…]") and to a function.
var rustHash = regexp.MustCompile(`\[[0-9a-f]{10,}\]|::h[0-9a-f]{16}$`)

// rustFrame splits "shop::cart::Cart::item" at the last "::", and drops generic arguments at the end.
func rustFrame(pair string) (event.Frame, bool) {
	read, ok := match(pair, rustPair)
	path := rustHash.ReplaceAllString(strings.TrimSpace(read.Function), "")
	if strings.HasSuffix(path, ">") && !strings.HasPrefix(path, "<") {
		path, _, _ = strings.Cut(path, "::<")
	}
	f, placed := readPlace(read.File)
	if !placed {
		f = event.Frame{}
	}
	f.Function = path
	cut := rustSeparator(path)
	if cut > 0 && strings.HasPrefix(path[cut+2:], "{") { // a closure keeps its function's name
		cut = rustSeparator(path[:cut])
	}
	if cut > 0 {
		f.Module, f.Function, f.InApp = path[:cut], path[cut+2:], !rustLibrary.MatchString(path) && rustFileInApp(f)
	}
	return f, ok
}

// rustSeparator finds the last "::" outside angle brackets.
func rustSeparator(path string) int {
	depth := 0
	for i := len(path) - 1; i > 0; i-- {
		switch path[i] {
		case '>':
			if path[i-1] != '-' { // "->"
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

// rustLibrary matches paths in the standard library or a widely used crate: "<alloc::vec::Vec<T> as …>".
var rustLibrary = regexp.MustCompile(`^[<&*]*(?:mut )?(?:dyn )?(?:std|core|alloc|__rustc|backtrace|test|proc_macro|std_detect|` +
	`tokio|futures_util|futures_core|hyper|hyper_util|tower|axum|actix_web|actix_rt|rayon|rayon_core|` +
	`anyhow|eyre|color_eyre|tracing|serde|serde_json|lambda_runtime)(?:[^\w$.\\]|$)`)

func rustFileInApp(f event.Frame) bool {
	return !strings.HasPrefix(f.File, "/rustc/") &&
		!hasAny(f.File, "/.cargo/registry/", "/.cargo/git/", "/cargo/registry/", "/cargo/git/", "/rustlib/", "/vendor/")
}
