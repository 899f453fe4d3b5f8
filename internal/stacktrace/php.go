package stacktrace

import (
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// PHP prints a chain with its root cause first:
//
//	PHP Fatal error:  Uncaught InvalidArgumentException: message in /app/Cart.php:35
//	Stack trace:
//	#0 /app/Cart.php(27): App\Shop\Cart->charge()
//	#1 {main}
//
//	Next App\Shop\PaymentException: message in /app/Cart.php:29
//
// A line names the function called there, so a frame's place is on the line above. Monolog and Laravel print
// `{"exception":"[object] (Class(code: 0): message at /app/Cart.php:35)` and "[stacktrace]" above the calls.

var php = runtime{
	name: "php", parse: parsePHP,
	adopt: func(f *event.Frame) { f.InApp = phpInApp(f.File) },
	looks: []look{
		{Frame, lines("Stack trace:$", "[stacktrace]$"), nil},
		{Cause, lines("Next … in /", "[previous exception] "), nil},
		{Raise, lines("Fatal error: ", "Parse error: ", "PHP Fatal error: ", "PHP Parse error: ", "[…] PHP Fatal error: ", "[…] PHP Parse error: "), nil},
		{Epilogue, lines(`"}$`, `"} `), nil}, // the end of Monolog's context
		{Frame, lines("#"), reads(phpCall)},
	},
}

func parsePHP(lines []string) []event.Exception {
	text := strings.ReplaceAll("\n"+strings.Join(lines, "\n"), `\\`, `\`) // unescapes Monolog's JSON
	var chain []event.Exception
	for _, s := range stacks(strings.Split(text, "\n"), phpCall) {
		if len(s.frames) > 0 {
			x, place := phpHeader(s.above)
			x.Frames = phpFrames(s.frames, place)
			chain = append(chain, x)
		}
	}
	if !strings.Contains(text, "\n[previous exception] ") {
		slices.Reverse(chain)
	}
	if x, ok := match(text, phpEnd); ok && len(chain) == 0 {
		x.InApp = phpInApp(x.File)
		chain = []event.Exception{{Type: x.Type, Message: x.Message, Frames: []event.Frame{x.Frame}}}
	}
	return chain
}

// phpCall reads "#0 /app/Cart.php(27): App\Shop\Cart->charge('4111')". A call by PHP itself has no place. A
// closure is named after the function around it: "{closure:App\Cart::total():16}()".
func phpCall(line string) (f event.Frame, ok bool) {
	digits, call, _ := strings.Cut(strings.TrimPrefix(line, "#"), " ")
	if line == "" || line[0] != '#' || !reads(number)(digits) {
		return f, false
	}
	if call == "{main}" {
		return event.Frame{Function: call}, true
	}
	function, ok := strings.CutPrefix(call, "[internal function]: ")
	if !ok {
		var place string
		place, function, _ = strings.Cut(call, "): ")
		f.File, digits = splitName(place, "(")
		f.Line, ok = number(digits)
	}
	f.Function, _, _ = strings.Cut(strings.TrimPrefix(function, "{closure:"), "(")
	return f, ok && function != "" && (f.File != "" || f.Line == 0)
}

// phpFrames makes frames from calls. A function that appears at the place of its own call is built into PHP.
func phpFrames(calls []event.Frame, thrown event.Frame) []event.Frame {
	at := thrown
	for i, from := range calls {
		f := &calls[i]
		f.File, f.Line = at.File, at.Line
		f.InApp = (at.File != from.File || at.Line != from.Line) && phpInApp(at.File)
		at = from
		if name := max(strings.LastIndex(f.Function, "->")+1, strings.LastIndex(f.Function, "::")+1, strings.LastIndexByte(f.Function, '\\')); name > 0 {
			f.Module, f.Function = strings.TrimRight(f.Function[:name], `:-\`), f.Function[name+1:]
		}
	}
	return calls
}

func phpInApp(file string) bool {
	return file != "" && !hasAny(file, "/vendor/", `\vendor\`) && !strings.HasPrefix(file, "phar://")
}

func phpHeader(lines []string) (event.Exception, event.Frame) {
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	x, _ := match(strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(text, "Stack trace:"), "[stacktrace]")), phpThrown...)
	if x.Type != "" {
		return x.Exception, x.Frame
	}
	above := strings.Split(x.Message, "\n")
	for i, line := range above {
		if class, first, _ := strings.Cut(line, ": "); nameEnd(class) == len(class) && (strings.Contains(class, `\`) || IsExceptionName(class)) {
			return event.Exception{Type: class, Message: strings.Join(append([]string{first}, above[i+1:]...), "\n")}, x.Frame
		}
	}
	return findHeader(above), x.Frame
}

// phpThrown matches exceptions as Monolog and PHP print them, each with and without a place.
var phpThrown = []*regexp.Regexp{
	regexp.MustCompile(`(?s)\[object\] \((?P<type>[^(]*)\(code: [^)]*\): (?P<message>.*) at (?P<file>.*):(?P<line>\d{1,9})\)?$`),
	regexp.MustCompile(`(?s)\[object\] \((?P<type>[^(]*)(?:\(code: [^)]*\):(?P<message>.*?))?\)?$`),
	regexp.MustCompile(`(?s)^(?:.*Uncaught |.*Next |)(?P<message>.*) in (?P<file>.*):(?P<line>\d{1,9})$`),
	regexp.MustCompile(`(?s)^(?:.*Uncaught |.*Next |)(?P<message>.*)$`),
}

// phpEnd matches other fatal errors: "PHP Fatal error:  message in /app/Cart.php on line 47".
var phpEnd = regexp.MustCompile(`(?m)(?P<type>(?:Fatal|Parse) error): (?P<message>.*) in (?P<file>.*) on line (?P<line>\d{1,9})$`)
