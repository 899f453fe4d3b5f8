package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Perl prints stacks through Carp: where it died, then who called whom from
// where:
//
//	card 4111 was declined at /app/lib/Shop/Cart.pm line 15.
//		Shop::Cart::charge(Shop::Cart=HASH(0x55836792d358), 4111) called at /app/shop.pl line 17
//		main::checkout() called at /app/shop.pl line 30
//
// Where a handler of __DIE__ prints it, the handler's own place and frames come
// between. An exception that is no object has no type: the first words of what
// Perl itself says make one, and "die" is that of all others.

var perl = runtime{
	name: "perl", shape: perlShape, starts: startsPerl, parse: parsePerl,
	rules: []rule{
		{in(loggedText, bareText), on(PerlFrame), framed, Join},
	},
}

func perlShape(line string, indented bool) Shape {
	if !indented {
		return Text
	}
	if _, _, _, ok := readPerlCall(line); ok {
		return PerlFrame
	}
	return Text
}

func startsPerl(lines []string, i int) bool {
	_, _, _, ok := perlCall(lines[i])
	return ok
}

func parsePerl(lines []string) []event.Exception {
	first := 0
	for first < len(lines) && !startsPerl(lines, first) {
		first++
	}
	header, handler := lines[:first], false
	if n := len(header); n > 1 && strings.HasPrefix(header[n-1], " at ") {
		header, handler = header[:n-1], true
	}
	message, file, line, ok := perlPlace(strings.Join(header, "\n"))
	if !ok {
		message = strings.Join(header, "\n")
	}
	calls := lines[first:]
	if handler && ok {
		calls = belowPerlHandler(calls, file, line)
	}
	message = strings.TrimSpace(message)
	return []event.Exception{{Type: perlType(message), Message: message, Frames: perlFrames(calls, file, line)}}
}

// belowPerlHandler drops the calls by which the handler came to run.
func belowPerlHandler(lines []string, file string, line int) []string {
	for i := range lines {
		if _, f, n, ok := perlCall(lines[i]); ok && f == file && n == line {
			return lines[i+1:]
		}
	}
	return lines
}

// perlFrames makes a frame of each function and of where it had come to, which
// the line before tells.
func perlFrames(lines []string, file string, line int) []event.Frame {
	var frames []event.Frame
	for _, text := range lines {
		call, f, n, ok := perlCall(text)
		if !ok {
			break // of the exception that was caught and thrown again
		}
		frames = append(frames, perlFrame(call, file, line))
		file, line = f, n
	}
	return append(frames, perlFrame("main::", file, line))
}

func perlFrame(call, file string, line int) event.Frame {
	f := event.Frame{File: file, Line: line, InApp: perlInApp(file)}
	f.Function, _, _ = strings.Cut(call, "(")
	if strings.HasPrefix(call, "eval ") {
		f.Function = "eval"
	}
	if i := strings.LastIndex(f.Function, "::"); i > 0 {
		f.Module, f.Function = f.Function[:i], f.Function[i+2:]
	}
	return f
}

// perlInApp leaves out Perl's own modules, those of the system, and those that
// were installed from CPAN beside the application.
func perlInApp(file string) bool {
	return file != "" && !strings.HasPrefix(file, "(eval") && !hasAny(file, "/lib/perl5/", "/share/perl", "/perl5/", "/perl-base/", "/lib/x86_64-linux-gnu/perl", "/usr/local/lib/perl")
}

// perlCall reads "\tfunction(arguments) called at file line 12".
func perlCall(line string) (call, file string, n int, ok bool) {
	s, ok := strings.CutPrefix(line, "\t")
	if !ok {
		return "", "", 0, false
	}
	return readPerlCall(s)
}

func readPerlCall(s string) (call, file string, n int, ok bool) {
	i := strings.LastIndex(s, " called at ")
	if i < 0 {
		return "", "", 0, false
	}
	_, file, n, ok = perlPlace(s[i+len(" called"):])
	return s[:i], file, n, ok
}

// perlPlace cuts "message at file line 12." and what Perl says of the file that
// was being read.
func perlPlace(s string) (message, file string, n int, ok bool) {
	i := strings.LastIndex(s, " at ")
	if i < 0 {
		return s, "", 0, false
	}
	file, digits, ok := strings.Cut(s[i+4:], " line ")
	digits, _, _ = strings.Cut(digits, ",")
	n, numbered := number(strings.TrimSuffix(digits, "."))
	return s[:i], file, n, ok && numbered
}

// perlType makes a type of what Perl itself says, up to the first name in it.
func perlType(message string) string {
	if !hasAnyPrefix(message, "Can't ", "Illegal ", "Undefined ", "Not ", "Modification of ", "Attempt to ", "Deep recursion ", "Out of memory") {
		return "die"
	}
	var words []string
	for word := range strings.FieldsSeq(message) {
		if strings.ContainsAny(word, "\"'/:&$@%*(0123456789") && word != "Can't" {
			break
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
