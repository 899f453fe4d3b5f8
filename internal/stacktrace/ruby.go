package stacktrace

import (
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Ruby prints an uncaught exception after its place, on one line, and its causes below in the same form:
//
//	/app/lib/cart.rb:8:in `total': message (Shop::PaymentError)
//		from /app/shop.rb:42:in `<main>'
//
// Loggers print "message (Class)", Rails "Class (message):", then places. Ruby 3.4 quotes names with '.

var ruby = runtime{
	name: "ruby", parse: parseRuby,
	looks: []look{
		{Announcement, lines(" #<Thread:… terminated with exception"), nil},
		{LateFrame, lines(" …:in "), func(line string) bool { f, ok := rubyFrame(line); return ok && f.Message == "" }},
		{Raise, lines("…:in "), reads(rubyFrame)},
	},
	rules: []rule{{in(framedLate), on(Raise), named, Apart}}, // its cause
}

func parseRuby(lines []string) []event.Exception {
	var chain []event.Exception
	for i, line := range lines {
		f, ok := rubyFrame(line)
		switch {
		case !ok:
			continue
		case f.Message != "":
			chain = append(chain, rubyException(f.Message, until(lines[i+1:], reads(rubyFrame))))
		case len(chain) == 0:
			chain = append(chain, rubyLogged(lines[:i]))
		}
		last := &chain[len(chain)-1]
		last.Frames = append(last.Frames, f.Frame)
	}
	return slices.CompactFunc(chain, func(a, b event.Exception) bool { // Ruby prints a thread's exception twice
		return a.Type == b.Type && a.Message == b.Message && slices.Equal(a.Frames, b.Frames)
	})
}

// rubyException reads "message (Class)"; more lines of the message follow the class.
func rubyException(first string, more []string) event.Exception {
	x, ok := match(first, rubyClassed)
	if !ok {
		x.Message = first
	}
	return event.Exception{Type: x.Type, Message: joinMessage(x.Message, more)}
}

// rubyClass matches a constant's path, "Shop::PaymentError". The message comes before it, in Rails after it.
const rubyClass = `(?P<type>[A-Z][\w$]*(?:::[A-Z][\w$]*)*)`

var (
	rubyClassed = regexp.MustCompile(`^(?P<message>.*)\(` + rubyClass + `\)$`)
	railsError  = regexp.MustCompile(`(?ms)^[ \t]*(?:Information for: |[^\n]*Error performing [^\n]* in [\d.]+ms: )?` + rubyClass + ` \((?P<message>.*?)\):$`) // a template's source and causes follow
)

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

// rubyFrame reads "[from ]file:12:in `function'" and the message after it.
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
