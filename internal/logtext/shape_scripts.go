package logtext

import "strings"

// perlShape knows Carp's "\tmain::order(1) called at /app/shop.pl line 15".
func perlShape(line string, indented bool) shape {
	if i := strings.LastIndex(line, " called at "); indented && i > 0 {
		if j := strings.LastIndex(line, " line "); j > i && isNumber(strings.TrimSuffix(line[j+6:], ".")) {
			return frame
		}
	}
	return text
}

func isPerlFrame(line string) bool {
	return perlShape(strings.TrimLeft(line, " \t"), true) == frame
}

// tclShape knows the lines between the commands of Tcl's errorInfo.
func tclShape(line string, indented bool) shape {
	switch {
	case !indented:
	case line == "while executing" || line == "invoked from within":
		return command
	case strings.HasPrefix(line, `(procedure "`) || strings.HasPrefix(line, `(file "`):
		return frame
	}
	return text
}

// browserShape knows the frames of SpiderMonkey and JavaScriptCore:
// "total@https://shop.example/main.js:11:45", "map@[native code]".
func browserShape(line string, indented bool) shape {
	at := strings.IndexByte(line, '@')
	if at < 0 || indented {
		return text
	}
	switch line[:at] {
	case "global code", "eval code", "module code":
		return frame
	}
	if strings.Contains(strings.TrimPrefix(strings.TrimPrefix(line[:at], "get "), "set "), " ") {
		return text
	}
	place := line[at+1:]
	if place == "[native code]" || isNodePlace(place) && (strings.Contains(place, "://") || strings.Contains(place, ".js:") || strings.Contains(place, " > eval:")) {
		return frame
	}
	return text
}
