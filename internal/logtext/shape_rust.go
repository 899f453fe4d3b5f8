package logtext

import "strings"

// rustShape knows the lines of Rust's panics that are told by themselves; the
// frames are indented.
func rustShape(line string, indented bool) shape {
	if indented {
		return text
	}
	switch line[0] {
	case 't':
		if strings.HasPrefix(line, "thread '") && strings.Contains(line, " panicked at ") {
			return rustPanic
		}
	case 's', 'S':
		if line[1:] == "tack backtrace:" {
			return frame
		}
	case 'n':
		if strings.HasPrefix(line, "note: run with `RUST_BACKTRACE=") || strings.HasPrefix(line, "note: Some details are omitted, run with `RUST_BACKTRACE=") {
			return frame
		}
	}
	return text
}
