package logtext

import "strings"

// elixirShape knows the lines of Elixir's traces, and what a server that died
// tells of its work below them.
func elixirShape(line string, indented bool) shape {
	switch line[0] {
	case '*':
		if !indented && strings.HasPrefix(line, "** (") && strings.Contains(line, ")") {
			return raise
		}
	case 'L', 'S', 'C', 'F':
		for _, word := range [...]string{"Last message: ", "Last message (from #PID<", "State: ", "Client #PID<", "Function: #Function<", "Function: &"} {
			if !indented && strings.HasPrefix(line, word) {
				return epilogue
			}
		}
	}
	if indented && isElixirFrame(line) {
		return frame
	}
	return text
}

// isElixirFrame tells "(shop 0.1.0) lib/cart.ex:13: Shop.Cart.share/1".
func isElixirFrame(line string) bool {
	if line[0] == '(' {
		_, rest, ok := strings.Cut(line, ") ")
		if !ok {
			return false
		}
		line = rest
	}
	place, _, ok := strings.Cut(line, ": ")
	file := strings.TrimRight(place, "0123456789")
	if !ok || len(file) == len(place) || strings.Contains(file, " ") {
		return false
	}
	return strings.HasSuffix(file, ".ex:") || strings.HasSuffix(file, ".exs:") || strings.HasSuffix(file, ".erl:") ||
		strings.HasSuffix(file, ".eex:") || strings.HasSuffix(file, ".heex:")
}
