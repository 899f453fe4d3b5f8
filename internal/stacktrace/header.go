package stacktrace

import (
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// This file reads the line above the frames, "Type: message", which most runtimes print.

// findHeader reads the exception announced by the lines between two stacks. A line that begins with its name
// beats one that contains it ("checkout failed: TypeError: …"), which beats one that begins with another
// capitalised name. Of equals the last wins, with the lines below it. Without one, the last line is returned.
func findHeader(lines []string) event.Exception {
	for _, read := range []func(string) (event.Exception, bool){headerAtStart, headerInside, weakHeader} {
		for i, line := range slices.Backward(lines) {
			if x, ok := read(stripLead(line)); ok {
				if x.Message = joinMessage(x.Message, lines[i+1:]); strings.HasPrefix(x.Message, "Invalid `") {
					x.Message = prismaSource.ReplaceAllString(x.Message, "$1: $2")
				}
				return x
			}
		}
	}
	for len(lines) > 1 && strings.HasSuffix(strings.ToLower(lines[len(lines)-1]), "stack trace:") {
		lines = lines[:len(lines)-1]
	}
	_, last := splitName(strings.TrimSpace(strings.Join(lines, "\n")), "\n")
	return event.Exception{Message: strings.TrimSpace(last)}
}

// prismaSource matches Prisma's messages: the call, its source, and the reason on the last line.
var prismaSource = regexp.MustCompile("(?s)^(Invalid `[^`]*` invocation).*\n([^\n]*)$")

// headerLead matches what runtimes print in front of an exception's name. It begins with one of leadBytes.
var headerLead = regexp.MustCompile(`^(?:\[cause\]: |Caused by: |Wrapped by: |caused by: |` + nextMark +
	`|unhandledRejection:  |uncaughtException:  |Uncaught |\[ERROR\] |Unhandled exception\. |Exception in thread ".*?" )*`)

const leadBytes = "[CWcuUE" + nextMark

func stripLead(line string) string {
	s := strings.TrimSpace(line)
	if s == "" || strings.IndexByte(leadBytes, s[0]) < 0 {
		return s
	}
	return s[len(headerLead.FindString(s)):]
}

// headerAtStart reads "pkg.SomeError: message", "SomeError" or "TypeError [ERR_CODE]: message".
func headerAtStart(s string) (event.Exception, bool) {
	x, ok := splitHeader(s)
	return x, ok && IsExceptionName(x.Type)
}

func headerInside(s string) (x event.Exception, found bool) {
	for i := strings.IndexAny(s, " |"); i >= 0 && !found; i = strings.IndexAny(s, " |") { // NLog separates by "|"
		s = s[i+1:]
		x, found = headerAtStart(s)
		found = found && !(x.Type == "Exception" && IsHeader(x.Message)) // semantic_logger's "Exception: SomeError: …"
	}
	return x, found
}

// weakHeader reads "Oops: message": a capitalised name, but not one in all capitals, and a message.
func weakHeader(s string) (event.Exception, bool) {
	x, ok := splitHeader(s)
	return x, ok && x.Message != "" && x.Type[0] >= 'A' && x.Type[0] <= 'Z' && strings.ToUpper(x.Type) != x.Type
}

// splitHeader splits "name: message", "name [CODE]: message" (Node's, without the code) or a lone name.
func splitHeader(s string) (event.Exception, bool) {
	end := nameEnd(s)
	name, rest := s[:end], s[end:]
	if code, ok := strings.CutPrefix(rest, " ["); ok && strings.HasPrefix(code[nameEnd(code):], "]") {
		rest = code[nameEnd(code)+1:]
	}
	message, ok := strings.CutPrefix(rest, ": ")
	if !ok {
		message, ok = "", rest == "" || rest == ":"
	}
	return event.Exception{Type: name, Message: message}, ok && end > 0
}

// nameEnd returns the length of the name that s begins with, with dots or PHP's backslashes.
func nameEnd(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$'
		if !letter && (i == 0 || c != '.' && c != '\\' && (c < '0' || c > '9')) {
			return i
		}
	}
	return len(s)
}

// IsHeader reports whether a line is "SomeError", "pkg.SomeError: message" or "TypeError [ERR_X]: message".
func IsHeader(line string) bool { return reads(headerAtStart)(line) }

// IsExceptionName reports whether a name ends like an exception's or is a packaged class ("com.acme.Oops").
func IsExceptionName(name string) bool {
	for _, ending := range []string{"Error", "Exception", "Throwable", "Failure", "Interrupt", "Rejection"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && dot+1 < len(name) && name[dot+1] >= 'A' && name[dot+1] <= 'Z' &&
		name[0] >= 'a' && name[0] <= 'z' && strings.IndexByte(name, '.') < dot
}

func joinMessage(first string, more []string) string {
	return strings.TrimSpace(strings.Join(append([]string{first}, more...), "\n"))
}
