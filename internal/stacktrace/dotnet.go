package stacktrace

import (
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// .NET prints the types of a chain first, then the frames of the innermost
// exception, then those of the others, a ruled line after each:
//
//	Acme.PaymentException: message
//	 ---> System.ArgumentException: message
//	   at Acme.Cart.Charge(String card) in /app/Shop.cs:line 30
//	   --- End of inner exception stack trace ---
//	   at Acme.Cart.Pay(String card) in /app/Shop.cs:line 27
//
// Mono has the arrow on the first line, an offset in brackets, and no "line "
// before the number. The exceptions of an AggregateException follow; its first
// one is told by then.

const dotnetInner = "--- End of inner exception stack trace ---"

var dotnet = runtime{
	name: "dotnet", first: "aU-[", shape: dotnetShape, starts: beginsWith(dotnetFrame), parse: parseDotnet,
}

func dotnetShape(line string, indented bool) Shape {
	switch {
	case indented && line[0] == 'a':
		if _, ok := readDotnetFrame(line); ok {
			return Frame
		}
	case line == "Unhandled Exception:" && !indented:
		return Announcement
	case strings.HasPrefix(line, "Unhandled exception. ") && !indented:
		return Raise
	case strings.HasPrefix(line, "--- End of "):
		return Frame
	case hasAnyPrefix(line, "---> (Inner Exception #", "[ERROR] FATAL UNHANDLED EXCEPTION: "): // Mono prints it a second time
		return Cause
	}
	return Text
}

func parseDotnet(lines []string) []event.Exception {
	first := firstLine(lines, dotnetFrame)
	chain := dotnetChain(lines[:first])
	at := len(chain) - 1
	for _, line := range lines[first:] {
		s := strings.TrimSpace(line)
		if f, ok := dotnetFrame(line); ok {
			chain[at].Frames = append(chain[at].Frames, f)
			continue
		}
		if hasAny(s, "---> (Inner Exception #", "FATAL UNHANDLED EXCEPTION: ") {
			break
		}
		if s == dotnetInner {
			at = max(at-1, 0)
		}
	}
	return chain
}

// dotnetChain reads the types above the first frame.
func dotnetChain(lines []string) []event.Exception {
	var chain []event.Exception
	for _, part := range strings.Split(strings.Join(lines, "\n"), " ---> ") {
		chain = append(chain, findHeader(strings.Split(part, "\n")))
	}
	return chain
}

// dotnetFrame reads "at Namespace.Class.Method(arguments) [0x00011] in file:line 12".
func dotnetFrame(line string) (event.Frame, bool) {
	s := strings.TrimLeft(line, " \t")
	if len(s) == len(line) {
		return event.Frame{}, false
	}
	return readDotnetFrame(s)
}

func readDotnetFrame(s string) (event.Frame, bool) {
	call, ok := strings.CutPrefix(strings.TrimRight(s, " <->"), "at ")
	if !ok {
		return event.Frame{}, false
	}
	if rest, ok := strings.CutPrefix(call, "(wrapper "); ok {
		_, call, _ = strings.Cut(rest, ") ")
	}
	open := strings.IndexByte(call, '(')
	if open <= 0 {
		return event.Frame{}, false
	}
	name, rest := strings.TrimSuffix(call[:open], " "), call[open:]
	end := strings.IndexByte(rest, ')')
	if end < 0 || strings.ContainsAny(name, " /:") || !strings.Contains(name, ".") {
		return event.Frame{}, false
	}
	f := dotnetName(name)
	if !readDotnetPlace(&f, rest[1:end], rest[end+1:]) {
		return event.Frame{}, false
	}
	f.InApp = !hasAnyPrefix(f.Module, dotnetLibraries...)
	return f, true
}

// readDotnetPlace reads what follows the arguments. Without anything it is a
// frame only if what stands in the parentheses is no place of Java's or V8's.
func readDotnetPlace(f *event.Frame, arguments, rest string) bool {
	if offset, after, ok := strings.Cut(rest, "]"); ok && strings.HasPrefix(offset, " [0x") {
		rest = after
	} else if rest == "" {
		return arguments == "" || strings.Contains(arguments, " ") && !strings.ContainsAny(arguments, ":/")
	}
	place, ok := strings.CutPrefix(rest, " in ")
	if !ok {
		return rest == ""
	}
	if file, n, ok := cutNumber(strings.Replace(place, ":line ", ":", 1)); ok && !strings.HasPrefix(file, "<") {
		f.File, f.Line = file, n
	}
	return true
}

// dotnetName splits class and method, without generic arguments.
func dotnetName(name string) event.Frame {
	for open := strings.IndexByte(name, '['); open >= 0; open = strings.IndexByte(name, '[') {
		end := strings.IndexByte(name[open:], ']')
		if end < 0 {
			break
		}
		name = name[:open] + name[open+end+1:]
	}
	dot := strings.LastIndexByte(name, '.')
	if dot > 0 && name[dot-1] == '.' { // a constructor, "..ctor"
		dot--
	}
	if dot <= 0 {
		return event.Frame{Function: name}
	}
	f := event.Frame{Module: name[:dot], Function: name[dot+1:]}
	cutDotnetMade(&f)
	return f
}

// cutDotnetMade names a frame as the source does, where the compiler made a class
// or a method of a function: "Cart.<PayAsync>d__7.MoveNext" is Cart.PayAsync, and
// so are "Cart.<>c__DisplayClass3_0.<PayAsync>b__0" and "Cart.<PayAsync>g__Pay|4_0"
// but for Pay, a function inside it.
func cutDotnetMade(f *event.Frame) {
	class, made, ok := cutLast(f.Module, ".+/", "<")
	if ok {
		f.Module = class
	}
	for _, name := range []string{f.Function, made} {
		_, rest, ok := strings.Cut(name, "<")
		outer, suffix, closed := strings.Cut(rest, ">")
		if !ok || !closed || outer == "" {
			continue
		}
		if local, _, ok := strings.Cut(strings.TrimPrefix(suffix, "g__"), "|"); ok {
			outer = local
		}
		f.Function = outer
		return
	}
}

// cutLast cuts s before the first mark that follows one of the separators.
func cutLast(s, separators, mark string) (before, after string, ok bool) {
	i := strings.Index(s, mark)
	if i <= 0 || strings.IndexByte(separators, s[i-1]) < 0 {
		return s, "", false
	}
	return s[:i-1], s[i:], true
}

// dotnetLibraries are the namespaces of the runtime, the global assembly cache
// and well-known packages.
var dotnetLibraries = []string{
	"System.", "Microsoft.", "Mono.", "Interop", "Internal.", "Newtonsoft.", "Npgsql.", "MySql.", "MySqlConnector.", "Serilog.", "NLog.", "log4net.",
	"Autofac.", "MediatR.", "Amazon.", "Azure.", "Google.", "Dapper.", "Polly.", "Grpc.", "StackExchange.", "Swashbuckle.", "FluentValidation.",
	"AutoMapper.", "Castle.", "Quartz.", "Hangfire.", "MassTransit.", "RabbitMQ.", "MongoDB.", "Confluent.", "lambda_method",
}
