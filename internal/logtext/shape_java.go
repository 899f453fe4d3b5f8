package logtext

import "strings"

// javaShape knows the lines of the traces that the JVM's languages print.
func javaShape(line string, indented bool) shape {
	switch line[0] {
	case 'a':
		if strings.HasPrefix(line, "at ") && isJavaCall(line[3:]) {
			return frame
		}
	case '.':
		if strings.HasPrefix(line, "... ") && (strings.HasSuffix(line, " more") || strings.HasSuffix(line, " common frames omitted")) {
			return frame
		}
	case 'C':
		if strings.HasPrefix(line, "Caused by: ") {
			return cause
		}
	case 'S':
		if strings.HasPrefix(line, "Suppressed: ") && indented {
			return cause
		}
	}
	return text
}

// isJavaCall tells "class.method(File.java:12)", with what logback may add.
func isJavaCall(call string) bool {
	open := strings.IndexByte(call, '(')
	if open <= 0 || strings.ContainsAny(call[:open], " \t") || strings.IndexByte(call[:open], '.') < 0 {
		return false
	}
	place, _, closed := strings.Cut(call[open+1:], ")")
	if !closed {
		return false
	}
	switch place {
	case "Native Method", "Unknown Source", "<generated>":
		return true
	}
	file := strings.TrimRight(place, "0123456789")
	file = strings.TrimSuffix(file, ":")
	return strings.Contains(file, ".") && !strings.ContainsAny(file, "/: ")
}

// isUncaughtInThread tells the line that the JVM and Python print for an
// exception that a thread died of: the JVM the exception on that very line.
func isUncaughtInThread(line string) bool { return strings.HasPrefix(line, "Exception in thread ") }
