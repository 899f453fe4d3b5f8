package stacktrace

import (
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// PHP prints the exceptions of a chain with the first cause first:
//
//	PHP Fatal error:  Uncaught InvalidArgumentException: message in /app/Cart.php:35
//	Stack trace:
//	#0 /app/Cart.php(27): App\Shop\Cart->charge()
//	#1 {main}
//
//	Next App\Shop\PaymentException: message in /app/Cart.php:29
//	Stack trace:
//	…
//	  thrown in /app/Cart.php on line 29
//
// A line tells which function was called there, so that the place of a frame
// stands on the line before its function. Monolog and Laravel print
// `{"exception":"[object] (Class(code: 0): message at /app/Cart.php:35)` and
// "[stacktrace]" above the same lines, and the causes of an exception below it.

const phpPrevious = "[previous exception] "

var php = runtime{
	name: "php", first: `#S[NPF"`, shape: phpShape, starts: startsPHP, parse: parsePHP, adopt: adopter{frame: adoptPHP},
	rules: []rule{
		{in(framed), on(Epilogue), framed, Join},
	},
}

func phpShape(line string, indented bool) Shape {
	_, called := phpCall(line)
	switch {
	case indented:
	case called, line == "Stack trace:", line == "[stacktrace]":
		return Frame
	case line[0] == '[' && strings.Contains(line, "] PHP "):
		return phpShape(line[strings.Index(line, "] PHP ")+2:], false)
	case strings.HasPrefix(line, "Next ") && strings.Contains(line, " in /"), strings.HasPrefix(line, phpPrevious):
		return Cause
	case hasAnyPrefix(strings.TrimPrefix(line, "PHP "), "Fatal error: ", "Parse error: "):
		return Raise
	case line == `"}`, strings.HasPrefix(line, `"} `): // Monolog's context ends
		return Epilogue
	}
	return Text
}

func startsPHP(lines []string, i int) bool {
	if _, ok := phpCall(lines[i]); ok {
		return true
	}
	_, ok := phpFatal(lines[i])
	return ok
}

func parsePHP(lines []string) []event.Exception {
	var chain []event.Exception
	above, causesBelow := 0, false
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, `\\`, `\`) // of Monolog's JSON
		causesBelow = causesBelow || strings.HasPrefix(line, phpPrevious)
	}
	for i := 0; i < len(lines); i++ {
		if _, ok := phpCall(lines[i]); !ok {
			continue
		}
		x, place := phpHeader(lines[above:i])
		for ; i < len(lines); i++ {
			call, ok := phpCall(lines[i])
			if !ok {
				break
			}
			x.Frames = append(x.Frames, phpFrame(call.function, place, call.place))
			place = call.place
		}
		above = i
		chain = append(chain, x)
	}
	if !causesBelow {
		slices.Reverse(chain)
	}
	if len(chain) == 0 {
		for _, line := range lines {
			if x, ok := phpFatal(line); ok {
				return append(chain, x)
			}
		}
	}
	return chain
}

// phpPlace is where something was called or thrown; empty for internal functions.
type phpPlace struct {
	file string
	line int
}

type phpCalled struct {
	function string
	place    phpPlace
}

// phpCall reads "#0 /app/Cart.php(27): App\Shop\Cart->charge('4111')".
func phpCall(line string) (phpCalled, bool) {
	s, ok := strings.CutPrefix(line, "#")
	digits, rest, ok2 := strings.Cut(s, " ")
	if _, numbered := number(digits); !ok || !ok2 || !numbered {
		return phpCalled{}, false
	}
	if rest == "{main}" {
		return phpCalled{function: rest}, true
	}
	if function, ok := strings.CutPrefix(rest, "[internal function]: "); ok {
		return phpCalled{function: phpName(function)}, true
	}
	file, function, ok := strings.Cut(rest, "): ")
	open := strings.LastIndexByte(file, '(')
	if !ok || open <= 0 {
		return phpCalled{}, false
	}
	n, ok := number(file[open+1:])
	return phpCalled{phpName(function), phpPlace{file[:open], n}}, ok
}

// phpName cuts the arguments off a call, and off a closure's name the place that
// PHP 8.4 adds: "{closure:App\Cart::total():16}()" is the closure of App\Cart::total.
func phpName(call string) string {
	call = strings.TrimPrefix(call, "{closure:")
	name, _, _ := strings.Cut(call, "(")
	return name
}

// phpFrame makes the frame of a function from where it had come to, and from
// where it was called: both are one line for a function of PHP itself.
func phpFrame(function string, at, from phpPlace) event.Frame {
	f := event.Frame{Function: function, File: at.file, Line: at.line}
	if i := max(strings.LastIndex(function, "->")+1, strings.LastIndex(function, "::")+1, strings.LastIndexByte(function, '\\')); i > 0 {
		f.Module, f.Function = strings.TrimRight(function[:i], `:-\`), function[i+1:]
	}
	f.InApp = at != from && phpInApp(at.file)
	return f
}

func phpInApp(file string) bool {
	return file != "" && !hasAny(file, "/vendor/", `\vendor\`) && !strings.HasPrefix(file, "phar://")
}

func adoptPHP(f *event.Frame) { f.InApp = phpInApp(f.File) }

// phpHeader reads the exception above its calls, and where it was thrown.
func phpHeader(lines []string) (event.Exception, phpPlace) {
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(text, "Stack trace:"), "[stacktrace]"))
	if _, inner, ok := strings.Cut(text, "[object] ("); ok {
		return phpObject(inner)
	}
	for _, lead := range []string{"Uncaught ", "Next "} {
		if i := strings.LastIndex(text, lead); i >= 0 {
			text = text[i+len(lead):]
			break
		}
	}
	message, place := cutPHPPlace(text, " in ")
	for at := 0; ; {
		if x, ok := splitPHPHeader(message[at:]); ok {
			return x, place
		}
		next := strings.IndexByte(message[at:], '\n')
		if next < 0 {
			return findHeader(strings.Split(message, "\n")), place
		}
		at += next + 1
	}
}

// phpObject reads "Class(code: 0): message at /app/Cart.php:35)".
func phpObject(inner string) (event.Exception, phpPlace) {
	inner = strings.TrimSuffix(inner, ")")
	class, rest, _ := strings.Cut(inner, "(code: ")
	_, message, _ := strings.Cut(rest, "): ")
	message, place := cutPHPPlace(message, " at ")
	return event.Exception{Type: class, Message: message}, place
}

// splitPHPHeader splits `App\Shop\PaymentException: message`.
func splitPHPHeader(s string) (event.Exception, bool) {
	class, message, _ := strings.Cut(s, ": ")
	if nameEnd(class) < len(class) || !strings.Contains(class, `\`) && !IsExceptionName(class) {
		return event.Exception{}, false
	}
	return event.Exception{Type: class, Message: message}, true
}

// cutPHPPlace cuts "message in /app/Cart.php:35" at the last word.
func cutPHPPlace(s, word string) (string, phpPlace) {
	i := strings.LastIndex(s, word)
	if i < 0 {
		return s, phpPlace{}
	}
	file, line, ok := cutNumber(s[i+len(word):])
	if !ok {
		return s, phpPlace{}
	}
	return s[:i], phpPlace{file, line}
}

// phpFatal reads what ends PHP without an exception: "PHP Fatal error:  message
// in /app/Cart.php on line 47".
func phpFatal(line string) (event.Exception, bool) {
	for _, kind := range []string{"Fatal error", "Parse error"} {
		_, rest, ok := strings.Cut(line, kind+": ")
		if !ok {
			continue
		}
		rest, digits, ok := strings.Cut(rest, " on line ")
		in := strings.LastIndex(rest, " in ")
		n, numbered := number(digits)
		if !ok || !numbered || in < 0 {
			continue
		}
		f := phpFrame("", phpPlace{rest[in+4:], n}, phpPlace{})
		return event.Exception{Type: kind, Message: strings.TrimSpace(rest[:in]), Frames: []event.Frame{f}}, true
	}
	return event.Exception{}, false
}
