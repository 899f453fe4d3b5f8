package stacktrace

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Perl prints stacks through Carp: the place where it died, then the calls:
//
//	card 4111 was declined at /app/lib/Shop/Cart.pm line 15.
//		Shop::Cart::charge(Shop::Cart=HASH(0x55836792d358), 4111) called at /app/shop.pl line 17
//		main::checkout() called at /app/shop.pl line 30
//
// If a __DIE__ handler prints the stack, the handler's place and frames come in between. Most exceptions have
// no type, so errmon uses the first words of Perl's own messages, and "die" for all others.

var perl = runtime{
	name: "perl", parse: parsePerl,
	looks: []look{{LateFrame, lines("\t… called at "), perlCalled.MatchString}},
}

func parsePerl(lines []string) []event.Exception {
	top := stacks(lines, perlCall)[0]
	header, calls, handler := top.above, top.frames, false
	if n := len(header); n > 1 && strings.HasPrefix(header[n-1], " at ") {
		header, handler = header[:n-1], true
	}
	text := strings.Join(header, "\n")
	died, ok := match(text, perlDied)
	if !ok {
		died.Message = strings.TrimSpace(text)
	}
	if handler && ok { // drop the handler's own frames
		calls = calls[1+slices.IndexFunc(calls, func(f event.Frame) bool { return f.File == died.File && f.Line == died.Line }):]
	}
	frames, at := append(calls, event.Frame{Function: "main::"}), died.Frame
	for i, from := range frames { // the place inside a function is on the line before
		module, function := splitName(from.Function[:strings.IndexAny(from.Function+"(", "( ")], "::")
		inApp := at.File != "" && !hasAny(at.File, perlLibraries...)
		frames[i], at = event.Frame{Module: module, Function: function, File: at.File, Line: at.Line, InApp: inApp}, from
	}
	own, _ := match(died.Message, perlOwn)
	return []event.Exception{{Type: cmp.Or(own.Type, "die"), Message: died.Message, Frames: frames}}
}

// perlLibraries are parts of the paths of Perl's, the system's and CPAN's modules, or code without a file.
var perlLibraries = []string{"/share/perl", "/perl5/", "/perl-base/", "/lib/x86_64-linux-gnu/perl", "/usr/local/lib/perl", "(eval"}

// Where Perl died, where a function was called, and Perl's own messages up to the first name in them.
var (
	perlDied   = regexp.MustCompile(`(?s)^(?P<message>.*) at (?P<file>.*?) line (?P<line>\d{1,9})(?:\.?$|,)`)
	perlCalled = regexp.MustCompile(`^(?P<function>.*) called at (?P<file>.*?) line (?P<line>\d{1,9})(?:\.?$|,)`)
	perlOwn    = regexp.MustCompile(`^(?P<type>(?:Can't|Illegal|Undefined|Not|Modification of|Attempt to|Deep recursion|Out of memory\S*)` +
		`(?: [^\s"'/:&$@%*(\d]+)*)(?:\s|$)`)
)

func perlCall(line string) (event.Frame, bool) {
	f, ok := match(unindented(line), perlCalled)
	return f.Frame, ok && indent(line) > 0
}
