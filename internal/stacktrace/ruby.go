package stacktrace

import (
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Ruby prints an uncaught exception on the line of its place, and its causes below in the same form:
//
//	/app/lib/cart.rb:8:in `total': message (Shop::PaymentError)
//		from /app/shop.rb:42:in `<main>'
//
// Loggers print "message (Class)", Rails "Class (message):", and then places alone. Ruby
// 3.4 quotes names with ' instead of `.

var ruby = runtime{
	name: "ruby", parse: parseRuby,
	looks: []look{
		{Announcement, lines(" #<Thread:… terminated with exception"), nil},
		{LateFrame, lines(" …:in "), func(line string) bool { f, ok := rubyFrame(line); return ok && f.Message == "" }},
		{Raise, lines("…:in "), reads(rubyFrame)},
	},
	rules: []rule{
		{in(framedLate), on(Raise), named, Apart}, // its cause
	},
}

func parseRuby(lines []string) []event.Exception {
	var chain, causes []event.Exception
	after := 0 // the line after the last frame
	for i, line := range lines {
		f, ok := rubyFrame(line)
		if !ok {
			continue
		}
		switch {
		case f.Message != "":
			more := until(lines[i+1:], reads(rubyFrame))
			chain = append(chain, rubyException(f.Message, more))
		case len(chain) == 0:
			chain = append(chain, rubyLogged(lines[after:i]))
			causes = rubyCauses(lines[after:i])
		}
		last := &chain[len(chain)-1]
		last.Frames = append(last.Frames, f.Frame)
		after = i + 1
	}
	chain = append(chain, causes...)
	return slices.CompactFunc(chain, func(a, b event.Exception) bool { // a thread's exception is printed twice
		return a.Type == b.Type && a.Message == b.Message && slices.Equal(a.Frames, b.Frames)
	})
}

// rubyException reads "message (Class)"; more lines of the message follow the class.
func rubyException(first string, more []string) event.Exception {
	x, ok := match(first, rubyClassed)
	if !ok {
		x.Message = first
	}
	x.Message = joinMessage(x.Message, more)
	return x.Exception
}

// A constant's path ("Shop::PaymentError") with the message before or after it.
const rubyClass = `(?P<type>[A-Z][\w$]*(?:::[A-Z][\w$]*)*)`

var (
	rubyClassed = regexp.MustCompile(`^(?P<message>.*)\(` + rubyClass + `\)$`)
	rubyCause   = regexp.MustCompile(`^` + rubyClass + ` \((?P<message>.*)\)$`)
	railsError  = regexp.MustCompile(`(?ms)^[ \t]*` + rubyClass + ` \((?P<message>.*?)\):$`) // a template's source and causes follow
)

// rubyCauses reads the causes that Rails prints between an exception and its places.
func rubyCauses(lines []string) (causes []event.Exception) {
	for _, line := range lines[len(until(lines, func(line string) bool { return line == "Causes:" })):] {
		if x, ok := match(line, rubyCause); ok {
			causes = append(causes, x.Exception)
		}
	}
	return causes
}

// rubyLogged reads what a logger printed above the places.
func rubyLogged(lines []string) event.Exception {
	if x, ok := match(strings.TrimSpace(strings.Join(lines, "\n")), railsError); ok {
		return x.Exception
	}
	for i, line := range slices.Backward(lines) {
		if _, rest, ok := strings.Cut(line, " -- : "); ok { // Ruby's own Logger
			return rubyException(rest, lines[i+1:])
		}
		if strings.HasSuffix(line, ")") && rubyClassed.MatchString(line) {
			return rubyException(line, lines[i+1:])
		}
	}
	return findHeader(lines)
}

// rubyFrame reads "[from ]file:12:in `function'" and the message behind it.
func rubyFrame(line string) (f found, ok bool) {
	place, name, ok := strings.Cut(strings.TrimPrefix(unindented(line), "from "), ":in ")
	if !ok || name == "" || name[0] != '`' && name[0] != '\'' {
		return f, false
	}
	function, rest, closed := strings.Cut(name[1:], "'")
	message, said := strings.CutPrefix(rest, ": ")
	file, n, numbered := cutNumber(place)
	if !closed || !said && rest != "" || !numbered || file == "" || strings.Contains(file, " ") {
		return f, false
	}
	if strings.HasPrefix(function, "_") && strings.Contains(function, "___") {
		function = "" // the method that Rails generates for a template
	}
	inApp := !hasAnyPrefix(file, "<", "(") && !hasAny(file, "/gems/", "/vendor/bundle/", "/lib/ruby/", "/rubygems/")
	f.Frame = event.Frame{Function: function, File: file, Line: n, InApp: inApp}
	f.Message = message
	return f, true
}
