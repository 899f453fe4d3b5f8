package stacktrace

import (
	"regexp"
	"slices"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Elixir prints, below a log line about the death of a process:
//
//	** (ArithmeticError) bad argument in arithmetic expression
//	    :erlang.div(100, 0)
//	    (shop 0.1.0) lib/cart.ex:13: Shop.Cart.share/1
//
// An exit states its reason in the same way, indented further.

var elixir = runtime{
	name: "elixir", parse: parseElixir,
	looks: []look{
		{Epilogue, lines("Server: …(http)$", "Server: …(https)$", "Request: …/", "Last message: ", "Last message (from #PID<",
			"State: ", "Client #PID<", "Function: #Function<", "Function: &"), nil},
		{Frame, lines("\t….ex:", "\t….exs:", "\t….erl:", "\t…eex:"), elixirPlaced.MatchString},
		{Raise, lines("** ("), elixirRaised.MatchString},
	},
	rules: []rule{
		{in(Logged, announced), on(Epilogue), announced, Join}, // Plug's request
		{in(framed), on(Epilogue), framed, Join},               // a dead server's state; the end of Monolog's context
	},
}

func parseElixir(lines []string) []event.Exception {
	var chain []event.Exception
	for i := 0; i < len(lines); i++ {
		x, raised := match(lines[i], elixirRaised)
		f, isFrame := elixirFrame(lines[i])
		switch n := len(chain); {
		case raised:
			if n > 0 && len(chain[n-1].Frames) == 0 && strings.HasSuffix(chain[n-1].Message, "an exception was raised:") {
				chain = chain[:n-1] // that was an exit caused by this exception
			}
			more := until(lines[i+1:], func(line string) bool { return elixirRaised.MatchString(line) || reads(elixirFrame)(line) })
			i += len(more)
			more = slices.DeleteFunc(slices.Clone(more), func(line string) bool { return unindented(line) == "" })
			x.Message = joinMessage(x.Message, more)
			chain = append(chain, x.Exception)
		case n > 0 && isFrame:
			chain[n-1].Frames = append(chain[n-1].Frames, f)
		case n > 0 && lines[i] != "":
			return chain // the server's state and its client's stack follow
		}
	}
	return chain
}

var (
	// "** (KeyError) message"; an exit names its process.
	elixirRaised = regexp.MustCompile(`^ *\*\* \((?P<type>.+?)(?: from #PID[^)]*)?\)(?: (?P<message>.*)|$)`)
	// "(app 1.0.0) file:12: Module.function/2"
	elixirPlaced = regexp.MustCompile(`^(?:\((?P<module>[^ )]+)[^)]*\) )?(?P<file>.+?\.(?:exs?|erl|l?eex|heex)):(?P<line>\d{1,9}): (?P<function>.*)$`)
	// The same without a file, as for functions of the virtual machine; arguments may replace the arity.
	elixirBare = regexp.MustCompile(`^(?:\([^)]+\) )?(?P<function>[:A-Z][^ (]*\.[^ (]*(?:\(.*\)|/\d{1,9}))$`)
)

// elixirFrame splits module and function. An anonymous function counts as the function around it.
func elixirFrame(line string) (event.Frame, bool) {
	s, ok := strings.CutPrefix(line, "    ")
	f, placed := match(strings.TrimLeft(s, " "), elixirPlaced, elixirBare)
	app, function := f.Module, f.Function
	if _, outer, ok := strings.Cut(function, " in "); ok && strings.HasPrefix(function, "anonymous fn/") {
		function = outer
	}
	if open := strings.IndexByte(function, '('); open > 0 && !strings.Contains(function[:open], `"`) {
		function = function[:open]
	}
	f.Module, f.Function = splitName(function, ".")
	f.InApp = f.File != "" && !elixirLibrary.MatchString(app) // an Elixir release prints each file's application
	return f.Frame, ok && placed
}

// elixirLibrary matches applications of Erlang and Elixir, and widely used packages.
var elixirLibrary = regexp.MustCompile(`^(?:elixir|stdlib|kernel|erts|mix|iex|ex_unit|eex|logger|sasl|crypto|ssl|inets|compiler|public_key|` +
	`phoenix|plug|ecto|cowboy|cowlib|ranch|bandit|thousand_island|db_connection|postgrex|myxql|telemetry|` +
	`absinthe|broadway|gen_stage|oban|finch|mint|nimble|hackney|tesla|httpoison|jason|poison|gettext|swoosh|redix)(?:_|$)`)
