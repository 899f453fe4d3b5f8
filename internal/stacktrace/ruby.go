package stacktrace

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Ruby prints an exception that nobody caught on the line of its place, and its
// causes, each alike, below:
//
//	/app/lib/cart.rb:8:in `total': message (Shop::PaymentError)
//		from /app/shop.rb:42:in `<main>'
//
// Loggers print "message (Class)", Rails "Class (message):", and then the places
// alone. Ruby 3.4 opens a name by ' instead of `.

var ruby = runtime{
	name: "ruby", shape: rubyShape, starts: startsRuby, parse: parseRuby,
	rules: []rule{
		{in(framedRuby), on(Raise), named, Apart}, // its cause
		{in(loggedText, bareText), on(RubyFrame), framedRuby, Join},
	},
}

func rubyShape(line string, indented bool) Shape {
	if strings.HasPrefix(line, "#<Thread:") && strings.Contains(line, " terminated with exception") {
		return Announcement
	}
	if !strings.Contains(line, ":in ") {
		return Text
	}
	switch _, message, ok := rubyFrame(line); {
	case ok && message == "":
		return RubyFrame
	case ok && !indented:
		return Raise
	}
	return Text
}

func startsRuby(lines []string, i int) bool {
	_, _, ok := rubyFrame(lines[i])
	return ok
}

func parseRuby(lines []string) []event.Exception {
	var chain, causes []event.Exception
	after := 0 // first line behind the frames before
	for i, line := range lines {
		f, message, ok := rubyFrame(line)
		if !ok {
			continue
		}
		switch {
		case message != "":
			end := i + 1
			for end < len(lines) && !startsRuby(lines, end) {
				end++
			}
			chain = append(chain, rubyException(message, lines[i+1:end]))
		case len(chain) == 0:
			chain = append(chain, rubyLogged(lines[after:i]))
			causes = rubyCauses(lines[after:i])
		}
		last := &chain[len(chain)-1]
		last.Frames = append(last.Frames, f)
		after = i + 1
	}
	chain = append(chain, causes...)
	return slices.CompactFunc(chain, func(a, b event.Exception) bool { // a thread's is printed twice
		return a.Type == b.Type && a.Message == b.Message && slices.Equal(a.Frames, b.Frames)
	})
}

// rubyException reads "message (Class)", further lines of the message being
// below the class.
func rubyException(first string, more []string) event.Exception {
	message, class, ok := cutRubyClass(first)
	if !ok {
		message = first
	}
	return event.Exception{Type: class, Message: joinMessage(message, more)}
}

// rubyCauses reads what Rails prints between an exception and its places.
func rubyCauses(lines []string) []event.Exception {
	var causes []event.Exception
	start := slices.Index(lines, "Causes:")
	if start < 0 {
		return nil
	}
	for _, line := range lines[start+1:] {
		class, message, ok := strings.Cut(strings.TrimSuffix(line, ")"), " (")
		if ok && isRubyClass(class) && strings.HasSuffix(line, ")") {
			causes = append(causes, event.Exception{Type: class, Message: message})
		}
	}
	return causes
}

// rubyLogged reads what a logger printed above the places.
func rubyLogged(lines []string) event.Exception {
	for i, line := range lines {
		class, rest, ok := strings.Cut(strings.TrimSpace(line), " (")
		if text := joinMessage(rest, lines[i+1:]); ok && isRubyClass(class) && (strings.HasSuffix(text, "):") || strings.Contains(text, "):\n")) { // of Rails
			text, _, _ = strings.Cut(text, "):\n") // a template's source and causes follow
			return event.Exception{Type: class, Message: strings.TrimSuffix(text, "):")}
		}
	}
	for i := len(lines) - 1; i >= 0; i-- {
		if _, rest, ok := strings.Cut(lines[i], " -- : "); ok { // of Ruby's own Logger
			return rubyException(rest, lines[i+1:])
		}
		if message, class, ok := cutRubyClass(lines[i]); ok {
			return event.Exception{Type: class, Message: joinMessage(message, lines[i+1:])}
		}
	}
	return findHeader(lines)
}

func cutRubyClass(s string) (message, class string, ok bool) {
	inner, closed := strings.CutSuffix(s, ")")
	open := strings.LastIndexByte(inner, '(')
	if !closed || open < 0 || !isRubyClass(inner[open+1:]) {
		return s, "", false
	}
	return strings.TrimSpace(inner[:open]), inner[open+1:], true
}

// isRubyClass tells a constant's path, "Shop::PaymentError".
func isRubyClass(s string) bool {
	for _, name := range strings.Split(s, "::") {
		if name == "" || name[0] < 'A' || name[0] > 'Z' || nameEnd(name) < len(name) || strings.Contains(name, ".") {
			return false
		}
	}
	return true
}

// rubyFrame reads "[from ]file:12:in `function'" and the message behind it.
func rubyFrame(line string) (f event.Frame, message string, ok bool) {
	s := strings.TrimPrefix(strings.TrimLeft(line, " \t"), "from ")
	place, rest, ok := strings.Cut(s, ":in ")
	if !ok || rest == "" || rest[0] != '`' && rest[0] != '\'' {
		return f, "", false
	}
	function, rest, ok := strings.Cut(rest[1:], "'")
	file, n, numbered := cutNumber(place)
	if !ok || !numbered || file == "" || strings.Contains(file, " ") {
		return f, "", false
	}
	message, ok = strings.CutPrefix(rest, ": ")
	if !ok && rest != "" {
		return f, "", false
	}
	if strings.HasPrefix(function, "_") && strings.Contains(function, "___") {
		function = "" // the method that Rails makes of a template
	}
	return event.Frame{Function: function, File: file, Line: n, InApp: rubyInApp(file)}, message, true
}

// rubyInApp leaves out gems, wherever they are installed, and Ruby's own files.
func rubyInApp(file string) bool {
	return !hasAnyPrefix(file, "<", "(") && !hasAny(file, "/gems/", "/vendor/bundle/", "/lib/ruby/", "/rubygems/")
}
