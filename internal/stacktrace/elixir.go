package stacktrace

import (
	"path"
	"regexp"
	"strings"

	"github.com/org/errmon-action/internal/event"
)

// Elixir prints, below a log line for the death of a process:
//
//	** (ArithmeticError) bad argument in arithmetic expression
//	    :erlang.div(100, 0)
//	    (shop 0.1.0) lib/cart.ex:13: Shop.Cart.share/1
//	    (stdlib 4.2) gen_server.erl:1123: :gen_server.try_dispatch/4
//
// An exit tells its reason alike, further indented.

var elixir = runtime{
	name: "elixir", shape: elixirShape, parse: parseElixir,
	lines: map[Shape][]string{
		Epilogue: {"Last message: ", "Last message (from #PID<", "State: ", "Client #PID<", "Function: #Function<", "Function: &"},
	},
	rules: []rule{
		{in(framed), on(Epilogue), framed, Join}, // what a server that died knew of its work
	},
}

func elixirShape(line string, indented bool) Shape {
	switch {
	case indented:
		if _, ok := elixirPlace(line); ok {
			return Frame
		}
	case line[0] == '*':
		if _, ok := elixirHeader(line); ok {
			return Raise
		}
	}
	return Text
}

func parseElixir(lines []string) []event.Exception {
	var chain []event.Exception
	open := false // the message may go on
	for _, line := range lines {
		if x, ok := elixirHeader(line); ok {
			chain, open = append(chain, x), true
			continue
		}
		if len(chain) == 0 {
			continue
		}
		last := &chain[len(chain)-1]
		f, isFrame := elixirFrame(line)
		switch {
		case isFrame:
			last.Frames, open = append(last.Frames, f), false
		case open:
			last.Message = joinMessage(last.Message, []string{line})
		case line != "":
			return chain // what a server was doing, and its client's stack
		}
	}
	return chain
}

// elixirHeader reads "** (KeyError) message".
func elixirHeader(line string) (event.Exception, bool) {
	s := scan{rest: strings.TrimLeft(line, " ")}
	s.skip("** (")
	name, message, closed := strings.Cut(s.rest, ") ")
	if !closed {
		name, closed = strings.CutSuffix(s.rest, ")")
	}
	name, _, _ = strings.Cut(name, " from #PID") // of an exit
	return event.Exception{Type: name, Message: strings.TrimSpace(message)}, closed && name != "" && !s.failed
}

// bareElixir is a call without a place: ":erlang.div(100, 0)", "Shop.Missing.total/2".
var bareElixir = regexp.MustCompile(`^[:A-Z][^ (]*\.[^ (]*(\(.*\)|/\d{1,9})$`)

// elixirFrame reads "(app 1.0.0) file:12: Module.function/2"; functions of the
// virtual machine have no file, and their arguments.
func elixirFrame(line string) (event.Frame, bool) {
	s, ok := strings.CutPrefix(line, "    ")
	s = strings.TrimLeft(s, " ")
	if f, placed := elixirPlace(s); placed || !ok {
		return f, ok
	}
	if app, rest, ok := strings.Cut(s, ") "); ok && len(app) > 1 && app[0] == '(' {
		s = rest
	}
	return elixirCall(s), bareElixir.MatchString(s)
}

func elixirPlace(line string) (event.Frame, bool) {
	s, app := scan{rest: line}, ""
	if s.try("(") {
		app, _, _ = strings.Cut(s.to(") "), " ")
		s.failed = s.failed || app == ""
	}
	file, n, ok := cutNumber(s.to(": "))
	switch path.Ext(file) {
	case ".ex", ".exs", ".erl", ".eex", ".leex", ".heex":
	default:
		ok = false
	}
	if !ok || s.failed {
		return event.Frame{}, false
	}
	f := elixirCall(s.rest)
	f.File, f.Line, f.InApp = file, n, elixirInApp(app, file)
	return f, true
}

// elixirCall splits module and function. An anonymous function counts as the
// one that holds it.
func elixirCall(function string) event.Frame {
	if _, rest, ok := strings.Cut(function, " in "); ok && strings.HasPrefix(function, "anonymous fn/") {
		function = rest
	}
	if open := strings.IndexByte(function, '('); open > 0 && !strings.Contains(function[:open], `"`) {
		function = function[:open]
	}
	if module, quoted, ok := strings.Cut(function, `."`); ok && module != "" {
		return event.Frame{Module: module, Function: `"` + quoted}
	}
	return call(function, ".")
}

// elixirLibrary is an application of Erlang, of Elixir, or a package in wide use.
var elixirLibrary = regexp.MustCompile(`^(?:elixir|stdlib|kernel|erts|mix|iex|ex_unit|eex|logger|sasl|crypto|ssl|inets|compiler|public_key|` +
	`phoenix|plug|ecto|cowboy|cowlib|ranch|bandit|thousand_island|db_connection|postgrex|myxql|telemetry|` +
	`absinthe|broadway|gen_stage|oban|finch|mint|nimble|hackney|tesla|httpoison|jason|poison|gettext|swoosh|redix)(?:_|$)`)

// elixirInApp goes by the application that a release names, since the files of
// all of them are printed alike.
func elixirInApp(app, file string) bool {
	if app == "" {
		return !strings.HasPrefix(file, "deps/") && !strings.HasSuffix(file, ".erl")
	}
	return !elixirLibrary.MatchString(app)
}
