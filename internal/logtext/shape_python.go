package logtext

import "strings"

// pythonShape knows the lines of Python's traces that are told by themselves;
// the source lines are indented, and the exception line ends the frames.
func pythonShape(line string, _ bool) shape {
	switch line[0] {
	case 'F':
		if strings.HasPrefix(line, `File "`) && strings.Contains(line, `", line `) {
			return pythonFrame
		}
	case 'T':
		if strings.HasPrefix(line, "Traceback (most recent call last):") {
			return traceback
		}
	case '+':
		if strings.HasPrefix(line, "+ Exception Group Traceback (") {
			return groupTrace
		}
	case 'D':
		if strings.HasPrefix(line, "During handling of the above exception, ") {
			return chain
		}
	case 'f':
		if strings.HasPrefix(line, "future: <") { // asyncio's second line, above the trace
			return indented
		}
	}
	if line[0] == 'T' && strings.HasPrefix(line, "The above exception was the direct cause of ") {
		return chain
	}
	return text
}

// isSyntaxError tells the exceptions that Python prints below a frame without
// "Traceback" above it.
func isSyntaxError(line string) bool {
	switch line[:nameEnd(line)] {
	case "SyntaxError", "IndentationError", "TabError":
		return true
	}
	return false
}
