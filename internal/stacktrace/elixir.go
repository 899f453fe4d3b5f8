package stacktrace

import (
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
	name: "elixir", shape: elixirShape, starts: beginsWith(elixirHeader), parse: parseElixir,
	rules: []rule{
		{in(framed), on(Epilogue), framed, Join}, // what a server that died knew of its work
	},
}

func elixirShape(line string, indented bool) Shape {
	switch {
	case indented:
		if f, ok := readElixirFrame(line); ok && f.File != "" {
			return Frame
		}
	case strings.IndexByte("*LSCF", line[0]) < 0:
	case line[0] == '*':
		if _, ok := elixirHeader(line); ok {
			return Raise
		}
	case hasAnyPrefix(line, "Last message: ", "Last message (from #PID<", "State: ", "Client #PID<", "Function: #Function<", "Function: &"):
		return Epilogue
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
	s, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "** (")
	name, message, closed := strings.Cut(s, ") ")
	if !closed {
		name, closed = strings.CutSuffix(s, ")")
	}
	if !ok || !closed || name == "" {
		return event.Exception{}, false
	}
	name, _, _ = strings.Cut(name, " from #PID") // of an exit
	return event.Exception{Type: name, Message: strings.TrimSpace(message)}, true
}

// elixirFrame reads "(app 1.0.0) file:12: Module.function/2"; functions of the
// virtual machine have no file, and their arguments.
func elixirFrame(line string) (event.Frame, bool) {
	s, ok := strings.CutPrefix(line, "    ")
	if !ok {
		return event.Frame{}, false
	}
	return readElixirFrame(strings.TrimLeft(s, " "))
}

func readElixirFrame(s string) (event.Frame, bool) {
	app := ""
	if rest, ok := strings.CutPrefix(s, "("); ok {
		app, s, ok = strings.Cut(rest, ") ")
		if app, _, _ = strings.Cut(app, " "); !ok || app == "" {
			return event.Frame{}, false
		}
	}
	place, call, ok := strings.Cut(s, ": ")
	file, n, numbered := cutNumber(place)
	if ok && numbered && isElixirFile(file) {
		f := elixirCall(call)
		f.File, f.Line = file, n
		f.InApp = elixirInApp(app, file)
		return f, true
	}
	if isElixirCall(s) {
		return elixirCall(s), true
	}
	return event.Frame{}, false
}

func isElixirFile(file string) bool {
	for _, ending := range []string{".ex", ".exs", ".erl", ".eex", ".leex", ".heex"} {
		if strings.HasSuffix(file, ending) {
			return true
		}
	}
	return false
}

// isElixirCall tells ":erlang.div(100, 0)" and "Shop.Missing.total/2" from the
// lines of a message.
func isElixirCall(s string) bool {
	name, arguments, ok := strings.Cut(s, "(")
	if !ok {
		slash := strings.LastIndexByte(s, '/')
		if slash < 0 {
			return false
		}
		if _, ok := number(s[slash+1:]); !ok {
			return false
		}
		name = s[:slash]
	} else if !strings.HasSuffix(arguments, ")") {
		return false
	}
	return name != "" && (name[0] == ':' || name[0] >= 'A' && name[0] <= 'Z') && strings.Contains(name, ".") && !strings.Contains(name, " ")
}

// elixirCall splits module and function. An anonymous function counts as the
// one that holds it.
func elixirCall(call string) event.Frame {
	if _, rest, ok := strings.Cut(call, " in "); ok && strings.HasPrefix(call, "anonymous fn/") {
		call = rest
	}
	if open := strings.IndexByte(call, '('); open > 0 && !strings.Contains(call[:open], `"`) {
		call = call[:open]
	}
	dot := strings.Index(call, `."`)
	if dot < 0 {
		dot = strings.LastIndexByte(call, '.')
	}
	if dot <= 0 {
		return event.Frame{Function: call}
	}
	return event.Frame{Module: call[:dot], Function: call[dot+1:]}
}

// elixirLibraries are the applications of Erlang, of Elixir, and packages in wide use.
var elixirLibraries = []string{
	"elixir", "stdlib", "kernel", "erts", "mix", "iex", "ex_unit", "eex", "logger", "sasl", "crypto", "ssl", "inets", "compiler", "public_key",
	"phoenix", "plug", "ecto", "cowboy", "cowlib", "ranch", "bandit", "thousand_island", "db_connection", "postgrex", "myxql", "telemetry",
	"absinthe", "broadway", "gen_stage", "oban", "finch", "mint", "nimble_", "hackney", "tesla", "httpoison", "jason", "poison", "gettext", "swoosh", "redix",
}

// elixirInApp goes by the application that a release names, since the files of
// all of them are printed alike.
func elixirInApp(app, file string) bool {
	if app == "" {
		return !strings.HasPrefix(file, "deps/") && !strings.HasSuffix(file, ".erl")
	}
	for _, library := range elixirLibraries {
		if app == library || strings.HasPrefix(app, strings.TrimSuffix(library, "_")+"_") {
			return false
		}
	}
	return true
}
