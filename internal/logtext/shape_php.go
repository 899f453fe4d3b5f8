package logtext

import "strings"

// phpShape knows the lines of PHP's traces.
func phpShape(line string, indented bool) shape {
	if indented {
		return text
	}
	switch line[0] {
	case '#':
		if isPHPCall(line) {
			return frame
		}
	case 'S', '[':
		if line == "Stack trace:" || line == "[stacktrace]" {
			return frame
		}
		if line[0] == '[' && strings.Contains(line, "] PHP ") && isPHPFatal(line[strings.Index(line, "] PHP ")+2:]) {
			return raise
		}
	case 'N':
		if strings.HasPrefix(line, "Next ") && strings.Contains(line, " in /") {
			return cause
		}
	case 'P', 'F':
		if isPHPFatal(line) {
			return raise
		}
	case '"':
		if strings.HasPrefix(line, `"} `) || line == `"}` { // Monolog's context ends
			return epilogue
		}
	}
	return text
}

// isPHPCall tells "#0 /app/Cart.php(27): App\Shop\Cart->charge()".
func isPHPCall(line string) bool {
	digits, rest, ok := strings.Cut(line[1:], " ")
	return ok && isNumber(digits) && (rest == "{main}" || strings.HasPrefix(rest, "[internal function]: ") || strings.Contains(rest, "): "))
}

func isPHPFatal(line string) bool {
	line = strings.TrimPrefix(line, "PHP ")
	return strings.HasPrefix(line, "Fatal error: ") || strings.HasPrefix(line, "Parse error: ")
}
