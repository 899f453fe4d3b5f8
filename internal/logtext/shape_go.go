package logtext

import "strings"

// goShape knows the lines of Go's panics that are told by themselves; the
// functions above the places are known only where a trace is under way.
func goShape(line string, in bool) shape {
	if in {
		if strings.HasPrefix(line, "/") || strings.Contains(line, ".go:") {
			return goPlaceShape(line)
		}
		return text
	}
	switch line[0] {
	case 'g':
		if strings.HasPrefix(line, "goroutine ") && strings.HasSuffix(line, "]:") {
			return goroutine
		}
	case 'p':
		if strings.HasPrefix(line, "panic: ") {
			return goPanic
		}
	case 'f':
		if isFatalError(line) {
			return goPanic
		}
	case 'r':
		if strings.HasPrefix(line, "runtime: goroutine stack exceeds ") {
			return goPanic
		}
	case '[':
		if strings.HasPrefix(line, "[signal SIG") {
			return goroutine
		}
	case 'c':
		if strings.HasPrefix(line, "created by ") {
			return indented
		}
	case 'e':
		if strings.HasPrefix(line, "exit status ") && len(line) <= len("exit status 255") {
			return final
		}
	}
	return text
}

func isFatalError(line string) bool { return strings.HasPrefix(line, "fatal error: ") }

// goPlaceShape tells "/app/cart.go:42 +0x1d", the offset being absent in the
// stacks of errors.
func goPlaceShape(line string) shape {
	s, _, _ := strings.Cut(line, " +0x")
	file := strings.TrimRight(s, "0123456789")
	if len(file) < len(s) && (strings.HasSuffix(file, ".go:") || strings.HasSuffix(file, ".s:")) && !strings.Contains(file, ": ") {
		return goPlace
	}
	return text
}

// isGoCall tells "main.(*Cart).Total(0xc000012345, 0x2)" from other lines.
func isGoCall(line string) bool {
	if !strings.HasSuffix(line, ")") {
		return isGoRegister(line) || strings.HasPrefix(line, "...")
	}
	for _, arguments := range [...]string{"(0x", "({", "(...)", "()", "(?"} {
		if i := strings.Index(line, arguments); i > 0 {
			return !strings.Contains(line[:i], " ")
		}
	}
	return false
}

// isGoFrame tells the line of a Go frame that its place follows.
func isGoFrame(line string) bool {
	return strings.HasPrefix(line, "created by ") || isGoFunction(line) && !isGoRegister(line) && !strings.HasPrefix(line, "...")
}

// isGoRegister tells "rax    0x0", printed after a crash.
func isGoRegister(line string) bool {
	name, value, ok := strings.Cut(line, " ")
	return ok && len(name) <= 6 && strings.HasPrefix(strings.TrimLeft(value, " "), "0x")
}

// isGoFunction tells "main.(*Cart).Total", a line of an error's stack.
func isGoFunction(line string) bool {
	slash := strings.LastIndexByte(line, '/')
	return strings.IndexByte(line[slash+1:], '.') > 0 && !strings.ContainsAny(line, " \t:=") || isGoCall(line)
}
