package logtext

import "strings"

// dotnetShape knows the lines of .NET's traces, as CoreCLR and Mono print them.
func dotnetShape(line string, indented bool) shape {
	switch line[0] {
	case 'a':
		if indented && strings.HasPrefix(line, "at ") && isDotnetCall(line[3:]) {
			return frame
		}
	case 'U':
		if !indented && (line == "Unhandled Exception:" || strings.HasPrefix(line, "Unhandled exception. ")) {
			return raise
		}
	case '-':
		if strings.HasPrefix(line, "---> (Inner Exception #") {
			return cause
		}
	case '[':
		if strings.HasPrefix(line, "[ERROR] FATAL UNHANDLED EXCEPTION: ") { // Mono prints it a second time
			return cause
		}
	}
	return text
}

// isDotnetCall tells "Acme.Cart.Charge(String card)" with what may follow it.
func isDotnetCall(call string) bool {
	call = strings.TrimPrefix(call, "(wrapper managed-to-native) ")
	open := strings.IndexByte(call, '(')
	if open <= 0 {
		return false
	}
	name := strings.TrimSuffix(call[:open], " ")
	if strings.ContainsAny(name, " /:") || !strings.Contains(name, ".") {
		return false
	}
	_, rest, closed := strings.Cut(call[open:], ")")
	rest = strings.TrimRight(rest, " <-")
	return closed && (rest == "" || strings.HasPrefix(rest, " [0x") || strings.HasPrefix(rest, " in "))
}
