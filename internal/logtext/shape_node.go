package logtext

import "strings"

// nodeShape knows the lines of Node's traces:
//
//	/app/cart.js:42
//	    throw new TypeError("no price")
//	    ^
//
//	TypeError: no price
//	    at Cart.total (/app/cart.js:42:9) {
//	  code: 'NO_PRICE'
//	}
//
//	Node.js v20.20.2
func nodeShape(line string, indented bool) shape {
	switch line[0] {
	case 'a':
		if strings.HasPrefix(line, "at ") && (indented || isNodePlace(line)) && isNodeCall(line[3:]) {
			return frame
		}
	case '^', '~':
		if strings.Trim(line, "^~ ") == "" {
			return caret
		}
	case '}':
		if strings.Trim(line, "}],") == "" && !indented {
			return closing
		}
	case 'N':
		if strings.HasPrefix(line, "Node.js v") && !strings.Contains(line[9:], " ") {
			return final
		}
	case '/', 'n', 'f', '<', '[', 'C', 'D':
		if !indented && isUncaughtPlace(line) {
			return place
		}
	}
	return text
}

// isNodeCall tells the ways in which V8 ends a frame from mere words after "at".
func isNodeCall(call string) bool {
	call = strings.TrimRight(call, " {,]")
	return isNodePlace(call) || strings.HasSuffix(call, "(<anonymous>)") || strings.HasSuffix(call, "(native)") ||
		call == "<anonymous>" || strings.Contains(call, " (index ") || strings.HasSuffix(call, "(unknown location)")
}

// isNodePlace tells whether s ends with ":line:column", maybe in parentheses.
func isNodePlace(s string) bool {
	s = strings.TrimSuffix(strings.TrimRight(s, " {,]"), ")")
	rest := strings.TrimRight(s, "0123456789")
	line := strings.TrimSuffix(rest, ":")
	file := strings.TrimRight(line, "0123456789")
	return len(rest) < len(s) && len(line) < len(rest) && len(file) < len(line) && strings.HasSuffix(file, ":")
}

// isUncaughtPlace tells "/app/cart.js:42", alone on its line; Windows has a
// drive in front.
func isUncaughtPlace(line string) bool {
	file := strings.TrimRight(line, "0123456789")
	if len(file) == len(line) || !strings.HasSuffix(file, ":") {
		return false
	}
	file = file[:len(file)-1]
	if strings.HasPrefix(file, "node:") || file == "<anonymous_script>" || file == "[eval]" {
		return true
	}
	if strings.Contains(file, " ") {
		return false
	}
	for _, ending := range [...]string{".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"} {
		if strings.HasSuffix(file, ending) {
			return true
		}
	}
	return strings.HasPrefix(file, "file:///")
}
