package logtext

import "strings"

// rubyShape knows the lines of Ruby's traces: the exception on the line of its
// place, and the places it came from, which loggers print without "from".
func rubyShape(line string, indented bool) shape {
	i := strings.Index(line, ":in ")
	if i <= 0 || len(line) < i+6 || line[i+4] != '`' && line[i+4] != '\'' || line[i-1] < '0' || line[i-1] > '9' {
		return text
	}
	if strings.Contains(strings.TrimPrefix(line[:i], "from "), " ") {
		return text
	}
	_, rest, closed := strings.Cut(line[i+5:], "'")
	switch {
	case closed && rest == "":
		return frame
	case closed && strings.HasPrefix(rest, ": ") && !indented:
		return raise
	}
	return text
}

// announcesFailure tells the lines that runtimes print right above what failed:
// Ruby for a thread, .NET for the process.
func announcesFailure(line string) bool {
	return strings.HasPrefix(line, "#<Thread:") && strings.Contains(line, " terminated with exception") ||
		line == "Unhandled Exception:" || strings.HasPrefix(line, "thread '")
}
