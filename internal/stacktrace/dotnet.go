package stacktrace

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// .NET prints the types of a chain first, then the frames of each exception, the innermost first:
//
//	Acme.PaymentException: message
//	 ---> System.ArgumentException: message
//	   at Acme.Cart.Charge(String card) in /app/Shop.cs:line 30
//	   --- End of inner exception stack trace ---
//	   at Acme.Cart.Pay(String card) in /app/Shop.cs:line 27
//
// Mono prints the arrow on the first line, an offset in brackets, and no "line " before the number.

var dotnet = runtime{
	name: "dotnet", parse: parseDotnet,
	looks: []look{
		{Announcement, lines("Unhandled Exception:$"), nil},
		{Frame, lines(" --- End of "), nil},
		{Cause, lines(" ---> (Inner Exception #", " [ERROR] FATAL UNHANDLED EXCEPTION: "), nil}, // both repeat the chain
		{Raise, lines("Unhandled exception. "), nil},
		{Frame, lines("\tat "), reads(readDotnetFrame)},
	},
}

func parseDotnet(lines []string) []event.Exception {
	above := until(lines, reads(dotnetFrame))
	if len(above) == len(lines) {
		return nil
	}
	var chain []event.Exception // the types are above the first frame
	for _, part := range strings.Split(strings.Join(above, "\n"), " ---> ") {
		chain = append(chain, findHeader(strings.Split(part, "\n")))
	}
	at := len(chain) - 1
	for _, line := range lines[len(above):] {
		f, ok := dotnetFrame(line)
		switch {
		case ok:
			chain[at].Frames = append(chain[at].Frames, f)
		case hasAny(line, "---> (Inner Exception #", "FATAL UNHANDLED EXCEPTION: "): // repeats the chain
			return chain
		case strings.TrimSpace(line) == "--- End of inner exception stack trace ---":
			at = max(at-1, 0)
		}
	}
	return chain
}

func dotnetFrame(line string) (event.Frame, bool) {
	f, ok := readDotnetFrame(unindented(line))
	name := f.Function
	if strings.Contains(name, "[") { // few have generic arguments, and replacing allocates a copy
		name = dotnetGeneric.ReplaceAllString(name, "")
	}
	f.Module, f.Function = splitName(name, ".")
	if made := dotnetMade.FindStringSubmatch(name); made != nil {
		f.Module, f.Function = made[1], cmp.Or(made[3], made[2])
	} else if class, ok := strings.CutSuffix(f.Module, "."); ok { // of a constructor, "..ctor"
		f.Module, f.Function = class, "."+f.Function
	}
	f.InApp = !hasAnyPrefix(f.Module, dotnetLibraries...)
	return f, ok && indent(line) > 0
}

// readDotnetFrame reads "at Namespace.Class.Method(arguments) [0x00011] in file:line 12".
func readDotnetFrame(text string) (f event.Frame, ok bool) {
	call, ok := strings.CutPrefix(text, "at ")
	if !ok {
		return f, false
	}
	if wrapped, ok := strings.CutPrefix(call, "(wrapper "); ok {
		_, call, _ = strings.Cut(wrapped, ") ")
	}
	function, rest, _ := strings.Cut(call, "(")
	arguments, rest, ok := strings.Cut(strings.TrimRight(rest, " <->"), ")")
	f.Function = strings.TrimSuffix(function, " ")
	if !ok || !strings.Contains(f.Function, ".") || strings.ContainsAny(f.Function, " /:") {
		return f, false
	}
	if rest == "" { // not a frame if the parentheses hold a place, as in Java or V8
		return f, arguments == "" || strings.Contains(arguments, " ") && !strings.ContainsAny(arguments, ":/")
	}
	if offset, behind, ok := strings.Cut(rest, "]"); ok && strings.HasPrefix(offset, " [0x") { // Mono's
		rest = behind
	}
	place, placed := strings.CutPrefix(rest, " in ")
	if file, n, numbered := cutNumber(strings.Replace(place, ":line ", ":", 1)); placed && numbered && !strings.HasPrefix(file, "<") {
		f.File, f.Line = file, n
	}
	return f, placed || rest == ""
}

// Generic arguments, and classes and methods that the compiler makes: "Cart.<PayAsync>d__7.MoveNext" and
// "Cart.<>c__DisplayClass3_0.<PayAsync>b__0" for Cart.PayAsync, "Cart.<PayAsync>g__Pay|4_0" for Pay in it.
var (
	dotnetGeneric = regexp.MustCompile(`\[[^\]]*\]`)
	dotnetMade    = regexp.MustCompile(`^([^<]*)[.+/]<(?:[^<]*<)*?([^<>]+)>(?:\$?>?(?:g__)?([^|]*)\|)?`)
)

var dotnetLibraries = []string{
	"System.", "Microsoft.", "Mono.", "Interop", "Internal.", "Newtonsoft.", "Npgsql.", "MySql.", "MySqlConnector.", "Serilog.", "NLog.", "log4net.",
	"Autofac.", "MediatR.", "Amazon.", "Azure.", "Google.", "Dapper.", "Polly.", "Grpc.", "StackExchange.", "Swashbuckle.", "FluentValidation.",
	"AutoMapper.", "Castle.", "Quartz.", "Hangfire.", "MassTransit.", "RabbitMQ.", "MongoDB.", "Confluent.", "lambda_method",
}
